/** Everything an audit says about native code, from the facts of the members to problems. */
import type { Problem, Unverified } from "../finding.ts";
import { isLoader } from "../policy/linux/table.ts";
import type { RawMetadata } from "../wheel/metadata.ts";
import { knownFields } from "../wheel/metadata.ts";
import { normalizeName } from "../wheel/names.ts";
import type { ZipEntry } from "../zip/entry.ts";
import { binaryResults, externalResults } from "./binaries.ts";
import type { DependencyGraph, GraphOptions, HostFiles, Loader } from "./graph/graph.ts";
import { resolveGraph } from "./graph/graph.ts";
import type { Identity } from "./linux/identify.ts";
import { identify } from "./linux/identify.ts";
import { judgePlatform, tableFor } from "./linux/verdict.ts";
import type { NativeMember } from "./member.ts";
import { elfBinaries } from "./member.ts";
import type { AuditModel, WheelFacts } from "./model.ts";
import type { BinaryResult, ExternalLibrary, PlatformVerdict } from "./result.ts";
import { RULES } from "./rules/index.ts";
import type { NativeCode } from "./rules/texts.ts";

export interface NativeOptions {
  /** Shell patterns of libraries to leave out, by name or by real path. */
  readonly exclude: readonly string[];
  /** `--ldpaths`: folders on the caller's file system. */
  readonly ldpaths: readonly string[];
  /** LD_LIBRARY_PATH; only looked at with `sysroot`. */
  readonly libraryPath: readonly string[];
  /** The caller's file system, for `ldpaths`. */
  readonly host?: HostFiles;
  /** The root whose loader configuration and default folders count; none: the host plays no part. */
  readonly sysroot?: HostFiles;
  /** Names to look for in `ldpaths` and `sysroot` although nobody needs them. */
  readonly include?: readonly string[];
  /** False: declared instruction sets don't count (`--disable-isa-ext-check`). */
  readonly isaCheck: boolean;
}

export const DEFAULT_NATIVE_OPTIONS: NativeOptions = {
  exclude: [],
  ldpaths: [],
  libraryPath: [],
  isaCheck: true,
};

/** What of the wheel's own texts matters to native code. */
interface NativeWheel {
  readonly filename?: {
    readonly name: string;
    readonly pythonTags: readonly string[];
    readonly abiTags: readonly string[];
    readonly platformTags: readonly string[];
  };
  readonly name: string | null;
  readonly metadata?: RawMetadata;
}

export interface NativeInput {
  readonly wheel: NativeWheel;
  readonly entries: readonly Pick<ZipEntry, "name" | "directory">[];
  readonly binaries: readonly NativeMember[];
  /** Members with the first bytes of a native format, also those that could not be read. */
  readonly nativeMembers: ReadonlySet<string>;
  readonly options: NativeOptions;
}

export interface NativeAudit {
  readonly verdict: PlatformVerdict;
  readonly problems: readonly Problem<NativeCode>[];
  readonly unverified: readonly Unverified[];
  readonly binaries: readonly BinaryResult[];
  readonly external: readonly ExternalLibrary[];
  readonly graph: DependencyGraph;
  /** What the rules saw; a repair plans from it. */
  readonly model: AuditModel;
  /** The systems that the wheel may be unpacked on, for the rules on names. */
  readonly targets: { readonly windows: boolean; readonly macos: boolean; readonly any: boolean };
}

export function auditNative(input: NativeInput): NativeAudit {
  const { wheel, entries, binaries, nativeMembers, options } = input;
  const facts = wheelFacts(wheel);
  const elves = elfBinaries(binaries);
  const opaque = binaries.filter(({ file }) => file?.format !== "elf").map(({ path }) => path);
  const read = new Set(binaries.map(({ path }) => path));
  const members = new Set<string>();
  for (const { name, directory } of entries) if (!directory) members.add(name);
  const identity = identify(facts.platformTags, elves);
  const graph = resolveGraph(elves, members, graphOptions(identity, options));
  const { verdict, judged, table, needs, unverified } = judgePlatform({
    identity,
    elves,
    graph,
    opaque,
    unreadable: [...nativeMembers].filter((path) => !read.has(path)).sort(),
    isaCheck: options.isaCheck,
  });
  const model: AuditModel = {
    wheel: facts,
    members,
    binaries,
    elves,
    identity,
    graph,
    table,
    needs,
    judged,
    verdict,
  };
  return {
    verdict,
    problems: RULES.flatMap((rule) => rule(model)),
    unverified: unverified,
    binaries: binaryResults(binaries, graph, table),
    external: externalResults(identity.considered, graph, table),
    graph,
    model,
    targets: targetsOf(identity),
  };
}

/** How the loader of the wheel's platform searches, with what the caller lets it see. */
function graphOptions(identity: Identity, options: NativeOptions): GraphOptions {
  const { family, arch } = identity;
  const table = tableFor(family, arch);
  const { exclude, ldpaths, libraryPath, host, sysroot, include } = options;
  return {
    loader: loaderOf(identity),
    arch,
    exclude,
    ...(host === undefined ? {} : { ldpaths: { folders: ldpaths, files: host } }),
    libraryPath,
    ...(sysroot === undefined ? {} : { sysroot }),
    ...(include === undefined ? {} : { include }),
    hostProvides(name) {
      if (isLoader(name)) return "always";
      const position = table?.library(name);
      if (table === undefined || position === undefined || position === table.none) return "never";
      return position === 0 ? "always" : "sometimes";
    },
  };
}

function loaderOf({ family }: Identity): Loader {
  if (family === "musllinux") return "musl";
  return family === "android" ? "bionic" : "glibc";
}

function wheelFacts({ filename, name, metadata }: NativeWheel): WheelFacts {
  const requires = new Set<string>();
  for (const { value } of metadata === undefined ? [] : knownFields(metadata, "Requires-Dist")) {
    const [, project] = /^\s*([A-Za-z0-9][A-Za-z0-9._-]*)/.exec(value) ?? [];
    if (project !== undefined) requires.add(normalizeName(project));
  }
  return {
    pythonTags: filename?.pythonTags ?? [],
    abiTags: filename?.abiTags ?? [],
    platformTags: filename?.platformTags ?? [],
    requires: [...requires].sort(),
    name: normalizeName(name ?? filename?.name ?? ""),
  };
}

function targetsOf({ claims }: Identity): NativeAudit["targets"] {
  return {
    windows: claims.some(({ tag }) => tag.kind === "win"),
    macos: claims.some(({ tag }) => tag.kind === "macosx"),
    any: claims.some(({ kind }) => kind === "any"),
  };
}
