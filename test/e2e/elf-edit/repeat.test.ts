/** Files that are edited again and again, and files that are too large for memory. */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { DT, DT_MIPS, PT } from "../../../src/elf/constants.ts";
import type { ElfEdit } from "../../../src/elf/edit/types.ts";
import { ElfEhdr, ElfShdr } from "../../../src/elf/layout.ts";
import { type ElfImage, parseElf } from "../../../src/elf/read/image.ts";
import { openFile } from "../../../src/node/file.ts";
import { applyRewrite, rewrittenSource } from "../../../src/rewrite.ts";
import { memorySource } from "../../../src/source.ts";
import { edit, stripElf, verify, verifyElfStrip } from "../../support/elf.ts";
import { editBytes, namesOf } from "../../support/elf-edits.ts";
import { elfFixture } from "../../support/elf-fixtures.ts";
import {
  available,
  CROSS,
  fillGaps,
  GRAFTED,
  type Kind,
  NATIVE,
  SEARCH_PATH,
  workshop,
} from "../../support/elf-torture.ts";
import { requireTool } from "../../support/tools.ts";

const folder = mkdtempSync(join(tmpdir(), "wheelkit-repeat-"));
const shop = workshop(folder);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const graft: ElfEdit = { kind: "replace-needed", from: "libold.so.1", to: GRAFTED };
const search = (path: string): ElfEdit => ({ kind: "set-search-path", tag: "rpath", path });
const loads = (image: ElfImage): number =>
  image.segments.filter(({ p_type }) => p_type === PT.PT_LOAD).length;

const KINDS: readonly Kind[] = [
  { name: "separate code" },
  { name: "noseparate code", flags: ["-Wl,-z,noseparate-code"] },
  { name: "lld", flags: ["-fuse-ld=lld"], tools: ["ld.lld"] },
  { name: "full gaps, huge bss", flags: ["-DBSS=(17<<20)"], after: fillGaps },
];

function can(kind: Kind): boolean {
  return (
    available(kind.target ?? NATIVE) &&
    (kind.tools ?? []).every((tool) => requireTool(tool) !== undefined)
  );
}

describe("five edits, one after another", () => {
  for (const kind of KINDS) {
    it.skipIf(!can(kind))(kind.name, () => {
      const path = shop.build(kind);
      const original = readFileSync(path);
      let bytes: Uint8Array = original;
      const sizes: number[] = [];
      for (let round = 1; round <= 5; round++) {
        const long = `${"x".repeat(round * 30)}-${round}`;
        const { bytes: next, faults } = editBytes(bytes, [
          graft,
          { kind: "set-soname", name: `libtorture-${long}.so.1` },
          { kind: "add-needed", name: "libc.so.6" },
          search(`$ORIGIN/${long}:${SEARCH_PATH}`),
        ]);
        expect(faults).toEqual([]);
        writeFileSync(path, next, { mode: 0o755 });
        expect(shop.run(kind, path)).toMatch(/^check 0 /);
        sizes.push(next.length);
        bytes = next;
      }
      const before = parseElf(memorySource(original));
      const after = parseElf(memorySource(bytes));
      expect(loads(after) - loads(before)).toBeLessThanOrEqual(1);
      // The names alone are 640 bytes long in the end.
      expect((sizes.at(-1) ?? 0) - original.length).toBeLessThan(2500);
      const short = editBytes(bytes, [search(SEARCH_PATH)]);
      expect(short.rewrite.rung).toBe("in-place");
      expect(short.bytes.length).toBe(bytes.length);
      const other = editBytes(short.bytes, [search(`$ORIGIN/other:${SEARCH_PATH}`)]);
      expect(other.rewrite.rung).toBe("in-place");
    });
  }
});

describe("programs of other machines", () => {
  const mips = CROSS.find(({ triple }) => triple === "mips-linux-gnu") ?? NATIVE;

  it.skipIf(!available(mips))("keep DT_MIPS_RLD_MAP_REL right", () => {
    const kind: Kind = { name: "map", target: mips, program: true, flags: ["-pie"] };
    const path = shop.build(kind);
    const place = (bytes: Uint8Array): bigint => {
      const { dynamic } = parseElf(memorySource(bytes));
      const entry = dynamic?.get(DT_MIPS.DT_MIPS_RLD_MAP_REL);
      const base = dynamic?.segment?.p_vaddr ?? 0n;
      if (entry === undefined) throw new Error("no DT_MIPS_RLD_MAP_REL");
      return (base + BigInt(entry.index * 8) + entry.d_val) & 0xffffffffn;
    };
    const before = readFileSync(path);
    const { bytes, faults } = editBytes(before, [
      graft,
      search(SEARCH_PATH),
      { kind: "add-needed", name: "libdl.so.2" },
    ]);
    expect(faults).toEqual([]);
    expect(place(bytes)).toBe(place(before));
    writeFileSync(path, bytes, { mode: 0o755 });
    expect(shop.run(kind, path)).toMatch(/^check 0 /);
  });
});

