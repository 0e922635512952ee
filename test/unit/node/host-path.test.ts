import { posix, win32 } from "node:path";
import { describe, expect, it } from "vitest";
import {
  checkoutPath,
  corePath,
  linkTarget,
  listedFolders,
  listedNames,
  matchingFiles,
  pathKey,
} from "../../../src/node/host-path.ts";

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

describe("checkoutPath", () => {
  it.each([
    ["dist\\a.whl", "dist/a.whl"],
    ["dist/a.whl", "dist/a.whl"],
    [".\\a.whl", "a.whl"],
    ["..\\a.whl", "a.whl"],
    ["../a.whl", "a.whl"],
    ["C:\\work\\dist\\a.whl", "dist/a.whl"],
    ["c:/WORK/dist/a.whl", "dist/a.whl"],
    ["D:\\work\\a.whl", "a.whl"],
    ["D:a.whl", "a.whl"],
    ["\\\\server\\share\\a.whl", "a.whl"],
  ])("of Windows' %s is %s", (path, expected) => {
    expect(checkoutPath(path, "C:\\work", win32)).toBe(expected);
  });

  it("leaves a backslash in a name of POSIX alone", () => {
    expect(checkoutPath("./a\\b.whl", "/repo", posix)).toBe("a\\b.whl");
    expect(checkoutPath("/repo/dist/a.whl", "/repo", posix)).toBe("dist/a.whl");
    expect(checkoutPath("../a.whl", "/repo", posix)).toBe("a.whl");
  });
});

describe("listedNames", () => {
  it("leaves drives of Windows whole, and takes both separators for names", () => {
    const lists = ["a.dll; b.dll :c*.dll", "C:\\lib\\*.dll;D:/x/b.dll:e.dll", " ;"];
    expect(listedNames(lists, win32)).toEqual([
      ...["a.dll", "b.dll", "c*.dll"],
      ...["C:/lib/*.dll", "D:/x/b.dll", "e.dll"],
    ]);
    expect(listedNames(["liba.so:/lib/b.so;c\\d"], posix)).toEqual([
      "liba.so",
      "/lib/b.so",
      "c\\d",
    ]);
  });
});

describe("pathKey", () => {
  it("is one for all spellings that are one file on Windows", () => {
    expect(pathKey("C:\\Repo\\.\\A.whl", win32)).toBe(pathKey("c:/repo/a.WHL", win32));
    expect(pathKey("/Repo/a", posix)).not.toBe(pathKey("/repo/a", posix));
  });
});

describe("linkTarget", () => {
  it("takes the root of Windows' absolute links for the root that is looked into", () => {
    const base = "D:\\roots\\debian";
    expect(linkTarget("..\\lib\\b.so", base, win32)).toBe("../lib/b.so");
    expect(linkTarget("\\usr\\lib", base, win32)).toBe("/usr/lib");
    expect(linkTarget("d:\\Roots\\Debian\\usr\\lib", base, win32)).toBe("/usr/lib");
    expect(linkTarget("\\\\?\\C:\\usr\\lib", base, win32)).toBe("/usr/lib");
    expect(linkTarget("a\\b", "/", posix)).toBe("a\\b");
  });
});

describe("matchingFiles", () => {
  const names = ["a-1.0.whl", "B-1.0.WHL", "b.txt", "c[1].whl"];
  const match = (pattern: string, rules: typeof win32) => {
    const folders: string[] = [];
    const list = (folder: string) => {
      folders.push(folder);
      return names;
    };
    return { found: matchingFiles(pattern, list, rules), folders };
  };

  it.each([
    ["dist\\*.whl", ["dist\\a-1.0.whl", "dist\\B-1.0.WHL", "dist\\c[1].whl"], ["dist"]],
    ["C:/dist/?-1.0.whl", ["C:\\dist\\a-1.0.whl", "C:\\dist\\B-1.0.WHL"], ["C:/dist"]],
    ["*[1]*", ["c[1].whl"], ["."]],
    ["z*", [], ["."]],
    [`${"*".repeat(40)}z`, [], ["."]],
  ])("matches Windows' %s as its own programs do", (pattern, found, folders) => {
    expect(match(pattern, win32)).toEqual({ found, folders });
  });

  it("leaves patterns to the shells of POSIX, and names to everybody", () => {
    expect(match("dist/*.whl", posix)).toEqual({ found: undefined, folders: [] });
    expect(match("dist\\a.whl", win32)).toEqual({ found: undefined, folders: [] });
  });
});
