/**
 * Where new strings go in `.dynstr`: equal strings and suffixes first, then bytes that nothing
 * refers to, and only then behind its end.
 *
 * Linkers share suffixes (`libfoo.so` inside `mylibfoo.so`), so a string may be overwritten only
 * where no other reference points at or into it. Tables reach 150 MB: large ones are searched in
 * windows, and only names that lost their reference are looked at as dead.
 */

import { decodeLatin1, encodeUtf8 } from "../../bytes.ts";
import type { StringBytes } from "../read/linkage.ts";

/** The string table; offsets count from its start. */
export interface StringPlan {
  /** Offset in the table of each wanted text. */
  readonly offsets: ReadonlyMap<string, number>;
  /** Changed bytes inside the old table: new strings in dead space, freed strings zeroed. */
  readonly patches: readonly { readonly at: number; readonly bytes: Uint8Array }[];
  /** Bytes that go behind the old table. */
  readonly appended: Uint8Array;
  /** How many texts were found, went into dead space, were appended. */
  readonly reused: number;
  readonly buried: number;
  readonly added: number;
}

interface Wanted {
  readonly text: string;
  /** With its NUL. */
  readonly bytes: Uint8Array;
}

/** Bytes of the table that nothing refers to. */
interface Dead {
  readonly start: number;
  /** What they become. */
  readonly bytes: Uint8Array;
  /** How many of them hold new strings. */
  used: number;
  changed: boolean;
}

/**
 * @param live offsets that stay referenced, or `undefined` when not every reference is known: then
 *   nothing in the table is overwritten.
 * @param freed offsets that lost a reference in this transaction.
 */
export function planStrings(
  table: StringBytes,
  live: Uint32Array | undefined,
  freed: readonly number[],
  wanted: Iterable<string>,
): StringPlan {
  const texts = [...new Set(wanted)];
  // The longest first, so that a shorter one can be its suffix.
  const strings = texts
    .map((text): Wanted => ({ text, bytes: encodeUtf8(`${text}\0`) }))
    .sort((a, b) => b.bytes.length - a.bytes.length || (a.text < b.text ? -1 : 1));
  const offsets = findStrings(table, strings);
  const dead = live === undefined ? [] : deadRuns(table, live, [...offsets.values()], freed);
  // A freed string becomes zeros: it may name a folder of the build machine.
  for (const at of freed) zeroString(dead, at);

  const placed: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  const rest: Wanted[] = [];
  for (const string of strings) {
    if (offsets.has(string.text)) continue;
    const tail = tailOf(placed, string.bytes);
    if (tail !== undefined) {
      offsets.set(string.text, tail);
      continue;
    }
    const run = bestFit(dead, string.bytes.length);
    if (run === undefined) {
      rest.push(string);
      continue;
    }
    const at = run.start + run.used;
    bury(run, string.bytes);
    offsets.set(string.text, at);
    placed.push({ at, bytes: string.bytes });
  }
  const buried = placed.length;
  const { appended, added } = appendStrings(table, dead, rest, offsets);
  return {
    offsets,
    patches: dead
      .filter(({ changed }) => changed)
      .map(({ start, bytes }) => ({ at: start, bytes })),
    appended,
    reused: texts.length - buried - added,
    buried,
    added,
  };
}

const WINDOW = 1 << 20;

/** Where the strings are already, whole or as the tail of another. */
function findStrings(table: StringBytes, strings: readonly Wanted[]): Map<string, number> {
  const found = new Map<string, number>();
  // One character for each byte; the mapping doesn't matter as long as both sides share it.
  const sought = strings.map(({ text, bytes }) => ({ text, bytes: decodeLatin1(bytes) }));
  const overlap = strings.reduce((most, { bytes }) => Math.max(most, bytes.length), 0);
  for (let start = 0; start < table.size && found.size < sought.length; start += WINDOW) {
    const length = Math.min(WINDOW + overlap, table.size - start);
    const window = decodeLatin1(table.read(start, length));
    for (const { text, bytes } of sought) {
      if (found.has(text)) continue;
      const at = window.indexOf(bytes);
      if (at >= 0) found.set(text, start + at);
    }
  }
  return found;
}

/** Tables up to this size (bytes) are searched for dead strings from end to end. */
const SMALL_TABLE = 1 << 22;

