import { expect, test } from "vitest";
import { foldersOf } from "../../../src/zip/folders.ts";

test("a path is a folder where names lie below it", () => {
  const isFolder = foldersOf(["a/b/c.py", "a/b/d.py", "a/bc.py", "e/", "f"]);
  const paths = ["a", "a/b", "e", "a/b/c.py", "a/bc", "f", "", "a/"];
  expect(paths.filter(isFolder)).toEqual(["a", "a/b", "e"]);
});

test("names too deep to keep all their folders are judged the same", () => {
  const deep = `x/${"a/".repeat(8000)}end`;
  const isFolder = foldersOf(["f", "g/h", deep, deep.replace("x", "y")]);
  const paths = ["x", `x/${"a/".repeat(7999)}a`, "g", "f", "g/h", `x/${"a/".repeat(8000)}a`, "z"];
  expect(paths.map(isFolder)).toEqual([true, true, true, false, false, false, false]);
});
