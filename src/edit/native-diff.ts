/** What differs between two native files that should be the same: sections, dependencies, exports. */

import type { Slice } from "../binary.ts";
import { bytesEqual, compareText } from "../bytes.ts";
import { FormatError } from "../errors.ts";
import { formatOf, readerOf } from "../formats.ts";
import { memorySource } from "../source.ts";

export interface SetChange {
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

export interface SectionChange {
  readonly name: string;
  /** Bytes; absent where the file has no such section. */
  readonly before?: number;
  readonly after?: number;
}

export interface NativeChange {
  /** Sections whose bytes differ, in the first file's order. */
  readonly sections: readonly SectionChange[];
  readonly dependencies: SetChange;
  readonly searchPaths: SetChange;
  readonly exports: SetChange;
  /** Versions of other libraries' symbols, as `libc.so.6 GLIBC_2.17`. */
  readonly requires: SetChange;
  /** SONAME, install name or export name, where it differs. */
  readonly id?: { readonly before: string | null; readonly after: string | null };
}

/** Facts of one file, format by format in the same words. */
interface NativeFacts {
  readonly sections: ReadonlyMap<string, Uint8Array>;
  readonly dependencies: readonly string[];
  readonly searchPaths: readonly string[];
  readonly exports: readonly string[];
  readonly requires: readonly string[];
  readonly id: string | null;
}

/** `undefined` where one of them is no native file that can be read. */
export function nativeChange(before: Uint8Array, after: Uint8Array): NativeChange | undefined {
  const a = factsOf(before);
  const b = factsOf(after);
  if (a === undefined || b === undefined) return undefined;
  return {
    sections: sectionChanges(a.sections, b.sections),
    dependencies: setChange(a.dependencies, b.dependencies),
    searchPaths: setChange(a.searchPaths, b.searchPaths),
    exports: setChange(a.exports, b.exports),
    requires: setChange(a.requires, b.requires),
    ...(a.id === b.id ? {} : { id: { before: a.id, after: b.id } }),
  };
}

function factsOf(bytes: Uint8Array): NativeFacts | undefined {
  const format = formatOf(bytes);
  const reader = format === undefined ? undefined : readerOf(format);
  if (reader === undefined) return undefined;
  try {
    const open = reader.open(memorySource(bytes));
    const { slices } = open.facts(() => false);
    return {
      sections: new Map(
        open
          .regions()
          .map(({ name, arch, start, size }) => [
            arch === undefined ? name : `${arch} ${name}`,
            bytes.subarray(start, start + size),
          ]),
      ),
      dependencies: namesIn(slices, ({ dependencies }) => dependencies.map(({ name }) => name)),
      searchPaths: namesIn(slices, ({ searchPaths }) =>
        searchPaths.map(({ kind, path }) => `${kind} ${path}`),
      ),
      exports: open
        .symbols("exports")
        .map(({ name, version }) => (version === undefined ? name : `${name}@${version}`)),
      requires: open.requirements(),
      id: slices[0].id,
    };
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** Of a fat file each name counts once, however many slices have it. */
function namesIn(
  slices: readonly Slice[],
  names: (slice: Slice) => readonly string[],
): readonly string[] {
  return [...new Set(slices.flatMap(names))];
}

function sectionChanges(
  a: ReadonlyMap<string, Uint8Array>,
  b: ReadonlyMap<string, Uint8Array>,
): readonly SectionChange[] {
  const changes: SectionChange[] = [];
  for (const name of new Set([...a.keys(), ...b.keys()])) {
    const before = a.get(name);
    const after = b.get(name);
    if (before !== undefined && after !== undefined && bytesEqual(before, after)) continue;
    changes.push({
      name,
      ...(before === undefined ? {} : { before: before.length }),
      ...(after === undefined ? {} : { after: after.length }),
    });
  }
  return changes;
}

export function setChange(before: readonly string[], after: readonly string[]): SetChange {
  const a = new Set(before);
  const b = new Set(after);
  return {
    removed: [...a].filter((item) => !b.has(item)).sort(compareText),
    added: [...b].filter((item) => !a.has(item)).sort(compareText),
  };
}
