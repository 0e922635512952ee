/** RECORD after an edit: rows that nothing happened to keep their bytes. */
import { compareText, concatBytes, encodeUtf8 } from "../bytes.ts";
import type { HashName } from "../runtime.ts";
import { encodeBase64Url } from "../wheel/base64.ts";
import type { RecordRow } from "../wheel/record.ts";
import { formatRecordLine, isHashName, parseRecord } from "../wheel/record.ts";

export interface RecordChanges {
  /** Old path to new path. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Old paths. */
  readonly removed: ReadonlySet<string>;
  /** Contents that changed or are new, by new path. */
  readonly contents: ReadonlyMap<string, RecordContent>;
  /** New path of RECORD itself, whose row has neither hash nor size. */
  readonly record: string;
}

/** What RECORD says of a member that changed. */
export interface RecordContent {
  /** Bytes. */
  readonly size: number;
  /** `undefined`: only SHA-256 is at hand. */
  digest(algorithm: HashName): Uint8Array | undefined;
}

const STRONG: readonly HashName[] = ["sha256", "sha384", "sha512"];

export function editRecord(bytes: Uint8Array, changes: RecordChanges): Uint8Array {
  const { rows } = parseRecord(bytes);
  const lineEnd = lineEndOf(bytes, rows);
  const kept: { path: string; bytes: Uint8Array }[] = [];
  const seen = new Set<string>();
  for (const row of rows) {
    const listed = listedPath(row.path, changes);
    if (changes.removed.has(listed)) continue;
    const path = changes.renamed.get(listed) ?? listed;
    seen.add(path);
    const content = path === changes.record ? undefined : changes.contents.get(path);
    const raw = bytes.subarray(row.start, row.end);
    const same = path === listed && content === undefined;
    kept.push({ path, bytes: same ? raw : editRow(row, raw, path, content) });
  }
  const sorted = kept.every(
    ({ path }, index) =>
      index === 0 || path === changes.record || compareText(kept[index - 1]?.path ?? "", path) <= 0,
  );
  const added = [...changes.contents.keys()].filter((path) => !seen.has(path)).sort(compareText);
  for (const path of added) {
    const content = changes.contents.get(path);
    const digest = content?.digest("sha256");
    const line = formatRecordLine(
      path === changes.record || content === undefined || digest === undefined
        ? { path }
        : { path, hash: { algorithm: "sha256", digest }, size: content.size },
    );
    const at = placeOf(path, kept, sorted, changes.record);
    kept.splice(at, 0, { path, bytes: encodeUtf8(line.replace("\n", lineEnd)) });
  }
  return joinRows(
    kept.map((row) => row.bytes),
    lineEnd,
  );
}

/** Some Windows tools wrote `\` between the parts of a path; installers and PyPI read `/`. */
function listedPath(path: string, { renamed, removed, contents }: RecordChanges): string {
  if (!path.includes("\\") || renamed.has(path) || removed.has(path) || contents.has(path)) {
    return path;
  }
  return path.replaceAll("\\", "/");
}

/** In a sorted file where it belongs, else behind the files of its kind; RECORD's row stays last. */
function placeOf(
  path: string,
  rows: readonly { readonly path: string }[],
  sorted: boolean,
  record: string,
): number {
  const before = sorted
    ? (other: string) => compareText(other, path) > 0 || other === record
    : isDistInfo(path)
      ? (other: string) => other === record
      : (other: string) => isDistInfo(other);
  const at = rows.findIndex((row) => before(row.path));
  return at === -1 ? rows.length : at;
}

function isDistInfo(path: string): boolean {
  return /^[^/]+\.dist-info\//.test(path);
}

/** The row with a new path, hash and size; the spelling of what stays is kept. */
function editRow(
  row: RecordRow,
  raw: Uint8Array,
  path: string,
  content: RecordContent | undefined,
): Uint8Array {
  const text = new TextDecoder().decode(raw);
  const parts = /^("(?:[^"]|"")*"|[^",]*),([^,"]*),([^,"]*?)(\r\n|\n|\r|)$/.exec(text);
  const [, rawPath = "", rawHash = "", rawSize = "", end = ""] = parts ?? [];
  const strong = isHashName(row.algorithm) && STRONG.includes(row.algorithm);
  const own = strong && isHashName(row.algorithm) ? content?.digest(row.algorithm) : undefined;
  const algorithm = own === undefined ? "sha256" : row.algorithm;
  const newPath =
    path === row.path && parts !== null ? rawPath : spellPath(path, rawPath.startsWith('"'));
  if (content === undefined && parts !== null) {
    return encodeUtf8(`${newPath},${rawHash},${rawSize}${end}`);
  }
  if (content === undefined) {
    const digest = row.algorithm === "" ? "" : `${row.algorithm}=${row.digest}`;
    return encodeUtf8(`${newPath},${digest},${row.size}\n`);
  }
  const digest = encodeBase64Url(own ?? content.digest("sha256") ?? new Uint8Array());
  return encodeUtf8(
    `${newPath},${algorithm}=${digest},${content.size}${parts === null ? "\n" : end}`,
  );
}

function spellPath(path: string, quoted: boolean): string {
  return quoted || /[",\r\n]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path;
}

function lineEndOf(bytes: Uint8Array, rows: readonly RecordRow[]): string {
  const end = rows[0]?.end ?? 0;
  return bytes[end - 1] === 0x0a && bytes[end - 2] === 0x0d ? "\r\n" : "\n";
}

/** A row at the end of the file may lack its line end; it gets one when another follows. */
function joinRows(rows: readonly Uint8Array[], lineEnd: string): Uint8Array {
  const parts: Uint8Array[] = [];
  rows.forEach((row, index) => {
    parts.push(row);
    const last = row.at(-1);
    if (index < rows.length - 1 && last !== 0x0a && last !== 0x0d) parts.push(encodeUtf8(lineEnd));
  });
  return concatBytes(parts);
}
