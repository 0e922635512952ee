import { describe, expect, it } from "vitest";
import { DT, NT_GNU, PF, PT, SHT, SHT_ARM, STB } from "../../../src/elf/constants.ts";
import { ElfEhdr, ElfShdr } from "../../../src/elf/layout.ts";
import { guessCpuArch } from "../../../src/elf/read/arm-code.ts";
import { memorySource } from "../../../src/source.ts";
import * as elf from "../../support/elf.ts";
import { buildElf, type ElfDescription, LE64, words } from "../../support/elf-builder.ts";
import { elfFixture, elfFixtures } from "../../support/elf-fixtures.ts";
import { timed } from "../../support/quick.ts";

function summary(
  bytes: Uint8Array,
  interest: (name: string) => boolean = () => false,
): elf.ElfFacts {
  return elf.summarize(elf.parse(memorySource(bytes)), interest);
}

function fixture(name: string): elf.ElfFacts {
  return summary(elfFixture(name));
}

function built(description: ElfDescription, interest?: (name: string) => boolean): elf.ElfFacts {
  return summary(buildElf(description).bytes, interest);
}

describe("the interpreter", () => {
  it("is none when the segment is empty, as in files of debug information", () => {
    expect(built({ segments: [{ p_type: PT.PT_INTERP }] }).interpreter).toBe(null);
  });
});

describe("architecture", () => {
  it.each([
    ["module-x86_64", "x86_64", "EM_X86_64", 64, true],
    ["module-i686", "i686", "EM_386", 32, true],
    ["module-x32", "unknown", "EM_X86_64", 32, true],
    ["module-aarch64", "aarch64", "EM_AARCH64", 64, true],
    ["module-armv7l", "armv7l", "EM_ARM", 32, true],
    ["armv6l", "armv6l", "EM_ARM", 32, true],
    ["module-armel", "unknown", "EM_ARM", 32, true],
    ["module-ppc64le", "ppc64le", "EM_PPC64", 64, true],
    ["module-ppc64", "ppc64", "EM_PPC64", 64, false],
    ["module-s390x", "s390x", "EM_S390", 64, false],
    ["module-riscv64", "riscv64", "EM_RISCV", 64, true],
    ["module-mips", "unknown", "EM_MIPS", 32, false],
    ["module-mips64el", "unknown", "EM_MIPS", 64, true],
  ] as const)("%s is %s", (name, arch, machine, bits, littleEndian) => {
    expect(fixture(name)).toMatchObject({ arch, machine, bits, littleEndian });
  });

  it("names LoongArch, and a machine that nobody knows by its number", () => {
    expect(built({ header: { e_machine: 258 } }).arch).toBe("loongarch64");
    expect(built({ header: { e_machine: 0x1234 } })).toMatchObject({
      arch: "unknown",
      machine: "EM_0x1234",
    });
  });

  it.each([
    ["armv6l", "armv6l"],
    ["module-armv7l", "armv7l"],
  ])("reads from the code what %s is for when its attributes are gone", (name, arch) => {
    const bytes = elfFixture(name);
    const { sections, context } = elf.parse(memorySource(bytes));
    const attributes = sections.list.find(({ sh_type }) => sh_type === SHT_ARM.SHT_ARM_ATTRIBUTES);
    if (attributes === undefined) throw new Error("no attributes");
    ElfShdr.set(bytes, attributes.at, context, { sh_type: SHT.SHT_PROGBITS });
    expect(summary(bytes).arch).toBe(arch);
    // As `sstrip` leaves it.
    ElfEhdr.set(bytes, 0, context, { e_shoff: 0, e_shnum: 0, e_shstrndx: 0 });
    expect(summary(bytes).arch).toBe(arch);
  });

  it.each([
    ["a constant of 16 bits", 0xe30123ab],
    ["a bit field", 0xe7e03050],
    ["a barrier", 0xf57ff05f],
    ["a return of Thumb code", 0xbd104770],
  ])("takes Arm code with %s for ARMv7", (_, word) => {
    const code = (last: number): number | undefined => {
      const rows = [...Array.from({ length: 10 }, () => 0xe1a00000), last, last];
      const bytes = words(rows, { variant: "elf32", littleEndian: true });
      return guessCpuArch(memorySource(bytes), [
        {
          ...{ index: 0, at: 0, p_type: PT.PT_LOAD, p_flags: PF.PF_R | PF.PF_X, p_offset: 0 },
          ...{ p_vaddr: 0n, p_paddr: 0n, p_memsz: 48n, p_filesz: bytes.length, p_align: 1n },
        },
      ]);
    };
    expect([code(0xe12fff1e), code(word)]).toEqual([6, 10]);
  });

  it("takes hard-float Arm without attributes for ARMv7, and other EABIs for nothing", () => {
    const arm = (e_flags: number): string =>
      built({
        context: { variant: "elf32", littleEndian: true },
        header: { e_machine: 40, e_flags },
      }).arch;
    expect(arm(0x05000400)).toBe("armv7l");
    expect(arm(0x04000400)).toBe("unknown");
    expect(arm(0x05000200)).toBe("unknown");
  });
});

