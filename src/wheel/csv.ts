/**
 * Rows of comma-separated values as Python's `csv` module reads them (dialect `excel`), found on the
 * bytes, so that each keeps its span and nothing larger than a row becomes a text.
 */
import { decodeUtf8Lossy } from "../bytes.ts";

const COMMA = 0x2c;
const QUOTE = 0x22;
export const LF: number = 0x0a;
export const CR: number = 0x0d;
/** The limit of Python's csv module, in bytes here. */
export const MAX_FIELD: number = 131_072;
/** Columns that are kept of a row with too many. */
const MAX_COLUMNS = 5;

export interface RawRow {
  readonly fields: readonly string[];
  readonly end: number;
  /** Line ends inside the row and at its end. */
  readonly lines: number;
  readonly defect?: string;
}

/** One row from `start`, without fields when the line is blank, in the dialect `excel` of Python's csv. */
export function readRow(bytes: Uint8Array, start: number): RawRow {
  const fields: string[] = [];
  let at = start;
  let lines = 0;
  let defect: string | undefined;
  if (bytes[at] === LF || bytes[at] === CR) {
    return { fields, end: lineEnd(bytes, at), lines: 1 };
  }
  for (;;) {
    const begin = at;
    if (bytes[at] === QUOTE) {
      const quoted = readQuoted(bytes, at);
      fields.push(quoted.text);
      at = quoted.end;
      lines += quoted.lines;
      defect ??= quoted.defect;
    } else {
      while (at < bytes.length) {
        const byte = bytes[at];
        if (byte === COMMA || byte === LF || byte === CR) break;
        at++;
      }
      fields.push(textOf(bytes, begin, at));
    }
    if (at - begin > MAX_FIELD) defect ??= `has a field of ${at - begin} bytes`;
    if (fields.length === MAX_COLUMNS && bytes[at] === COMMA) {
      // Further columns are wrong already; their number must not cost memory.
      while (at < bytes.length && bytes[at] !== LF && bytes[at] !== CR) at++;
    }
    if (bytes[at] !== COMMA) break;
    at++;
  }
  const end = lineEnd(bytes, at);
  for (const field of fields) {
    if (field.includes("\0")) defect ??= "contains a NUL character";
  }
  return { fields, end, lines: lines + 1, ...(defect === undefined ? {} : { defect }) };
}

interface Quoted {
  readonly text: string;
  readonly end: number;
  readonly lines: number;
  readonly defect?: string;
}

/** A field that begins with a quote; `""` inside stands for one. Ends before a comma or line end. */
function readQuoted(bytes: Uint8Array, open: number): Quoted {
  let at = open + 1;
  let lines = 0;
  let close = -1;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      if (bytes[at + 1] !== QUOTE) {
        close = at;
        break;
      }
      at++;
    } else if (byte === LF || (byte === CR && bytes[at + 1] !== LF)) lines++;
    at++;
  }
  const text = textOf(bytes, open + 1, close === -1 ? at : close).replaceAll('""', '"');
  if (close === -1) return { text, end: at, lines, defect: "has a quote without end" };
  at++;
  const tail = at;
  while (at < bytes.length && bytes[at] !== COMMA && bytes[at] !== LF && bytes[at] !== CR) at++;
  if (at === tail) return { text, end: at, lines };
  return {
    text: text + textOf(bytes, tail, at),
    end: at,
    lines,
    defect: "has text behind a closing quote",
  };
}

/** Offset behind the line end at `at`: CR LF, LF or CR. */
export function lineEnd(bytes: Uint8Array, at: number): number {
  if (bytes[at] === CR) return bytes[at + 1] === LF ? at + 2 : at + 1;
  return Math.min(bytes.length, at + 1);
}

/** The rest of a longer field is left out, and told. */
function textOf(bytes: Uint8Array, start: number, end: number): string {
  return decodeUtf8Lossy(bytes.subarray(start, Math.min(end, start + MAX_FIELD)));
}
