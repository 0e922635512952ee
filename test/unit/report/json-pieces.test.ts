import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonPieces, type Streamed, streamed } from "../../../src/report/json-pieces.ts";

const row = (index: number): object => ({ name: `s${index}`, weak: false, none: undefined });
const joined = (value: object): string => [...jsonPieces(value, 2)].join("");

describe("JSON in pieces", () => {
  it("is what JSON.stringify makes of the same lists", () => {
    const item = fc.dictionary(fc.string(), fc.jsonValue());
    /** A list in a list, with what stands beside it. */
    const shape = fc.record({
      before: fc.jsonValue(),
      items: fc.array(fc.record({ name: fc.string(), inner: fc.array(item), after: item })),
      rows: fc.nat(600),
      after: fc.jsonValue(),
    });
    fc.assert(
      fc.property(shape, ({ before, items, rows, after }) => {
        const list = Array.from({ length: rows }, (_, index) => index);
        const whole = { before, deep: { items, rows: list.map(row) }, gone: undefined, after };
        const inPieces = {
          before,
          deep: {
            items: streamed(items, ({ inner, ...rest }) => ({
              ...rest,
              inner: streamed(inner, (each) => each),
            })),
            rows: streamed(list, row),
          },
          gone: undefined,
          after,
        };
        const order = {
          ...whole,
          deep: {
            items: items.map(({ inner, ...rest }) => ({ ...rest, inner })),
            rows: list.map(row),
          },
        };
        expect(joined(inPieces)).toBe(JSON.stringify(order, undefined, 2));
      }),
      { seed: 15, numRuns: 50 },
    );
  });

  it("parts long arrays wherever they are", () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `name ${index}`);
    const value = {
      tables: [
        { library: "a", names },
        { library: "b", names: [names, []] },
      ],
    };
    const made = [...jsonPieces(value, 2)];
    expect(made.join("")).toBe(JSON.stringify(value, undefined, 2));
    expect(Math.max(...made.map(({ length }) => length))).toBeLessThan(32_768);
  });

  it("writes a list without items, and one of lists without items", () => {
    const none: Streamed = streamed([], row);
    expect(joined({ none })).toBe(JSON.stringify({ none: [] }, undefined, 2));
    const some = streamed([1, 2], () => ({ none: streamed([], row) }));
    const whole = { some: [{ none: [] }, { none: [] }] };
    expect(joined({ some })).toBe(JSON.stringify(whole, undefined, 2));
  });

  it("makes few items ahead of what is written, and short pieces", () => {
    let made = 0;
    const counted = streamed(
      Array.from({ length: 100_000 }, (_, index) => index),
      (index) => {
        made++;
        return row(index);
      },
    );
    let written = 0;
    for (const piece of jsonPieces({ counted }, 2)) {
      expect(piece.length).toBeLessThan(32_768);
      written += piece.split('"name"').length - 1;
      expect(made - written).toBeLessThanOrEqual(256);
    }
    expect([made, written]).toEqual([100_000, 100_000]);
  });
});
