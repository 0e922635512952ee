import { expect, it } from "vitest";
import { append } from "../../../src/report/append.ts";

it("takes more items than a call has room for", () => {
  const list = [0];
  append(
    list,
    Array.from({ length: 1_000_000 }, (_, at) => at + 1),
  );
  expect(list.length).toBe(1_000_001);
  expect(list.at(-1)).toBe(1_000_000);
});
