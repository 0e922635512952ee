/**
 * IMAGE_OPTIONAL_HEADER.CheckSum: the sum of all 16-bit words of the file with the carry added back,
 * the field itself left out, plus the size of the file. `CheckSumMappedFile` of imagehlp.
 */
import { readInto, type Source } from "../source.ts";
import { PeWindowsHeader } from "./layout.ts";
import type { PeHeader } from "./read/header.ts";

/** Words of 32 bits whose sum is still exact. */
const BLOCK = 1 << 18;

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
    sum = ((sum % 0xffff) + 0xffff) % 0xffff;
  };
  const addBytes = (bytes: Uint8Array, offset: number): void => {
    for (const [index, byte] of bytes.entries()) {
      // Words begin at even offsets of the file.
      sum += (offset + index) % 2 === 0 ? byte : byte * 256;
    }
  };
  return {
    add(bytes, offset) {
      const head = Math.min((4 - (bytes.byteOffset % 4)) % 4, bytes.length);
      const wide = (bytes.length - head) >>> 2;
      addBytes(bytes.subarray(0, head), offset);
      for (let at = 0; at < wide; at += BLOCK) {
        const block = new Uint32Array(
          bytes.buffer,
          bytes.byteOffset + head + 4 * at,
          Math.min(BLOCK, wide - at),
        );
        let total = 0;
        // By index: an iterator takes four times as long.
        for (let index = 0; index < block.length; index++) total += block[index] ?? 0;
        // 65536 counts as 1, so a half in the wrong place is right again when it is moved on by a byte.
        sum += (total % 0xffff) * ((offset + head) % 2 === 0 ? 1 : 256);
      }
      addBytes(bytes.subarray(head + 4 * wide), offset + head + 4 * wide);
      for (let at = Math.max(fieldAt, offset); at < fieldAt + 4; at++) {
        const byte = bytes[at - offset];
        if (byte !== undefined) sum -= at % 2 === 0 ? byte : byte * 256;
      }
      fold();
    },
    result(size) {
      fold();
      // Carries that are added back never give 0, and no file is all zeros.
      return ((sum === 0 ? 0xffff : sum) + size) % 0x1_0000_0000;
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
