import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FormatError } from "../../../src/errors.ts";
import { openFile } from "../../../src/node/file.ts";
import { scratchFolder } from "../../support/scratch.ts";

test("reads any range, beyond 4 GiB too", () => {
  const path = join(scratchFolder(), "sparse");
  writeFileSync(path, "begin");
  truncateSync(path, 5 * 2 ** 30);
  const file = openFile(path);
  expect(file.size).toBe(5 * 2 ** 30);
  expect(new TextDecoder().decode(file.read(0, 5))).toBe("begin");
  expect(file.read(5 * 2 ** 30 - 3, 3)).toEqual(new Uint8Array(3));
  expect(file.read(5 * 2 ** 30, 0)).toEqual(new Uint8Array(0));
  file.close();
});

test("ranges outside the file are format errors", () => {
  const path = join(scratchFolder(), "small");
  writeFileSync(path, "12345");
  const file = openFile(path);
  for (const [offset, length] of [
    [0, 6],
    [6, 0],
    [-1, 1],
    [4, 2],
    [Number.NaN, 1],
    [0, -1],
  ] as const) {
    expect(() => file.read(offset, length)).toThrow(FormatError);
  }
  file.close();
});

test("a file that shrinks while it is read is a format error", () => {
  const path = join(scratchFolder(), "shrinking");
  writeFileSync(path, "0123456789");
  const file = openFile(path);
  truncateSync(path, 4);
  expect(() => file.read(0, 8)).toThrow(FormatError);
  file.close();
});

test("closing twice is harmless", () => {
  const path = join(scratchFolder(), "twice");
  writeFileSync(path, "");
  const file = openFile(path);
  file.close();
  file.close();
});

test("a folder is named as one, and a missing file keeps the system's code", () => {
  const folder = join(scratchFolder(), "folder");
  mkdirSync(folder);
  expect(() => openFile(folder)).toThrow(/is a folder, not a file/);
  expect(() => openFile(join(folder, "none"))).toThrow(expect.objectContaining({ code: "ENOENT" }));
});
