/** readelf of binutils as an oracle: its text parsed back, and compared with what wheelkit says. */
import { execFileSync } from "node:child_process";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { Source } from "../../src/source.ts";
import type { ElfDump } from "./elf.ts";
import * as elf from "./elf.ts";
import { requireTool } from "./tools.ts";

export interface ReadelfSymbol {
  readonly value: bigint;
  readonly size: number;
  readonly type: string;
  readonly binding: string;
  readonly visibility: string;
  readonly section: string;
  /** With `@version`, `@@version`. */
  readonly name: string;
}

export interface ReadelfFacts {
  /** From the label to the rest of the line. */
  readonly header: ReadonlyMap<string, string>;
  readonly segments: readonly {
    readonly type: string;
    /** Offset, addresses and sizes as in the file. */
    readonly numbers: readonly bigint[];
    readonly flags: string;
    readonly align: bigint;
    readonly sections: readonly string[];
  }[];
  readonly interpreter: string | null;
  readonly dynamic: readonly {
    readonly tag: bigint;
    readonly name: string;
    readonly rest: string;
  }[];
  readonly needs: readonly string[];
  readonly definitions: readonly string[];
  readonly versionSymbols: number | null;
  readonly symbolCount: number | null;
  readonly symbols: readonly ReadelfSymbol[];
}

/** Runs readelf; `options` are joined to `-W`. */
export function runReadelf(path: string, options: readonly string[]): string {
  const program = requireTool("readelf");
  if (program === undefined) throw new Error("there is no readelf");
  return execFileSync(program, ["-W", ...options, path], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C.UTF-8" },
    maxBuffer: 1 << 30,
    stdio: ["ignore", "pipe", "ignore"],
  });
}

const SEGMENT =
  /^ {2}(\S+(?: \S+)?) +(0x[0-9a-f]+) (0x[0-9a-f]+) (0x[0-9a-f]+) (0x[0-9a-f]+) (0x[0-9a-f]+) (.{3}) (0x[0-9a-f]+|0)$/;
const DYNAMIC = /^ (0x[0-9a-f]+) \(([^)]*)\) *(.*)$/;
const SYMBOL =
  /^ *\d+: ([0-9a-f]+) +(0x[0-9a-f]+|\d+) (\S+|<[^>]*>: \S+) +(\S+|<[^>]*>: \S+) +(\S+) +(?:\[[^\]]*\] +)?(\S+) ?(.*)$/;

export function parseReadelf(text: string): ReadelfFacts {
  const header = new Map<string, string>();
  const segments: {
    -readonly [K in keyof ReadelfFacts["segments"][number]]: ReadelfFacts["segments"][number][K];
  }[] = [];
  const dynamic: ReadelfFacts["dynamic"][number][] = [];
  const needs: string[] = [];
  const definitions: string[] = [];
  const symbols: ReadelfSymbol[] = [];
  let interpreter: string | null = null;
  let versionSymbols: number | null = null;
  let symbolCount: number | null = null;
  let file = "";
  let part = "";
  for (const line of text.split("\n")) {
    const title =
      /^(ELF Header|Program Headers|Dynamic section|Version (?:symbols|needs|definition)s? section|Symbol table|Section Headers)|^ (Section to Segment mapping)/.exec(
        line,
      );
    if (title !== null) {
      part = title[1] ?? title[2] ?? "";
      const count = Number(/contains (\d+) entr/.exec(line)?.[1] ?? 0);
      if (part.startsWith("Version symbols")) versionSymbols = count;
      if (part === "Symbol table") {
        if (line.includes(".dynsym") || line.includes("for image")) symbolCount = count;
        else part = "other symbols";
      }
      continue;
    }
    if (part === "ELF Header") {
      const [, label = "", rest = ""] = /^ {2}([^:]+): *(.*)$/.exec(line) ?? [];
      if (label !== "") header.set(label, rest);
    } else if (part === "Program Headers") {
      const found = SEGMENT.exec(line);
      interpreter = /Requesting program interpreter: (.*)\]/.exec(line)?.[1] ?? interpreter;
      if (found === null) continue;
      const [
        ,
        type = "",
        offset = "",
        vaddr = "",
        paddr = "",
        filesz = "",
        memsz = "",
        flags = "",
        align = "0",
      ] = found;
      segments.push({
        type,
        numbers: [offset, vaddr, paddr, filesz, memsz].map(BigInt),
        flags,
        align: BigInt(align),
        sections: [],
      });
    } else if (part === "Section to Segment mapping") {
      const found = /^ {3}(\d+) +(.*)$/.exec(line);
      const segment = found === null ? undefined : segments[Number(found[1])];
      if (segment !== undefined) {
        segment.sections = (found?.[2] ?? "").split(" ").filter((name) => name !== "");
      }
    } else if (part.startsWith("Dynamic section")) {
      const [, tag, name = "", rest = ""] = DYNAMIC.exec(line) ?? [];
      if (tag !== undefined) dynamic.push({ tag: BigInt(tag), name, rest });
    } else if (part.startsWith("Version needs")) {
      file = /Version: \d+ +File: (.*?) +Cnt: \d+/.exec(line)?.[1] ?? file;
      const [, name, flags = "", index = ""] =
        /Name: (.*?) +Flags: (.*?) +Version: (\d+)/.exec(line) ?? [];
      if (name !== undefined) needs.push(`${file} ${name} ${flags} ${index}`);
    } else if (part.startsWith("Version definition")) {
      const [, flags, index, name] =
        /Flags: (.*?) +Index: (\d+) +Cnt: \d+ +Name: (.*)$/.exec(line) ?? [];
      if (name !== undefined) definitions.push(`${name} ${flags} ${index}`);
      const parent = /Parent \d+: (.*)$/.exec(line)?.[1];
      if (parent !== undefined) definitions.push(`${definitions.pop()} < ${parent}`);
    } else if (part === "Symbol table") {
      const found = SYMBOL.exec(line);
      if (found === null) continue;
      const [
        ,
        value = "",
        size = "",
        type = "",
        binding = "",
        visibility = "",
        section = "",
        name = "",
      ] = found;
      symbols.push({
        value: BigInt(`0x${value}`),
        size: Number(size),
        type,
        binding,
        visibility,
        section,
        name: name.replace(/ \(\d+\)$/, ""),
      });
    }
  }
  return {
    header,
    segments,
    interpreter,
    dynamic,
    needs,
    definitions,
    versionSymbols,
    symbolCount,
    symbols,
  };
}

