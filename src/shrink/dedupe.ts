/**
 * Libraries that are in the wheel several times: one stays, the others become links, and files that
 * need the others are told of the one. A copy goes only when everybody who needs it finds the one, and
 * everything else that was found before, as the loaders of the wheel's platform search.
 */
import { addTo } from "../add-to.ts";
import { compareText, printable } from "../bytes.ts";
import type { Draft } from "../edit/draft.ts";
import type { LinkPair } from "../edit/links.ts";
import { addLinks } from "../edit/links.ts";
import { RefusalError } from "../errors.ts";
import type { NativeEdit } from "../native-edit.ts";
import { baseNameOf } from "../paths.ts";
import type { FileSource } from "../runtime.ts";
import { isInOnePackage } from "../wheel/links.ts";
import type { ZipEntry } from "../zip/entry.ts";
import type { Copies } from "./dedupe-plan.ts";
import { editsOf, keepsSome, planCopies } from "./dedupe-plan.ts";
import type { NamedInData } from "./named-libraries.ts";
import { namedInData, namedInTexts, stemOf } from "./named-libraries.ts";
import type { Change, NativeWorld } from "./native-world.ts";
import { readerFor } from "./reader.ts";

/** What this needs of the place where it runs. */
export interface MemberTools {
  open(entry: ZipEntry): Promise<FileSource>;
  sameBytes(a: ZipEntry, b: ZipEntry): Promise<boolean>;
  /** The native members with their dependencies. */
  world(): Promise<NativeWorld>;
}

export interface Deduped {
  readonly removed: readonly ZipEntry[];
  /** By the path of the member. */
  readonly edits: ReadonlyMap<string, readonly NativeEdit[]>;
  readonly notes: readonly string[];
  /** How often libraries are there several times, whatever became of them. */
  readonly groups: number;
}

/** @param natives every native member that stays in the wheel. */
export async function dedupe(
  draft: Draft,
  natives: readonly ZipEntry[],
  tools: MemberTools,
): Promise<Deduped> {
  const groups: (readonly ZipEntry[])[] = [];
  for (const group of candidates(natives)) groups.push(...(await equalOnes(group, tools)));
  const nothing = { removed: [], edits: new Map(), notes: [], groups: groups.length };
  if (groups.length === 0) return nothing;
  const world = await tools.world();
  const opened = await openedNames(natives, groups, tools);
  let change: Change = { removed: new Set(), retold: new Map() };
  const pairs: LinkPair[] = [];
  const notes: string[] = [];
  for (const group of groups) {
    const paths = group.map(({ name }) => name).sort(compareText);
    const names = [...new Set(paths.map(baseNameOf))];
    const named = namedInTexts(world.texts, names);
    const exact = new Set([...named.exact, ...names.filter((name) => opened.exact.has(name))]);
    const isMade = names.some((name) => opened.stems.has(stemOf(name)));
    const copies: Copies = { paths, named: { ...named, exact }, isMade };
    const done = planCopies(world, change, copies);
    for (const { path, reason } of done.refused) {
      notes.push(`\`${printable(path)}\` stays although it is there twice: ${reason}`);
    }
    const lost = await firstRefused(natives, world, change, done.change, tools);
    if (lost !== undefined) {
      notes.push(`\`${printable(paths[0] ?? "")}\` and its copies stay: ${lost}`);
      continue;
    }
    change = done.change;
    pairs.push(...done.pairs);
  }
  if (!keepsSome(change)) return { ...nothing, notes };
  const near = pairs.filter(({ link, target }) => isInOnePackage(link, target));
  await addLinks(draft, near, { hash: false, sameBytes: tools.sameBytes });
  for (const pair of pairs) {
    const [link, target] = [pair.link, pair.target].map((path) => `\`${printable(path)}\``);
    notes.push(
      near.includes(pair)
        ? `${link} is a link to ${target} now, which installers of wheel version 1 do not make: nothing finds it by that name there`
        : `${link} was left out without a link to ${target}, for links stay within one package: nothing finds it by that name`,
    );
    draft.remove(pair.link);
  }
  return {
    ...nothing,
    notes,
    removed: natives.filter(({ name }) => change.removed.has(name)),
    edits: new Map(
      [...change.retold].map(([path, retold]) => [path, editsOf(world, path, retold)]),
    ),
  };
}

/** Members with one size and checksum. */
function candidates(natives: readonly ZipEntry[]): readonly (readonly ZipEntry[])[] {
  const groups = new Map<string, ZipEntry[]>();
  for (const entry of natives) {
    const key = `${entry.size}\0${entry.crc32}`;
    addTo(groups, key, entry);
  }
  return [...groups.values()].filter(({ length }) => length > 1);
}

/** Of a group those that really are equal; a checksum may be so by chance. */
async function equalOnes(
  group: readonly ZipEntry[],
  { sameBytes }: MemberTools,
): Promise<readonly (readonly ZipEntry[])[]> {
  const [first, ...others] = group;
  if (first === undefined) return [];
  const same: ZipEntry[] = [first];
  for (const other of others) if (await sameBytes(first, other)) same.push(other);
  return same.length < 2 ? [] : [same];
}

/** What the native files hold of the names of the groups' files among their data. */
async function openedNames(
  natives: readonly ZipEntry[],
  groups: readonly (readonly ZipEntry[])[],
  { open }: MemberTools,
): Promise<NamedInData> {
  const names = [...new Set(groups.flat().map(({ name }) => baseNameOf(name)))];
  // Of equal files one is enough.
  const others = new Set(groups.flatMap(([, ...rest]) => rest));
  const exact = new Set<string>();
  const stems = new Set<string>();
  for (const entry of natives) {
    if (others.has(entry)) continue;
    const source = await open(entry);
    try {
      const native = readerFor(source)?.open(source);
      if (native === undefined) continue;
      const named = namedInData(source, native, names);
      for (const name of named.exact) exact.add(name);
      for (const stem of named.stems) stems.add(stem);
    } finally {
      source.close();
    }
  }
  return { exact, stems };
}

/** Why a file can't be told what it would have to be; `undefined`: all can. */
async function firstRefused(
  natives: readonly ZipEntry[],
  world: NativeWorld,
  before: Change,
  after: Change,
  { open }: MemberTools,
): Promise<string | undefined> {
  for (const [path, retold] of after.retold) {
    if (before.retold.get(path) === retold || after.removed.has(path)) continue;
    const entry = natives.find(({ name }) => name === path);
    if (entry === undefined) continue;
    const source = await open(entry);
    try {
      world.rewrite(source, path, editsOf(world, path, retold));
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error;
      return `\`${printable(path)}\` can't be told: ${error.message}`;
    } finally {
      source.close();
    }
  }
  return undefined;
}
