import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { crc32, deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { createDeflater } from "../../../src/node/deflater.ts";
import { createWorkshop } from "../../../src/node/workshop.ts";
import type { MemberSpan } from "../../../src/runtime.ts";
import { memorySource } from "../../../src/source.ts";
import { scratchFolder } from "../../support/scratch.ts";

setFlagsFromString("--expose-gc");
const collect: unknown = runInNewContext("gc");

/** Bytes outside of V8's heap that something still refers to. */
function heldBytes(): number {
  if (typeof collect === "function") collect();
  return process.memoryUsage().arrayBuffers;
}

describe("createWorkshop", () => {
  it("holds no unpacked file once it is compressed, however many there are", async () => {
    const content = new Uint8Array(6 << 20).fill(7);
    const packed = deflateRawSync(content);
    const span: MemberSpan = {
      name: "data.bin",
      method: 8,
      crc32: crc32(content),
      compressedSize: packed.length,
      size: content.length,
      dataOffset: 0,
    };
    const workshop = createWorkshop({
      archive: memorySource(packed),
      level: 6,
      splices: false,
      jobs: 2,
      deflater: createDeflater(undefined),
      beside: join(scratchFolder(), "x"),
      dryRun: false,
      takeMember: () => undefined,
      indexMember: async () => undefined,
    });
    const jobs = Array.from({ length: 12 }, (_, at) => ({
      path: `data-${at}.bin`,
      edits: [],
      from: span,
      isNew: true,
      isPlain: true,
    }));
    // The compressor has memory of its own, and keeps it.
    await workshop.patch(jobs.slice(0, 1));
    const before = heldBytes();
    const results = await workshop.patch(jobs);
    expect(results.map(({ content: made }) => made?.packed.size)).toEqual(
      jobs.map(() => span.size),
    );
    expect(heldBytes() - before).toBeLessThan(5 * span.size);
    workshop.close();
  });
});
