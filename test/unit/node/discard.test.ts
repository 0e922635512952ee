import { setImmediate as immediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { discard, discardFilled } from "../../../src/node/discard.ts";

describe("memory that is discarded", () => {
  it("is given back at once, however much it is in all", async () => {
    const before = process.memoryUsage().arrayBuffers;
    for (let turn = 0; turn < 200; turn++) {
      const bytes = new Uint8Array(4 << 20).fill(turn);
      discard(bytes);
      expect(bytes).toHaveLength(0);
      await immediate();
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20);
  });

  it("is no small buffer, which others may share, and none that threads share", () => {
    const small = new Uint8Array(100);
    const shared = new Uint8Array(new SharedArrayBuffer(1 << 20));
    for (const bytes of [small, shared, Buffer.from("small")]) {
      const { length } = bytes;
      discard(bytes);
      expect(bytes).toHaveLength(length);
    }
  });

  it("of a stream's buffers is what was filled to its end", () => {
    const buffer = new ArrayBuffer(256 << 10);
    const [first, last] = [new Uint8Array(buffer, 0, 1000), new Uint8Array(buffer, 1000)];
    discardFilled(first);
    expect(first).toHaveLength(1000);
    discardFilled(last);
    expect([first.length, last.length]).toEqual([0, 0]);
  });
});