/** A file on disk as a source: libraries in wheels reach gigabytes. */
export function fileSource(path: string): Source & { close(): void } {
  const descriptor = openSync(path, "r");
  const { size } = fstatSync(descriptor);
  return {
    size,
    read(offset, length) {
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const count = readSync(descriptor, bytes, done, length - done, offset + done);
        if (count === 0) throw new Error(`${path} ends at ${offset + done}`);
        done += count;
      }
      return bytes;
    },
    close: () => closeSync(descriptor),
  };
}

/**
 * Where wheelkit and readelf disagree about an ELF file: needed libraries, SONAME, search paths,
 * versions needed and defined, count of dynamic symbols. Empty: they agree.
 */
export function compareWithReadelf(path: string): string[] {
  const facts = parseReadelf(runReadelf(path, ["-h", "-S", "-l", "-d", "-V"]));
  const source = fileSource(path);
  try {
    const image = elf.parse(source);
    const slice = elf.summarize(image, () => false);
    const dump = elf.dump(image);
    const differences: string[] = [];
    const compare = (what: string, ours: readonly string[], theirs: readonly string[]): void => {
      if (ours.join("\n") !== theirs.join("\n")) {
        differences.push(`${what}: ${JSON.stringify(ours)}, readelf ${JSON.stringify(theirs)}`);
      }
    };
    compare(
      "needed",
      slice.dependencies.map(({ name }) => name),
      bracketed(facts, "NEEDED"),
    );
    compare("soname", slice.id === null ? [] : [slice.id], bracketed(facts, "SONAME").slice(-1));
    for (const kind of ["rpath", "runpath"] as const) {
      const paths = slice.searchPaths.filter((each) => each.kind === kind);
      compare(
        kind,
        paths.length === 0 ? [] : [paths.map((each) => each.path).join(":")],
        bracketed(facts, kind.toUpperCase()).slice(-1),
      );
    }
    compare("interpreter", [slice.interpreter ?? ""], [facts.interpreter ?? ""]);
    if (slice.sectionHeaders) {
      compare("version needs", needLines(dump), facts.needs);
      compare("version definitions", definitionLines(dump), facts.definitions);
      const rows = facts.versionSymbols;
      const symbols = rows ?? symbolsBySection(path);
      if (symbols !== null) compare("symbols", [String(slice.symbolCount)], [String(symbols)]);
    }
    return differences;
  } finally {
    source.close();
  }
}

/** Without a version symbol table, the size of `.dynsym` tells the count. */
function symbolsBySection(path: string): number | null {
  const text = runReadelf(path, ["-S"]);
  const [, size = "", entry = ""] =
    / DYNSYM +[0-9a-f]+ [0-9a-f]+ ([0-9a-f]+) ([0-9a-f]+) /.exec(text) ?? [];
  return entry === "" ? null : Number.parseInt(size, 16) / Number.parseInt(entry, 16);
}

export function bracketed(facts: ReadelfFacts, tag: string): string[] {
  return facts.dynamic
    .filter(({ name }) => name === tag)
    .map(({ rest }) => /\[(.*)\]$/.exec(rest)?.[1] ?? rest);
}

export function needLines(dump: ElfDump): string[] {
  return dump.versionNeeds.flatMap(({ file, versions }) =>
    versions.map(({ name, flags, index }) => `${file} ${name} ${versionFlags(flags)} ${index}`),
  );
}

export function definitionLines(dump: ElfDump): string[] {
  return dump.versionDefinitions.map(({ name, flags, index, parents }) =>
    [`${name} ${versionFlags(flags)} ${index}`, ...parents].join(" < "),
  );
}

function versionFlags(flags: readonly string[]): string {
  return flags.length === 0
    ? "none"
    : flags.map((flag) => flag.replace("VER_FLG_", "")).join(" | ");
}
