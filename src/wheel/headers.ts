/**
 * The header format of METADATA and WHEEL: fields, folded lines, a body, as Python's `email` parser
 * reads them (the core metadata specification defines the format by that parser).
 *
 * Every field keeps the bytes it came from, so that an editor can replace one and leave the rest.
 */
import { addTo } from "../add-to.ts";
import { decodeUtf8, decodeUtf8Lossy } from "../bytes.ts";

export interface HeaderField {
  /** As spelled; names are compared without regard to case. */
  readonly name: string;
  /** Folded lines keep their line ends and indentation; none at either end. */
  readonly value: string;
  /** False when the bytes are no UTF-8; then `value` holds replacement characters. */
  readonly utf8: boolean;
  /** Bytes of the whole field with its folded lines and last line end. */
  readonly start: number;
  readonly end: number;
  /** First byte behind the colon. */
  readonly valueStart: number;
}

export interface HeaderDefect {
  readonly offset: number;
  readonly message: string;
}

export interface Headers {
  /** In file order. */
  readonly fields: readonly HeaderField[];
  /** First byte behind the blank line; the file's length when there is no body. */
  readonly bodyStart: number;
  readonly defects: readonly HeaderDefect[];
}

const CR = 0x0d;
const LF = 0x0a;
const COLON = 0x3a;
const SPACE = 0x20;
const TAB = 0x09;
/** Enough for any real file; keeps memory bounded by something smaller than the file. */
const MAX_FIELDS = 100_000;
const MAX_DEFECTS = 20;

/**
 * Never throws; what the email parser forgives is a defect.
 *
 * @param start where the fields begin; offsets count from the first byte all the same.
 */
export function parseHeaders(bytes: Uint8Array, start: number = 0): Headers {
  const fields: HeaderField[] = [];
  const defects: HeaderDefect[] = [];
  let open: { readonly start: number; readonly colon: number } | undefined;
  let at = start;
  const blame = (offset: number, message: string): void => {
    if (defects.length < MAX_DEFECTS) defects.push({ offset, message });
  };
  const close = (end: number): void => {
    if (open !== undefined) fields.push(fieldOf(bytes, open.start, open.colon, end));
    open = undefined;
  };
  while (at < bytes.length) {
    const end = nextLine(bytes, at);
    const first = bytes[at];
    if (first === SPACE || first === TAB) {
      if (open === undefined) {
        blame(at, "a folded line has no field before it");
      }
      at = end;
      continue;
    }
    const colon = colonOf(bytes, at, end);
    if (colon === undefined) {
      close(at);
      if (isFrom(bytes, at)) {
        blame(at, "an mbox `From ` line stands among the fields");
        at = end;
        continue;
      }
      if (first === CR || first === LF) return { fields, bodyStart: end, defects };
      blame(
        at,
        "a line without a colon ends the fields; what follows is taken for the description",
      );
      return { fields, bodyStart: at, defects };
    }
    close(at);
    if (colon === at) {
      blame(at, "a field has no name");
    } else if (fields.length >= MAX_FIELDS) {
      blame(at, `there are more than ${MAX_FIELDS} fields`);
      return { fields, bodyStart: bytes.length, defects };
    } else {
      open = { start: at, colon };
    }
    at = end;
  }
  close(bytes.length);
  return { fields, bodyStart: bytes.length, defects };
}

/** All fields named `name` in any case, in file order. */
export function fieldsNamed(headers: Headers, name: string): readonly HeaderField[] {
  return indexOf(headers).get(name.toLowerCase()) ?? [];
}

const INDEXES = new WeakMap<readonly HeaderField[], ReadonlyMap<string, readonly HeaderField[]>>();

/** Made once for each list of fields: checks ask for some thirty names. */
function indexOf({ fields }: Headers): ReadonlyMap<string, readonly HeaderField[]> {
  const known = INDEXES.get(fields);
  if (known !== undefined) return known;
  const index = new Map<string, HeaderField[]>();
  for (const field of fields) {
    const key = field.name.toLowerCase();
    addTo(index, key, field);
  }
  INDEXES.set(fields, index);
  return index;
}

function fieldOf(bytes: Uint8Array, start: number, colon: number, end: number): HeaderField {
  const raw = bytes.subarray(colon + 1, end);
  const text = decodeUtf8(raw);
  return {
    name: decodeUtf8Lossy(bytes.subarray(start, colon)),
    value: trimField(text ?? decodeUtf8Lossy(raw)),
    utf8: text !== undefined,
    start,
    end,
    valueStart: colon + 1,
  };
}

/** Leading white space and trailing line ends go, trailing blanks stay: Python's `header_source_parse`. */
function trimField(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && " \t\r\n".includes(text.charAt(start))) start++;
  while (end > start && "\r\n".includes(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Offset of the colon of a line that begins a field: printable ASCII without blanks before it. */
function colonOf(bytes: Uint8Array, start: number, end: number): number | undefined {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === COLON) return at;
    if (byte < 0x21 || byte > 0x7e) return undefined;
  }
  return undefined;
}

function isFrom(bytes: Uint8Array, at: number): boolean {
  return [0x46, 0x72, 0x6f, 0x6d, SPACE].every((byte, index) => bytes[at + index] === byte);
}

/** Offset behind the line's end: CR LF, LF or CR. */
function nextLine(bytes: Uint8Array, start: number): number {
  for (let at = start; at < bytes.length; at++) {
    if (bytes[at] === LF) return at + 1;
    if (bytes[at] === CR) return bytes[at + 1] === LF ? at + 2 : at + 1;
  }
  return bytes.length;
}
