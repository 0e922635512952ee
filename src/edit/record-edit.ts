/** RECORD after an edit: rows that nothing happened to keep their bytes. */
import { compareText, concatBytes, decodeUtf8, encodeUtf8 } from "../bytes.ts";
import type { HashName } from "../runtime.ts";
import { encodeBase64Url } from "../wheel/base64.ts";
import type { RecordRow } from "../wheel/record.ts";
import { formatRecordLine, isHashName, parseRecord } from "../wheel/record.ts";

export interface RecordChanges {
  /** Old path to new path. */
  readonly renamed: ReadonlyMap<string, string>;
  /** New paths of all files: rows of others go. */
  readonly files: ReadonlySet<string>;
  /** Contents that changed, are new or were recorded wrongly, by new path. */
  readonly contents: ReadonlyMap<string, RecordContent>;
  /** New path of RECORD itself, whose row has neither hash nor size. */
  readonly record: string;
}

/** What RECORD says of a member that changed. */
export interface RecordContent {
  /** Bytes. */
  readonly size: number;
  /** `undefined`: that digest is not known. */
  digest(algorithm: HashName): Uint8Array | undefined;
}

/** PEP 427: "SHA-256 or better", and what Python's hashlib always has. */
export const STRONG: readonly HashName[] = ["sha256", "sha384", "sha512"];

interface Kept {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export function editRecord(bytes: Uint8Array, changes: RecordChanges): Uint8Array {
  const { rows } = parseRecord(bytes);
  const lineEnd = lineEndOf(bytes, rows);
  const kept: Kept[] = [];
  const seen = new Set<string>();
  const { renamed, files, contents, record } = changes;
  const isListed = (path: string): boolean => files.has(renamed.get(path) ?? path);
  for (const row of rows) {
    const listed = listedPath(row.path, isListed);
    const path = renamed.get(listed) ?? listed;
    if (!files.has(path) || seen.has(path)) continue;
    seen.add(path);
    const raw = bytes.subarray(row.start, row.end);
    if (path === record) {
      kept.push({ path, bytes: editOwnRow(row, raw, path, lineEnd) });
      continue;
    }
    const content = contents.get(path);
    const same = path === row.path && content === undefined;
    kept.push({ path, bytes: same ? raw : editRow(row, raw, path, content) });
  }
  const added = [...contents.keys()]
    .filter((path) => !seen.has(path) && path !== record)
    .sort(compareText)
    .map((path): Kept => {
      const content = contents.get(path);
      const digest = content?.digest("sha256");
      const line = formatRecordLine(
        content === undefined || digest === undefined
          ? { path }
          : { path, hash: { algorithm: "sha256", digest }, size: content.size },
      );
      return { path, bytes: encodeUtf8(line.replace("\n", lineEnd)) };
    });
  if (!seen.has(record)) {
    const line = formatRecordLine({ path: record }).replace("\n", lineEnd);
    kept.push({ path: record, bytes: encodeUtf8(line) });
  }
  return joinRows(
    placed(kept, added, record).map((row) => row.bytes),
    lineEnd,
  );
}

/**
 * The path that a row means. Some Windows tools wrote `\` between the parts, some tools `./` in
 * front: installers and PyPI read both as if they were not there.
 */
export function listedPath(path: string, isFile: (path: string) => boolean): string {
  if (isFile(path)) return path;
  const plain = path.replaceAll("\\", "/").replace(/^(?:\.\/)+/, "");
  return plain !== path && isFile(plain) ? plain : path;
}

/**
 * In a sorted file where they belong, in one with `.dist-info` behind the rest each in its part, else
 * behind the files of their kind. RECORD's row stays last.
 */
function placed(rows: readonly Kept[], added: readonly Kept[], record: string): readonly Kept[] {
  if (added.length === 0) return rows;
  if (isSorted(rows, record)) return merged(rows, added, record);
  const split = rows.findIndex(({ path }) => isDistInfo(path));
  const at = split === -1 ? rows.length : split;
  return [
    ...merged(
      rows.slice(0, at),
      added.filter(({ path }) => !isDistInfo(path)),
      record,
    ),
    ...merged(
      rows.slice(at),
      added.filter(({ path }) => isDistInfo(path)),
      record,
    ),
  ];
}

function isSorted(rows: readonly Kept[], record: string): boolean {
  const others = rows.filter(({ path }) => path !== record);
  return others.every(
    ({ path }, at) => at === 0 || compareText(others[at - 1]?.path ?? "", path) <= 0,
  );
}

/** One list of both: sorted where `rows` are, else with what was added before RECORD's own row. */
function merged(rows: readonly Kept[], added: readonly Kept[], record: string): readonly Kept[] {
  const sorted = isSorted(rows, record);
  const result: Kept[] = [];
  let next = 0;
  for (const [index, row] of rows.entries()) {
    const own = row.path === record;
    const all = own && (!sorted || index === rows.length - 1);
    for (; next < added.length; next++) {
      const each = added[next];
      if (each === undefined || (!all && (own || !sorted))) break;
      if (!all && compareText(each.path, row.path) >= 0) break;
      result.push(each);
    }
    result.push(row);
  }
  return [...result, ...added.slice(next)];
}

function isDistInfo(path: string): boolean {
  return /^[^/]+\.dist-info\//.test(path);
}

const ROW = /^("(?:[^"\0]|"")*"|[^",\0]*),([^,"]*),([^,"]*?)(\r\n|\n|\r|)$/;

/** True when the row is three columns of CSV in UTF-8. */
export function isPlainRow(raw: Uint8Array): boolean {
  let commas = 0;
  for (const byte of raw) {
    if (byte === COMMA) commas++;
    else if (byte === 0 || byte === QUOTE || byte > 0x7e) {
      const text = decodeUtf8(raw);
      return text !== undefined && ROW.test(text);
    }
  }
  return commas === 2;
}

const COMMA = 0x2c;
const QUOTE = 0x22;

function editOwnRow(row: RecordRow, raw: Uint8Array, path: string, lineEnd: string): Uint8Array {
  const bare = row.algorithm === "" && row.digest === "" && row.size === "";
  if (bare && row.path === path && isPlainRow(raw)) return raw;
  if (bare && isPlainRow(raw)) return editRow(row, raw, path, undefined);
  return encodeUtf8(formatRecordLine({ path }).replace("\n", lineEnd));
}

/** The row with a new path, hash and size; the spelling of what stays is kept. */
function editRow(
  row: RecordRow,
  raw: Uint8Array,
  path: string,
  content: RecordContent | undefined,
): Uint8Array {
  const text = new TextDecoder().decode(raw);
  const parts = ROW.exec(text);
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