/** `-static-pie` needs the C library's archive, which not every machine has. */
function staticProgram(flags: readonly string[]): string | undefined {
  if (requireTool("gcc") === undefined) return undefined;
  const name = `static${flags.join("")}`.replaceAll(/[^a-z]+/g, "-");
  const [source, path] = [join(folder, `${name}.c`), join(folder, name)];
  writeFileSync(source, STATIC);
  try {
    execFileSync("gcc", ["-static-pie", "-fPIE", "-o", path, source, ...flags], { stdio: "pipe" });
    return path;
  } catch {
    return undefined;
  }
}

const STATIC = `
#include <stdio.h>
#include <stdlib.h>
static __thread int seven = 7;
static char zeros[100000];
int main(void) {
  int *copy = malloc(sizeof *copy);
  *copy = seven;
  for (int i = 0; i < 100000; i++) if (zeros[i]) return 3;
  printf("static %d\\n", *copy);
  return 0;
}
`;

describe("a static program that runs at any address", () => {
  it.each([[[]], [["-Wl,-z,noseparate-code"]], [["-fuse-ld=lld"]]])(
    "keeps running, and gets no names that its start-up code would stop at (%j)",
    (flags) => {
      const path = staticProgram(flags);
      if (path === undefined) {
        // Debian's and Ubuntu's gcc, which CI has, come with the archive.
        expect(process.env.CI !== undefined && flags.length === 0).toBe(false);
        return;
      }
      const bytes = readFileSync(path);
      expect(run(path)).toBe("static 7\n");
      for (const change of [
        search("$ORIGIN/nowhere"),
        { kind: "set-soname", name: "libprogram.so" } as const,
        { kind: "add-needed", name: "libm.so.6" } as const,
      ]) {
        expect(() => editBytes(bytes, [change])).toThrow("the program is static");
      }
      // Marked as wanting an executable stack: that can be cleared.
      const stack = parseElf(memorySource(bytes)).segments.find(
        ({ p_type }) => p_type === PT.PT_GNU_STACK,
      );
      if (stack === undefined) throw new Error("no PT_GNU_STACK");
      bytes.writeUInt32LE(7, stack.at + 4);
      const { bytes: cleared, faults } = editBytes(bytes, [
        { kind: "set-execstack", executable: false },
        { kind: "remove-search-path" },
      ]);
      expect(faults).toEqual([]);
      writeFileSync(path, cleared, { mode: 0o755 });
      expect(run(path)).toBe("static 7\n");
      const source = memorySource(cleared);
      const strip = stripElf(parseElf(source), "all");
      expect(strip.size).toBeLessThan(source.size);
      writeFileSync(path, Buffer.concat([...applyRewrite(source, strip)]), { mode: 0o755 });
      expect(run(path)).toBe("static 7\n");
    },
  );
});

function run(path: string): string {
  return execFileSync(path, [], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

describe("a library of half a gibibyte", () => {
  /** Bytes between the mapped part and the section headers that are not on disk either. */
  const HOLE = 1 << 29;
  const path = join(folder, "large.so");

  function makeLarge(): void {
    const bytes = elfFixture("separate-code");
    const image = parseElf(memorySource(bytes));
    const { context, ehdr } = image;
    const end = Math.max(...image.loads.map((load) => load.p_offset + load.p_filesz));
    const tail = bytes.slice(end);
    for (const section of image.sections.list) {
      if (section.sh_offset < end || section.index === 0) continue;
      ElfShdr.set(tail, section.at - end, context, { sh_offset: section.sh_offset + HOLE });
    }
    ElfEhdr.set(bytes, 0, context, { e_shoff: ehdr.e_shoff + HOLE });
    const file = openSync(path, "w");
    writeSync(file, bytes, 0, end, 0);
    ftruncateSync(file, end + HOLE);
    writeSync(file, tail, 0, tail.length, end + HOLE);
    closeSync(file);
  }

  it("is edited, proved, hashed and stripped without being held in memory", () => {
    makeLarge();
    const source = openFile(path);
    try {
      const before = process.memoryUsage().rss;
      const rewrite = edit(parseElf(source), [
        { kind: "set-soname", name: "liblarge-0123abcd.so.1" },
        search("$ORIGIN/../large.libs"),
      ]);
      expect(rewrite.size).toBe(source.size);
      const after = rewrittenSource(source, rewrite);
      expect(verify(source, after, rewrite)).toEqual([]);
      expect(namesOf(parseElf(after), DT.DT_RPATH)).toEqual(["$ORIGIN/../large.libs"]);
      const hash = createHash("sha256");
      let total = 0;
      let peak = 0;
      for (const chunk of applyRewrite(source, rewrite)) {
        if (total < 64 << 20) hash.update(chunk);
        total += chunk.length;
        if (total % (64 << 20) === 0) peak = Math.max(peak, process.memoryUsage().rss - before);
      }
      expect(total).toBe(rewrite.size);
      expect(peak).toBeLessThan(150 << 20);
      const strip = stripElf(parseElf(after), "all");
      expect(strip.size).toBeLessThan(64 << 10);
      expect(verifyElfStrip(after, rewrittenSource(after, strip), strip)).toEqual([]);
    } finally {
      source.close();
      rmSync(path);
    }
  });
});
