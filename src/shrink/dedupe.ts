/**
 * Libraries that are in the wheel several times under names of one folder (`libx.so`, `libx.so.1`):
 * one stays, the others become links, and files that need them by another name are told the one.
 */
import type { Draft } from "../edit/draft.ts";
import type { LinkPair } from "../edit/links.ts";
import { addLinks } from "../edit/links.ts";
import { FormatError } from "../errors.ts";
import type { NativeEdit } from "../native-edit.ts";
import { baseNameOf, folderOf } from "../paths.ts";
import type { FileSource } from "../runtime.ts";
import type { ZipEntry } from "../zip/entry.ts";
import { readerFor } from "./reader.ts";

/** What this needs of the place where it runs. */
export interface MemberTools {
  open(entry: ZipEntry): Promise<FileSource>;
  sameBytes(a: ZipEntry, b: ZipEntry): Promise<boolean>;
}

export interface Deduped {
  readonly removed: readonly ZipEntry[];
  /** For every other native file. */
  readonly edits: readonly NativeEdit[];
  readonly notes: readonly string[];
}

/** @param natives every native member. */
export async function dedupe(
  draft: Draft,
  natives: readonly ZipEntry[],
  tools: MemberTools,
): Promise<Deduped> {
  const removed: ZipEntry[] = [];
  const pairs: LinkPair[] = [];
  const edits: NativeEdit[] = [];
  for (const group of candidates(natives)) {
    const [first, ...others] = group;
    if (first === undefined) continue;
    const same: ZipEntry[] = [first];
    for (const other of others) if (await tools.sameBytes(first, other)) same.push(other);
    const kept = same.length < 2 ? undefined : await keeperOf(same, tools);
    if (kept === undefined) continue;
    for (const copy of same) {
      if (copy === kept) continue;
      removed.push(copy);
      pairs.push({ link: copy.name, target: kept.name });
      const [from, to] = [baseNameOf(copy.name), baseNameOf(kept.name)];
      edits.push({ kind: "replace-dependency", from, to });
    }
  }
  if (pairs.length > 0) await addLinks(draft, pairs, { hash: false, sameBytes: tools.sameBytes });
  const notes = pairs.map(
    ({ link, target }) =>
      `\`${link}\` is a link to \`${target}\` now, which installers of wheel version 1 do not make: nothing finds it by that name there`,
  );
  return { removed, edits, notes };
}

/** Members of one folder with one size and checksum. */
function candidates(natives: readonly ZipEntry[]): readonly (readonly ZipEntry[])[] {
  const groups = new Map<string, ZipEntry[]>();
  for (const entry of natives) {
    const key = `${folderOf(entry.name)}\0${entry.size}\0${entry.crc32}`;
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return [...groups.values()].filter(({ length }) => length > 1);
}

/** The one that is named as the library calls itself; modules of Python are found by their names alone. */
async function keeperOf(
  same: readonly ZipEntry[],
  tools: MemberTools,
): Promise<ZipEntry | undefined> {
  const [first] = same;
  if (first === undefined) return undefined;
  const source = await tools.open(first);
  try {
    const slices =
      readerFor(source)
        ?.open(source)
        .facts(() => false).slices ?? [];
    const [slice] = slices;
    if (slice === undefined || slices.some(({ pythonInit }) => pythonInit.length > 0)) {
      return undefined;
    }
    return same.find(({ name }) => baseNameOf(name) === slice.id) ?? first;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  } finally {
    source.close();
  }
}
