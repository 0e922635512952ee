/** Facts of Mach-O slices made by hand, and an audit of a macOS wheel over them. */
import { auditNative } from "../../src/audit/native.ts";
import type { NativeOptions } from "../../src/audit/options.ts";
import { DEFAULT_NATIVE_OPTIONS } from "../../src/audit/options.ts";
import type { NativeAudit } from "../../src/audit/platform.ts";
import type { MachoImport, MachoPlatformName, MachoSlice } from "../../src/formats.ts";
import { symbolHash } from "../../src/symbol-hash.ts";
import { parseMetadata } from "../../src/wheel/metadata.ts";

const AT = { record: "dylib_command", offset: 0 };

export interface SliceSketch extends Partial<Omit<MachoSlice, "dependencies" | "imports">> {
  /** Besides libSystem, which comes first; `?` behind a name: weakly. */
  readonly loads?: readonly string[];
  readonly rpaths?: readonly string[];
  /** Default 11.0; null: the file says nothing. */
  readonly needs?: string | null;
  readonly builtWith?: string;
  readonly on?: MachoPlatformName;
  /** `name@library`; `?` behind the name: weakly. */
  readonly imports?: readonly string[];
  readonly exports?: readonly string[];
  /** Names of load commands. */
  readonly commands?: readonly string[];
}

const SYSTEM = "/usr/lib/libSystem.B.dylib";

/** A signed dynamic library for arm64 with nothing to complain about, changed by `sketch`. */
export function machoSlice(sketch: SliceSketch = {}): MachoSlice {
  const { loads = [], rpaths = [], needs = "11.0", builtWith = "14.0", on = "macos" } = sketch;
  const { imports = [], exports = [], commands = [], ...rest } = sketch;
  const minos = needs === null ? null : version(needs);
  const sdk = version(builtWith);
  const kind = sketch.kind ?? "shared";
  return {
    arch: "arm64",
    kind,
    bits: 64,
    id: kind === "shared" ? "@rpath/libx.dylib" : null,
    searchPaths: rpaths.map((path) => ({ kind: "rpath", path, at: AT })),
    symbolCount: 0,
    importCount: 0,
    exportCount: 0,
    pythonInit: [],
    debug: { symtab: 0, dwarf: 0 },
    offset: 0,
    size: 4096,
    fileType: kind === "shared" ? "MH_DYLIB" : kind === "bundle" ? "MH_BUNDLE" : "MH_EXECUTE",
    littleEndian: true,
    flags: ["MH_TWOLEVEL"],
    flatImports: [],
    exportHashes: Uint32Array.from(exports, symbolHash).sort(),
    targets: minos === null ? [] : [{ platform: on, minos, sdk, at: AT }],
    platform: minos === null ? null : on,
    minos,
    sdk,
    uuid: "00000000-0000-0000-0000-000000000000",
    uuidCount: 1,
    fixups: "opcodes",
    signature: {
      kind: "adhoc",
      identifier: "x",
      team: null,
      flags: ["adhoc"],
      entitlements: false,
      valid: true,
      faults: [],
      at: AT,
    },
    headerRoom: 100,
    encrypted: false,
    executableStack: false,
    interpreter: null,
    sections: [],
    trailing: 0,
    ...rest,
    dependencies: [SYSTEM, ...loads].map((text, index) => ({
      name: text.replace(/\?$/, ""),
      how: text.endsWith("?") ? "weak" : "required",
      ordinal: index + 1,
      currentVersion: version("1.0"),
      compatibilityVersion: version("1.0"),
      at: AT,
    })),
    imports: imports.map(toImport),
    newCommands: commands.map((name) => ({ name, at: AT })),
  };
}

/** An extension module `NAME`, which macOS builds as a bundle. */
export function machoModule(name: string, sketch: SliceSketch = {}): MachoSlice {
  return machoSlice({ kind: "bundle", pythonInit: [`PyInit_${name}`], ...sketch });
}

function toImport(text: string): MachoImport {
  const [spelled = "", library] = text.split("@/");
  const weak = spelled.endsWith("?");
  return {
    name: weak ? spelled.slice(0, -1) : spelled,
    defined: false,
    weak,
    type: "notype",
    lookup: library === undefined ? "flat" : "library",
    ...(library === undefined ? {} : { library: `/${library}` }),
  };
}

function version(text: string): { major: number; minor: number; patch: number } {
  const [major = 0, minor = 0, patch = 0] = text.split(".").map(Number);
  return { major, minor, patch };
}

export interface MacosSketch {
  /** Default `cp312-cp312-macosx_11_0_arm64`. */
  readonly tags?: string;
  /** Slices of each file. */
  readonly files: Readonly<Record<string, MachoSlice | readonly [MachoSlice, ...MachoSlice[]]>>;
  readonly options?: Partial<NativeOptions>;
  readonly requires?: readonly string[];
}

export function auditMacos(sketch: MacosSketch): NativeAudit {
  const { tags = "cp312-cp312-macosx_11_0_arm64", files, options = {} } = sketch;
  const required = (sketch.requires ?? []).map((each) => `Requires-Dist: ${each}\n`).join("");
  const [python = "", abi = "", platform = ""] = tags.split("-");
  const paths = Object.keys(files);
  return auditNative({
    wheel: {
      name: "demo",
      filename: {
        name: "demo",
        pythonTags: python.split("."),
        abiTags: abi.split("."),
        platformTags: platform.split("."),
      },
      metadata: parseMetadata(new TextEncoder().encode(`Name: demo\nVersion: 1.0\n${required}`)),
    },
    entries: paths.map((name) => ({ name, directory: false })),
    binaries: Object.entries(files).map(([path, slices]) => ({
      path,
      size: 4096,
      format: "macho",
      file: {
        format: "macho",
        fat: null,
        slices: "arch" in slices ? [slices] : slices,
        problems: [],
      },
    })),
    nativeMembers: new Set(paths),
    options: { ...DEFAULT_NATIVE_OPTIONS, ...options },
  });
}

/** `CODE level path: message` of the problems of some codes. */
export function problemsOf(
  { problems }: NativeAudit,
  ...codes: readonly string[]
): readonly string[] {
  return problems
    .filter(({ code }) => codes.length === 0 || codes.includes(code))
    .map(({ code, level, path, message }) => {
      const where = path === undefined ? "" : ` ${path}`;
      return `${code}${level === undefined ? "" : ` ${level}`}${where}: ${message}`;
    })
    .sort();
}