describe("kind", () => {
  it.each([
    ["module-x86_64", "shared", true],
    ["program-pie", "executable", true],
    ["program-fixed", "executable", true],
    ["program-static", "executable", false],
    ["program-static-pie", "executable", true],
    ["object", "object", false],
  ] as const)("%s is %s", (name, kind, dynamic) => {
    expect(fixture(name)).toMatchObject({ kind, dynamic });
  });
});

describe("names", () => {
  it("reads the SONAME, the needed libraries and where each is named", () => {
    const facts = built({ needed: ["libz.so.1", "libé.so"], soname: "libx.so.3" });
    expect(facts.id).toBe("libx.so.3");
    expect(facts.dependencies.map(({ name, how }) => [name, how])).toEqual([
      ["libz.so.1", "required"],
      ["libé.so", "required"],
    ]);
    const { bytes, at } = buildElf({ needed: ["libz.so.1"] });
    expect(summary(bytes).dependencies[0]?.at).toEqual({
      record: "Elf_Dyn",
      field: "DT_NEEDED",
      offset: at.dynamic,
    });
  });

  it("keeps every item of a search path, empty ones too", () => {
    expect(fixture("rpath").searchPaths.map(({ kind, path }) => [kind, path])).toEqual([
      ["rpath", "$ORIGIN/../demo.libs"],
      ["rpath", "/opt/lib"],
      ["rpath", ""],
    ]);
    expect(fixture("runpath")).toMatchObject({
      searchPaths: [{ kind: "runpath", path: "$ORIGIN" }],
      noDefaultLibraries: true,
    });
  });

  it("lets the last of two entries count, as loaders do", () => {
    const { bytes, at } = buildElf({ soname: "first.so", needed: ["second.so"] });
    // DT_NEEDED comes first; call it a second SONAME.
    new DataView(bytes.buffer).setBigUint64(at.dynamic, BigInt(DT.DT_SONAME), true);
    expect(summary(bytes).id).toBe("first.so");
    const other = buildElf({ needed: ["a.so"], soname: "s.so", dynamic: [[DT.DT_SONAME, 1n]] });
    expect(summary(other.bytes).id).toBe("a.so");
  });
});

