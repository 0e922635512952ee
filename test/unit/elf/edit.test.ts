import { describe, expect, it } from "vitest";
import { DT, DT_MIPS, ELFOSABI, ET, PF, PT } from "../../../src/elf/constants.ts";
import type { ElfEdit } from "../../../src/elf/edit/types.ts";
import { ElfDyn, ElfEhdr } from "../../../src/elf/layout.ts";
import { type ElfImage, parseElf } from "../../../src/elf/read/image.ts";
import { RefusalError } from "../../../src/errors.ts";
import { memorySource } from "../../../src/source.ts";
import { edit } from "../../support/elf.ts";
import { dynamicOf, type Edited, editBytes, namesOf } from "../../support/elf-edits.ts";
import { elfFixture, elfFixtures } from "../../support/elf-fixtures.ts";

const { DT_NEEDED, DT_SONAME, DT_RPATH, DT_RUNPATH } = DT;

function edited(name: string, ...edits: readonly ElfEdit[]): Edited {
  const result = editBytes(elfFixture(name), edits);
  expect(result.faults).toEqual([]);
  const again = editBytes(result.bytes, edits);
  expect(again.rewrite).toMatchObject({ rung: "unchanged", splices: [] });
  return result;
}

function refusal(name: string | Uint8Array, ...edits: readonly ElfEdit[]): string {
  const bytes = typeof name === "string" ? elfFixture(name) : name;
  try {
    edit(parseElf(memorySource(bytes)), edits);
  } catch (error) {
    if (error instanceof RefusalError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "planned";
}

const needed = (name: string): readonly string[] =>
  namesOf(parseElf(memorySource(elfFixture(name))), DT_NEEDED);

describe("a library made by lld", () => {
  const before = parseElf(memorySource(elfFixture("linker-lld")));
  const edits: readonly ElfEdit[] = [
    { kind: "set-soname", name: "liblonger-0123abcd-than-it-was.so.1" },
    { kind: "set-search-path", tag: "runpath", path: "$ORIGIN/../demo.libs" },
    { kind: "add-needed", name: "libanother.so.1" },
  ];

  it("keeps its count of relative relocations while there is room to be made", () => {
    expect(before.dynamic?.get(DT.DT_RELACOUNT)).toBeDefined();
    const { image } = edited("linker-lld", ...edits);
    expect(image.dynamic?.get(DT.DT_RELACOUNT)?.d_val).toBe(
      before.dynamic?.get(DT.DT_RELACOUNT)?.d_val,
    );
  });

  it("gets the order of GNU ld in the version needs that change", () => {
    const rename = { kind: "replace-needed", from: "libc.so.6", to: "libc-01.so.6" } as const;
    const versions = ({ versionNeeds }: ElfImage): unknown =>
      versionNeeds.map(({ file, versions }) => [file, versions.map(({ name }) => name)]);
    const places = ({ versionNeeds }: ElfImage): readonly number[] =>
      versionNeeds.flatMap(({ at, versions }) => [at, ...versions.map((each) => each.at)]);
    const { image } = edited("linker-lld", rename);
    expect(versions(image)).toEqual([
      ["libc-01.so.6", ["GLIBC_2.2.5"]],
      ["ld-linux-x86-64.so.2", ["GLIBC_2.3"]],
    ]);
    expect(places(before)).not.toEqual(places(before).toSorted((a, b) => a - b));
    expect(places(image)).toEqual(places(image).toSorted((a, b) => a - b));
  });

  it.each([
    ["two libraries that share a version", 1],
    ["a count that is not what the chain has", 2],
  ])("keeps the places of records that fill no table: %s", (_, kind) => {
    const bytes = elfFixture("linker-lld");
    const [first, second] = before.versionNeeds;
    if (first === undefined || second === undefined) throw new Error("two are needed");
    const view = new DataView(bytes.buffer);
    if (kind === 1) view.setUint32(second.at + 8, first.vn_aux - 16, true);
    else view.setUint16(first.at + 2, 2, true);
    const { image, faults } = editBytes(bytes, [
      { kind: "replace-needed", from: "libc.so.6", to: "libc-01.so.6" },
    ]);
    expect(faults).toEqual([]);
    expect(image.versionNeeds.map(({ file }) => file)).toEqual([
      "libc-01.so.6",
      "ld-linux-x86-64.so.2",
    ]);
  });
});

describe("names", () => {
  it("sets a SONAME where there was one and where there was none", () => {
    const there = edited("rpath", { kind: "set-soname", name: "librpath-0123abcd.so.1" });
    expect(namesOf(there.image, DT_SONAME)).toEqual(["librpath-0123abcd.so.1"]);
    const none = edited("module-x86_64", { kind: "set-soname", name: "module.so" });
    expect(namesOf(none.image, DT_SONAME)).toEqual(["module.so"]);
  });

  it("writes a name of the same length where the old one was", () => {
    const { rewrite } = edited("rpath", { kind: "set-soname", name: "libother.so" });
    expect(rewrite.rung).toBe("in-place");
    expect(rewrite.splices.every(({ remove, bytes }) => remove === bytes.length)).toBe(true);
  });

  it("uses a name that is there already, and the tail of one", () => {
    const before = needed("module-x86_64");
    expect(before).toContain("libc.so.6");
    const whole = edited("module-x86_64", { kind: "set-soname", name: "libc.so.6" });
    expect(whole.rewrite.notes).toEqual(["1 names were there already"]);
    const tail = edited("module-x86_64", { kind: "set-soname", name: "c.so.6" });
    expect(tail.rewrite.rung).toBe("in-place");
    expect(namesOf(tail.image, DT_SONAME)).toEqual(["c.so.6"]);
    expect(namesOf(tail.image, DT_NEEDED)).toEqual(before);
  });

  it("adds a library behind the others, once", () => {
    const before = needed("module-x86_64");
    const { image } = edited(
      "module-x86_64",
      { kind: "add-needed", name: "libextra.so.1" },
      { kind: "add-needed", name: "libc.so.6" },
    );
    expect(namesOf(image, DT_NEEDED)).toEqual([...before, "libextra.so.1"]);
  });

  it("replaces a library in the version needs too", () => {
    const before = needed("module-x86_64");
    const { image } = edited("module-x86_64", {
      kind: "replace-needed",
      from: "libc.so.6",
      to: "libc-0123abcd.so.6",
    });
    const renamed = before.map((name) => (name === "libc.so.6" ? "libc-0123abcd.so.6" : name));
    expect(namesOf(image, DT_NEEDED)).toEqual(renamed);
    expect(image.versionNeeds.map(({ file }) => file)).toContain("libc-0123abcd.so.6");
    expect(image.versionNeeds.map(({ file }) => file)).not.toContain("libc.so.6");
  });

  it("exchanges two names at once", () => {
    const [libc = "", loader = ""] = needed("module-x86_64");
    const { image, faults } = editBytes(elfFixture("module-x86_64"), [
      { kind: "add-needed", name: "libfoo.so" },
      { kind: "replace-needed", from: libc, to: loader },
      { kind: "replace-needed", from: loader, to: libc },
    ]);
    expect(faults).toEqual([]);
    expect(namesOf(image, DT_NEEDED)).toEqual([loader, libc, "libfoo.so"]);
    expect(image.versionNeeds.map(({ file }) => file).sort()).toEqual([loader, libc].sort());
  });

  it("names a library once when two become one", () => {
    const { image } = edited(
      "filters",
      { kind: "add-needed", name: "liba.so" },
      { kind: "add-needed", name: "libb.so" },
      { kind: "replace-needed", from: "libb.so", to: "liba.so" },
    );
    expect(namesOf(image, DT_NEEDED)).toEqual(["liba.so"]);
  });

  it("removes a library, but none from which versions are needed", () => {
    const { image } = edited(
      "filters",
      { kind: "add-needed", name: "liba.so" },
      { kind: "remove-needed", name: "liba.so" },
      { kind: "remove-needed", name: "libnot-there.so" },
    );
    expect(namesOf(image, DT_NEEDED)).toEqual([]);
    expect(refusal("module-x86_64", { kind: "remove-needed", name: "libc.so.6" })).toMatch(
      /^elf-version-need: .*`libc\.so\.6`/,
    );
  });

  it.each(["", "a\0b"])("refuses the name %j", (name) => {
    expect(refusal("rpath", { kind: "set-soname", name })).toMatch(/^elf-bad-name/);
    expect(refusal("rpath", { kind: "add-needed", name })).toMatch(/^elf-bad-name/);
    expect(refusal("rpath", { kind: "replace-needed", from: "x", to: name })).toMatch(/bad-name/);
    expect(refusal("rpath", { kind: "set-search-path", tag: "rpath", path: name })).toMatch(
      /bad-name/,
    );
  });
});

describe("search paths", () => {
  const set = (tag: "rpath" | "runpath", path: string): ElfEdit => ({
    kind: "set-search-path",
    tag,
    path,
  });

  it("turns RUNPATH into RPATH in its slot, and back", () => {
    const before = dynamicOf(parseElf(memorySource(elfFixture("runpath"))));
    const { image, bytes } = edited("runpath", set("rpath", "$ORIGIN"));
    const swapped = before.map(([tag, value]) => [tag === DT_RUNPATH ? DT_RPATH : tag, value]);
    expect(dynamicOf(image)).toEqual(swapped);
    expect(editBytes(bytes, [set("runpath", "$ORIGIN")]).bytes).toEqual(elfFixture("runpath"));
  });

  it("adds one, sets another, and leaves one", () => {
    const { image } = edited("bare", set("rpath", "$ORIGIN/../demo.libs"));
    expect(namesOf(image, DT_RPATH)).toEqual(["$ORIGIN/../demo.libs"]);
    const other = edited("rpath", set("runpath", "$ORIGIN/lib"));
    expect(namesOf(other.image, DT_RPATH)).toEqual([]);
    expect(namesOf(other.image, DT_RUNPATH)).toEqual(["$ORIGIN/lib"]);
  });

  it("removes both and leaves no trace of the old path", () => {
    const { image, bytes } = edited("rpath", { kind: "remove-search-path" });
    expect(namesOf(image, DT_RPATH)).toEqual([]);
    expect(Buffer.from(bytes).includes("/opt/lib")).toBe(false);
    expect(Buffer.from(elfFixture("rpath")).includes("/opt/lib")).toBe(true);
  });

  it("keeps the names that DT_FILTER, DT_AUXILIARY and DT_AUDIT use", () => {
    const before = dynamicOf(parseElf(memorySource(elfFixture("filters"))));
    const { image } = edited("filters", set("rpath", "$ORIGIN"), {
      kind: "set-soname",
      name: "libfilters.so.1",
    });
    for (const [tag, value] of before) {
      if (value.endsWith(".so")) expect(dynamicOf(image)).toContainEqual([tag, value]);
    }
    expect(before.map(([, value]) => value)).toContain("libfilter.so");
  });
});

describe("the executable stack", () => {
  it("is cleared by one bit", () => {
    const { image, rewrite } = edited("execstack", { kind: "set-execstack", executable: false });
    const stack = image.segments.find(({ p_type }) => p_type === PT.PT_GNU_STACK);
    expect((stack?.p_flags ?? PF.PF_X) & PF.PF_X).toBe(0);
    expect(rewrite.splices).toMatchObject([{ remove: 1, what: "program headers" }]);
  });

  it("can't be cleared without its header", () => {
    const clear: ElfEdit = { kind: "set-execstack", executable: false };
    expect(refusal("no-stack-header", clear)).toMatch(/^elf-no-stack-header/);
  });
});

describe("what can't be edited", () => {
  const soname: ElfEdit = { kind: "set-soname", name: "x.so" };

  it("is refused by name and reason", () => {
    expect(refusal("object", soname)).toMatch(/^elf-not-dynamic: only shared libraries/);
    expect(refusal("program-static", soname)).toMatch(/^elf-not-dynamic: the file has no dynamic/);
  });

  it("is refused when the layout can't be trusted", () => {
    const bytes = elfFixture("bare");
    const image = parseElf(memorySource(bytes));
    const size = image.dynamic?.get(DT.DT_STRSZ);
    ElfDyn.set(bytes, size?.at ?? 0, image.context, { d_val: 1n << 20n });
    expect(refusal(bytes, soname)).toMatch(/^elf-layout: DT_STRTAB and DT_STRSZ/);
  });
});

describe("every dynamic fixture", () => {
  const edits = (name: string): readonly ElfEdit[] => [
    { kind: "set-soname", name: `${name}-0123abcd.so.1` },
    { kind: "set-search-path", tag: "rpath", path: "$ORIGIN/../some_package.libs" },
    ...needed(name).map(
      (from): ElfEdit => ({
        kind: "replace-needed",
        from,
        to: from.replace(".so", "-89abcdef.so"),
      }),
    ),
  ];
  const dynamic = elfFixtures().filter((name) => {
    const image = parseElf(memorySource(elfFixture(name)));
    const isStatic = name === "program-static-pie";
    const { e_type } = image.ehdr;
    const linked = e_type === ET.ET_DYN || e_type === ET.ET_EXEC;
    return image.dynamic !== null && linked && !isStatic;
  });

  it("no names go into a program that has no loader", () => {
    for (const edit of edits("program-static-pie")) {
      expect(() => edited("program-static-pie", edit)).toThrow("the program is static");
    }
    const { rewrite } = edited("program-static-pie", { kind: "remove-search-path" });
    expect(rewrite.rung).toBe("unchanged");
  });

  it.each(dynamic)("%s takes a repair's edits", (name) => {
    const { image, rewrite, bytes } = edited(name, ...edits(name));
    expect(namesOf(image, DT_RPATH)).toEqual(["$ORIGIN/../some_package.libs"]);
    expect(namesOf(image, DT_NEEDED).every((file) => file.includes("-89abcdef.so"))).toBe(true);
    expect(image.versionNeeds.every(({ file }) => file.includes("-89abcdef.so"))).toBe(true);
    expect(rewrite.size - elfFixture(name).length).toBeLessThan(1024);
    // Back again: the names are dead now, and a third time finds them.
    const back = editBytes(bytes, [{ kind: "set-soname", name: "a.so" }]);
    expect(back.faults).toEqual([]);
    expect(back.rewrite.rung).toBe("in-place");
    expect(editBytes(back.bytes, edits(name)).bytes.length).toBe(bytes.length);
  });
});

describe("a string table whose section is longer than DT_STRSZ says", () => {
  it("gets a DT_STRSZ that covers a name in its padding", () => {
    // The last name is cut off the table: its bytes are padding of the section now.
    const bytes = elfFixture("rpath");
    const { context, dynamic, sections } = parseElf(memorySource(bytes));
    const size = dynamic?.get(DT.DT_STRSZ);
    const table = sections.list.find(({ sh_addr }) => sh_addr === dynamic?.value(DT.DT_STRTAB));
    if (size === undefined || table === undefined) throw new Error("no string table");
    const last = Buffer.from(bytes).lastIndexOf(0, table.sh_offset + table.sh_size - 2) + 1;
    const cut = table.sh_offset + table.sh_size - last;
    bytes.fill(0, last, last + cut);
    ElfDyn.set(bytes, size.at, context, { d_val: size.d_val - BigInt(cut) });
    // The SONAME stays in use, so the padding is the only place for the new path.
    const { image, faults } = editBytes(bytes, [
      { kind: "set-search-path", tag: "rpath", path: "$ORIGIN/lib" },
    ]);
    expect(faults).toEqual([]);
    expect(namesOf(image, DT_SONAME)).toEqual(["librpath.so"]);
    expect(namesOf(image, DT_RPATH)).toEqual(["$ORIGIN/lib"]);
  });
});

describe("tags that know their place", () => {
  it("keeps DT_MIPS_RLD_MAP_REL pointing where it did", () => {
    const bytes = elfFixture("module-mips");
    const image = parseElf(memorySource(bytes));
    const { context, dynamic } = image;
    if (dynamic === null) throw new Error("no dynamic section");
    // The fixture is a library, which has no such tag: it takes a spare slot.
    const at = dynamic.offset + dynamic.entries.length * 8;
    expect(dynamic.capacity).toBeGreaterThan(dynamic.entries.length + 2);
    const tag = DT_MIPS.DT_MIPS_RLD_MAP_REL;
    ElfDyn.set(bytes, at, context, { d_tag: tag, d_val: 0x1000n });
    const target = (from: ReturnType<typeof parseElf>): bigint | undefined => {
      const entry = from.dynamic?.get(tag);
      const vaddr = from.dynamic?.segment?.p_vaddr ?? 0n;
      return entry && (vaddr + BigInt(entry.index * 8) + entry.d_val) & 0xffffffffn;
    };
    const before = target(parseElf(memorySource(bytes)));
    const first = needed("module-mips")[0] ?? "";
    const result = editBytes(bytes, [
      { kind: "add-needed", name: "libextra.so" },
      { kind: "set-soname", name: first },
    ]);
    expect(result.faults).toEqual([]);
    expect(result.image.dynamic?.get(tag)?.index).not.toBe(dynamic.entries.length);
    expect(target(result.image)).toBe(before);
  });

  it("drops what prelink wrote down of the old file", () => {
    const bytes = elfFixture("bare");
    const { context, dynamic } = parseElf(memorySource(bytes));
    if (dynamic === null) throw new Error("no dynamic section");
    const at = dynamic.offset + dynamic.entries.length * 16;
    ElfDyn.set(bytes, at, context, { d_tag: DT.DT_GNU_PRELINKED, d_val: 1n });
    ElfDyn.set(bytes, at + 16, context, { d_tag: DT.DT_CHECKSUM, d_val: 2n });
    const { image, faults } = editBytes(bytes, [{ kind: "set-soname", name: "bare.so" }]);
    expect(faults).toEqual([]);
    const tags = dynamicOf(image).map(([tag]) => tag);
    expect(tags).not.toContain(DT.DT_GNU_PRELINKED);
    expect(tags).not.toContain(DT.DT_CHECKSUM);
  });

  it("leaves what it doesn't know alone", () => {
    const bytes = elfFixture("bare");
    const { context } = parseElf(memorySource(bytes));
    ElfEhdr.set(bytes, 0, context, { ei_osabi: ELFOSABI.ELFOSABI_GNU, ei_pad9: 7 });
    const { bytes: result } = editBytes(bytes, [{ kind: "set-soname", name: "bare.so" }]);
    expect(ElfEhdr.read(result, 0, context)).toMatchObject({
      ei_osabi: ELFOSABI.ELFOSABI_GNU,
      ei_pad9: 7,
    });
  });
});
