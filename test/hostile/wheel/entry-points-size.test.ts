/** An entry_points.txt longer than any that exists is not read to its end, and that is told. */
import { expect, it } from "vitest";
import { encodeUtf8 } from "../../../src/bytes.ts";
import { parseEntryPoints } from "../../../src/wheel/entry-points.ts";

const MAX = 100_000;

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join("\n");
}

function parse(text: string): { readonly count: number; readonly messages: readonly string[] } {
  const { entryPoints, problems } = parseEntryPoints(encodeUtf8(text));
  return { count: entryPoints.length, messages: problems.map(({ message }) => message) };
}

it("entries", () => {
  const entries = (count: number): string =>
    `[console_scripts]\n${lines(count, (index) => `a${index}=demo:x`)}\n`;
  expect(parse(entries(MAX))).toEqual({ count: MAX, messages: [] });
  expect(parse(`${entries(MAX)}no entry\n`).messages).toHaveLength(1);
  expect(parse(entries(MAX + 1))).toEqual({
    count: MAX,
    messages: ["`entry_points.txt` has more than 100000 entries; the rest was not read"],
  });
});

it("sections", () => {
  const sections = (count: number): string => lines(count, (index) => `[a${index}]`);
  expect(parse(sections(MAX)).messages).toEqual([]);
  expect(parse(sections(MAX + 1)).messages).toEqual([
    "`entry_points.txt` has more than 100000 sections; the rest was not read",
  ]);
});