describe("versions", () => {
  it("says which imports need each version of each library", () => {
    const facts = built({
      symbols: [
        { name: "memcpy", version: 2 },
        { name: "abs", version: 3 },
        { name: "labs", version: 3, binding: STB.STB_WEAK },
        { name: "unversioned" },
        { name: "copied", version: 2, defined: true },
        { name: "mine", defined: true },
      ],
      needs: [
        {
          file: "libc.so.6",
          versions: [
            { name: "GLIBC_2.14", index: 2 },
            { name: "GLIBC_2.2.5", index: 3, flags: 2 },
            { name: "GLIBC_ABI_DT_RELR", index: 4 },
          ],
        },
      ],
    });
    expect(facts.versionNeeds).toMatchObject([
      {
        library: "libc.so.6",
        versions: [
          { version: "GLIBC_2.14", weak: false, symbols: ["copied", "memcpy"] },
          { version: "GLIBC_2.2.5", weak: true, symbols: ["abs", "labs"] },
          { version: "GLIBC_ABI_DT_RELR", weak: false, symbols: [] },
        ],
      },
    ]);
    expect(facts).toMatchObject({ symbolCount: 7, importCount: 4, exportCount: 2, problems: [] });
  });

  it("joins two records of one library", () => {
    const facts = built({
      needs: [
        { file: "libc.so.6", versions: [{ name: "A", index: 2 }] },
        { file: "libm.so.6", versions: [{ name: "B", index: 3 }] },
        { file: "libc.so.6", versions: [{ name: "C", index: 4 }] },
      ],
    });
    expect(
      facts.versionNeeds.map(({ library, versions }) => [library, versions.map((v) => v.version)]),
    ).toEqual([
      ["libc.so.6", ["A", "C"]],
      ["libm.so.6", ["B"]],
    ]);
  });

  it("counts a program's copy of a library's variable as a use", () => {
    const needs = fixture("program-fixed").versionNeeds;
    expect(needs[0]?.versions.find((each) => each.version === "GLIBC_2.2.5")?.symbols).toContain(
      "stdout",
    );
  });

  it("leaves the base version out of the definitions", () => {
    expect(fixture("versions")).toMatchObject({
      id: "libversions.so.2",
      versionDefinitions: ["DEMO_1.0", "DEMO_2.0"],
    });
  });

  it("finds all of it without section headers", () => {
    const pairs = elfFixtures().filter((name) => name.endsWith("-no-sections"));
    expect(pairs.length).toBeGreaterThan(5);
    for (const name of pairs) {
      const { sectionHeaders, debug, ...bare } = fixture(name);
      const { sectionHeaders: had, debug: _, ...full } = fixture(name.replace("-no-sections", ""));
      expect([sectionHeaders, had]).toEqual([false, true]);
      expect({ name, ...bare }).toEqual({ name, ...full });
      expect(debug).toEqual({ symtab: 0, dwarf: 0 });
    }
  });
});

describe("symbols", () => {
  it("counts by each kind of hash table, also with words of eight bytes", () => {
    const names = ["module-s390x", "sysv-hash-s390x", "module-mips", "sysv-hash-mips"];
    expect(names.map((name) => fixture(name).symbolCount)).toEqual([13, 13, 13, 13]);
    expect(fixture("both-hashes").symbolCount).toBe(fixture("module-x86_64").symbolCount);
  });

  it("counts to the next table when nothing is exported and nothing else tells", () => {
    expect(fixture("importer-no-sections")).toMatchObject({
      symbolCount: 3,
      importCount: 2,
      exportCount: 0,
    });
    const symbols = [{ name: "a" }, { name: "b" }];
    expect(built({ symbols, hash: "none" }).symbolCount).toBe(3);
    expect(built({ symbols, hash: "gnu" }).symbolCount).toBe(3);
    expect(built({ symbols, hash: "sysv" }).symbolCount).toBe(3);
  });

  it("lists the imports that the caller asks for, with version and library", () => {
    const facts = summary(elfFixture("module-x86_64"), (name) => /^Py|^printf|_hook$/.test(name));
    expect(facts.imports).toEqual([
      { name: "PyModule_Create2", defined: false, weak: false, type: "notype" },
      { name: "optional_hook", defined: false, weak: true, type: "notype" },
      {
        name: "printf",
        defined: false,
        weak: false,
        type: "func",
        version: "GLIBC_2.2.5",
        library: "libc.so.6",
      },
    ]);
  });

  it("finds Python's initialisers of every kind, functions only", () => {
    const facts = built({
      symbols: [
        { name: "PyInit_imported" },
        ...[
          "PyInit_demo",
          "PyInitU_mdl_0za",
          "PyModExport_demo",
          "initdemo",
          "_cffi_pypyinit_demo",
          "PyInit_",
          "PyIni",
          "xPyInit_demo",
          "init",
          "_ZN4demoE",
        ].map((name) => ({ name, defined: true })),
        { name: "PyInit_data", defined: true, type: 1 },
      ],
    });
    expect(facts.pythonInit).toEqual([
      "PyInitU_mdl_0za",
      "PyInit_demo",
      "PyModExport_demo",
      "_cffi_pypyinit_demo",
      "initdemo",
    ]);
  });

  it("lists imports and exports by name", () => {
    const image = elf.parse(memorySource(elfFixture("versions")));
    expect(elf.listSymbols(image, "exports").map(({ name, version }) => [name, version])).toEqual([
      ["DEMO_1.0", "DEMO_1.0"],
      ["DEMO_2.0", "DEMO_2.0"],
      ["answer", "DEMO_1.0"],
      ["answer", "DEMO_2.0"],
      ["base_only", "DEMO_1.0"],
    ]);
    expect(elf.listSymbols(image, "imports").every(({ defined }) => !defined)).toBe(true);
  });

  it("reads 120,000 symbols in a moment", () => {
    const symbols = [
      { name: "imported", version: 2 },
      ...Array.from({ length: 120_000 }, (_, index) => ({ name: `_ZN1a${index}E`, defined: true })),
    ];
    const { bytes } = buildElf({
      symbols,
      needs: [{ file: "libc.so.6", versions: [{ name: "V", index: 2 }] }],
    });
    const { value, took } = timed(1000, () => summary(bytes));
    expect(value).toMatchObject({ symbolCount: 120_002, exportCount: 120_000 });
    expect(took).toBeLessThan(5000);
  });
});

