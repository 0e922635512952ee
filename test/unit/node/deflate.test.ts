import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { crc32, inflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { bytesEqual } from "../../../src/bytes.ts";
import { deflateSource } from "../../../src/node/deflate.ts";
import { claimPart, deflatePart } from "../../../src/node/deflate-part.ts";
import type { DeflateThreads } from "../../../src/node/deflater.ts";
import { createDeflater } from "../../../src/node/deflater.ts";
import type { Source } from "../../../src/source.ts";
import { memorySource } from "../../../src/source.ts";
import { readPiece } from "../../../src/zip/writer.ts";
import { scratchFolder } from "../../support/scratch.ts";

const deflater = createDeflater(undefined);

/** What threads do, with answers that come in another order, or not at all. */
function unevenThreads(count: number): DeflateThreads {
  let asked = 0;
  return {
    count,
    start() {},
    async deflate(part) {
      const turn = ++asked;
      await new Promise((resolve) => setTimeout(resolve, turn % 2 === 0 ? 1 : 30));
      if (turn % 3 === 0) throw new RangeError("this thread had not the memory");
      return claimPart(part) ? deflatePart(part) : undefined;
    },
  };
}

/** Text-like bytes that deflate makes about a quarter of, the same each time. */
function sample(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = 1;
  for (let at = 0; at < size; at++) {
    state = (state * 1_103_515_245 + 12_345) & 0x7fff_ffff;
    bytes[at] = (state >> 16) % 7 === 0 ? state >> 20 : 32 + ((at >> 3) % 64);
  }
  return bytes;
}

async function deflate(bytes: Uint8Array, jobs: number): Promise<Uint8Array> {
  const spoolBeside = join(scratchFolder(), "x");
  const packed = await deflateSource(memorySource(bytes), {
    level: 6,
    deflater: createDeflater(jobs === 1 ? undefined : unevenThreads(jobs - 1)),
    spoolBeside,
  });
  try {
    expect([packed.size, packed.crc32]).toEqual([bytes.length, crc32(bytes)]);
    return readPiece(packed.data, 0, packed.compressedSize).slice();
  } finally {
    packed.close();
  }
}

describe("deflateSource", () => {
  it.each([0, 1, 1000, (1 << 20) + 1, 4 << 20, (4 << 20) + 1, 18_000_000])(
    "packs %d bytes into one stream, the same for any number of jobs",
    async (size) => {
      const bytes = sample(size);
      const one = await deflate(bytes, 1);
      expect(bytesEqual(await deflate(bytes, 4), one)).toBe(true);
      if (size < 1000) return;
      const back = inflateRawSync(one);
      expect(createHash("sha256").update(back).digest("hex")).toBe(
        createHash("sha256").update(bytes).digest("hex"),
      );
      // Parts cost next to nothing.
      expect(one.length).toBeLessThan(bytes.length * 0.6);
    },
  );

  it("does all of it where threads take their time, and goes on beside a file that can't be read", async () => {
    const busy: DeflateThreads = {
      count: 1,
      start() {},
      deflate: () => new Promise(() => {}),
    };
    const deflater = createDeflater(busy);
    const options = { level: 6, deflater, spoolBeside: join(scratchFolder(), "x") };
    const bytes = sample(18_000_000);
    const broken: Source = {
      size: bytes.length,
      read(offset, length) {
        if (offset >= 4 << 20) throw new RangeError("the disk is gone");
        return bytes.subarray(offset, offset + length);
      },
    };
    const sources = [broken, broken, broken, broken, memorySource(bytes)];
    const made = await Promise.allSettled(sources.map((each) => deflateSource(each, options)));
    expect(made.map(({ status }) => status)).toEqual([...Array(4).fill("rejected"), "fulfilled"]);
    const last = made.at(-1);
    if (last?.status !== "fulfilled") return;
    const stream = readPiece(last.value.data, 0, last.value.compressedSize);
    expect(bytesEqual(stream, await deflate(bytes, 1))).toBe(true);
    last.value.close();
  });

  it("stores what does not shrink, and leaves no file behind", async () => {
    const folder = scratchFolder();
    const bytes = noise(2 << 20);
    const spoolBeside = join(folder, "x");
    const packed = await deflateSource(memorySource(bytes), { level: 1, deflater, spoolBeside });
    expect(packed.method).toBe(0);
    packed.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("spools a large result and removes the file when it is closed", async () => {
    const folder = scratchFolder();
    const bytes = noise(18 << 20);
    // Just enough to be worth it.
    bytes.fill(0, 0, 1 << 20);
    const spoolBeside = join(folder, "x");
    const packed = await deflateSource(memorySource(bytes), { level: 1, deflater, spoolBeside });
    expect(packed.compressedSize).toBeGreaterThan(16 << 20);
    const stream = readPiece(packed.data, 0, packed.compressedSize);
    expect(inflateRawSync(stream).equals(bytes)).toBe(true);
    packed.close();
    expect(readdirSync(folder)).toEqual([]);
  });
});

function noise(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}
