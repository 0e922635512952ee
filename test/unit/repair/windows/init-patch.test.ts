import { describe, expect, it } from "vitest";
import { decodeLatin1, encodeUtf8 } from "../../../../src/bytes.ts";
import type { PatchFolders } from "../../../../src/repair/windows/init-patch.ts";
import {
  END_MARK,
  insertPatch,
  patchLines,
  pythonString,
  replaceMarkers,
  START_MARK,
} from "../../../../src/repair/windows/init-patch.ts";
import { knownPatches } from "../../../../src/repair/windows/known-patch.ts";
import { INIT_SHAPES } from "../../../support/init-shapes.ts";
import { stopwatch } from "../../../support/quick.ts";

const FOLDERS: PatchFolders = { folders: ["demo.libs"], preload: [], loadOrder: undefined };
const LINES = patchLines("demo", FOLDERS);

/** Bytes as one character each, so that any encoding compares. */
function raw(text: string): string {
  return decodeLatin1(encodeUtf8(text));
}

describe("insertPatch", () => {
  it.each(INIT_SHAPES)("finds the place in a module with $name", ({ source, after, before }) => {
    const patched = insertPatch(source, LINES);
    if (patched === undefined) throw new Error("no place");
    const text = decodeLatin1(patched);
    const start = text.indexOf(START_MARK);
    const end = text.indexOf(END_MARK) + END_MARK.length;
    const head = text.slice(0, start);
    const rest = text.slice(end);
    if (after !== undefined) expect(head.trimEnd()).toMatch(ending(raw(after).trimEnd()));
    if (before !== undefined) {
      expect(rest.replace(/^[\r\n]+/, "").startsWith(raw(before))).toBe(true);
    }
  });

  it.each(INIT_SHAPES)("keeps the line endings of a module with $name", ({ source }) => {
    const plain = decodeLatin1(source);
    const patched = decodeLatin1(insertPatch(source, LINES) ?? new Uint8Array());
    const kinds = new Set(patched.match(/\r\n|\n|\r/g));
    const own = new Set(plain.match(/\r\n|\n|\r/g));
    expect([...kinds]).toEqual(own.size === 0 ? ["\n"] : [...own]);
  });

  it.each(INIT_SHAPES)("is found again in a module with $name", ({ source }) => {
    const patched = insertPatch(source, LINES) ?? new Uint8Array();
    const [known, ...others] = knownPatches(patched, "demo");
    expect(others).toEqual([]);
    expect(known?.by).toBe("wheelkit");
    expect([...(known?.folders ?? [])]).toEqual(["demo.libs"]);
    const text = decodeLatin1(patched);
    expect(text.slice(known?.start, known?.end).trimEnd().endsWith(END_MARK)).toBe(true);
  });

  it.each([
    ["UTF-16", Uint8Array.of(0xff, 0xfe, 0x78, 0x00)],
    ["UTF-7", encodeUtf8("# coding: utf-7\nx = 1\n")],
    ["ISO 2022", encodeUtf8("# coding: iso-2022-jp\nx = 1\n")],
    ["EBCDIC", encodeUtf8("# coding: cp037\n")],
    ["NUL bytes", encodeUtf8("x = 1\0\n")],
  ])("tells no place in a module with %s", (_, source) => {
    expect(insertPatch(source, LINES)).toBeUndefined();
  });

  it("survives every prefix of an awkward module", () => {
    const whole = encodeUtf8(
      '\ufeff# it\'s\n("a" \\\n  r"b\\"")  # c\nfrom __future__ import (a,\n b)\n',
    );
    for (let length = 0; length <= whole.length; length++) {
      expect(insertPatch(whole.subarray(0, length), LINES)).toBeInstanceOf(Uint8Array);
    }
  });

  it("reads a module of a million brackets in one pass", () => {
    const took = stopwatch();
    insertPatch(encodeUtf8("(".repeat(1_000_000)), LINES);
    insertPatch(encodeUtf8('"a" '.repeat(250_000)), LINES);
    insertPatch(encodeUtf8("\\\n".repeat(500_000)), LINES);
    expect(took()).toBeLessThan(3000);
  });
});

describe("patchLines", () => {
  it("leads from a package to folders beside it, below it and to site-packages itself", () => {
    const code = patchLines("a/b", { ...FOLDERS, folders: ["a.libs", "a/b/bin", "", "a/b"] });
    expect(code.join("\n")).toContain('for folder in ("../../a.libs", "bin", "../..", ".",):');
  });

  it("spells names in ASCII", () => {
    expect(pythonString('ü"\\𝄞')).toBe('"\\u00fc\\"\\\\\\U0001d11e"');
  });

  it("is read again as it was written", () => {
    const wanted: PatchFolders = {
      folders: ["a.libs", "a/ü 1.libs"],
      preload: ["a.libs/la te-1.dll"],
      loadOrder: ".load-order-a-1",
    };
    const source = encodeUtf8(patchLines("a/b", wanted).join("\r\n"));
    const [known] = knownPatches(source, "a/b");
    expect([...(known?.folders ?? [])]).toEqual(wanted.folders);
    expect([...(known?.preload ?? [])]).toEqual(wanted.preload);
  });
});

describe("replaceMarkers", () => {
  it("puts the code where the module asks for it", () => {
    const source = encodeUtf8(
      "import os\r\n# delvewheel: patch\r\nimport sys\r\n#DELVEWHEEL :patch",
    );
    const text = decodeLatin1(replaceMarkers(source, ["A", "B"]) ?? new Uint8Array());
    expect(text).toBe("import os\r\nA\r\nB\r\nimport sys\r\nA\r\nB");
  });

  it("leaves a module alone that does not ask", () => {
    for (const text of ["x = 1\n", "x = 1  # delvewheel: patch\n", "# delvewheel: patched\n"]) {
      expect(replaceMarkers(encodeUtf8(text), ["A"])).toBeUndefined();
    }
  });
});

describe("knownPatches", () => {
  const delvewheel = (join: string): Uint8Array =>
    encodeUtf8(
      `""" doc """\n\n\n"""""" # start delvewheel patch\ndef _delvewheel_patch_1_5_4():\n    libs_dir = os.path.abspath(${join})\n# end delvewheel patch\n\nx = 1\n`,
    );

  it.each([
    ["os.path.join(os.path.dirname(__file__), os.pardir, 'demo.libs')", "demo.libs"],
    ["os.path.join(os.path.dirname(os.path.dirname(__file__)), 'demo.libs')", "demo.libs"],
    ["os.path.join(os.path.dirname(__file__), 'libs')", "demo/libs"],
    ["os.path.join(os.path.dirname(__file__), os.pardir, '.')", ""],
  ])("reads delvewheel's %s", (join, folder) => {
    const [known] = knownPatches(delvewheel(join), "demo");
    expect(known?.by).toBe("delvewheel");
    expect([...(known?.folders ?? [])]).toEqual([folder]);
  });

  it("takes no unfinished code for one", () => {
    expect(knownPatches(encodeUtf8(`${START_MARK}\nx = 1\n`), "demo")).toEqual([]);
  });
});

function ending(text: string): RegExp {
  return new RegExp(`${text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}$`);
}
