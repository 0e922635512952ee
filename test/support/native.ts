/** ELF facts made by hand, and an audit of native code over them. */

import type { DependencyGraph } from "../../src/audit/graph/graph.ts";
import type { Loader } from "../../src/audit/graph/loader.ts";
import { resolveGraph } from "../../src/audit/graph/resolve.ts";
import { linuxLoader } from "../../src/audit/linux/loader.ts";
import type { LinuxLoader } from "../../src/audit/linux/loader-folders.ts";
import type { Binary, NativeMember } from "../../src/audit/member.ts";
import { auditNative } from "../../src/audit/native.ts";
import type { NativeOptions } from "../../src/audit/options.ts";
import { DEFAULT_NATIVE_OPTIONS } from "../../src/audit/options.ts";
import type { NativeAudit } from "../../src/audit/platform.ts";
import type { PythonText } from "../../src/audit/python/texts.ts";
import type { DynamicSymbol, LayoutProblem } from "../../src/binary.ts";
import type { Problem } from "../../src/finding.ts";
import type { ElfFile, ElfSlice } from "../../src/formats.ts";
import { symbolHash } from "../../src/symbol-hash.ts";
import { parseMetadata } from "../../src/wheel/metadata.ts";
import type { ElfFacts } from "./elf.ts";

const AT = { record: "Elf_Dyn", offset: 0 };

export interface ElfSketch
  extends Partial<
    Omit<ElfSlice, "dependencies" | "searchPaths" | "versionNeeds" | "imports" | "unversioned">
  > {
  readonly needed?: readonly string[];
  readonly rpath?: readonly string[];
  readonly runpath?: readonly string[];
  /** Library → versions; `GLIBC_2.5:memcpy,malloc` names the symbols. */
  readonly versions?: Readonly<Record<string, readonly string[]>>;
  /** Undefined names that no version binds. */
  readonly unversioned?: readonly string[];
  readonly exports?: readonly string[];
  /** Defects of the file's layout. */
  readonly problems?: readonly LayoutProblem[];
  /** Undefined symbols: `name`, `name?` when weak, `name@library`. */
  readonly imports?: readonly string[];
}

const MACHINES: Readonly<
  Record<string, readonly [machine: string, bits: 32 | 64, little: boolean]>
> = {
  x86_64: ["EM_X86_64", 64, true],
  i686: ["EM_386", 32, true],
  aarch64: ["EM_AARCH64", 64, true],
  armv7l: ["EM_ARM", 32, true],
  armv6l: ["EM_ARM", 32, true],
  ppc64le: ["EM_PPC64", 64, true],
  ppc64: ["EM_PPC64", 64, false],
  s390x: ["EM_S390", 64, false],
  riscv64: ["EM_RISCV", 64, true],
  loongarch64: ["EM_LOONGARCH", 64, true],
};

/** A well-made x86_64 library with nothing to complain about, changed by `sketch`. */
export function elf(sketch: ElfSketch = {}): ElfFacts {
  const { needed = [], rpath = [], runpath = [], versions = {}, imports = [], ...others } = sketch;
  const { unversioned = [], exports = [], ...rest } = others;
  const [machine, bits, littleEndian] = MACHINES[sketch.arch ?? "x86_64"] ?? ["EM_NONE", 64, true];
  return {
    kind: "shared",
    arch: "x86_64",
    machine,
    bits,
    littleEndian,
    osAbi: 0,
    flags: 0,
    id: null,
    interpreter: null,
    dynamic: true,
    dependencies: needed.map((name) => ({ name, how: "required", at: AT })),
    searchPaths: [
      ...rpath.map((path) => ({ kind: "rpath" as const, path, at: AT })),
      ...runpath.map((path) => ({ kind: "runpath" as const, path, at: AT })),
    ],
    noDefaultLibraries: false,
    versionNeeds: Object.entries(versions).map(([library, names]) => ({
      library,
      versions: names.map((text) => {
        const [version = "", symbols] = text.split(":");
        const at = { record: "Elf_Vernaux", field: "vna_name", offset: 64 };
        return { version, weak: false, symbols: symbols?.split(",") ?? [], at };
      }),
    })),
    versionDefinitions: [],
    isa: null,
    isaUnknown: 0,
    execstack: "no",
    textRelocations: false,
    staticTls: false,
    staticTlsUse: { own: false, names: [] },
    unversioned: { strong: unversioned, weak: [] },
    exportHashes: Uint32Array.from(exports.map(symbolHash)).sort(),
    relro: "full",
    relr: null,
    androidApi: null,
    loads: [],
    sectionHeaders: true,
    hollow: false,
    symbolCount: 0,
    importCount: 0,
    exportCount: 0,
    imports: imports.map(toImport),
    pythonInit: [],
    debug: { symtab: 0, dwarf: 0 },
    problems: [],
    ...rest,
  };
}

function toImport(text: string): DynamicSymbol {
  const [name = "", library] = text.split("@");
  const weak = name.endsWith("?");
  return {
    name: weak ? name.slice(0, -1) : name,
    defined: false,
    weak,
    type: "notype",
    ...(library === undefined ? {} : { library }),
  };
}

/** An extension module `NAME` that needs glibc 2.5. */
export function module(name: string, sketch: ElfSketch = {}): ElfFacts {
  return elf({
    needed: ["libc.so.6"],
    versions: { "libc.so.6": ["GLIBC_2.2.5"] },
    pythonInit: [`PyInit_${name}`],
    ...sketch,
  });
}

