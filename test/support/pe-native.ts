/** PE facts made by hand, and an audit of native code over them. */
import type { HostFiles } from "../../src/audit/graph/host-files.ts";
import { auditNative } from "../../src/audit/native.ts";
import type { NativeOptions } from "../../src/audit/options.ts";
import { DEFAULT_NATIVE_OPTIONS } from "../../src/audit/options.ts";
import type { NativeAudit } from "../../src/audit/platform.ts";
import type { DependencyHow, DynamicSymbol } from "../../src/binary.ts";
import type { PeFile, PeSlice } from "../../src/formats.ts";
import { fnv1a } from "../../src/symbol-hash.ts";
import { parseMetadata } from "../../src/wheel/metadata.ts";

const AT = { record: "IMAGE_IMPORT_DESCRIPTOR", offset: 0 };

export interface PeSketch {
  readonly arch?: string;
  readonly kind?: PeSlice["kind"];
  /** `b.dll`, `b.dll:delay`, `b:forwarder`. */
  readonly needs?: readonly string[];
  /** What is imported, by DLL. */
  readonly imports?: Readonly<Record<string, readonly string[]>>;
  readonly exports?: readonly string[];
  readonly slice?: Partial<PeSlice>;
  readonly size?: number;
  /** ProductName of the version resource, of a file outside. */
  readonly product?: string;
}

export interface WindowsSketch {
  readonly tags?: string;
  readonly files: Readonly<Record<string, PeSketch>>;
  /** Folders outside, with what lies there. */
  readonly outside?: Readonly<Record<string, Readonly<Record<string, PeSketch>>>>;
  readonly exclude?: readonly string[];
  readonly requires?: readonly string[];
  /** Texts of the wheel's Python files. */
  readonly texts?: readonly string[];
}

const MACHINES: Readonly<Record<string, string>> = {
  x86: "IMAGE_FILE_MACHINE_I386",
  x86_64: "IMAGE_FILE_MACHINE_AMD64",
  arm64: "IMAGE_FILE_MACHINE_ARM64",
  arm64ec: "IMAGE_FILE_MACHINE_AMD64",
};

export function peFile(path: string, sketch: PeSketch): PeFile {
  const { arch = "x86_64", needs = [], imports = {}, exports = [], kind = "shared" } = sketch;
  const init = /\.pyd$/.test(path) ? [`PyInit_${path.replace(/^.*\/|\..*$/g, "")}`] : [];
  const symbols = Object.entries(imports).flatMap(([library, names]) =>
    names
      .filter((name) => /^_?Py/.test(name))
      .map((name): DynamicSymbol => ({ name, library, defined: false, weak: false, type: "func" })),
  );
  const slice: PeSlice = {
    arch,
    kind,
    bits: arch === "x86" ? 32 : 64,
    id: null,
    dependencies: needs.map((need) => {
      const [name = "", how = "required"] = need.split(":");
      return { name, how: howOf(how), at: AT };
    }),
    searchPaths: [],
    symbolCount: 0,
    importCount: 0,
    exportCount: exports.length,
    imports: symbols,
    pythonInit: init,
    debug: { symtab: 0, dwarf: 0 },
    machine: MACHINES[arch] ?? "0x1234",
    hybrid: null,
    subsystem: "IMAGE_SUBSYSTEM_WINDOWS_GUI",
    hardening: {
      aslr: true,
      highEntropyVa: true,
      nxCompat: true,
      controlFlowGuard: false,
      cetCompat: false,
      forceIntegrity: false,
      appContainer: false,
      writableCode: [],
    },
    linkerVersion: "14.44",
    subsystemVersion: "6.0",
    timestamp: 0,
    reproducible: false,
    sections: [],
    importTables: Object.entries(imports).map(([library, names]) => ({
      library,
      how: "required",
      names: names.filter((name) => !name.startsWith("#")),
      ordinals: names.filter((name) => name.startsWith("#")).map((name) => Number(name.slice(1))),
      at: AT,
    })),
    exports: {
      count: exports.length,
      nameCount: exports.length,
      nameHashes: Uint32Array.from(exports.map(fnv1a)).sort(),
      ordinals: exports.length === 0 ? [] : [[1, exports.length]],
      forwarders: [],
    },
    boundImports: [],
    dependentLoadFlags: 0,
    checksum: { stored: 0, state: "zero" },
    signature: "none",
    overlay: { size: 0, kind: "none", certificates: 0 },
    pdb: null,
    managed: false,
    tls: false,
    assemblies: [],
    hasVersionInfo: false,
    ...sketch.slice,
  };
  return { format: "pe", slices: [slice], problems: [] };
}

export function auditWindows(sketch: WindowsSketch): NativeAudit {
  const { tags = "cp312-cp312-win_amd64", files, outside, exclude = [], requires = [] } = sketch;
  const [python = "", abi = "", platform = ""] = tags.split("-");
  const metadata = parseMetadata(
    new TextEncoder().encode(
      `Metadata-Version: 2.1\nName: demo\nVersion: 1\n${requires.map((each) => `Requires-Dist: ${each}\n`).join("")}`,
    ),
  );
  const options: NativeOptions = {
    ...DEFAULT_NATIVE_OPTIONS,
    exclude,
    ...(outside === undefined ? {} : { ldpaths: Object.keys(outside), host: hostOf(outside) }),
  };
  return auditNative({
    wheel: {
      filename: {
        name: "demo",
        pythonTags: python.split("."),
        abiTags: abi.split("."),
        platformTags: platform.split("."),
      },
      name: "demo",
      metadata,
    },
    entries: Object.keys(files).map((name) => ({ name, directory: false })),
    binaries: Object.entries(files).map(([path, each]) => ({
      path,
      size: each.size ?? 1000,
      format: "pe",
      file: peFile(path, each),
    })),
    nativeMembers: new Set(Object.keys(files)),
    texts: () => (sketch.texts ?? []).map((text) => ({ path: "demo/__init__.py", text })),
    options,
  });
}

function hostOf(outside: NonNullable<WindowsSketch["outside"]>): HostFiles {
  const files = new Map<string, PeSketch>(
    Object.entries(outside).flatMap(([folder, inside]) =>
      Object.entries(inside).map(([name, sketch]) => [`${folder}/${name}`, sketch] as const),
    ),
  );
  return {
    resolve: (path) => (files.has(path) ? path : undefined),
    list: (folder) => Object.keys(outside[folder] ?? {}).sort(),
    readText: () => undefined,
    productOf: (path) => files.get(path)?.product,
    readNative(path) {
      const sketch = files.get(path);
      return sketch === undefined ? undefined : peFile(path, sketch);
    },
  };
}

function howOf(text: string): DependencyHow {
  return text === "delay" || text === "forwarder" ? text : "required";
}
