import { deflateRawSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Splice } from "../../src/rewrite.ts";
import { rewriteOf, rewrittenSource } from "../../src/rewrite.ts";
import { memorySource } from "../../src/source.ts";
import { codeLike, indexOf, KINDS, spliced } from "../support/deflate-streams.ts";
import { somewhere } from "../support/places.ts";
import { stopwatch } from "../support/quick.ts";

const SEED = 20_261;
/** Edits to try; 10,000 of them take some minutes. */
const SPLICES = Number(process.env.WHEELKIT_SPLICES ?? 150);
const KIND_NAMES = Object.keys(KINDS);

const contentArbitrary = fc
  .record({
    size: fc.integer({ min: 1, max: 120_000 }),
    seed: fc.integer({ min: 1, max: 1 << 20 }),
    zeros: fc.integer({ min: 0, max: 30_000 }),
  })
  .map(({ size, seed, zeros }) => {
    const bytes = codeLike(size + zeros, seed);
    bytes.fill(0, size >> 1, (size >> 1) + zeros);
    return bytes;
  });

const editArbitrary = fc.record({
  at: somewhere,
  remove: fc.integer({ min: 0, max: 200 }),
  put: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.constant(-1)),
  zeros: fc.constantFrom(0, 0, 0, 5),
});

describe("a spliced stream", () => {
  test(
    "yields the edited content, whatever the stream and the edits",
    () => {
      let kept = 0;
      fc.assert(
        fc.property(
          contentArbitrary,
          fc.constantFrom(...KIND_NAMES),
          fc.array(editArbitrary, { maxLength: 6 }),
          (content, kind, edits) => {
            const splices: Splice[] = [];
            let last = 0;
            for (const edit of [...edits].sort((a, b) => a.at - b.at)) {
              const at = Math.max(last, Math.round(edit.at * content.length));
              const remove = Math.min(edit.remove, content.length - at);
              // As many as go, or another number.
              const put = edit.put < 0 ? Math.max(0, remove - edit.zeros) : edit.put;
              splices.push({
                at,
                remove,
                zeros: edit.zeros,
                bytes: codeLike(put, at + 1),
                what: "x",
              });
              last = at + remove + 1;
              if (last > content.length) break;
            }
            const rewrite = rewriteOf(memorySource(content), splices);
            const result = spliced(content, KINDS[kind]?.(content) ?? content, rewrite);
            if (result === undefined) return;
            if (result.fresh < rewrite.size) kept++;
            const wanted = rewrittenSource(memorySource(content), rewrite).read(0, rewrite.size);
            const spliceGives = inflateRawSync(result.stream);
            expect(Buffer.compare(spliceGives, wanted)).toBe(0);
            // As what is deflated as a whole gives.
            expect(Buffer.compare(spliceGives, inflateRawSync(deflateRawSync(wanted)))).toBe(0);
          },
        ),
        { seed: SEED, numRuns: SPLICES },
      );
      expect(kept).toBeGreaterThan(SPLICES / 4);
    },
    SPLICES * 1000,
  );

  test("is never made of a damaged one in a way that crashes or hangs", () => {
    const content = codeLike(60_000, 5);
    fc.assert(
      fc.property(
        fc.constantFrom(...KIND_NAMES),
        fc.array(fc.tuple(fc.nat(60_000), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(59_000),
        (kind, hits, at) => {
          const stream = (KINDS[kind]?.(content) ?? content).slice();
          for (const [offset, value] of hits) stream[offset % stream.length] = value;
          const took = stopwatch();
          const index = indexOf(stream, content.length);
          const splice = { at, remove: 3, zeros: 0, bytes: Uint8Array.of(1, 2, 3), what: "x" };
          const rewrite = rewriteOf(memorySource(content), [splice]);
          spliced(content, stream, rewrite);
          expect(took()).toBeLessThan(2000);
          // Where zlib reads it, so does the scanner.
          if (sizeOfInflated(stream) === content.length) expect(index).toBeDefined();
        },
      ),
      { seed: SEED, numRuns: 150 },
    );
  });

  test("is not made of noise", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(2000), (stream, size) => {
        const index = indexOf(stream, size);
        if (index !== undefined) expect(sizeOfInflated(stream) ?? size).toBe(size);
      }),
      { seed: SEED, numRuns: 800 },
    );
  });
});

/** `undefined` when zlib can't read it, or not to its end. */
function sizeOfInflated(stream: Uint8Array): number | undefined {
  try {
    const { buffer, engine } = inflateRawSync(stream, { info: true }) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    return engine.bytesWritten === stream.length ? buffer.length : undefined;
  } catch {
    return undefined;
  }
}
