/** Small wheels of small C libraries, for tests of `repair`. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { ElfSlice } from "../../src/formats.ts";
import { nodeCompression } from "../../src/node/compression.ts";
import { openFile } from "../../src/node/file.ts";
import { interestingSymbol } from "../../src/policy/interest.ts";
import { memorySource } from "../../src/source.ts";
import { openSoundWheel } from "../../src/wheel/open.ts";
import { readMember } from "../../src/zip/read.ts";
import { type Ran, wheelkitWith } from "./commands.ts";
import { matches, parse, summarize } from "./elf.ts";
import type { WheelSpec } from "./wheel-builder.ts";
import { buildWheel, wheelFileName } from "./wheel-builder.ts";

export const ARCH: string = process.arch === "arm64" ? "aarch64" : "x86_64";
export const LINUX_TAG = `cp311-cp311-linux_${ARCH}`;
export const SUFFIX = `cpython-311-${ARCH}-linux-gnu.so`;

export interface Workshop {
  readonly folder: string;
  /** Compiles C into a shared library; `path` is relative to the folder. */
  library(path: string, code: string, options?: LibraryOptions): string;
  /** Compiles a module `NAME` whose `answer()` returns the expression. */
  module(name: string, answer: string, options?: LibraryOptions): Uint8Array;
  program(path: string, answer: string, options?: LibraryOptions): Uint8Array;
  /** Writes a wheel below the folder. */
  wheel(path: string, spec: WheelSpec): string;
}

export interface LibraryOptions {
  readonly soname?: string;
  /** Libraries to link, by path. */
  readonly needs?: readonly string[];
  readonly flags?: readonly string[];
}

export function workshop(folder: string, compiler = "gcc"): Workshop {
  const compile = (out: string, code: string, options: LibraryOptions, shared: boolean): string => {
    const { soname, needs = [], flags = [] } = options;
    const target = join(folder, out);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(`${target}.c`, code);
    execFileSync(compiler, [
      ...["-O1", "-w", "-fPIC", "-Wl,--no-as-needed", "-Wl,--allow-shlib-undefined"],
      ...(shared ? ["-shared"] : []),
      ...(soname === undefined ? [] : [`-Wl,-soname,${soname}`]),
      ...["-o", target, `${target}.c`, ...needs, ...flags],
    ]);
    return target;
  };
  return {
    folder,
    library: (path, code, options = {}) => compile(path, code, options, true),
    module(name, answer, options = {}) {
      const code = `${declarations(answer)}
        void *PyInit_${name}(void) { return 0; }
        int answer(void) { return ${answer}; }\n`;
      return readFileSync(compile(`modules/${name}-${counter++}.so`, code, options, true));
    },
    program(path, answer, options = {}) {
      const code = `#include <stdio.h>
        ${declarations(answer)}
        int main(int count, char **words) {
          printf("%d %s\\n", ${answer}, count > 1 ? words[1] : "");
          return 0;
        }\n`;
      return readFileSync(compile(path, code, options, false));
    },
    wheel(path, spec) {
      const file = join(folder, path, wheelFileName(spec));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, buildWheel(spec));
      return file;
    },
  };
}

export interface Repaired extends Ran {
  /** The output folder, and the files in it. */
  readonly folder: string;
  readonly files: readonly string[];
  readonly wheel: string;
}

/** Repairs wheels of a workshop, each into a folder of its own. */
export interface RepairBench {
  /** A path in the workshop's folder that was not used before. */
  fresh(name: string): string;
  /** Writes a wheel, with a bare `linux_*` tag unless `spec` has another. */
  wheelOf(spec: WheelSpec): string;
  repair(
    spec: WheelSpec | string,
    args?: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<Repaired>;
}

/** @param shop gives the workshop, which is made only when the tests begin. */
export function repairBench(shop: () => Workshop): RepairBench {
  let runs = 0;
  const fresh = (name: string): string => join(shop().folder, `${name}-${runs++}`);
  const wheelOf = (spec: WheelSpec): string =>
    shop().wheel(`in-${runs++}`, { tag: LINUX_TAG, ...spec });
  return {
    fresh,
    wheelOf,
    async repair(spec, args = [], env = {}) {
      const input = typeof spec === "string" ? spec : wheelOf(spec);
      const out = fresh("out");
      const ran = await wheelkitWith({ env }, "repair", "-w", out, ...args, input);
      const files = existsSync(out) ? readdirSync(out) : [];
      return { ...ran, folder: out, files, wheel: join(out, files[0] ?? "") };
    },
  };
}

let counter = 0;

/** Of the functions that an expression calls. */
function declarations(expression: string): string {
  const names = new Set([...expression.matchAll(/([a-z_]\w*)\(/g)].map(([, name]) => name));
  return [...names].map((name) => `int ${name}();`).join(" ");
}

/** Facts of a native file. */
export function summaryOf(bytes: Uint8Array): ElfSlice {
  return summarize(parse(memorySource(bytes)), interestingSymbol);
}

/** What Python gets from `answer()` of a library that it loads as an import would. */
export function answerOf(path: string): string {
  const script = `import ctypes; print(ctypes.CDLL(${JSON.stringify(path)}).answer())`;
  return execFileSync("python3", ["-c", script], {
    encoding: "utf8",
    env: { PATH: process.env.PATH ?? "" },
    cwd: "/",
    stdio: ["ignore", "pipe", "pipe"],
  }).trim();
}

/** Unpacks a wheel as it lies in site-packages, schemes aside. */
export function unpack(wheel: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  execFileSync("unzip", ["-q", "-o", wheel, "-d", folder]);
  return folder;
}

/** Bytes of the members, by name. */
export function membersOf(path: string): ReadonlyMap<string, Uint8Array> {
  const source = openFile(path);
  try {
    const wheel = openSoundWheel(source, basename(path), nodeCompression);
    const members = new Map<string, Uint8Array>();
    for (const entry of wheel.index.entries) {
      members.set(entry.name, readMember(source, entry, nodeCompression).bytes);
    }
    return members;
  } finally {
    source.close();
  }
}

/** Facts of the native members, by name. */
export function nativeMembersOf(path: string): ReadonlyMap<string, ElfSlice> {
  const natives = [...membersOf(path)].filter(([, bytes]) => matches(bytes));
  return new Map(natives.map(([name, bytes]) => [name, summaryOf(bytes)]));
}