/** A file of a format whose reader is not asked. */
export interface RecognisedFile {
  readonly format: "macho" | "pe";
}

/** A file as a member that the graph links. */
export function binaryOf(path: string, facts: ElfSlice, size = 1): Binary<ElfSlice> {
  return { key: path, path, size, slice: facts, problems: [] };
}

/** A file outside the wheel, as its reader gives it. */
export function elfFile({ problems = [], ...slice }: ElfSlice & Partial<ElfFacts>): ElfFile {
  return { format: "elf", slices: [slice], problems };
}

export interface GraphSketch extends Partial<NativeOptions> {
  readonly loader?: LinuxLoader;
  readonly hostProvides?: Loader["hostProvides"];
}

/** The graph of files as one of Linux's loaders resolves it. */
export function linuxGraph(
  files: Readonly<Record<string, ElfSlice | string>>,
  sketch: GraphSketch = {},
): DependencyGraph<ElfSlice> {
  const { loader = "glibc", hostProvides = () => "never", ...given } = sketch;
  const options = { ...DEFAULT_NATIVE_OPTIONS, ...given };
  const elves = Object.entries(files).flatMap(([path, slice]) =>
    typeof slice === "string" ? [] : [binaryOf(path, slice)],
  );
  const { ldpaths, host, sysroot, include = [] } = options;
  return resolveGraph(
    elves,
    new Set(Object.keys(files)),
    {
      ...linuxLoader(loader, elves[0], undefined, options),
      hostProvides,
      mayBeLoaded: (name) => !name.includes("/") && hostProvides(name) === "never",
    },
    {
      exclude: options.exclude,
      include,
      searchesHost: (host !== undefined && ldpaths.length > 0) || sysroot !== undefined,
    },
  );
}

/** The same before its slices are told apart. */
export function memberOf(
  path: string,
  facts: ElfFacts | RecognisedFile,
  size: number,
): NativeMember {
  if ("format" in facts) return { path, size, format: facts.format };
  return { path, size, format: "elf", file: elfFile(facts) };
}

export interface WheelSketch {
  /** Python, ABI and platform tags as in a file name; default `cp312-cp312-manylinux_2_17_x86_64`. */
  readonly tags?: string;
  readonly files: Readonly<Record<string, ElfFacts | RecognisedFile>>;
  /** Members that are not native. */
  readonly others?: readonly string[];
  /** Native by their first bytes, but nothing more is known. */
  readonly unreadable?: readonly string[];
  /** Members without an execute bit. */
  readonly idle?: readonly string[];
  /** Texts of Python files, of the package itself where no path is given. */
  readonly texts?: readonly (string | PythonText)[];
  readonly requires?: readonly string[];
  /** Values of `x86_64 :: level` of a variant wheel. */
  readonly level?: readonly string[];
  readonly options?: Partial<NativeOptions>;
}

export function audit(sketch: WheelSketch): NativeAudit {
  const {
    tags = "cp312-cp312-manylinux_2_17_x86_64",
    files,
    others = [],
    unreadable = [],
  } = sketch;
  const [python = "", abi = "", platform = ""] = tags.split("-");
  const metadata = ["Metadata-Version: 2.1", "Name: demo", "Version: 1.0"];
  for (const requirement of sketch.requires ?? []) metadata.push(`Requires-Dist: ${requirement}`);
  const paths = [...Object.keys(files), ...others, ...unreadable];
  return auditNative({
    wheel: {
      name: "demo",
      filename: {
        name: "demo",
        pythonTags: python.split("."),
        abiTags: abi.split("."),
        platformTags: platform.split("."),
      },
      metadata: parseMetadata(new TextEncoder().encode(`${metadata.join("\n")}\n`)),
      ...(sketch.level === undefined
        ? {}
        : {
            variant: {
              label: "x",
              properties: new Map([["x86_64", new Map([["level", sketch.level]])]]),
            },
          }),
    },
    entries: paths.map((name) => ({ name, directory: false })),
    binaries: Object.entries(files).map(([path, facts]) => memberOf(path, facts, 100_000)),
    nativeMembers: new Set([...Object.keys(files), ...unreadable]),
    idle: new Set(sketch.idle),
    texts: () =>
      (sketch.texts ?? []).map((each) =>
        typeof each === "string" ? { path: "demo/__init__.py", text: each } : each,
      ),
    options: { ...DEFAULT_NATIVE_OPTIONS, ...sketch.options },
  });
}

/**
 * `CODE path` of the problems whose code begins with `prefix`; without one all but TAG010, because
 * sketches need next to nothing.
 */
export function codes({ problems }: NativeAudit, prefix = ""): readonly string[] {
  return problems
    .filter(({ code }) => code.startsWith(prefix) && (prefix !== "" || code !== "TAG010"))
    .map(({ code, path }) => (path === undefined ? code : `${code} ${path}`));
}

/** The only problem with that code. */
export function only({ problems }: NativeAudit, code: string): Problem {
  const found = problems.filter((problem) => problem.code === code);
  const [first] = found;
  if (first === undefined || found.length > 1) {
    throw new Error(`${found.length} problems with the code ${code}: ${JSON.stringify(problems)}`);
  }
  return first;
}
