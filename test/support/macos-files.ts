/** Mach-O files and macOS wheels made by hand, and what a run of the command line makes of them. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { concatBytes } from "../../src/bytes.ts";
import type { MachoSlice } from "../../src/formats.ts";
import { FORMATS, joinMacho } from "../../src/formats.ts";
import { LC, MH } from "../../src/macho/constants.ts";
import { memorySource } from "../../src/source.ts";
import { readWheelBytes } from "./commands.ts";
import { buildMacho } from "./macho-builder.ts";
import { buildWheel, wheelFileName } from "./wheel-builder.ts";

const PROCESSORS = {
  arm64: [0x0100_000c, 0],
  arm64e: [0x0100_000c, 2],
  i386: [7, 3],
  x86_64: [0x0100_0007, 3],
  x86_64h: [0x0100_0007, 8],
} as const;
export type Processor = keyof typeof PROCESSORS;

export interface FileSketch {
  readonly arch?: Processor;
  /** Default `dylib`. */
  readonly kind?: "dylib" | "bundle" | "program";
  /** Default: that of a dylib is its name. */
  readonly id?: string | null;
  /** Besides libSystem; behind a name `?`: weakly, `^`: exported again, `!`: upward, `~`: lazily. */
  readonly loads?: readonly string[];
  readonly rpaths?: readonly string[];
  /** Default 11.0. */
  readonly minos?: string;
  readonly sdk?: string;
  /** PLATFORM_*; default macOS. */
  readonly platform?: number;
  readonly uuid?: boolean;
  /** Free bytes after the load commands. */
  readonly room?: number;
  /** Makes files with the same names different: each number another content. */
  readonly variant?: number;
}

const KINDS = { dylib: MH.MH_DYLIB, bundle: MH.MH_BUNDLE, program: MH.MH_EXECUTE } as const;

const LOADS: Readonly<Record<string, number>> = {
  "?": LC.LC_LOAD_WEAK_DYLIB,
  "^": LC.LC_REEXPORT_DYLIB,
  "!": LC.LC_LOAD_UPWARD_DYLIB,
  "~": LC.LC_LAZY_LOAD_DYLIB,
};

export function machoFile(sketch: FileSketch = {}): Uint8Array {
  const { arch = "arm64", kind = "dylib", loads = [], minos = "11.0", platform = 1 } = sketch;
  const { sdk = "14.0", rpaths = [], uuid = true, room = 512, variant = 0 } = sketch;
  const [cputype, cpusubtype] = PROCESSORS[arch];
  const id = sketch.id ?? (kind === "dylib" && sketch.id !== null ? "libnoname.dylib" : null);
  return buildMacho({
    bits: arch === "i386" ? 32 : 64,
    cputype,
    cpusubtype,
    filetype: KINDS[kind],
    id,
    loads: [
      [LC.LC_LOAD_DYLIB, "/usr/lib/libSystem.B.dylib"],
      ...loads.map((name): readonly [number, string] => {
        const command = LOADS[name.slice(-1)];
        return command === undefined ? [LC.LC_LOAD_DYLIB, name] : [command, name.slice(0, -1)];
      }),
    ],
    rpaths,
    commands: [[LC.LC_BUILD_VERSION, words(platform, packed(minos), packed(sdk), 0)]],
    uuid,
    room,
    linkedit: 64 + 16 * variant,
  });
}

export function fatFile(...sketches: readonly FileSketch[]): Uint8Array {
  const joined = joinMacho(sketches.map((sketch) => memorySource(machoFile(sketch))));
  return joined.read(0, joined.size);
}

function packed(version: string): number {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  return major * 0x1_0000 + minor * 0x100 + patch;
}

function words(...values: readonly number[]): Uint8Array {
  return concatBytes(
    values.map((value) => {
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setUint32(0, value, true);
      return bytes;
    }),
  );
}

/** Writes a wheel tagged for macOS and gives its path. */
export function writeMacosWheel(
  folder: string,
  platform: string,
  files: Readonly<Record<string, Uint8Array | string | null>>,
): string {
  const spec = { tag: `cp312-cp312-${platform}`, files };
  const path = join(folder, wheelFileName(spec));
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, buildWheel(spec));
  return path;
}

/** Writes a library of the builder's machine and gives its path. */
export function writeOutside(path: string, bytes: Uint8Array): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}

/** What matters of one slice of a file. */
export interface Links {
  readonly id: string | null;
  /** Without libSystem. */
  readonly loads: readonly string[];
  readonly rpaths: readonly string[];
  readonly signature: MachoSlice["signature"]["kind"];
}

export function linksOf(bytes: Uint8Array, arch?: string): Links {
  const { slices } = FORMATS.macho.open(memorySource(bytes)).facts(() => false);
  const slice = slices.find((each) => arch === undefined || each.arch === arch) ?? slices[0];
  return {
    id: slice.id,
    loads: slice.dependencies
      .map(({ name }) => name)
      .filter((name) => name !== "/usr/lib/libSystem.B.dylib"),
    rpaths: slice.searchPaths.map(({ path }) => path),
    signature: slice.signature.kind,
  };
}

/** The only wheel of a folder: its name, and its members by path. */
export function wheelIn(folder: string): {
  readonly name: string;
  readonly path: string;
  readonly members: ReadonlyMap<string, Uint8Array>;
} {
  const names = readdirSync(folder).filter((name) => name.endsWith(".whl"));
  const [name = ""] = names;
  if (names.length !== 1) throw new Error(`${names.length} wheels in ${folder}`);
  const path = join(folder, name);
  return { name, path, members: readWheelBytes(path) };
}

export function bytesOf(path: string): Uint8Array {
  return new Uint8Array(readFileSync(path));
}
