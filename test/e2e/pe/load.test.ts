/** What was renamed is loaded and called under wine: with the folder of the new names, and not without it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { NativeEdit } from "../../../src/native-edit.ts";
import { pe } from "../../../src/pe/index.ts";
import { memorySource } from "../../../src/source.ts";
import { rewritten } from "../../support/formats.ts";
import { peFixture } from "../../support/pe-fixtures.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { loadUnderWine, WINE } from "../../support/wine.ts";

const HASH = "0123456789abcdef0123456789abcdef";
const LIBRARY = `b-${HASH}.dll`;

/** Fixtures that import the library, by what they say it is called. */
const MODULES: Readonly<Record<string, string>> = {
  "module-x86_64": "b.dll",
  bound: "b.dll",
  "bound-padding-used": "b.dll",
  checksum: "b.dll",
  "checksum-wrong": "b.dll",
  debug: "b.dll",
  "few-directories": "b.dll",
  flat: "b.dll",
  "forwarder-importer": "b.dll",
  "full-page": "b.dll",
  "full-table": "b.dll",
  "full-table-no-stub": "b.dll",
  "load-flags": "b.dll",
  "mingw-crt": "b.dll",
  "mingw-module": "b.dll",
  "mingw-unstripped": "b.dll",
  "name-blank": "b with blanks.dll",
  "name-capitals": "b_library.dll",
  "name-ext-ms": "EXT-MS-WIN-B-L1-1-0.DLL",
  "name-none": "b.dll",
  "name-pyd": "_b.cp312-win_amd64.pyd",
  "odd-length": "b.dll",
  ordinal: "b.dll",
  overlay: "b.dll",
  "padding-used": "b.dll",
  signed: "b.dll",
  "signed-odd": "b.dll",
  "signed-overlay": "b.dll",
  "signed-sha1": "b.dll",
  tls: "b.dll",
  "virtual-size-0": "b.dll",
};

function change(name: string, edits: readonly NativeEdit[]): Uint8Array {
  return rewritten(pe, peFixture(name), edits).bytes;
}

interface Place {
  readonly libs: string;
  put(folder: string, file: string, bytes: Uint8Array): string;
}

function place(): Place {
  const libs = scratchFolder();
  return {
    libs,
    put(folder, file, bytes) {
      const path = join(folder, file);
      writeFileSync(path, bytes);
      return path;
    },
  };
}

const rename = (from: string, to: string): NativeEdit => ({ kind: "replace-dependency", from, to });

