import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeFolders } from "../../../src/node/make-folders.ts";
import { scratchFolder } from "../../support/scratch.ts";

describe("makeFolders", () => {
  it("makes what is missing, with the mode, and says where it began", () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, "a"));
    expect(makeFolders(join(folder, "a", "b", "c"), 0o700)).toBe(join(folder, "a", "b"));
    expect(statSync(join(folder, "a", "b", "c")).mode & 0o777).toBe(0o700);
    expect(makeFolders(join(folder, "a", "b", "c"))).toBeUndefined();
  });

  it.each(["file", "file/below"])("refuses `%s`, where a file is in the way", (path) => {
    const folder = scratchFolder();
    writeFileSync(join(folder, "file"), "");
    expect(() => makeFolders(join(folder, path))).toThrow(/EEXIST|ENOTDIR/);
  });

  it.skipIf(!existsSync("/proc/self"))("ends where a file system takes no folders", () => {
    expect(() => makeFolders("/proc/none/at/all")).toThrow("ENOENT");
  });
});
