/** Rules on hardening. */
import { describe, expect, it } from "vitest";
import type { ElfSketch } from "../../../support/native.ts";
import { audit, codes, elf, module, only } from "../../../support/native.ts";

const EXT = "demo/_x.cpython-312-x86_64-linux-gnu.so";

function levels(sketch: ElfSketch, tags?: string): readonly string[] {
  const result = audit({
    ...(tags === undefined ? {} : { tags }),
    files: { [EXT]: module("_x", sketch) },
  });
  return result.problems
    .filter(({ code }) => code.startsWith("HRD"))
    .map(({ code, level }) => `${code} ${level ?? "default"}`);
}

describe("HRD001 executable stack (B13)", () => {
  it("asked for", () => {
    expect(levels({ execstack: "yes" })).toEqual(["HRD001 default"]);
    expect(levels({ execstack: "no" })).toEqual([]);
  });

  it("implied by a missing header, where that means one", () => {
    expect(levels({ execstack: "absent" })).toEqual(["HRD001 error"]);
    const arm = { execstack: "absent", arch: "aarch64", versions: {} } as const;
    expect(levels(arm, "cp312-cp312-manylinux_2_17_aarch64")).toEqual(["HRD001 info"]);
  });

  it("of a program, and on musl, is not a failure to load", () => {
    expect(
      levels({ execstack: "yes", kind: "executable", interpreter: "/lib64/ld-linux-x86-64.so.2" }),
    ).toEqual(["HRD001 warning"]);
    const musl = { execstack: "yes", needed: ["libc.musl-x86_64.so.1"], versions: {} } as const;
    expect(levels(musl, "cp312-cp312-musllinux_1_2_x86_64")).toEqual(["HRD001 warning"]);
  });

  it("means nothing for object files", () => {
    expect(
      codes(
        audit({
          files: { [EXT]: module("_x"), "a.o": elf({ kind: "object", execstack: "absent" }) },
        }),
      ),
    ).toEqual([]);
  });
});

describe("HRD002, HRD003, HRD004", () => {
  it("text relocations", () => {
    expect(levels({ textRelocations: true })).toEqual(["HRD002 default"]);
    expect(levels({ textRelocations: true, kind: "executable" })).toEqual(["HRD002 warning"]);
  });

  it("segments that are writable and executable", () => {
    const load = {
      offset: 0,
      fileSize: 0,
      address: 0n,
      memorySize: 0n,
      align: 4096n,
      readable: true,
      writable: true,
      executable: true,
      at: { record: "Elf_Phdr", offset: 64 },
    };
    expect(levels({ loads: [load] })).toEqual(["HRD003 default"]);
    expect(levels({ loads: [{ ...load, writable: false }] })).toEqual([]);
  });

  it("RELRO", () => {
    expect(levels({ relro: "none" })).toEqual(["HRD004 warning"]);
    expect(levels({ relro: "none", kind: "executable" })).toEqual(["HRD004 info"]);
    expect(levels({ relro: "none", kind: "executable", dynamic: false })).toEqual([]);
    expect(levels({ relro: "partial" })).toEqual(["HRD004 default"]);
    expect(levels({ relro: "full" })).toEqual([]);
  });
});

describe("HRD010 and HRD011", () => {
  it("debug information, a note when little of it is left", () => {
    expect(levels({ debug: { dwarf: 50_000, symtab: 0 } })).toEqual(["HRD010 default"]);
    expect(levels({ debug: { dwarf: 600, symtab: 0 } })).toEqual(["HRD010 info"]);
    const result = audit({
      files: { [EXT]: module("_x", { debug: { dwarf: 1_234_567, symtab: 0 } }) },
    });
    expect(only(result, "HRD010").message).toBe("1.2 MB of debug information");
  });

  it("symbol table", () => {
    expect(levels({ debug: { dwarf: 0, symtab: 1 } })).toEqual(["HRD011 default"]);
  });
});

describe("HRD013", () => {
  it("sanitizers by import and by library", () => {
    expect(levels({ imports: ["__asan_init"] })).toEqual(["HRD013 default"]);
    expect(levels({ imports: ["__asan_init?"] })).toEqual([]);
    expect(levels({ needed: ["libasan.so.8"] })).toEqual(["HRD013 default"]);
  });
});
