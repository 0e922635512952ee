/** Options of `repair` on hosts with other rules for paths. */
import { posix, win32 } from "node:path";
import { describe, expect, it } from "vitest";
import { NO_CONFIG } from "../../../src/commands/config.ts";
import { readSettings } from "../../../src/commands/repair-settings.ts";
import type { RepairSettings } from "../../../src/repair/settings.ts";
import { fakeIo } from "../../support/io.ts";

interface Read extends Pick<RepairSettings, "ldpaths"> {
  readonly sysroot: string | undefined;
}

function readOn(
  rules: typeof win32,
  options: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string>> = {},
): Read {
  const io = fakeIo({ env });
  const { settings, sysroot } = readSettings({ quiet: 2, ...options }, [], NO_CONFIG, io, rules);
  return { ldpaths: settings.ldpaths, sysroot };
}

describe("folders of libraries", () => {
  it("are those of PATH on Windows, after those that are given, whatever the variable's case", () => {
    const given = { addPath: ["D:\\vcpkg\\bin;E:\\more libs", '"F:\\q"'] };
    expect(readOn(win32, given, { Path: "C:\\Windows\\System32;C:\\tools;" })).toEqual({
      ldpaths: [
        ...["D:/vcpkg/bin", "E:/more libs", "F:/q"],
        ...["C:/Windows/System32", "C:/tools"],
      ],
      sysroot: undefined,
    });
  });

  it("are only those that are given, where the system's are not wanted", () => {
    const options = { addPath: ["D:\\lib"], sysPaths: false };
    expect(readOn(win32, options, { PATH: "C:\\tools" }).ldpaths).toEqual(["D:/lib"]);
  });

  it("are not those of PATH elsewhere, where `:` separates too", () => {
    const read = readOn(posix, { addPath: ["/a:/b;/c"] }, { PATH: "/usr/bin" });
    expect(read).toEqual({ ldpaths: ["/a", "/b", "/c"], sysroot: "/" });
  });

  it("may lie below another root, with a drive", () => {
    expect(readOn(win32, { sysroot: "D:\\mingw\\..\\root" }).sysroot).toBe("D:\\root");
  });
});

describe("names of libraries", () => {
  it("are no paths, with either separator", () => {
    for (const include of ["bin/b.dll", "bin\\b.dll"]) {
      expect(() => readOn(win32, { include: [include] })).toThrow("is a path");
    }
  });
});
