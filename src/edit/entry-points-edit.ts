/** Edits of entry_points.txt, line by line: what is not meant keeps its bytes. */
import { decodeUtf8, encodeUtf8, printable } from "../bytes.ts";
import { RefusalError } from "../errors.ts";
import { parseEntryPoints } from "../wheel/entry-points.ts";
import { refuseLineBreak } from "./metadata-edit.ts";

export interface EntryPointName {
  readonly group: string;
  readonly name: string;
}

/** `GROUP:NAME=VALUE` of `--add-entry-point`, `GROUP:NAME` of `--remove-entry-point`. */
export function parseEntryPointOption(text: string): EntryPointName & { readonly value?: string } {
  const parts = /^([^:=[\]\s]+):([^=]+?)(?:\s*=\s*(.+))?$/.exec(text.trim());
  const [, group, name, value] = parts ?? [];
  if (group === undefined || name === undefined) {
    throw new RefusalError(
      "EPT003",
      `\`${printable(text)}\` names no entry point`,
      "write it as in `console_scripts:demo=demo.cli:main`",
    );
  }
  return { group, name, ...(value === undefined ? {} : { value }) };
}

/** Behind the others of its group, or in a new group at the end. */
export function addEntryPoint(
  bytes: Uint8Array | undefined,
  { group, name }: EntryPointName,
  value: string,
): Uint8Array {
  refuseLineBreak(group, value);
  refuseLineBreak(group, name);
  const text = textOf(bytes);
  const lines = linesOf(text);
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  const line = `${name} = ${value}${end}`;
  const { entryPoints } = parseEntryPoints(encodeUtf8(text));
  if (entryPoints.some((each) => each.group === group && each.name === name)) {
    throw new RefusalError(
      "EPT001",
      `\`${printable(name)}\` is listed in \`[${printable(group)}]\` already`,
      `remove it first: \`--remove-entry-point ${group}:${name}\``,
    );
  }
  const header = lines.findIndex((each) => each.trim() === `[${group}]`);
  if (header === -1) {
    const open = text !== "" && !/[\r\n]$/.test(text) ? end : "";
    return encodeUtf8(`${text}${open}${text === "" ? "" : end}[${group}]${end}${line}`);
  }
  let at = header + 1;
  for (let next = at; next < lines.length && !lines[next]?.startsWith("["); next++) {
    if (lines[next]?.trim() !== "") at = next + 1;
  }
  const before = lines[at - 1] ?? "";
  if (!/[\r\n]$/.test(before)) lines[at - 1] = before + end;
  lines.splice(at, 0, line);
  return encodeUtf8(lines.join(""));
}

/**
 * @param original the file before any edit, for the message that says what the wheel has.
 * @returns `undefined` when no entry is left: then the file goes, too.
 */
export function removeEntryPoint(
  bytes: Uint8Array | undefined,
  { group, name }: EntryPointName,
  original: Uint8Array | undefined = bytes,
): Uint8Array | undefined {
  const text = textOf(bytes);
  const { entryPoints } = parseEntryPoints(encodeUtf8(text));
  const entry = entryPoints.find((each) => each.group === group && each.name === name);
  if (entry === undefined) {
    // Without what edits of this run have added.
    const { entryPoints: own } = parseEntryPoints(encodeUtf8(textOf(original)));
    throw new RefusalError(
      "EDT003",
      `the wheel has no entry point \`${printable(name)}\` in \`[${printable(group)}]\``,
      own.length === 0
        ? "it has none at all"
        : `it has ${own
            .slice(0, 8)
            .map((each) => `\`${printable(`${each.group}:${each.name}`)}\``)
            .join(", ")}`,
    );
  }
  if (entryPoints.length === 1) return undefined;
  const lines = linesOf(text);
  const at = entry.line - 1;
  let after = at + 1;
  // Indented lines continue the value.
  while (after < lines.length && /^[ \t]+\S/.test(lines[after] ?? "")) after++;
  lines.splice(at, after - at);
  if (!entryPoints.some((each) => each !== entry && each.group === group)) {
    const header = lines.findIndex((line) => line.trim() === `[${group}]`);
    const blank = header > 0 && lines[header - 1]?.trim() === "";
    if (header !== -1) lines.splice(blank ? header - 1 : header, blank ? 2 : 1);
  }
  return encodeUtf8(lines.join(""));
}

function textOf(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return "";
  const text = decodeUtf8(bytes);
  if (text === undefined) throw new RefusalError("EPT001", "`entry_points.txt` is not UTF-8");
  return text;
}

/** Lines with their ends. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
