import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, inflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { concatBytes } from "../../../src/bytes.ts";
import type { Rewrite, Splice } from "../../../src/rewrite.ts";
import { rewriteOf, rewrittenSource } from "../../../src/rewrite.ts";
import { memorySource } from "../../../src/source.ts";
import { joinParts } from "../../../src/zip/deflate-splice.ts";
import { readPiece, sizeOf } from "../../../src/zip/writer.ts";
import { codeLike, KINDS, spliced } from "../../support/deflate-streams.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { python, requireTool } from "../../support/tools.ts";

const content = codeLike(600_000, 3);

function change(at: number, remove: number, put: number, zeros = 0): Splice {
  return { at, remove, zeros, bytes: codeLike(put, at + 99), what: "test" };
}

function rewriteTo(...splices: Splice[]): Rewrite {
  return rewriteOf(memorySource(content), splices);
}

function after(rewrite: Rewrite): Uint8Array {
  return rewrittenSource(memorySource(content), rewrite).read(0, rewrite.size);
}

/** What a repair does to a library, and less likely changes. */
const REWRITES: Readonly<Record<string, Rewrite>> = {
  nothing: rewriteTo(),
  "the first byte": rewriteTo(change(0, 1, 1)),
  "the last byte": rewriteTo(change(content.length - 1, 1, 1)),
  "headers and a table": rewriteTo(change(20, 90, 90), change(450_000, 40, 40)),
  "a new tail": rewriteTo(change(64, 8, 8), change(content.length, 0, 5000, 3000)),
  "something at the beginning": rewriteTo(change(0, 0, 4096)),
  "something in the middle": rewriteTo(change(400_001, 0, 77)),
  "less in the middle": rewriteTo(change(400_000, 100_000, 3)),
  "no beginning": rewriteTo(change(0, 200_000, 0)),
  "no end": rewriteTo(change(content.length - 200_000, 200_000, 0)),
};

describe("a spliced stream", () => {
  it.each(Object.keys(KINDS))("yields the new content: %s", (kind) => {
    const stream = KINDS[kind]?.(content) ?? content;
    for (const [what, rewrite] of Object.entries(REWRITES)) {
      const result = spliced(content, stream, rewrite);
      // One block for everything leaves nothing to keep.
      if (result === undefined) {
        expect([kind, what]).toEqual([expect.stringMatching(/fixed|mixed/), expect.anything()]);
        continue;
      }
      const { buffer, engine } = inflateRawSync(result.stream, {
        info: true,
      }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
      expect(buffer.equals(after(rewrite)), what).toBe(true);
      expect(engine.bytesWritten).toBe(result.stream.length);
      const before = stream.length + Math.max(0, rewrite.size - content.length);
      if (kind !== "stored") expect(result.stream.length).toBeLessThan(before + 3000);
    }
  });

  it("is the old one where nothing changes", () => {
    const stream = KINDS.usual?.(content) ?? content;
    const { stream: result, fresh } = spliced(content, stream, rewriteTo()) ?? {};
    expect(fresh).toBe(0);
    expect(Buffer.compare(result ?? content, stream)).toBe(0);
  });

  it("keeps most of the old one", () => {
    const stream = KINDS.usual?.(content) ?? content;
    const { fresh = content.length } =
      spliced(content, stream, REWRITES["headers and a table"] ?? rewriteTo()) ?? {};
    expect(fresh).toBeLessThan(content.length / 3);
  });

  it("is not made when most would be new", () => {
    const stream = KINDS.usual?.(content) ?? content;
    expect(spliced(content, stream, rewriteTo(change(0, 400_000, 400_000)))).toBeUndefined();
    expect(spliced(content, stream.subarray(1), rewriteTo())).toBeUndefined();
  });

  it("can be spliced again and again", () => {
    let bytes = content;
    let stream = KINDS["small blocks"]?.(content) ?? content;
    for (let round = 0; round < 12; round++) {
      const rewrite = rewriteOf(memorySource(bytes), [
        change(round * 40_000 + 17, 3, 3),
        change(bytes.length - round * 1000, 0, round),
      ]);
      const result = spliced(bytes, stream, rewrite);
      bytes = rewrittenSource(memorySource(bytes), rewrite).read(0, rewrite.size);
      stream = result?.stream ?? new Uint8Array();
      expect(inflateRawSync(stream).equals(bytes)).toBe(true);
    }
  });

  it.skipIf(requireTool("7z") === undefined)("is read by 7-Zip, gzip and Python as well", () => {
    const folder = scratchFolder();
    for (const [name, rewrite] of Object.entries(REWRITES)) {
      const bytes = after(rewrite);
      const stream = spliced(content, KINDS.best?.(content) ?? content, rewrite)?.stream;
      const path = join(folder, `${name.replaceAll(" ", "-")}.gz`);
      writeFileSync(path, gzipOf(stream ?? new Uint8Array(), bytes));
      execFileSync("gzip", ["-t", path]);
      execFileSync("7z", ["t", path], { stdio: "ignore" });
      const script = "import gzip,sys,zlib;print(zlib.crc32(gzip.open(sys.argv[1]).read()))";
      expect(Number(execFileSync(python(), ["-c", script, path]))).toBe(crc32(bytes));
    }
  });
});

describe("joinParts", () => {
  it("gets from every bit of a byte to every other", () => {
    // 64 blocks of one literal (18 bits) stand at all even bits, an odd one in front moves them.
    const one = [0, 1, 0, ...[0, 0, 1, 1, 0, 0, 0, 1], 0, 0, 0, 0, 0, 0, 0];
    const odd = [0, 1, 0, ...[1, 1, 0, 0, 1, 0, 0, 0, 1], 0, 0, 0, 0, 0, 0, 0];
    const blocks = [
      ...Array.from({ length: 16 }, () => one),
      odd,
      ...Array.from({ length: 16 }, () => one),
    ];
    const starts: number[] = [];
    const bits: number[] = [];
    for (const block of blocks) {
      starts.push(bits.length);
      bits.push(...block);
    }
    const endBit = bits.length;
    bits.push(1, 1, 0, 0, 0, 0, 0, 0, 0, 0);
    const bytes = new Uint8Array(Math.ceil(bits.length / 8));
    for (const [at, bit] of bits.entries())
      bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (bit << (at & 7));
    const all = inflateRawSync(bytes);
    expect(all.length).toBe(blocks.length);
    const source = memorySource(bytes);
    for (const [from, startBit] of starts.entries()) {
      for (const [to, otherBit] of starts.entries()) {
        const parts = [
          { kind: "kept" as const, startBit: 0, endBit: startBit },
          { kind: "kept" as const, startBit: otherBit, endBit: bits.length },
        ].filter((part) => part.endBit > part.startBit);
        const pieces = joinParts(source, parts, []);
        const stream = concatBytes(pieces.map((piece) => readPiece(piece, 0, sizeOf(piece))));
        const expected = concatBytes([all.subarray(0, from), all.subarray(to)]);
        expect(inflateRawSync(stream).equals(expected), `${from} to ${to}`).toBe(true);
      }
    }
    expect(endBit).toBeLessThan(bits.length);
  });
});

function gzipOf(stream: Uint8Array, content: Uint8Array): Uint8Array {
  const end = new DataView(new ArrayBuffer(8));
  end.setUint32(0, crc32(content), true);
  end.setUint32(4, content.length, true);
  const head = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3);
  return concatBytes([head, stream, new Uint8Array(end.buffer)]);
}
