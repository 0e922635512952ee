/** Very much of one thing: what is said of it is written piece by piece, and bounds are told. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../src/commands/main.ts";
import { wheelkit } from "../support/commands.ts";
import { fakeIo } from "../support/io.ts";
import type { LargeInput } from "../support/large-inputs.ts";
import {
  brokenElf,
  elfNeeds,
  elfSymbols,
  longPaths,
  machoLoads,
  machoSymbols,
  peImports,
  peSymbols,
} from "../support/large-inputs.ts";
import {
  distInfos,
  entryPoints,
  links,
  metadataFields,
  modules,
  recordRows,
  wheelTags,
} from "../support/large-metadata.ts";
import {
  elfDynamic,
  elfNeedsMany,
  elfSections,
  elfVersions,
  machoCommands,
  machoRunPaths,
  peImportsMany,
} from "../support/large-tables.ts";
import { scratchFolder } from "../support/scratch.ts";

/** Characters that are written at once: far less than any of these reports has. */
const LARGEST_PIECE = 1 << 18;

function written({ name, bytes }: LargeInput): string {
  const path = join(scratchFolder(), name);
  writeFileSync(path, bytes);
  return path;
}

describe.each([
  ["ELF", () => elfSymbols(100_000, 8)],
  ["Mach-O", () => machoSymbols(5)],
  ["PE, imported", () => peSymbols(100_000, 1, false)],
  ["PE, forwarded", () => peSymbols(1, 50_000, true)],
])("a hundred thousand symbols: %s", (_, make) => {
  it.each(["text", "json"])("are shown in pieces as %s", async (format) => {
    const path = written(make());
    let [largest, names] = [0, 0];
    const io = {
      ...fakeIo(),
      out(text: string) {
        largest = Math.max(largest, text.length);
        names += text.split(/(?<![.\w])[sef]\d{5,7}\b/).length - 1;
      },
    };
    expect(await main(["show", "--imports", "--exports", "-f", format, path], io)).toBe(0);
    expect(largest).toBeLessThan(LARGEST_PIECE);
    expect(names).toBeGreaterThanOrEqual(50_000);
  });
});

describe.each([
  ["ELF", () => elfNeeds(330)],
  ["Mach-O", () => machoLoads(330, 1)],
  ["PE", () => peImports(330)],
])("330 libraries that all need one another: %s", (_, make) => {
  it("are judged as far as the limit goes, which is told", async () => {
    const { status, out } = await wheelkit("audit", "-f", "json", written(make()));
    expect(status).toBe(1);
    const [wheel] = JSON.parse(out).wheels;
    const codes = wheel.findings.map(({ code }: { readonly code: string }) => code);
    expect(codes).toContain("ZIP030");
    expect(wheel.ok).toBe(false);
    const { length } = wheel.binaries;
    expect(length * 330).toBeLessThanOrEqual(100_000);
    expect(length).toBeGreaterThan(290);
  });
});

/** Processor time (ms) of what `run` does, without what Node does once. */
async function processorTime(run: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Twice as much should take twice as long; a square would take four times, which no noise hides. */
const MOST_GROWTH = 3.2;
/** Below this (ms of processor time) growth says nothing. */
const LEAST_TIME = 250;

/** The smallest of a few ratios: other work on the machine makes single ones larger. */
async function growthOf(once: string, twice: string, args: readonly string[]): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3 && least > MOST_GROWTH; round++) {
    const first = await processorTime(() => wheelkit(...args, once));
    const second = await processorTime(() => wheelkit(...args, twice));
    least = Math.min(least, Math.max(second, LEAST_TIME) / Math.max(first, LEAST_TIME));
  }
  return least;
}

describe.each<readonly [string, (count: number) => LargeInput, number]>([
  ["needed libraries of one ELF file", elfNeedsMany, 5000],
  ["ELF sections and relocations", elfSections, 5000],
  ["entries of an ELF dynamic section", elfDynamic, 20_000],
  ["ELF symbols with versions", (count) => elfVersions(count, 1000), 20_000],
  ["load commands", machoCommands, 5000],
  ["run paths of one dylib", machoRunPaths, 5000],
  ["imported DLLs", peImportsMany, 5000],
])("twice as many %s", (_, make, count) => {
  it("take about twice as long to show", async () => {
    const [once, twice] = [written(make(count)), written(make(2 * count))];
    expect(await growthOf(once, twice, ["show", "--imports", "-f", "json"])).toBeLessThan(
      MOST_GROWTH,
    );
  });
});

describe.each<readonly [string, (count: number) => LargeInput, number]>([
  ["tiny members", modules, 5000],
  ["rows of RECORD for files that are not there", (count) => recordRows(count, 100), 10_000],
  ["fields of METADATA", metadataFields, 10_000],
  ["entry points", entryPoints, 10_000],
  ["tags in WHEEL", wheelTags, 10_000],
  ["dist-info folders", distInfos, 2000],
  ["links", links, 5000],
  ["broken ELF files", brokenElf, 2000],
])("twice as many %s", (_, make, count) => {
  it.each(["audit --exit-zero", "show --sizes", "repair -n", "shrink -n", "edit -n --post"])(
    "take `%s` about twice as long",
    async (line) => {
      const [once, twice] = [written(make(count)), written(make(2 * count))];
      expect(await growthOf(once, twice, line.split(" "))).toBeLessThan(MOST_GROWTH);
    },
  );
});

describe.each([
  ["ELF", (count: number) => elfNeeds(count)],
  ["Mach-O", (count: number) => machoLoads(count, 1)],
  ["PE", (count: number) => peImports(count)],
])("libraries that need all others: %s", (_, make) => {
  it.each(["show --sizes", "shrink -n"])("are read once for each name by `%s`", async (line) => {
    // Twice as many of them have four times as many names.
    const [once, twice] = [written(make(100)), written(make(200))];
    expect(await growthOf(once, twice, line.split(" "))).toBeLessThan(2 * MOST_GROWTH);
  });
});

describe("very long paths", () => {
  it("are read as far as the limit goes, which is told", async () => {
    const { status, out } = await wheelkit("audit", "-f", "json", written(longPaths(9000, 4000)));
    expect(status).toBe(1);
    const [{ findings }] = JSON.parse(out).wheels;
    const limits = findings.filter(({ code }: { readonly code: string }) => code === "ZIP030");
    expect(limits).toMatchObject([{ message: expect.stringContaining("32") }]);
  });
});

describe("more native files than are judged", () => {
  it("are shrunk as far as the limit goes, which is told", async () => {
    const { err } = await wheelkit("shrink", "-n", written(brokenElf(10_003)));
    // The wheel itself has no other.
    expect(err).toContain("the 3 smallest stay as they are [ZIP030]");
  });
});
