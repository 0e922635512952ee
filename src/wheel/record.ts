/**
 * RECORD: path, hash and size of every file of a wheel, as CSV (PEP 376, PEP 427; the recording
 * installed projects specification), read as Python's `csv` module reads it.
 *
 * Rows are found on the bytes, and a cap bounds them, so that 250 MB of RECORD cost memory for the
 * rows that a real wheel can have and no more.
 */
import { bytesEqual, decodeUtf8Lossy, encodeUtf8, isUtf8, toHex } from "../bytes.ts";
import type { Problem } from "../finding.ts";
import type { HashName } from "../runtime.ts";
import { base64UrlLength, decodeBase64Url, encodeBase64Url } from "./base64.ts";
import { CR, LF, lineEnd, MAX_FIELD, readRow } from "./csv.ts";
import type { WheelCode } from "./rules.ts";
import { quoted } from "./text.ts";

export { readRow } from "./csv.ts";

export interface RecordRow {
  readonly path: string;
  /** Left of the `=` of the second column; empty when there is no hash. */
  readonly algorithm: string;
  /** Right of the `=`, as it is written. */
  readonly digest: string;
  /** Third column, as it is written. */
  readonly size: string;
  /** 1 for the first line of the file; a row may span lines. */
  readonly line: number;
  /** Bytes of the row in the file, with its line end. */
  readonly start: number;
  readonly end: number;
}

export interface ParsedRecord {
  readonly rows: readonly RecordRow[];
  /** The file is UTF-8 throughout. */
  readonly utf8: boolean;
  /** It has a CR somewhere. */
  readonly carriageReturns: boolean;
  readonly problems: readonly Problem<WheelCode>[];
}

/** What RECORD promises of a file. */
export interface RecordExpectation {
  readonly algorithm: HashName;
  /** URL-safe base64 without padding: 200,000 arrays of 32 bytes would take three times as much. */
  readonly digest: string;
  /** Bytes; absent when RECORD does not say. */
  readonly size?: number;
}

/** More than the cap on the members of an archive: more rows can't name different files. */
const MAX_ROWS = 250_000;
/** One broken file has one cause: that many complaints show it. */
const MAX_PROBLEMS = 20;

/** Digest lengths in bytes. */
export const DIGEST_LENGTHS: Readonly<Record<HashName, number>> = {
  md5: 16,
  sha1: 20,
  sha224: 28,
  sha256: 32,
  sha384: 48,
  sha512: 64,
};

export function isHashName(text: string): text is HashName {
  return text === "sha256" || Object.hasOwn(DIGEST_LENGTHS, text);
}

/** All rows, with REC002 for what is no three-column CSV. Never throws. */
export function parseRecord(bytes: Uint8Array): ParsedRecord {
  const rows: RecordRow[] = [];
  const problems: Problem<WheelCode>[] = [];
  const report = (message: string, offset: number): void => {
    if (problems.length < MAX_PROBLEMS) {
      problems.push({ code: "REC002", message, at: { record: "RECORD", offset } });
    }
  };
  let at = 0;
  let line = 1;
  let piece = pieceAt(bytes, 0);
  let ascii = true;
  while (at < bytes.length) {
    if (rows.length === MAX_ROWS) {
      report(`RECORD has more than ${MAX_ROWS} rows; the rest was not read`, at);
      break;
    }
    if (bytes[at] === LF || bytes[at] === CR) {
      // A line without any field, which Python's readers skip.
      at = lineEnd(bytes, at);
      line++;
      continue;
    }
    if (at >= piece.end) piece = pieceAt(bytes, at);
    ascii &&= piece.ascii;
    const start = at;
    const plain = plainRow(piece, at, line);
    if (plain !== undefined) {
      rows.push(plain);
      at = plain.end;
      line++;
      continue;
    }
    const row = readRow(bytes, at);
    const [path = "", hash = "", size = ""] = row.fields;
    if (problems.length < MAX_PROBLEMS) {
      if (row.defect !== undefined) report(`line ${line} of RECORD ${row.defect}`, start);
      if (row.fields.length !== 3) {
        report(
          `line ${line} of RECORD has ${columns(row.fields.length)} where path, hash and size are needed: ${quoted(path)}`,
          start,
        );
      }
    }
    const { algorithm, digest } = splitHash(hash);
    rows.push({ path, algorithm, digest, size, line, start, end: row.end });
    at = row.end;
    // What a row has behind its piece, no piece has looked at.
    ascii &&= at <= piece.end;
    line += row.lines;
  }
  const carriageReturns = bytes.includes(CR);
  return { rows, utf8: ascii || isUtf8(bytes), carriageReturns, problems };
}

