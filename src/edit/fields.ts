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
export function replaceValue(bytes: Uint8Array, field: HeaderField, value: string): Uint8Array {
  const tail = lineEndAt(bytes, field.end);
  // `Name:value` and `Name:  value` are left as they are spelled.
  let start = field.valueStart;
  while (start < field.end && (bytes[start] === 0x20 || bytes[start] === 0x09)) start++;
  const blank = start === field.valueStart && field.value === "" && value !== "" ? " " : "";
  return splice(bytes, start, field.end - tail.length, encodeUtf8(blank + value));
}

/** Removes the field with its folded lines. */
export function removeField(bytes: Uint8Array, field: HeaderField): Uint8Array {
  let { start } = field;
  // The last line of a file without a final line end takes the line end before it along.
  if (field.end === bytes.length && lineEndAt(bytes, field.end).length === 0) {
    start -= lineEndAt(bytes, start).length;
  }
  return splice(bytes, start, field.end, new Uint8Array());
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
  const { fields } = parseHeaders(bytes);
  const wanted = name.toLowerCase();
  const rank = (other: string): number =>
    order.findIndex((candidate) => candidate.toLowerCase() === other.toLowerCase());
  const own = rank(name);
  let before: HeaderField | undefined;
  for (const field of fields) {
    if (field.name.toLowerCase() === wanted) before = field;
  }
  if (before === undefined) {
    for (const field of fields) {
      const other = rank(field.name);
      if (own === -1 || (other !== -1 && other <= own)) before = field;
    }
  }
  const end = lineEndOf(bytes, fields);
  const line = `${name}: ${value}`;
  if (before === undefined) return splice(bytes, 0, 0, encodeUtf8(line + end));
  const open = lineEndAt(bytes, before.end).length === 0;
  return splice(bytes, before.end, before.end, encodeUtf8(open ? end + line : line + end));
}

/** Sets a field that stands once: replaced where it is there, added where it is not. */
export function setField(
  bytes: Uint8Array,
  name: string,
  value: string,
  order: readonly string[],
): Uint8Array {
  const [first, ...more] = fieldsNamed(parseHeaders(bytes), name);
  if (first === undefined) return addField(bytes, name, value, order);
  let result = bytes;
  for (const field of [...more].reverse()) result = removeField(result, field);
  return first.value === value && more.length === 0 ? bytes : replaceValue(result, first, value);
}

/** Removes every field of this name. */
export function removeFields(bytes: Uint8Array, name: string): Uint8Array {
  let result = bytes;
  for (const field of [...fieldsNamed(parseHeaders(bytes), name)].reverse()) {
    result = removeField(result, field);
  }
  return result;
}

/** Puts `values` in the place of all fields of this name, in order. */
export function setFields(
  bytes: Uint8Array,
  name: string,
  values: readonly string[],
  order: readonly string[],
): Uint8Array {
  const present = fieldsNamed(parseHeaders(bytes), name).map((field) => field.value);
  if (present.length === values.length && present.every((value, at) => value === values[at])) {
    return bytes;
  }
  let result = bytes;
  for (let count = values.length; ; ) {
    const fields = fieldsNamed(parseHeaders(result), name);
    if (fields.length <= count) break;
    const last = fields.at(-1);
    if (last === undefined) break;
    result = removeField(result, last);
  }
  values.forEach((value, at) => {
    const field = fieldsNamed(parseHeaders(result), name)[at];
    if (field === undefined) result = addField(result, name, value, order);
    else if (field.value !== value) result = replaceValue(result, field, value);
  });
  return result;
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