function deadRuns(
  table: StringBytes,
  live: Uint32Array,
  found: readonly number[],
  freed: readonly number[],
): Dead[] {
  const used = new Uint32Array(live.length + found.length + 1);
  used.set(live);
  used.set(found, live.length);
  used.sort();
  return stretches(table, freed).flatMap(({ start, end }) => {
    const bytes = table.read(start, end - start);
    const runs: { start: number; end: number }[] = [];
    let at = 0;
    for (;;) {
      const nul = bytes.indexOf(0, at);
      // An end without NUL is read past by nobody who is careful: leave it alone.
      if (nul < 0) break;
      const next = used[firstAtLeast(used, start + at)] ?? Number.POSITIVE_INFINITY;
      const stop = Math.min(next - start, nul + 1);
      const last = runs.at(-1);
      if (stop > at && last?.end === at) last.end = stop;
      else if (stop > at) runs.push({ start: at, end: stop });
      at = nul + 1;
    }
    // Copied: the bytes may be the file's own.
    return runs.map(
      (run): Dead => ({
        start: start + run.start,
        bytes: new Uint8Array(bytes.subarray(run.start, run.end)),
        used: 0,
        changed: false,
      }),
    );
  });
}

const EMPTY = new Uint8Array(0);

interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** The parts of the table to look at, from behind a NUL to a NUL. */
function stretches(table: StringBytes, freed: readonly number[]): readonly Stretch[] {
  if (table.size <= SMALL_TABLE) return [{ start: 0, end: table.size }];
  const found: { start: number; end: number }[] = [];
  for (const at of [...freed].sort((a, b) => a - b)) {
    const from = Math.max(0, at - NEAR);
    const bytes = table.read(from, Math.min(2 * NEAR, table.size - from));
    const before = bytes.lastIndexOf(0, at - from - 1);
    const nul = bytes.indexOf(0, at - from);
    if (at === 0 || before < 0 || nul < 0) continue;
    const stretch = { start: from + before + 1, end: from + nul + 1 };
    if (stretch.start >= (found.at(-1)?.end ?? 0)) found.push(stretch);
  }
  return found;
}

/** Names of libraries and search paths are shorter. */
const NEAR = 1 << 14;

function firstAtLeast(sorted: Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function zeroString(dead: readonly Dead[], at: number): void {
  const run = dead.find(({ start, bytes }) => at >= start && at < start + bytes.length);
  if (run === undefined) return;
  const from = at - run.start;
  const nul = run.bytes.indexOf(0, from);
  run.bytes.fill(0, from, nul < 0 ? run.bytes.length : nul);
  run.changed = true;
}

function bestFit(dead: readonly Dead[], length: number): Dead | undefined {
  let best: Dead | undefined;
  for (const run of dead) {
    const free = run.bytes.length - run.used;
    if (free >= length && (best === undefined || free < best.bytes.length - best.used)) best = run;
  }
  return best;
}

function bury(run: Dead, bytes: Uint8Array): void {
  run.bytes.set(bytes, run.used);
  run.used += bytes.length;
  run.changed = true;
  // What is left of an old string behind it would read as a third one.
  const nul = run.bytes.indexOf(0, run.used);
  run.bytes.fill(0, run.used, nul < 0 ? run.bytes.length : nul);
}

/** Offset of `bytes` as the tail of a string that was just placed. */
function tailOf(
  placed: readonly { readonly at: number; readonly bytes: Uint8Array }[],
  bytes: Uint8Array,
): number | undefined {
  for (const { at, bytes: longer } of placed) {
    const skip = longer.length - bytes.length;
    if (skip >= 0 && bytes.every((byte, index) => longer[skip + index] === byte)) return at + skip;
  }
  return undefined;
}

function appendStrings(
  table: StringBytes,
  dead: readonly Dead[],
  strings: readonly Wanted[],
  offsets: Map<string, number>,
): { readonly appended: Uint8Array; readonly added: number } {
  if (strings.length === 0) return { appended: EMPTY, added: 0 };
  // What is dead at the end is overwritten on the way.
  const last = dead.at(-1);
  const tail = last !== undefined && last.start + last.bytes.length === table.size ? last : null;
  const start = tail === null ? table.size : tail.start + tail.used;
  const placed: { at: number; bytes: Uint8Array }[] = [];
  let at = start;
  // An unterminated end must not run into the new string; an empty table starts with a NUL.
  if (tail === null && (table.size === 0 || table.read(table.size - 1, 1)[0] !== 0)) at++;
  for (const { text, bytes } of strings) {
    const shared = tailOf(placed, bytes);
    offsets.set(text, shared ?? at);
    if (shared !== undefined) continue;
    placed.push({ at, bytes });
    at += bytes.length;
  }
  const all = new Uint8Array(at - start);
  for (const piece of placed) all.set(piece.bytes, piece.at - start);
  const inside = Math.min(all.length, table.size - start);
  if (tail !== null && inside > 0) {
    tail.bytes.set(all.subarray(0, inside), tail.used);
    tail.changed = true;
  }
  return { appended: all.subarray(inside), added: placed.length };
}
