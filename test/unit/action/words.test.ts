import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { expandPattern } from "../../../action/expand.ts";
import { splitLines, splitWords } from "../../../action/words.ts";
import { scratchFolder } from "../../support/scratch.ts";

describe("splitWords", () => {
  it.each([
    ["", []],
    ["  --strict  -w out\n", ["--strict", "-w", "out"]],
    [`--set 'Summary=Keeps its "promise"'`, ["--set", 'Summary=Keeps its "promise"']],
    [`a" b"c '' \\ d`, ["a bc", "", " d"]],
    ['\'a\\b\' "a\\"b"', ["a\\b", 'a"b']],
    ["$(id) `id` ; rm *", ["$(id)", "`id`", ";", "rm", "*"]],
  ])("takes %j apart", (text, words) => {
    expect(splitWords(text)).toEqual(words);
  });

  it("refuses a quote that is not closed", () => {
    expect(() => splitWords("--set 'x")).toThrow("is not closed");
  });
});

describe("expandPattern", () => {
  const made = (): string => {
    const folder = scratchFolder();
    mkdirSync(join(folder, "dist/sub"), { recursive: true });
    for (const name of ["b.whl", "a.whl", "c.txt", "sub/d.whl"]) {
      writeFileSync(join(folder, "dist", name), "");
    }
    return folder;
  };

  it.each([
    ["dist/*.whl", ["dist/a.whl", "dist/b.whl"]],
    ["dist/**/*.whl", ["dist/a.whl", "dist/b.whl", "dist/sub/d.whl"]],
    ["dist/{a,c}.*", ["dist/a.whl", "dist/c.txt"]],
    ["dist", ["dist"]],
    ["dist/a.whl", ["dist/a.whl"]],
    ["none/*.whl", ["none/*.whl"]],
  ])("finds for %s what is there", (pattern, paths) => {
    expect(expandPattern(pattern, made())).toEqual(paths);
  });
});

it("splitLines gives one path for each line, with its blanks", () => {
  expect(splitLines("dist/a b.whl\r\n\n  c.whl \n")).toEqual(["dist/a b.whl", "c.whl"]);
});
