import { describe, expect, it } from "vitest";
import { DT, PT, SHT } from "../../../src/elf/constants.ts";
import type { ElfRewrite } from "../../../src/elf/expectation.ts";
import { ElfDyn, ElfPhdr, ElfShdr, ElfSym } from "../../../src/elf/layout.ts";
import { type ElfImage, parseElf } from "../../../src/elf/read/image.ts";
import { applyRewrite, rewrittenSource } from "../../../src/rewrite.ts";
import { memorySource } from "../../../src/source.ts";
import { edit, stripElf, verify, verifyElfStrip } from "../../support/elf.ts";
import { elfFixture } from "../../support/elf-fixtures.ts";

/** An edit of a fixture whose result is damaged before it is verified. */
function damaged(
  name: string,
  damage: (bytes: Uint8Array, image: ElfImage, rewrite: ElfRewrite) => void,
  content = false,
): string[] {
  const before = memorySource(elfFixture(name));
  const rewrite = edit(parseElf(before), [
    { kind: "set-search-path", tag: "rpath", path: "$ORIGIN/../a_package.libs" },
  ]);
  const bytes = new Uint8Array(Buffer.concat([...applyRewrite(before, rewrite)]));
  damage(bytes, parseElf(memorySource(bytes)), rewrite);
  return verify(before, memorySource(bytes), rewrite, { content });
}

const segment = (image: ElfImage, type: number): ElfImage["segments"][number] => {
  const found = image.segments.find(({ p_type }) => p_type === type);
  if (found === undefined) throw new Error("no such segment");
  return found;
};

describe("the verifier", () => {
  it("is content with what was planned, written or not", () => {
    expect(damaged("debug", () => {}, true)).toEqual([]);
    const before = memorySource(elfFixture("debug"));
    const rewrite = edit(parseElf(before), [{ kind: "set-soname", name: "libdebug-1.so" }]);
    expect(verify(before, rewrittenSource(before, rewrite), rewrite)).toEqual([]);
  });

  it("sees a load segment out of line", () => {
    const faults = damaged("debug", (bytes, { context, segments }) => {
      const load = segments.filter(({ p_type }) => p_type === PT.PT_LOAD).at(-1);
      if (load !== undefined) ElfPhdr.set(bytes, load.at, context, { p_vaddr: load.p_vaddr + 8n });
    });
    expect(faults.join("\n")).toMatch(/don't fit its alignment/);
  });

  it("sees overlapping segments", () => {
    const faults = damaged("debug", (bytes, { context, segments }) => {
      const load = segments.find(({ p_type }) => p_type === PT.PT_LOAD);
      if (load !== undefined) ElfPhdr.set(bytes, load.at, context, { p_memsz: 0x100000n });
    });
    expect(faults.join("\n")).toMatch(/overlaps the one before/);
  });

  it("sees a dynamic section that no segment loads", () => {
    const faults = damaged("debug", (bytes, image) => {
      const { at, p_vaddr } = segment(image, PT.PT_DYNAMIC);
      ElfPhdr.set(bytes, at, image.context, { p_vaddr: p_vaddr + 0x100000n });
    });
    expect(faults.join("\n")).toMatch(/PT_DYNAMIC/);
  });

  it("sees a section that is not where it is mapped", () => {
    const faults = damaged("debug", (bytes, { context, sections }) => {
      const versym = sections.list.find(({ sh_type }) => sh_type === SHT.SHT_DYNSYM);
      if (versym === undefined) throw new Error("no section");
      ElfShdr.set(bytes, versym.at, context, { sh_addr: versym.sh_addr + 8n });
    });
    expect(faults.join("\n")).toMatch(/is not where its load segment maps it/);
  });

  it("sees a string table that is too short", () => {
    const faults = damaged("debug", (bytes, { context, dynamic }) => {
      const size = dynamic?.get(DT.DT_STRSZ);
      ElfDyn.set(bytes, size?.at ?? 0, context, { d_val: (size?.d_val ?? 0n) - 30n });
    });
    expect(faults).not.toEqual([]);
  });

  it("sees a changed dynamic symbol, a changed instruction, a wrong name", () => {
    const symbol = damaged(
      "debug",
      (bytes, image) => {
        const table = image.sections.list.find(({ sh_type }) => sh_type === SHT.SHT_DYNSYM);
        const at = (table?.sh_offset ?? 0) + ElfSym.sizeOf("elf64");
        ElfSym.set(bytes, at, image.context, { st_value: 0x1234n });
      },
      true,
    );
    expect(symbol.join("\n")).toMatch(/bytes differ that were not to be changed/);
    const code = damaged(
      "debug",
      (bytes, image) => {
        const at = Number(image.ehdr.e_entry) || 0x300;
        bytes[at] = (bytes[at] ?? 0) ^ 0xff;
      },
      true,
    );
    expect(code).not.toEqual([]);
    const name = damaged("debug", (bytes, image) => {
      const entry = image.dynamic?.get(DT.DT_RPATH);
      const at = image.strings.offset + Number(entry?.d_val ?? 0n);
      bytes[at] = 0x41;
    });
    expect(name).toEqual([
      'rpath is "AORIGIN/../a_package.libs" instead of "$ORIGIN/../a_package.libs"',
    ]);
  });

  it("says so when the result is not an ELF file at all", () => {
    expect(damaged("debug", (bytes) => bytes.fill(0, 0, 4))).toEqual([
      expect.stringContaining("not an ELF file"),
    ]);
  });
});

describe("the verifier of stripped files", () => {
  it("wants every loaded byte as it was", () => {
    const before = memorySource(elfFixture("debug"));
    const rewrite = stripElf(parseElf(before), "all");
    const bytes = new Uint8Array(Buffer.concat([...applyRewrite(before, rewrite)]));
    expect(verifyElfStrip(before, memorySource(bytes), rewrite)).toEqual([]);
    const other = { ...rewrite, splices: [{ ...rewrite.splices[0], at: 0x200, remove: 1 }] };
    bytes[0x200] = (bytes[0x200] ?? 0) ^ 1;
    // The claim that a byte changed there makes the verifier look at the bytes.
    expect(
      verifyElfStrip(before, memorySource(bytes), { ...rewrite, splices: other.splices as never }),
    ).toEqual([expect.stringMatching(/the bytes of load segment \d changed/)]);
  });
});
