import { posix, win32 } from "node:path";
import { describe, expect, it } from "vitest";
import { corePath, listedFolders } from "../../../src/node/host-path.ts";

describe("corePath", () => {
  it.each([
    ["C:\\lib\\b.dll", "C:/lib/b.dll"],
    ["\\\\?\\C:\\very\\long", "C:/very/long"],
    ["\\\\server\\share\\b.dll", "//server/share/b.dll"],
    ["D:/mixed\\b.dll", "D:/mixed/b.dll"],
  ])("writes Windows' %s with slashes", (path, expected) => {
    expect(corePath(path, win32)).toBe(expected);
  });

  it("leaves a backslash in a name of POSIX alone", () => {
    expect(corePath("/lib/a\\b", posix)).toBe("/lib/a\\b");
  });
});

describe("listedFolders", () => {
  it("takes drives for what they are on Windows", () => {
    const list = 'C:\\vcpkg\\bin; D:\\lib ;;"E:\\with blanks"';
    expect(listedFolders([list, "F:\\more"], win32)).toEqual([
      "C:/vcpkg/bin",
      "D:/lib",
      "E:/with blanks",
      "F:/more",
    ]);
  });

  it("takes both separators elsewhere", () => {
    expect(listedFolders(["/a:/b;/c", " /d "], posix)).toEqual(["/a", "/b", "/c", "/d"]);
  });

  it("makes folders absolute", () => {
    expect(listedFolders(["lib"], posix)).toEqual([`${process.cwd()}/lib`]);
    expect(listedFolders([""], posix)).toEqual([]);
  });
});
