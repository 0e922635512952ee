/**
 * What each format brings to the suites that hold for all of them: a format that is added here is
 * tried by all of these from then on.
 */
import { spawnSync } from "node:child_process";
import type { NativeFile } from "../../src/binary.ts";
import { FormatError } from "../../src/errors.ts";
import type { Format, NativeRewrite } from "../../src/format.ts";
import { FORMATS } from "../../src/formats.ts";
import { MH_FLAGS } from "../../src/macho/constants.ts";
import type { NativeEdit } from "../../src/native-edit.ts";
import { nodeCompression } from "../../src/node/compression.ts";
import { applyRewrite } from "../../src/rewrite.ts";
import { memorySource } from "../../src/source.ts";
import { elfFixture, elfFixtures } from "./elf-fixtures.ts";
import { bracketed, parseReadelf, runReadelf } from "./elf-readelf.ts";
import { buildMacho } from "./macho-builder.ts";
import { machoFixture, machoFixtures } from "./macho-fixtures.ts";
import { peFixture, peFixtures } from "./pe-fixtures.ts";
import { forwarderModules, readByPefile } from "./pe-oracle.ts";
import { hasPython, python, requireTool } from "./tools.ts";
import { loadableUnderWine, WINE } from "./wine.ts";

/** What another program reads in a file. */
export interface SecondOpinion {
  readonly id: string | null;
  readonly dependencies: readonly string[];
  readonly searchPaths: readonly string[];
}

export interface FormatCase {
  readonly format: Format;
  /** Names of its files in `fixtures`, sorted. */
  readonly fixtures: readonly string[];
  /** Small ones of different layouts, of which every prefix is read. */
  readonly small: readonly string[];
  /** A fresh copy of a fixture's bytes, free to be changed. */
  bytes(name: string): Uint8Array;
  /** Bytes from the start that hold most headers and tables of the fixtures. */
  readonly tables: number;
  /** The regions whose bytes no edit and no strip may touch. */
  readonly code: readonly string[];
  /** Names and paths as the format spells them; `id` is longer than those of the fixtures. */
  readonly words: {
    readonly id: string;
    readonly dependency: string;
    readonly searchPaths: readonly string[];
  };
  /** Dependencies in the form in which they are compared, where a library has several spellings. */
  readonly compared?: (dependencies: readonly string[]) => readonly string[];
  /** Every edit that at least one fixture takes. */
  readonly takes: readonly NativeEdit["kind"][];
  /** `undefined` where the program isn't installed. */
  readonly oracle: ((path: string) => SecondOpinion) | undefined;
  /** Those of the files that the loader of this system takes; `undefined` where it has none for the format. */
  readonly loads: ((paths: readonly string[]) => ReadonlySet<string>) | undefined;
}

const elf: FormatCase = {
  format: FORMATS.elf,
  fixtures: elfFixtures(),
  small: ["no-stack-header", "module-mips-no-sections"],
  bytes: elfFixture,
  tables: 1200,
  code: [".text", ".rodata", ".data"],
  words: {
    id: "libdemo-0123abcd-with-a-rather-long-name.so.1",
    dependency: "libneeded-0123abcd.so.6",
    searchPaths: ["$ORIGIN/../demo.libs", "$ORIGIN/another/place"],
  },
  takes: [
    "strip",
    "set-id",
    "replace-dependency",
    "remove-dependency",
    "add-dependency",
    "set-search-paths",
    "clear-executable-stack",
  ],
  oracle:
    requireTool("readelf") === undefined
      ? undefined
      : (path) => {
          const facts = parseReadelf(runReadelf(path, ["-d"]));
          const paths = [...bracketed(facts, "RPATH"), ...bracketed(facts, "RUNPATH")];
          return {
            id: bracketed(facts, "SONAME").at(-1) ?? null,
            dependencies: bracketed(facts, "NEEDED"),
            searchPaths: paths.flatMap((each) => each.split(":")),
          };
        },
  loads: process.platform === "linux" ? loadedByPython : undefined,
};

const PE_ID = "demo-0123abcd-with-a-rather-long-name-that-needs-room.dll";

const pe: FormatCase = {
  format: FORMATS.pe,
  fixtures: peFixtures(),
  small: ["module-x86_64", "odd-length"],
  bytes: peFixture,
  tables: 2048,
  code: [".text"],
  words: { id: PE_ID, dependency: "needed-0123abcd.dll", searchPaths: [] },
  compared: (names) => [...new Set(names.map((name) => name.toLowerCase().replace(/\.dll$/, "")))],
  takes: ["strip", "set-id", "replace-dependency"],
  oracle: hasPython() ? opinionOfPefile : undefined,
  loads: WINE === undefined ? undefined : loadableUnderWine,
};

function opinionOfPefile(path: string): SecondOpinion {
  const [facts] = readByPefile([path]);
  if (facts === undefined) throw new Error("pefile said nothing");
  const tables = [...facts.imports, ...facts.delayed].map(([library]) => library);
  return { id: facts.id, dependencies: [...tables, ...forwarderModules(facts)], searchPaths: [] };
}

