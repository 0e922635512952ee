/**
 * Changes of single fields in METADATA and WHEEL. Every other byte stays.
 *
 * Adding a field and removing it again gives the original bytes.
 */
import { concatBytes, encodeUtf8 } from "../bytes.ts";
import type { HeaderField } from "../wheel/headers.ts";
import { fieldsNamed, parseHeaders } from "../wheel/headers.ts";

const CR = 0x0d;
const LF = 0x0a;

/** Replaces the value of `field`, keeping the spelling of its name. */
function replacement(
  bytes: Uint8Array,
  field: HeaderField,
  value: string,
): { readonly start: number; readonly end: number; readonly text: Uint8Array } {
  const tail = lineEndAt(bytes, field.end);
  // `Name:value` and `Name:  value` are left as they are spelled.
  let start = field.valueStart;
  while (start < field.end && (bytes[start] === 0x20 || bytes[start] === 0x09)) start++;
  const blank = start === field.valueStart && field.value === "" && value !== "" ? " " : "";
  return { start, end: field.end - tail.length, text: encodeUtf8(blank + value) };
}

/**
 * Adds a field behind the last one of its name; else behind the fields that come before it in
 * `order`; else at the top.
 */
export function addField(
  bytes: Uint8Array,
  name: string,
  value: string,
  order: readonly string[],
): Uint8Array {
  return addFields(bytes, name, [value], order);
}

/** As {@link addField}, one behind the other. */
function addFields(
  bytes: Uint8Array,
  name: string,
  values: readonly string[],
  order: readonly string[],
): Uint8Array {
  const { fields } = parseHeaders(bytes);
  const wanted = name.toLowerCase();
  const ranks = new Map(order.map((each, at) => [each.toLowerCase(), at]));
  const own = ranks.get(wanted);
  let before: HeaderField | undefined;
  for (const field of fields) {
    if (field.name.toLowerCase() === wanted) before = field;
  }
  if (before === undefined) {
    for (const field of fields) {
      const other = ranks.get(field.name.toLowerCase());
      if (own === undefined || (other !== undefined && other <= own)) before = field;
    }
  }
  const end = lineEndOf(bytes, fields);
  const lines = values.map((value) => `${name}: ${value}`).join(end);
  if (before === undefined) return splice(bytes, 0, 0, encodeUtf8(lines + end));
  const open = lineEndAt(bytes, before.end).length === 0;
  return splice(bytes, before.end, before.end, encodeUtf8(open ? end + lines : lines + end));
}

/** Sets a field that stands once: replaced where it is there, added where it is not. */
export function setField(
  bytes: Uint8Array,
  name: string,
  value: string,
  order: readonly string[],
): Uint8Array {
  return setFields(bytes, name, [value], order);
}

/** Removes every field of this name. */
export function removeFields(bytes: Uint8Array, name: string): Uint8Array {
  return withoutFields(bytes, fieldsNamed(parseHeaders(bytes), name));
}

/** Puts `values` in the place of all fields of this name, in order. One pass over the file. */
export function setFields(
  bytes: Uint8Array,
  name: string,
  values: readonly string[],
  order: readonly string[],
): Uint8Array {
  const fields = fieldsNamed(parseHeaders(bytes), name);
  const present = fields.map((field) => field.value);
  if (present.length === values.length && present.every((value, at) => value === values[at])) {
    return bytes;
  }
  const parts: Uint8Array[] = [];
  let at = 0;
  fields.slice(0, values.length).forEach((field, index) => {
    const value = values[index] ?? "";
    if (field.value === value) return;
    const { start, end, text } = replacement(bytes, field, value);
    parts.push(bytes.subarray(at, start), text);
    at = end;
  });
  const [rest] = fields.slice(values.length);
  // What is removed lies behind what is replaced.
  const tail = withoutFields(bytes, fields.slice(values.length));
  parts.push(rest === undefined ? bytes.subarray(at) : tail.subarray(at));
  const result = concatBytes(parts);
  const added = values.slice(fields.length);
  return added.length === 0 ? result : addFields(result, name, added, order);
}

/** @param fields in file order. */
function withoutFields(bytes: Uint8Array, fields: readonly HeaderField[]): Uint8Array {
  const last = fields.at(-1);
  if (last === undefined) return bytes;
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const { start, end } of fields) {
    parts.push(bytes.subarray(at, start));
    at = end;
  }
  parts.push(bytes.subarray(at));
  const result = concatBytes(parts);
  // The last line of a file without a final line end takes the line end before it along.
  const open = last.end === bytes.length && lineEndAt(bytes, last.end).length === 0;
  return open
    ? result.subarray(0, result.length - lineEndAt(result, result.length).length)
    : result;
}

function splice(bytes: Uint8Array, start: number, end: number, put: Uint8Array): Uint8Array {
  return concatBytes([bytes.subarray(0, start), put, bytes.subarray(end)]);
}

/** The line end that `end` lies behind, if there is one. */
function lineEndAt(bytes: Uint8Array, end: number): string {
  if (bytes[end - 1] === LF) return bytes[end - 2] === CR ? "\r\n" : "\n";
  return bytes[end - 1] === CR ? "\r" : "";
}

function lineEndOf(bytes: Uint8Array, fields: readonly HeaderField[]): string {
  const [first] = fields;
  const end = first === undefined ? "" : lineEndAt(bytes, first.end);
  return end === "" ? "\n" : end;
}
