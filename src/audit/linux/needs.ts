/** What the files of a wheel ask of the platform, each with the first policy that grants it. */

import { addTo } from "../../add-to.ts";
import type { DynamicSymbol } from "../../binary.ts";
import { compareText } from "../../bytes.ts";
import type { ElfSlice } from "../../formats.ts";
import { isaLevel } from "../../policy/arch.ts";
import type { Grafted, Need } from "../../policy/linux/decide.ts";
import { compareVersions, glibcVersion, policyVersion } from "../../policy/linux/manylinux.ts";
import { MUSL_1_2_SYMBOLS } from "../../policy/linux/musllinux.ts";
import type { PolicyTable } from "../../policy/linux/table.ts";
import { isLoader } from "../../policy/linux/table.ts";
import type { DependencyGraph, Edge, GraphNode } from "../graph/graph.ts";
import { isPython2Module } from "../python/module.ts";
import type { ElfBinary } from "./binary.ts";

export interface NeedOptions {
  /** False: declared instruction sets don't count (`--disable-isa-ext-check`). */
  readonly isaCheck: boolean;
  /** x86-64 level that the platform tag itself promises; 1 is the baseline. */
  readonly isa: number;
}

export interface Needs {
  readonly needs: readonly Need[];
  /** What libraries outside would bring along when a repair grafts them. */
  readonly grafted: readonly Grafted[];
}

/** Imports that tie an extension to a Python with PyFPE, which manylinux rules out (PEP 513). */
const PYFPE: readonly string[] = ["PyFPE_counter", "PyFPE_dummy", "PyFPE_jbuf"];

export function collectNeeds(
  table: PolicyTable,
  binaries: readonly ElfBinary[],
  graph: DependencyGraph<ElfSlice>,
  options: NeedOptions,
): Needs {
  const needs: Need[] = [];
  const grafted = new Map<string, Grafted>();
  for (const binary of binaries) {
    const node = graph.members.get(binary.key);
    if (node === undefined) continue;
    needs.push(
      ...versionNeeds(table, node),
      ...symbolNeeds(table, node),
      ...isaNeeds(table, node, options),
      ...pythonNeeds(table, binary),
    );
    const outside = externalLibraries(table, node, graph);
    for (const { name, position, host } of outside) {
      const libpython = host === "libpython";
      needs.push({
        path: node.path,
        why: libpython ? "libpython" : "library",
        position,
        mendable: true,
        library: name,
      });
      if (host === undefined || libpython) continue;
      const known = grafted.get(host.path);
      if (known !== undefined && known.until >= position) continue;
      const brought = [
        ...versionNeeds(table, host),
        ...symbolNeeds(table, host),
        ...isaNeeds(table, host, options),
      ];
      grafted.set(host.path, { until: position, needs: brought });
    }
  }
  return { needs, grafted: [...grafted.values()] };
}

/** This version binds a file to one build of glibc, wherever the rest of it comes from. */
const PRIVATE = "GLIBC_PRIVATE";

/**
 * Symbol versions; those that a library inside the wheel provides don't count. The loader's do: it is
 * as old as the host's C library.
 */
function versionNeeds(
  table: PolicyTable,
  { path, slice, edges }: GraphNode<ElfSlice>,
): readonly Need[] {
  const needs: Need[] = [];
  const inside = new Set<string>();
  for (const { name, target } of edges) if (target.kind === "wheel") inside.add(name);
  for (const { library, versions } of slice.versionNeeds) {
    for (const { version, symbols } of versions) {
      if (inside.has(library) && version !== PRIVATE) continue;
      let position = isLoader(library) ? loaderVersion(table, version) : table.version(version);
      if (position === undefined) {
        // A namespace that no policy knows, of a library that the host provides: nothing grants it.
        const onHost = table.family === "manylinux" && table.library(library) < table.none;
        if (!onHost) continue;
        position = table.none;
      }
      needs.push({
        path,
        why: "symbol-version",
        position,
        mendable: false,
        library,
        version,
        symbols,
      });
    }
  }
  return needs;
}

/** By number: the policies list the versions of glibc's libraries, and the loader has some of its own. */
function loaderVersion(table: PolicyTable, version: string): number | undefined {
  if (table.family !== "manylinux") return undefined;
  const wanted = glibcVersion(version);
  if (wanted === undefined) return version === PRIVATE ? table.none : undefined;
  const first = table.policies.findIndex(({ name }) => {
    const policy = policyVersion(name);
    return policy !== undefined && compareVersions(policy, wanted) >= 0;
  });
  return first === -1 ? table.none : first;
}

