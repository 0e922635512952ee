import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PF, PT } from "../../../src/elf/constants.ts";
import { ElfPhdr, type Phdr } from "../../../src/elf/layout.ts";
import { memorySource, readThrough, type Source, type Window } from "../../../src/source.ts";
import * as elf from "../../support/elf.ts";
import { elfFixture, elfFixtures } from "../../support/elf-fixtures.ts";

const HEAD = 64 << 10;

function read(source: Source): elf.ElfFacts {
  return elf.summarize(elf.parse(source), () => true);
}

/** Reads through windows over the likely ranges; says how often more had to be fetched. */
async function readByWindows(
  bytes: Uint8Array,
): Promise<{ summary: elf.ElfFacts; fetches: number }> {
  const head = bytes.subarray(0, HEAD);
  const windows: Window[] = [{ start: 0, bytes: head }];
  for (const { start, end } of elf.likelyRanges(head, bytes.length)) {
    windows.push({ start, bytes: bytes.subarray(start, end) });
  }
  let fetches = 0;
  const summary = await readThrough(
    bytes.length,
    windows,
    async (ranges) => {
      fetches++;
      return ranges.map(({ start, end }) => ({ start, bytes: bytes.subarray(start, end) }));
    },
    read,
    { granularity: 4096 },
  );
  return { summary, fetches };
}

describe("likelyRanges", () => {
  it("names ranges inside the file, in order", () => {
    for (const name of elfFixtures()) {
      const bytes = elfFixture(name);
      const ranges = elf.likelyRanges(bytes.subarray(0, 4096), bytes.length);
      expect(ranges.length).toBeGreaterThan(0);
      let last = 0;
      for (const { start, end } of ranges) {
        expect(start).toBeGreaterThanOrEqual(last);
        expect(end).toBeGreaterThan(start);
        expect(end).toBeLessThanOrEqual(bytes.length);
        last = start;
      }
    }
  });

  it("says nothing of what is not an ELF header", () => {
    expect(elf.likelyRanges(new Uint8Array(), 0)).toEqual([]);
    expect(elf.likelyRanges(new Uint8Array(64), 1000)).toEqual([]);
    expect(elf.likelyRanges(elfFixture("bare").subarray(0, 40), 5000)).toEqual([]);
  });

  it("leaves room for what lies after a large first segment", () => {
    const bytes = elfFixture("rpath");
    const { context, ehdr, segments } = elf.parse(memorySource(bytes));
    const size = 2 ** 30;
    const loads = segments.filter(({ p_type }) => p_type === PT.PT_LOAD);
    const [first] = loads;
    const data = loads.find(({ p_flags }) => (p_flags & PF.PF_W) !== 0);
    if (first === undefined || data === undefined) throw new Error("no load segments");
    const head = Uint8Array.from(bytes.subarray(0, 4096));
    const set = (segment: { readonly index: number }, fields: Partial<Phdr>): void => {
      const stride = ElfPhdr.sizeOf(context.variant);
      ElfPhdr.set(head, ehdr.e_phoff + segment.index * stride, context, fields);
    };
    set(first, { p_filesz: 900 << 20 });
    set(data, { p_offset: 950 << 20, p_filesz: 16 << 20 });
    const ranges = elf.likelyRanges(head, size);
    const total = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
    expect(total).toBeLessThanOrEqual(93 << 20);
    expect(total).toBeGreaterThan(90 << 20);
  });

  it("is enough to read every fixture, with the same result as the whole file", async () => {
    for (const name of elfFixtures()) {
      const bytes = elfFixture(name);
      const { summary, fetches } = await readByWindows(bytes);
      expect({ name, fetches, summary }).toEqual({
        name,
        fetches: 0,
        summary: read(memorySource(bytes)),
      });
    }
  });

  it("is enough for nearly all large libraries of this system", async () => {
    const folder = "/usr/lib/x86_64-linux-gnu";
    let large: readonly string[] = [];
    try {
      large = readdirSync(folder)
        .filter((name) => /\.so\.\d+$/.test(name) && statSync(join(folder, name)).size > 1_000_000)
        .sort()
        .slice(0, 25);
    } catch {
      // Another system.
    }
    let more = 0;
    for (const name of large) {
      const bytes = new Uint8Array(readFileSync(join(folder, name)));
      const { summary, fetches } = await readByWindows(bytes);
      expect(summary).toEqual(read(memorySource(bytes)));
      if (fetches > 0) more++;
    }
    expect(more).toBeLessThanOrEqual(large.length / 10);
  });
});

describe("reading", () => {
  it("never asks for code", () => {
    for (const name of elfFixtures()) {
      const bytes = elfFixture(name);
      const whole = memorySource(bytes);
      const image = elf.parse(whole);
      const text = image.sections.list.find(
        (section) => (section.sh_flags & 4) !== 0 && section.sh_size > 0,
      );
      if (text === undefined) continue;
      const asked: string[] = [];
      const source: Source = {
        size: whole.size,
        read(offset, length) {
          const overlaps =
            offset < text.sh_offset + text.sh_size && offset + length > text.sh_offset;
          if (overlaps && offset > 0) asked.push(`${offset}+${length}`);
          return whole.read(offset, length);
        },
      };
      read(source);
      // Small tables are read by blocks, which may reach into what follows them.
      expect(asked.length).toBeLessThanOrEqual(4);
    }
  });
});
