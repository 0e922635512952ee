import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checksumPass } from "../../../src/pe/checksum.ts";

/** Word by word, as the rule says it. */
function plain(bytes: Uint8Array, fieldAt: number): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (at >= fieldAt && at < fieldAt + 4) continue;
    sum += (bytes[at] ?? 0) * (at % 2 === 0 ? 1 : 256);
    if (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return (sum + bytes.length) >>> 0;
}

describe("the checksum", () => {
  it("is that of the rule, in whatever pieces the bytes come and wherever they lie in memory", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 90 }),
        fc.array(fc.nat(90), { maxLength: 5 }),
        fc.nat(7),
        fc.integer({ min: 1, max: 40 }),
        (content, cuts, shift, fieldAt) => {
          const bytes = Uint8Array.from([0x4d, ...content]);
          const memory = new Uint8Array(bytes.length + shift);
          memory.set(bytes, shift);
          const pass = checksumPass(fieldAt);
          const ends = [...cuts, bytes.length].map((cut) => Math.min(cut, bytes.length));
          let from = 0;
          for (const to of ends.sort((a, b) => a - b)) {
            pass.add(memory.subarray(shift + from, shift + to), from);
            from = to;
          }
          expect(pass.result(bytes.length)).toBe(plain(bytes, fieldAt));
        },
      ),
      { seed: 12, numRuns: 2000 },
    );
  });

  it("stays exact over megabytes of ones", () => {
    const bytes = new Uint8Array(5 << 20).fill(0xff);
    const pass = checksumPass(200);
    pass.add(bytes, 0);
    expect(pass.result(bytes.length)).toBe(plain(bytes, 200));
  });
});
