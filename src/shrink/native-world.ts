/** The native files of a wheel as their loaders see them, now and with other names and search paths. */
import type { GraphNode } from "../audit/graph/graph.ts";
import type { NativeMember } from "../audit/member.ts";
import { auditNative } from "../audit/native.ts";
import { DEFAULT_NATIVE_OPTIONS } from "../audit/options.ts";
import type { PythonText } from "../audit/python/texts.ts";
import { pythonTexts } from "../audit/python/texts.ts";
import type { SearchPath, Slice } from "../binary.ts";
import type { AnyNative } from "../formats.ts";
import type { NativeEdit } from "../native-edit.ts";
import { baseNameOf } from "../paths.ts";
import type { Source } from "../source.ts";
import { parseWheelFilename } from "../wheel/filename.ts";
import type { Wheel } from "../wheel/open.ts";
import { readerFor } from "./reader.ts";

/** What a file is told anew. */
export interface Retold {
  /** Names of dependencies, the old ones to the new. */
  readonly names: ReadonlyMap<string, string>;
  /** Entries of the search path; `undefined`: as they are. */
  readonly paths?: readonly string[];
}

/** What would be if members were left out and others retold. */
export interface Change {
  readonly removed: ReadonlySet<string>;
  readonly retold: ReadonlyMap<string, Retold>;
}

export interface NativeWorld {
  /** The Python files. */
  readonly texts: readonly PythonText[];
  readonly members: ReadonlyMap<string, NativeMember>;
  /** Every file, and every slice of a fat one, with what its dependencies lead to. */
  nodes(change: Change): readonly GraphNode[];
  /** @throws RefusalError when the edits of a member can't be done. */
  rewrite(source: Source, path: string, edits: readonly NativeEdit[]): void;
}

/** @param natives the members that could be read. */
export function nativeWorld(wheel: Wheel, natives: readonly NativeMember[]): NativeWorld {
  const filename = parseWheelFilename(wheel.file).name;
  const audit = ({ removed, retold }: Change) => {
    const binaries = natives
      .filter(({ path }) => !removed.has(path))
      .map((member) => retoldMember(member, retold.get(member.path)));
    return auditNative({
      wheel: { name: null, ...(filename === undefined ? {} : { filename }) },
      entries: wheel.index.entries.filter(({ name }) => !removed.has(name)),
      binaries,
      nativeMembers: new Set(binaries.map(({ path }) => path)),
      texts: () => texts,
      options: DEFAULT_NATIVE_OPTIONS,
    });
  };
  const texts = [...pythonTexts(wheel.index.entries, (path) => wheel.read(path))];
  const known = new WeakMap<Change, readonly GraphNode[]>();
  return {
    texts,
    members: new Map(natives.map((member) => [member.path, member])),
    nodes(change) {
      const nodes = known.get(change) ?? [...audit(change).graph.members.values()];
      known.set(change, nodes);
      return nodes;
    },
    rewrite(source, path, edits) {
      const tools = { ...wheel.compression, name: baseNameOf(path) };
      readerFor(source)?.rewrite(source, edits, tools);
    },
  };
}

function retoldMember(member: NativeMember, retold: Retold | undefined): NativeMember {
  const { file } = member;
  if (file === undefined || retold === undefined) return member;
  return { ...member, file: retoldFile(file, retold) };
}

function retoldFile(file: AnyNative, retold: Retold): AnyNative {
  switch (file.format) {
    case "elf":
      return { ...file, slices: [retoldSlice(file.slices[0], retold)] };
    case "macho": {
      const [first, ...others] = file.slices;
      return {
        ...file,
        slices: [retoldSlice(first, retold), ...others.map((each) => retoldSlice(each, retold))],
      };
    }
    case "pe":
      return { ...file, slices: [retoldSlice(file.slices[0], retold)] };
  }
}

function retoldSlice<S extends Slice>(slice: S, { names, paths }: Retold): S {
  const dependencies = slice.dependencies.map((dependency) => ({
    ...dependency,
    name: names.get(dependency.name) ?? dependency.name,
  }));
  const [known] = slice.searchPaths;
  const at = known?.at ?? { record: "search path", offset: 0 };
  const kind = searchKind(slice);
  const searchPaths: readonly SearchPath[] =
    paths === undefined ? slice.searchPaths : paths.map((path) => ({ kind, path, at }));
  return { ...slice, dependencies, searchPaths };
}

/** RPATH is searched for what a file needs in turn, too; beside RUNPATH it does not count. */
export function searchKind({ searchPaths }: Slice): SearchPath["kind"] {
  return searchPaths.length > 0 && searchPaths.every(({ kind }) => kind === "rpath")
    ? "rpath"
    : "runpath";
}