/** What linkers at hand don't make, and small enough for every prefix to be read. */
const BUILT: Readonly<Record<string, Uint8Array>> = {
  "built-x86_64": buildMacho({ rpaths: ["/opt/lib"] }),
  "built-ppc": buildMacho({ bits: 32, littleEndian: false, cputype: 18 }),
  "built-stack": buildMacho({ flags: MH_FLAGS.MH_TWOLEVEL | MH_FLAGS.MH_ALLOW_STACK_EXECUTION }),
};

const macho: FormatCase = {
  format: FORMATS.macho,
  // One of them loads a library twice, which an edit does not leave so; and where the header is full,
  // code and data follow when it grows.
  fixtures: [
    ...machoFixtures().filter((name) => name !== "reexport" && !/^(?:full|rich)/.test(name)),
    ...Object.keys(BUILT),
  ],
  small: ["built-x86_64", "built-ppc"],
  bytes: (name) => BUILT[name]?.slice() ?? machoFixture(name),
  tables: 1500,
  code: ["__TEXT,__text", "__TEXT,__cstring", "__DATA,__data"],
  words: {
    id: "/DLC/demo/.dylibs/libdemo-0123abcd-with-a-rather-long-name.1.dylib",
    dependency: "@loader_path/.dylibs/libneeded-0123abcd.6.dylib",
    searchPaths: ["@loader_path/../demo.dylibs", "@loader_path/another/place"],
  },
  takes: [
    "strip",
    "set-id",
    "replace-dependency",
    "remove-dependency",
    "add-dependency",
    "set-search-paths",
    "clear-executable-stack",
  ],
  oracle: requireTool("llvm-objdump") === undefined ? undefined : readByObjdump,
  loads: undefined,
};

/** Of a fat file the first slice. */
function readByObjdump(path: string): SecondOpinion {
  const args = ["--macho", "--arch=all", "--private-headers", path];
  const { stdout } = spawnSync("llvm-objdump", args, { encoding: "utf8" });
  const [, first = ""] = stdout.split(/^Mach header$/m);
  const loads = first.split(/^Load command \d+$/m).slice(1);
  const named = (cmd: RegExp): string[] =>
    loads
      .filter((load) => cmd.test(load))
      .map((load) => /^ +(?:name|path) (.*) \(offset \d+\)$/m.exec(load)?.[1] ?? "");
  return {
    id: named(/cmd LC_ID_DYLIB$/m)[0] ?? null,
    dependencies: named(/cmd LC_(?:LOAD|LOAD_WEAK|REEXPORT|LOAD_UPWARD|LAZY_LOAD)_DYLIB$/m),
    searchPaths: named(/cmd LC_RPATH$/m),
  };
}

export const FORMAT_CASES: readonly FormatCase[] = [elf, macho, pe];

/** Binds every symbol at once; a library that kills the process takes those after it along. */
const LOADER = `
import ctypes, os, sys
for path in sys.argv[1:]:
    try:
        ctypes.CDLL(path, mode=os.RTLD_NOW)
        print(path, flush=True)
    except OSError:
        pass
`;

function loadedByPython(paths: readonly string[]): ReadonlySet<string> {
  const { stdout } = spawnSync(python(), ["-c", LOADER, ...paths], { encoding: "utf8" });
  return new Set(stdout.split("\n").filter((line) => line !== ""));
}

export interface EverythingRead {
  readonly facts: NativeFile;
  readonly imports: readonly string[];
  readonly exports: readonly string[];
  readonly requirements: readonly string[];
  /** Bytes of each region, by name. */
  readonly regions: ReadonlyMap<string, Uint8Array>;
}

/** All that a format tells of a file, or the error that refused it; anything else that is thrown goes through. */
export function readEverything(format: Format, bytes: Uint8Array): EverythingRead | FormatError {
  const source = memorySource(bytes);
  try {
    const head = bytes.subarray(0, 1 << 16);
    format.likelyRanges(head, source.size);
    const open = format.open(source);
    const facts = open.facts((name) => name.startsWith("P"));
    const check = format.contentCheck?.(head, source.size, nodeCompression);
    check?.add(bytes, 0);
    open.dump();
    const names = (which: "imports" | "exports"): readonly string[] =>
      open.symbols(which).map(({ name, version = "" }) => `${name}@${version}`);
    return {
      facts: check === undefined ? facts : check.complete(facts),
      imports: names("imports"),
      exports: names("exports"),
      requirements: open.requirements(),
      regions: new Map(
        open.regions().map(({ name, start, size }) => [name, source.read(start, size)]),
      ),
    };
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
}

/** The same of a file that must be readable. */
export function readSound(format: Format, bytes: Uint8Array): EverythingRead {
  const answer = readEverything(format, bytes);
  if (answer instanceof FormatError) throw answer;
  return answer;
}

export interface Rewritten {
  readonly rewrite: NativeRewrite;
  readonly bytes: Uint8Array;
}

/** @throws RefusalError and FormatError, as {@link Format.rewrite} does. */
export function rewritten(
  format: Format,
  bytes: Uint8Array,
  edits: readonly NativeEdit[],
): Rewritten {
  const source = memorySource(bytes);
  const rewrite = format.rewrite(source, edits, nodeCompression);
  return { rewrite, bytes: new Uint8Array(Buffer.concat([...applyRewrite(source, rewrite)])) };
}