describe("hardening", () => {
  it("says whether the stack is executable", () => {
    expect(fixture("bare").execstack).toBe("no");
    expect(fixture("execstack").execstack).toBe("yes");
    expect(fixture("no-stack-header").execstack).toBe("absent");
  });

  it("knows text relocations, static TLS, RELRO and RELR", () => {
    expect(fixture("textrel").textRelocations).toBe(true);
    expect(fixture("bare").textRelocations).toBe(false);
    expect(fixture("static-tls").staticTls).toBe(true);
    expect(fixture("bare").relro).toBe("partial");
    expect(fixture("runpath").relro).toBe("full");
    expect(fixture("program-static").relro).toBe("none");
    expect(fixture("relr").relr).toBe("standard");
    expect(fixture("relr-android").relr).toBe("android");
    expect(fixture("bare").relr).toBe(null);
  });

  it("knows the instruction set level that is needed, on x86-64 and i686", () => {
    expect(fixture("isa-v3")).toMatchObject({ isa: "x86_64_v3", isaUnknown: 0 });
    expect(fixture("isa-v4").isa).toBe("x86_64_v4");
    expect(fixture("isa-v2-i686").isa).toBe("x86_64_v2");
    expect(fixture("bti").isa).toBeNull();
    const property = (bits: number): elf.ElfFacts =>
      built({
        notes: [
          {
            name: "GNU",
            type: NT_GNU.NT_GNU_PROPERTY_TYPE_0,
            desc: words([0xc0008002, 4, bits, 0], LE64),
          },
        ],
      });
    expect(property(1)).toMatchObject({ isa: null, isaUnknown: 0 });
    expect(property(0x80000013)).toMatchObject({ isa: "x86_64_v2", isaUnknown: 0x80000010 });
  });

  it("reads Android's API level", () => {
    expect(fixture("android").androidApi).toBe(24);
    expect(fixture("bare").androidApi).toBeNull();
  });
});

describe("sections", () => {
  it("adds up what stripping would remove", () => {
    // By readelf -S: .symtab and .strtab, and seven .debug_ sections.
    expect(fixture("debug").debug).toEqual({ symtab: 192 + 77, dwarf: 575 });
    expect(fixture("bare").debug).toEqual({ symtab: 0, dwarf: 0 });
    expect(fixture("object").debug.dwarf).toBeGreaterThan(100);
  });

  it("finds nothing wrong with what linkers write", () => {
    for (const name of elfFixtures()) expect([name, fixture(name).problems]).toEqual([name, []]);
  });
});

describe("lists without end", () => {
  it("are cut, and that is told", () => {
    const names = Array.from({ length: 1001 }, (_, index) => `lib${index}.so`);
    const { dependencies, searchPaths, problems } = built({
      needed: names,
      runpath: ":".repeat(2_000_000),
    });
    expect([dependencies.length, searchPaths.length]).toEqual([1000, 10_000]);
    expect(problems.map(({ message }) => message)).toEqual([
      "DT_RUNPATH has more than 10000 folders, the rest was not read",
      "the file needs more than 1000 libraries, the rest was not read",
    ]);
  });

  it("are whole up to the limit", () => {
    const names = Array.from({ length: 1000 }, (_, index) => `lib${index}.so`);
    const { dependencies, problems } = built({ needed: names, runpath: "/a".repeat(9) });
    expect([dependencies.length, problems]).toEqual([1000, []]);
  });
});