/** Some whole lines of the file, as text where that is one character for each byte. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly ascii: boolean;
  /** `undefined` unless the lines are ASCII without quotes, NUL, and CR but before LF. */
  readonly text: string | undefined;
}

const PIECE = 256 << 10;

function pieceAt(bytes: Uint8Array, start: number): Piece {
  let end = Math.min(bytes.length, start + PIECE);
  if (end < bytes.length) {
    // In the piece alone: without a line feed the search would run to the file's beginning.
    const last = bytes.subarray(start, end).lastIndexOf(LF);
    if (last >= 0) end = start + last + 1;
  }
  const text = decodeUtf8Lossy(bytes.subarray(start, end));
  const ascii = text.length === end - start && !/[\x80-\uffff]/.test(text);
  const plain = ascii && !/["\0]|\r(?!\n)/.test(text);
  return { start, end, ascii, text: plain ? text : undefined };
}

/**
 * Nearly every row there is: one line of three columns, nothing quoted. `undefined` for any other.
 */
function plainRow(piece: Piece, at: number, line: number): PlainRow | undefined {
  const { text, start } = piece;
  if (text === undefined) return undefined;
  const begin = at - start;
  const end = text.indexOf("\n", begin);
  if (end === -1 || end - begin > MAX_FIELD) return undefined;
  const last = text.charCodeAt(end - 1) === CR ? end - 1 : end;
  // Looked for in the line alone: without a comma the search would run to the piece's end.
  const row = text.slice(begin, last);
  const hash = row.indexOf(",") + 1;
  const size = row.indexOf(",", hash) + 1;
  if (hash === 0 || size === 0 || row.includes(",", size)) return undefined;
  return new PlainRow(piece, line, at, begin + hash, begin + size, last, start + end + 1);
}

/** A row as places in a text: there may be 200,000, and most columns are looked at once. */
class PlainRow implements RecordRow {
  declare readonly path: string;
  declare readonly line: number;
  declare readonly start: number;
  declare readonly end: number;
  declare readonly text: string;
  /** Where the second and third column begin and where the third ends. */
  declare readonly hashAt: number;
  declare readonly sizeAt: number;
  declare readonly last: number;

  constructor(
    piece: Piece,
    line: number,
    start: number,
    hashAt: number,
    sizeAt: number,
    last: number,
    end: number,
  ) {
    this.text = piece.text ?? "";
    this.path = this.text.slice(start - piece.start, hashAt - 1);
    this.line = line;
    this.start = start;
    this.end = end;
    this.hashAt = hashAt;
    this.sizeAt = sizeAt;
    this.last = last;
  }

  get algorithm(): string {
    if (this.text.startsWith(SHA256, this.hashAt)) return "sha256";
    return splitHash(this.#hash()).algorithm;
  }

  get digest(): string {
    if (this.text.startsWith(SHA256, this.hashAt)) {
      return this.text.slice(this.hashAt + SHA256.length, this.sizeAt - 1);
    }
    return splitHash(this.#hash()).digest;
  }

  get size(): string {
    return this.text.slice(this.sizeAt, this.last);
  }

  #hash(): string {
    return this.text.slice(this.hashAt, this.sizeAt - 1);
  }
}

const SHA256 = "sha256=";

function columns(count: number): string {
  if (count > 3) return "more than 3 columns";
  return count === 1 ? "1 column" : `${count} columns`;
}

function splitHash(hash: string): { readonly algorithm: string; readonly digest: string } {
  const equals = hash.indexOf("=");
  if (equals === -1) return { algorithm: hash, digest: "" };
  return { algorithm: hash.slice(0, equals), digest: hash.slice(equals + 1) };
}

export type DecodedDigest =
  | {
      readonly ok: true;
      readonly bytes: Uint8Array /** Unneeded `=` at the end. */;
      readonly padded: boolean;
    }
  | { readonly ok: false; readonly why: string };

/** The digest of a row: URL-safe base64 without padding (PEP 427). Padding is told, not refused. */
export function decodeDigest(row: Pick<RecordRow, "algorithm" | "digest">): DecodedDigest {
  const defect = digestDefect(row);
  if (defect !== undefined && defect !== "padded") return { ok: false, why: defect.why };
  const padded = defect === "padded";
  const bytes = decodeBase64Url(padded ? withoutPadding(row.digest) : row.digest);
  return bytes === undefined ? { ok: false, why: "it can't be read" } : { ok: true, bytes, padded };
}

/** What is wrong with the encoding of a row's digest; nothing is decoded. */
export function digestDefect(
  row: Pick<RecordRow, "algorithm" | "digest">,
): "padded" | { readonly why: string } | undefined {
  if (!isHashName(row.algorithm)) return { why: "the algorithm is unknown" };
  const bare = withoutPadding(row.digest);
  const length = base64UrlLength(bare);
  if (length === undefined) return { why: `${quoted(row.digest)} is not URL-safe base64` };
  const expected = DIGEST_LENGTHS[row.algorithm];
  if (length !== expected) {
    return { why: `it decodes to ${length} bytes, ${row.algorithm} has ${expected}` };
  }
  return bare.length === row.digest.length ? undefined : "padded";
}

function withoutPadding(digest: string): string {
  return digest.endsWith("=") ? digest.replace(/={1,2}$/, "") : digest;
}

/** Decimal bytes of the third column; `undefined` when it is empty or no number. */
export function recordSize(row: Pick<RecordRow, "size">): number | undefined {
  return /^[0-9]{1,15}$/.test(row.size) ? Number(row.size) : undefined;
}

const OWN_PATH = /^[^/]+\.dist-info\/RECORD$/;

/** What is to be verified while members are inflated, by path. The last of equal paths counts. */
export function recordPlan(rows: readonly RecordRow[]): ReadonlyMap<string, RecordExpectation> {
  const plan = new Map<string, RecordExpectation>();
  for (const row of rows) {
    const { algorithm } = row;
    // Its own hash can't be right, which is another rule's business.
    if (!isHashName(algorithm) || OWN_PATH.test(row.path)) continue;
    const defect = digestDefect(row);
    if (defect !== undefined && defect !== "padded") continue;
    const digest = withoutPadding(row.digest);
    const size = recordSize(row);
    plan.set(row.path, size === undefined ? { algorithm, digest } : { algorithm, digest, size });
  }
  return plan;
}

/** REC008 when the content is not what RECORD says. Sizes are compared by `checkWheel`. */
export function checkRecordDigest(
  path: string,
  expected: RecordExpectation,
  digest: Uint8Array,
  size: number,
): readonly Problem<WheelCode>[] {
  const promised = decodeBase64Url(expected.digest) ?? new Uint8Array(0);
  if (bytesEqual(digest, promised)) return [];
  return [
    {
      code: "REC008",
      path,
      message: `RECORD promises ${expected.algorithm} ${shortHex(promised)}, the ${size} bytes of the file have ${shortHex(digest)}`,
    },
  ];
}

function shortHex(bytes: Uint8Array): string {
  return `${toHex(bytes.subarray(0, 8))}…`;
}

/** What a row is written from. */
export interface RecordLine {
  readonly path: string;
  /** Absent for RECORD itself. */
  readonly hash?: { readonly algorithm: HashName; readonly digest: Uint8Array };
  readonly size?: number;
}

/** One row as Python's `csv.writer` with `lineterminator="\n"` writes it. */
export function formatRecordLine({ path, hash, size }: RecordLine): string {
  const digest = hash === undefined ? "" : `${hash.algorithm}=${encodeBase64Url(hash.digest)}`;
  return `${quoteField(path)},${digest},${size ?? ""}\n`;
}

/** The whole file; rows in the order given. */
export function formatRecord(rows: readonly RecordLine[]): Uint8Array {
  return encodeUtf8(rows.map(formatRecordLine).join(""));
}

/** Quotes where csv's QUOTE_MINIMAL does. */
function quoteField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