/** Forbidden symbols, and on musl the functions that 1.1 lacks. Weak imports are optional. */
function symbolNeeds(
  table: PolicyTable,
  { path, slice, edges }: GraphNode<ElfSlice>,
): readonly Need[] {
  const needs: Need[] = [];
  const imports = slice.imports.filter(({ defined, weak }) => !defined && !weak);
  for (const { name: library, target } of edges) {
    if (!table.restricted.has(library) || target.kind === "wheel") continue;
    const byPosition = new Map<number, string[]>();
    for (const symbol of imports) {
      if (symbol.library !== undefined && symbol.library !== library) continue;
      const position = table.forbidden(library, symbol.name);
      if (position === 0) continue;
      addTo(byPosition, position, symbol.name);
    }
    for (const [position, symbols] of byPosition) {
      needs.push({
        path,
        why: "forbidden-symbol",
        position,
        mendable: false,
        library,
        symbols: sortedNames(symbols),
      });
    }
  }
  if (table.family === "musllinux") needs.push(...muslNeeds(table, path, imports, edges));
  return needs;
}

function muslNeeds(
  table: PolicyTable,
  path: string,
  imports: readonly DynamicSymbol[],
  edges: readonly Edge[],
): readonly Need[] {
  const position = table.find("musllinux_1_2") ?? 0;
  const libc = edges.find(({ name }) => name.startsWith("libc.") && table.library(name) === 0);
  if (position === 0 || libc === undefined) return [];
  const symbols = imports.filter(({ name }) => MUSL_1_2_SYMBOLS.has(name)).map(({ name }) => name);
  if (symbols.length === 0) return [];
  return [
    {
      path,
      why: "symbol-version",
      position,
      mendable: false,
      library: libc.name,
      version: "1.2",
      symbols: sortedNames(symbols),
    },
  ];
}

function isaNeeds(
  table: PolicyTable,
  { path, slice }: GraphNode<ElfSlice>,
  options: NeedOptions,
): Need[] {
  if (!options.isaCheck || !exceedsIsa(slice, options.isa)) return [];
  const version = slice.isa ?? `0x${slice.isaUnknown.toString(16)}`;
  return [{ path, why: "isa", position: table.none, mendable: false, version }];
}

/** True when a file declares that it needs more than the level promised. */
export function exceedsIsa(slice: ElfSlice, promised: number): boolean {
  return isaLevel(slice.isa) > promised || slice.isaUnknown !== 0;
}

function pythonNeeds(table: PolicyTable, binary: ElfBinary): readonly Need[] {
  const { path, slice } = binary;
  const imports = slice.imports.filter(({ defined }) => !defined);
  const pyfpe = imports.filter(({ name }) => PYFPE.includes(name)).map(({ name }) => name);
  const needs: Need[] = [];
  const add = (why: "pyfpe" | "ucs2", symbols: readonly string[]): void => {
    if (symbols.length === 0) return;
    const position = table.none;
    needs.push({ path, why, position, mendable: false, symbols: sortedNames(symbols) });
  };
  if (table.family === "android") return needs;
  add("pyfpe", pyfpe);
  if (isPython2Module(binary)) add("ucs2", ucs2Imports(slice));
  return needs;
}

/**
 * Imports that only a narrow build of Python 2 has.
 *
 * Only those typed as functions count, which takes a build linked against libpython: the usual
 * extension of a narrow build says so by its ABI tag (`cp27m`), for which manylinux1 wheels are legal.
 */
function ucs2Imports(slice: ElfSlice): readonly string[] {
  return slice.imports
    .filter(
      ({ defined, type, name }) => !defined && type === "func" && name.includes("PyUnicodeUCS2_"),
    )
    .map(({ name }) => name);
}

export interface ExternalNeed {
  readonly name: string;
  /** Position of the first policy under which nothing has to be grafted for it. */
  readonly position: number;
  /** The file outside, where places outside were searched and have it. */
  readonly host: GraphNode<ElfSlice> | "libpython" | undefined;
}

/**
 * Libraries outside the wheel that some policy does not let the host provide, directly needed or
 * through others. A chain ends at a library that the host provides: what that needs is its affair.
 */
export function externalLibraries(
  table: PolicyTable,
  node: GraphNode<ElfSlice>,
  graph: DependencyGraph<ElfSlice>,
): readonly ExternalNeed[] {
  const found = new Map<string, ExternalNeed>();
  const queue: { readonly edge: Edge; readonly limit: number }[] = [];
  for (const edge of node.edges) queue.push({ edge, limit: table.none });
  for (let index = 0; index < queue.length; index++) {
    const item = queue[index];
    if (item === undefined) break;
    const { name, target } = item.edge;
    if (target.kind === "wheel" || target.kind === "loader" || target.kind === "excluded") continue;
    const libpython = target.kind === "libpython";
    if (libpython && table.family === "android") continue;
    const position = Math.min(item.limit, libpython ? table.none : table.library(name));
    if (position === 0 || (found.get(name)?.position ?? 0) >= position) continue;
    const host = target.kind === "host" ? graph.host.get(target.key) : undefined;
    found.set(name, { name, position, host: libpython ? "libpython" : host });
    for (const edge of host?.edges ?? []) queue.push({ edge, limit: position });
  }
  return [...found.values()].sort((a, b) => compareText(a.name, b.name));
}

function sortedNames(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort(compareText);
}
