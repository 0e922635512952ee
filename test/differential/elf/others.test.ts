import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { formatOf } from "../../../src/formats.ts";
import { memorySource } from "../../../src/source.ts";
import * as elf from "../../support/elf.ts";
import { elfFixture, elfFixturePath, elfFixtures } from "../../support/elf-fixtures.ts";
import { hasPython, python, requireTool } from "../../support/tools.ts";

const LIEF = `
import json, sys, lief
lief.logging.disable()
for path in sys.argv[1:]:
    e = lief.ELF.parse(path)
    tags = {str(d.tag).split(".")[-1]: d for d in e.dynamic_entries}
    print(json.dumps({
        "needed": [str(name) for name in e.libraries],
        "soname": tags["SONAME"].name if "SONAME" in tags else None,
        "rpath": tags["RPATH"].rpath if "RPATH" in tags else None,
        "runpath": tags["RUNPATH"].runpath if "RUNPATH" in tags else None,
        "interpreter": e.interpreter if e.has_interpreter else None,
        "needs": [[need.name, [aux.name for aux in need.get_auxiliary_symbols()]] for need in e.symbols_version_requirement],
        "definitions": [[aux.name for aux in each.auxiliary_symbols] for each in e.symbols_version_definition],
        "symbols": [symbol.name for symbol in e.dynamic_symbols][1:],
        "segments": [[s.file_offset, s.virtual_address, s.physical_size, s.virtual_size] for s in e.segments],
    }))
`;

interface LiefFacts {
  readonly needed: readonly string[];
  readonly soname: string | null;
  readonly rpath: string | null;
  readonly runpath: string | null;
  readonly interpreter: string | null;
  readonly needs: readonly unknown[];
  readonly definitions: readonly unknown[];
  readonly symbols: readonly string[];
  readonly segments: readonly unknown[];
}

describe.skipIf(!hasPython())("LIEF", () => {
  it("reads the same facts", () => {
    const names = elfFixtures();
    const lines = execFileSync(python(), ["-c", LIEF, ...names.map(elfFixturePath)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: 1 << 26,
    }).split("\n");
    for (const [index, name] of names.entries()) {
      const theirs: LiefFacts = JSON.parse(lines[index] ?? "null");
      expect({ name, ...factsOf(name) }).toEqual({ name, ...theirs });
    }
  });
});

function factsOf(name: string): LiefFacts {
  const image = elf.parse(memorySource(elfFixture(name)));
  const summary = elf.summarize(image, () => false);
  const path = (kind: string): string | null => {
    const paths = summary.searchPaths.filter((each) => each.kind === kind);
    return paths.length === 0 ? null : paths.map((each) => each.path).join(":");
  };
  return {
    needed: summary.dependencies.map((each) => each.name),
    soname: summary.id,
    rpath: path("rpath"),
    runpath: path("runpath"),
    interpreter: summary.interpreter,
    needs: image.versionNeeds.map(({ file, versions }) => [
      file,
      versions.map((each) => each.name),
    ]),
    definitions: image.versionDefinitions.map((each) => [each.name, ...each.parents]),
    symbols: elf.symbolRows(image).map((row) => (row.type === "STT_SECTION" ? "" : row.name)),
    segments: image.segments.map((segment) => [
      segment.p_offset,
      Number(segment.p_vaddr),
      segment.p_filesz,
      Number(segment.p_memsz),
    ]),
  };
}

/** Debian's package of one release has only the name with its number. */
const readobj = process.env.CI
  ? requireTool("llvm-readobj")
  : (requireTool("llvm-readobj") ?? requireTool("llvm-readobj-14"));

describe.skipIf(readobj === undefined)("llvm-readobj", () => {
  it("reads the same dynamic sections, versions and symbols", () => {
    for (const name of elfFixtures()) {
      const text = execFileSync(
        readobj ?? "",
        ["--dynamic-table", "--version-info", "--dyn-symbols", elfFixturePath(name)],
        { encoding: "utf8", maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "ignore"] },
      );
      const image = elf.parse(memorySource(elfFixture(name)));
      const all = (pattern: RegExp): readonly string[] =>
        [...text.matchAll(pattern)].map((match) => match[1] ?? "");
      expect([
        name,
        ...all(/^ {2}0x([0-9A-F]+) /gm).map((tag) => Number.parseInt(tag, 16)),
      ]).toEqual([
        name,
        ...(image.dynamic === null ? [] : [...image.dynamic.entries.map((each) => each.d_tag), 0]),
      ]);
      // Versions and symbols it finds through section headers alone.
      if (image.sections.list.length === 0) continue;
      expect([name, ...all(/^ {4}FileName: (.*)$/gm)]).toEqual([
        name,
        ...image.versionNeeds.map((each) => each.file),
      ]);
      expect([name, ...all(/^ {8}Name: (.*)$/gm)]).toEqual([
        name,
        ...image.versionNeeds.flatMap((each) => each.versions.map((version) => version.name)),
      ]);
      const symbols = text.slice(
        text.indexOf("DynamicSymbols ["),
        text.indexOf("VersionSymbols ["),
      );
      expect(
        [
          name,
          ...[...symbols.matchAll(/^ {4}Value: (0x[0-9A-F]+)$/gm)].map((match) =>
            BigInt(match[1] ?? 0),
          ),
        ].slice(0, 2 + image.symbols().count),
      ).toEqual(
        [name, 0n, ...elf.symbolRows(image).map((row) => BigInt(row.value))].slice(
          0,
          1 + image.symbols().count,
        ),
      );
    }
  });
});

const FIELDS = [
  "version",
  "entry",
  "phoff",
  "shoff",
  "flags",
  "ehsize",
  "phentsize",
  "phnum",
  "shentsize",
  "shnum",
  "shstrndx",
] as const;

describe("elf-tools", () => {
  const {
    parse,
  }: { parse: (bytes: Buffer) => { header: Readonly<Record<(typeof FIELDS)[number], number>> } } =
    createRequire(import.meta.url)("elf-tools");

  it("reads the same headers, on a copy because it turns the caller's bytes round", () => {
    let compared = 0;
    for (const name of elfFixtures()) {
      const image = elf.parse(memorySource(elfFixture(name)));
      // Without section headers it fails with a TypeError.
      if (image.sections.list.length === 0) continue;
      const { header } = parse(Buffer.from(elfFixture(name)));
      expect([name, ...FIELDS.map((field) => header[field])]).toEqual([
        name,
        ...FIELDS.map((field) => Number(image.ehdr[`e_${field}`])),
      ]);
      compared++;
    }
    expect(compared).toBeGreaterThan(30);
  });
});

it("every fixture is known by its magic", () => {
  for (const name of elfFixtures()) {
    expect([name, formatOf(readFileSync(elfFixturePath(name)))]).toEqual([name, "elf"]);
  }
});
