import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateRawSync, inflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { createEngine } from "../../../src/node/engine.ts";
import type { DeflatedMember } from "../../../src/node/splice-member.ts";
import { deflatedMember, spliceMember } from "../../../src/node/splice-member.ts";
import { rewriteOf, rewrittenSource } from "../../../src/rewrite.ts";
import type { MemberSpan } from "../../../src/runtime.ts";
import { memorySource } from "../../../src/source.ts";
import { readPiece } from "../../../src/zip/writer.ts";
import { codeLike } from "../../support/deflate-streams.ts";
import { scratchFolder } from "../../support/scratch.ts";

const content = codeLike(2_500_000, 11);
const packed = deflateRawSync(content, { memLevel: 5 });
/** The member lies somewhere in an archive. */
const START = 777;
const archive = memorySource(Buffer.concat([Buffer.alloc(START, 1), packed, Buffer.alloc(99, 2)]));
const span: MemberSpan = {
  name: "lib.so",
  method: 8,
  crc32: crc32(content),
  compressedSize: packed.length,
  size: content.length,
  dataOffset: START,
};
const rewrite = rewriteOf(memorySource(content), [
  { at: 40, remove: 8, zeros: 0, bytes: codeLike(8, 5), what: "header" },
  { at: 700_000, remove: 30, zeros: 0, bytes: codeLike(30, 6), what: "table" },
  { at: content.length, remove: 0, zeros: 4000, bytes: codeLike(9000, 7), what: "tail" },
]);
const after = rewrittenSource(memorySource(content), rewrite);

function member(over: Partial<MemberSpan> = {}): DeflatedMember | undefined {
  const engine = createEngine({ jobs: 1 });
  const each = { ...span, ...over };
  return deflatedMember(archive, each, () => engine.indexMember("x.whl", archive, each));
}

describe("spliceMember", () => {
  it("packs changed content with most of the old stream, the same for any number of jobs", async () => {
    const folder = scratchFolder();
    const streams: Uint8Array[] = [];
    for (const jobs of [1, 4]) {
      const options = { level: 6, jobs, spoolBeside: join(folder, "x") };
      const result = await spliceMember(member(), rewrite, after, options);
      const bytes = after.read(0, after.size);
      expect(result?.packed).toMatchObject({ method: 8, size: after.size, crc32: crc32(bytes) });
      expect(result?.sha256.toString()).toBe(
        createHash("sha256").update(bytes).digest().toString(),
      );
      if (result === undefined) return;
      const { data, compressedSize } = result.packed;
      const stream = readPiece(data, 0, compressedSize);
      expect(inflateRawSync(stream).equals(bytes)).toBe(true);
      // A stretch from the middle is there as it was, byte for byte.
      const old = packed.subarray(packed.length >> 1, (packed.length >> 1) + 50_000);
      expect(Buffer.from(stream).includes(old)).toBe(true);
      expect(compressedSize - packed.length).toBeLessThan(12_000);
      const target = new Uint8Array(5000);
      if ("source" in data) data.source.readInto?.(100, target);
      expect(Buffer.compare(target, stream.subarray(100, 5100))).toBe(0);
      streams.push(stream.slice());
      result.packed.close();
    }
    expect(Buffer.compare(streams[0] ?? new Uint8Array(), streams[1] ?? new Uint8Array())).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("leaves to others what is small, stored, damaged or can't be looked up", async () => {
    const options = { level: 6, jobs: 1, spoolBeside: join(scratchFolder(), "x") };
    expect(member({ size: 1000 })).toBeUndefined();
    expect(member({ method: 0 })).toBeUndefined();
    const short = member({ compressedSize: packed.length - 1 });
    expect(await spliceMember(short, rewrite, after, options)).toBeUndefined();
    const other = member({ dataOffset: START + 1 });
    expect(await spliceMember(other, rewrite, after, options)).toBeUndefined();
    const failing = deflatedMember(archive, span, () => Promise.reject(new Error("no thread")));
    expect(await spliceMember(failing, rewrite, after, options)).toBeUndefined();
    expect(await spliceMember(undefined, rewrite, after, options)).toBeUndefined();
  });
});
