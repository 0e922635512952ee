import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesEqual } from "../../../src/bytes.ts";
import { decodeLz4 } from "../../../src/device-code/lz4.ts";
import { encodeLz4 } from "../../../src/device-code/lz4-encode.ts";
import { lz4Of } from "../../support/encode-payload.ts";
import { cubinLike } from "../../support/fatbin-builder.ts";

/** Runs, repetitions near and far, noise. */
const data = fc
  .array(
    fc.oneof(
      fc.record({ kind: fc.constant("run"), size: fc.integer({ min: 1, max: 70_000 }) }),
      fc.record({ kind: fc.constant("code"), size: fc.integer({ min: 1, max: 5000 }) }),
      fc.record({ kind: fc.constant("again"), size: fc.integer({ min: 1, max: 5000 }) }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => {
    const bytes: number[] = [];
    for (const [index, { kind, size }] of parts.entries()) {
      const start = bytes.length;
      if (kind === "run") for (let at = 0; at < size; at++) bytes.push(index);
      else if (kind === "code") bytes.push(...cubinLike(size, index + size));
      else for (let at = 0; at < size && start > 0; at++) bytes.push(bytes[at % start] ?? 0);
    }
    return Uint8Array.from(bytes);
  });

describe("LZ4 of any data", () => {
  it("gives them back", () => {
    fc.assert(
      fc.property(data, fc.constantFrom(1, 16, 256), (bytes, depth) => {
        const block = lz4Of(bytes, depth);
        expect(block.length).toBeLessThanOrEqual(bytes.length + bytes.length / 255 + 16);
        expect(bytesEqual(decodeLz4(block, bytes.length), bytes)).toBe(true);
      }),
      { seed: 20_261, numRuns: 60 },
    );
  });

  it("is not given where it does not fit, and is where it just does", () => {
    fc.assert(
      fc.property(data, (bytes) => {
        const whole = lz4Of(bytes, 16);
        const exact = new Uint8Array(whole.length);
        expect(encodeLz4(bytes, 16, exact)).toEqual(whole);
        expect(encodeLz4(bytes, 16, exact.subarray(1))).toBeUndefined();
      }),
      { seed: 20_262, numRuns: 40 },
    );
  });

  it("ends with five literals and begins no match in the last twelve bytes", () => {
    for (let size = 0; size < 40; size++) {
      const block = lz4Of(new Uint8Array(size), 16);
      const token = block.at(-1 - Math.min(size, 5)) ?? 0;
      if (size >= 17) expect(token >>> 4).toBeGreaterThanOrEqual(5);
      else if (size < 13) expect(block.length).toBeGreaterThan(size);
      expect(decodeLz4(block, size)).toEqual(new Uint8Array(size));
    }
  });
});
