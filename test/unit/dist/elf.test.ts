/** What is done to the binaries that are published, besides what wheelkit offers everybody. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { alignSegments } from "../../../scripts/dist/elf-pages.ts";
import { expandRelr } from "../../../scripts/dist/elf-relr.ts";
import { PT } from "../../../src/elf/constants.ts";
import { ElfPhdr } from "../../../src/elf/layout.ts";
import { parseElf } from "../../../src/elf/read/image.ts";
import { memorySource } from "../../../src/source.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { requireTool } from "../../support/tools.ts";

const POINTERS = Array.from({ length: 200 }, (_, index) => `&values[${(index * 7) % 200}]`);
const LIBRARY = `static int values[200] = { 1, 2, 3 };
int *table[] = { ${POINTERS.join(", ")} };
int *lone = &values[2];
int sum(void) {
  int total = *lone * 1000;
  for (int i = 0; i < 200; i++) total += *table[i];
  return total;
}
`;
const PROGRAM = `int sum(void);
int main(void) { return sum() == 3006 ? 0 : 1; }
`;

const muslGcc = requireTool("musl-gcc");
const gcc = requireTool("gcc");

describe.skipIf(gcc === undefined)("expandRelr", () => {
  function build(compiler: string, folder: string, ...flags: readonly string[]): Uint8Array {
    const path = join(folder, "libsum.so");
    writeFileSync(join(folder, "sum.c"), LIBRARY);
    writeFileSync(join(folder, "main.c"), PROGRAM);
    const args = ["-shared", "-fPIC", "-Wl,--build-id", "-Wl,-soname,libsum.so", ...flags];
    execFileSync(compiler, [...args, "-o", path, "sum.c"], { cwd: folder });
    execFileSync(compiler, ["-o", "main", "main.c", path, `-Wl,-rpath,${folder}`], { cwd: folder });
    return new Uint8Array(readFileSync(path));
  }

  it.each([gcc, muslGcc].filter((tool) => tool !== undefined))(
    "makes a library of %s that its loader relocates all the same",
    (compiler) => {
      const folder = scratchFolder();
      const packed = build(compiler, folder, "-Wl,-z,pack-relative-relocs");
      expect(parseElf(memorySource(packed)).relr?.size).toBeGreaterThan(0);
      const plain = expandRelr(packed);
      const image = parseElf(memorySource(plain));
      expect(image.relr?.size).toBe(0);
      expect(image.problems).toEqual([]);
      writeFileSync(join(folder, "libsum.so"), plain);
      execFileSync(join(folder, "main"));
      expect(expandRelr(plain)).toEqual(plain);
    },
  );

  it("leaves a library without them alone", () => {
    const bytes = build(gcc ?? "", scratchFolder(), "-Wl,-z,nopack-relative-relocs");
    expect(expandRelr(bytes)).toBe(bytes);
  });
});

const crossGcc = requireTool("aarch64-linux-gnu-gcc");
describe.skipIf(crossGcc === undefined)("alignSegments", () => {
  function build(folder: string): Uint8Array {
    const path = join(folder, "sum.so");
    writeFileSync(join(folder, "sum.c"), LIBRARY);
    const args = ["-shared", "-fPIC", "-nostdlib", "-Wl,-z,max-page-size=65536"];
    execFileSync(crossGcc ?? "", [...args, "-o", path, "sum.c"], { cwd: folder });
    return new Uint8Array(readFileSync(path));
  }

  it("says of the last segment that large pages suit it, where they do", () => {
    const bytes = build(scratchFolder());
    const { segments, context } = parseElf(memorySource(bytes));
    const first = segments.find(({ p_type }) => p_type === PT.PT_LOAD);
    const last = segments.findLast(({ p_type }) => p_type === PT.PT_LOAD);
    if (first === undefined || last === undefined) throw new Error("no segments");
    const small = bytes.slice();
    ElfPhdr.set(small, first.at, context, { p_align: 4096n });
    expect(alignSegments(small)).toEqual(bytes);
    // It does not begin on a page of its own.
    const shared = bytes.slice();
    ElfPhdr.set(shared, last.at, context, { p_align: 4096n });
    expect(() => alignSegments(shared)).toThrow("can't be loaded where pages have 65536 bytes");
  });
});
