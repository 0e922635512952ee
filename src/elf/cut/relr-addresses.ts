/** The words that a RELR table of a 64-bit little-endian file relocates. */
import type { Source } from "../../source.ts";
import type { Region } from "../read/region.ts";

const WORD = 8n;
const CHUNK = 1 << 16;

/** Addresses in table order: an even entry is one, an odd one is a bitmap of the 63 words behind it. */
export function* relrAddresses(source: Source, table: Region): Generator<bigint> {
  let next = 0n;
  const size = table.size - (table.size % Number(WORD));
  for (let at = 0; at < size; at += CHUNK) {
    const bytes = source.read(table.offset + at, Math.min(CHUNK, size - at));
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let index = 0; index < bytes.length; index += Number(WORD)) {
      const entry = view.getBigUint64(index, true);
      if ((entry & 1n) === 0n) {
        yield entry;
        next = entry + WORD;
        continue;
      }
      for (let bit = 1n; bit < 64n; bit++) {
        if (((entry >> bit) & 1n) === 1n) yield next + (bit - 1n) * WORD;
      }
      next += 63n * WORD;
    }
  }
}