describe.skipIf(WINE === undefined)("a module whose library has a new name", () => {
  it.each(Object.entries(MODULES))(
    "%s is loaded with the library's folder only",
    (name, library) => {
      const { libs, put } = place();
      put(libs, LIBRARY, peFixture("library-x86_64"));
      const file = put(scratchFolder(), "a.pyd", change(name, [rename(library, LIBRARY)]));
      const found = loadUnderWine({ file, calls: ["afunc"], folders: [libs] });
      expect(found).toEqual({ error: null, values: { afunc: 43 }, crash: null });
      expect(loadUnderWine({ file, calls: ["afunc"] }).error).toBe(126);
    },
  );

  it.each(["mingw-unstripped", "module-x86_64"])("%s is loaded when it is stripped too", (name) => {
    const { libs, put } = place();
    put(libs, LIBRARY, change("library-x86_64", [{ kind: "set-id", id: LIBRARY }]));
    const edits: NativeEdit[] = [{ kind: "strip", level: "all" }, rename("b.dll", LIBRARY)];
    const file = put(scratchFolder(), "a.pyd", change(name, edits));
    const found = loadUnderWine({ file, calls: ["afunc"], folders: [libs] });
    expect(found.values).toEqual({ afunc: 43 });
  });

  it("is loaded with unknown bytes before its new section", () => {
    const { libs, put } = place();
    put(libs, LIBRARY, peFixture("library-x86_64"));
    const bytes = Buffer.concat([peFixture("full-table"), new Uint8Array(777).fill(0xaa)]);
    const changed = rewritten(pe, new Uint8Array(bytes), [rename("b.dll", LIBRARY)]).bytes;
    const file = put(scratchFolder(), "a.pyd", changed);
    const found = loadUnderWine({ file, calls: ["afunc"], folders: [libs] });
    expect(found.values).toEqual({ afunc: 43 });
  });

  it("with a shorter name finds the library beside it", () => {
    const { put } = place();
    const folder = scratchFolder();
    put(folder, "s.dll", peFixture("library-x86_64"));
    const file = put(folder, "a.pyd", change("name-blank", [rename("b with blanks.dll", "s.dll")]));
    expect(loadUnderWine({ file, calls: ["afunc"] }).values).toEqual({ afunc: 43 });
  });

  it("that delays it calls it at the first use", () => {
    const { libs, put } = place();
    const library = put(libs, LIBRARY, peFixture("library-x86_64"));
    const file = put(scratchFolder(), "a.pyd", change("delay-x86_64", [rename("b.dll", LIBRARY)]));
    const call = { file, calls: ["afunc"] };
    expect(loadUnderWine({ ...call, folders: [libs] }).values).toEqual({ afunc: 43 });
    expect(loadUnderWine({ ...call, preload: [library] }).values).toEqual({ afunc: 43 });
    expect(loadUnderWine(call).crash).not.toBeNull();
  });

  it("and loads it with itself finds it beside itself", () => {
    const { put } = place();
    const folder = scratchFolder();
    put(folder, LIBRARY, peFixture("library-x86_64"));
    const edits: NativeEdit[] = [
      rename("b.dll", LIBRARY),
      { kind: "add-dependency", name: LIBRARY },
    ];
    const file = put(folder, "a.pyd", change("delay-x86_64", edits));
    expect(loadUnderWine({ file, calls: ["afunc"] }).values).toEqual({ afunc: 43 });
  });

  it("and forwards to it too, by name and by ordinal", () => {
    const { libs, put } = place();
    put(libs, LIBRARY, peFixture("library-x86_64"));
    put(libs, `fwd-${HASH}.dll`, change("forwarder", [rename("B", LIBRARY)]));
    const user = change("forwarder-user", [rename("fwd.dll", `fwd-${HASH}.dll`)]);
    const file = put(scratchFolder(), "a.pyd", user);
    const found = loadUnderWine({ file, calls: ["afunc"], folders: [libs] });
    expect(found).toEqual({ error: null, values: { afunc: 44 }, crash: null });
  });

  it("or that lost data to a cut finds what is left of it", () => {
    const bytes = peFixture("device-x86_64");
    const region = pe
      .open(memorySource(bytes))
      .regions()
      .find(({ name }) => name === ".nv_fatb");
    const start = region?.start ?? 0;
    bytes.copyWithin(start, start + 3008, start + 6008);
    const moved = [
      { from: 0, to: 0 },
      { from: 3008, to: 0 },
    ];
    const cut: NativeEdit = { kind: "cut", region: ".nv_fatb", size: 3000, moved };
    const file = place().put(scratchFolder(), "a.dll", rewritten(pe, bytes, [cut]).bytes);
    const s = "s".charCodeAt(0);
    expect(loadUnderWine({ file, calls: ["letter:0"] }).values).toEqual({ letter: s });
    expect(loadUnderWine({ file, calls: ["letter:1"] }).values).toEqual({ letter: s });
  });

  it("needs it in a cycle", () => {
    const { libs, put } = place();
    const [one, two] = ["c1-new-name-0123456789.dll", "c2-new-name-0123456789.dll"];
    const file = put(libs, one, change("cycle-c1", [rename("c2.dll", two)]));
    put(libs, two, change("cycle-c2", [rename("c1.dll", one)]));
    expect(loadUnderWine({ file, calls: ["c1:5"] }).values).toEqual({ c1: 5 });
  });
});
