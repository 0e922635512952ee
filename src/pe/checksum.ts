/**
 * IMAGE_OPTIONAL_HEADER.CheckSum: the sum of all 16-bit words of the file with the carry added back,
 * the field itself left out, plus the size of the file. `CheckSumMappedFile` of imagehlp.
 */
import { readInto, type Source } from "../source.ts";
import { PeWindowsHeader } from "./layout.ts";
import type { PeHeader } from "./read/header.ts";

export interface ChecksumPass {
  /** All bytes of the file, in order, in any pieces. */
  add(bytes: Uint8Array, offset: number): void;
  /** @param size bytes of the file. */
  result(size: number): number;
}

/** @param fieldAt file offset of CheckSum. */
export function checksumPass(fieldAt: number): ChecksumPass {
  let sum = 0;
  const fold = (): void => {
    while (sum > 0xffff) sum = (sum % 0x1_0000) + Math.floor(sum / 0x1_0000);
  };
  return {
    add(bytes, offset) {
      let first = 0;
      let second = 0;
      for (let index = 0; index < bytes.length; index += 2) {
        first += bytes[index] ?? 0;
        second += bytes[index + 1] ?? 0;
      }
      // Words begin at even offsets of the file.
      sum += offset % 2 === 0 ? first + second * 256 : first * 256 + second;
      for (let at = Math.max(fieldAt, offset); at < fieldAt + 4; at++) {
        const byte = bytes[at - offset];
        if (byte !== undefined) sum -= at % 2 === 0 ? byte : byte * 256;
      }
      fold();
    },
    result(size) {
      fold();
      return (sum + size) % 0x1_0000_0000;
    },
  };
}

/** File offset of the field. */
export function checksumAt({ windowsAt, context }: PeHeader): number {
  return windowsAt + PeWindowsHeader.offsetOf(context.variant, "CheckSum");
}

const CHUNK = 1 << 20;

/** Of a whole file. */
export function checksumOf(source: Source, fieldAt: number): number {
  const pass = checksumPass(fieldAt);
  const buffer = new Uint8Array(Math.min(CHUNK, source.size));
  for (let at = 0; at < source.size; at += buffer.length) {
    const part = buffer.subarray(0, Math.min(buffer.length, source.size - at));
    readInto(source, at, part);
    pass.add(part, at);
  }
  return pass.result(source.size);
}
