/** A UUID for a file that has none. */
import type { FormatTools } from "../../format.ts";
import { readInto, type Source } from "../../source.ts";

const CHUNK = 1 << 20;

/** From the content, so that the same file always gets the same one, in the form of version 5. */
export function uuidFor(source: Source, tools: FormatTools): Uint8Array {
  const hasher = tools.hasher("sha256");
  const buffer = new Uint8Array(Math.min(CHUNK, source.size));
  for (let at = 0; at < source.size; at += buffer.length) {
    const part = buffer.subarray(0, Math.min(buffer.length, source.size - at));
    readInto(source, at, part);
    hasher.update(part);
  }
  const uuid = hasher.digest().slice(0, 16);
  uuid[6] = ((uuid[6] ?? 0) & 0x0f) | 0x50;
  uuid[8] = ((uuid[8] ?? 0) & 0x3f) | 0x80;
  return uuid;
}
