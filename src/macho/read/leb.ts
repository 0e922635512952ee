/** LEB128 numbers, as opcodes and tries keep them. */
import { FormatError } from "../../errors.ts";

/** Reads forward through bytes; every method throws FormatError at the end. */
export interface ByteReader {
  readonly bytes: Uint8Array;
  position: number;
}

/** At most 2^53; larger values come out as 2^53, which is beyond every file. */
export function readUleb(reader: ByteReader, record: string): number {
  let value = 0;
  let scale = 1;
  for (;;) {
    const byte = nextByte(reader, record);
    if (scale <= 2 ** 49) value += (byte & 0x7f) * scale;
    else if ((byte & 0x7f) !== 0) value = Number.MAX_SAFE_INTEGER;
    scale *= 128;
    if (byte < 0x80) return Math.min(value, Number.MAX_SAFE_INTEGER);
  }
}

export function nextByte(reader: ByteReader, record: string): number {
  const byte = reader.bytes[reader.position];
  if (byte === undefined) {
    throw new FormatError("the table ends inside of an entry", {
      format: "macho",
      record,
      offset: reader.position,
    });
  }
  reader.position++;
  return byte;
}

/**
 * `value` in exactly `length` bytes: loaders read a number with needless continuation bytes.
 * `null` when it needs more.
 */
export function ulebOfLength(value: number, length: number): Uint8Array | null {
  const bytes = new Uint8Array(length);
  let rest = value;
  for (let index = 0; index < length; index++) {
    bytes[index] = (rest % 128) + (index + 1 < length ? 0x80 : 0);
    rest = Math.floor(rest / 128);
  }
  return rest === 0 ? bytes : null;
}
