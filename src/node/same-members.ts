/** Comparing members of a wheel that may be too large to hold in memory. */
import { bytesEqual } from "../bytes.ts";
import type { Source } from "../source.ts";
import type { ZipEntry } from "../zip/entry.ts";
import { nodeCompression } from "./compression.ts";
import { streamMember } from "./stream.ts";

/** True when two members of the archive unpack to the same bytes, and both are sound. */
export async function sameBytes(archive: Source, a: ZipEntry, b: ZipEntry): Promise<boolean> {
  if (a.size !== b.size || a.crc32 !== b.crc32) return false;
  const digests = await Promise.all(
    [a, b].map(async (entry) => {
      const hasher = nodeCompression.hasher("sha256");
      const problems = await streamMember(archive)(entry, (bytes) => hasher.update(bytes));
      return problems.length === 0 ? hasher.digest() : undefined;
    }),
  );
  const [left, right] = digests;
  return left !== undefined && right !== undefined && bytesEqual(left, right);
}
