/**
 * Where new strings go in `.dynstr`: equal strings and suffixes first, then bytes that nothing
 * refers to, and only then behind its end.
 *
 * Linkers share suffixes (`libfoo.so` inside `mylibfoo.so`), so a string may be overwritten only
 * where no other reference points at or into it.
 */
import { decodeLatin1, encodeUtf8 } from "../bytes.ts";

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

/**
 * @param table the bytes of the string table as they are.
 * @param live offsets that stay referenced, or `undefined` when not every reference is known: then
 *   nothing in the table is overwritten.
 * @param freed offsets that lost a reference in this transaction.
 */
export function planStrings(
  table: Uint8Array,
  live: Iterable<number> | undefined,
  freed: Iterable<number>,
  wanted: Iterable<string>,
): StringPlan {
  // Copies are made with `new Uint8Array`: the `slice` of Node's Buffer shares its memory.
  const offsets = new Map<string, number>();
  const texts = [...new Set(wanted)];
  if (texts.length === 0 && live === undefined) {
    return { offsets, patches: [], appended: EMPTY, reused: 0, buried: 0, added: 0 };
  }
  // The longest first, so that a shorter one can be its suffix.
  const strings = texts
    .map((text) => ({ text, bytes: terminated(text) }))
    .sort((a, b) => b.bytes.length - a.bytes.length || (a.text < b.text ? -1 : 1));

  const searchable = decodeByteText(table);
  const fresh: typeof strings = [];
  const found: number[] = [];
  for (const string of strings) {
    const at = searchable.indexOf(decodeByteText(string.bytes));
    if (at < 0) fresh.push(string);
    else {
      offsets.set(string.text, at);
      found.push(at);
    }
  }

  const patches: { at: number; bytes: Uint8Array }[] = [];
  const added: { text: string; at: number; bytes: Uint8Array }[] = [];
  let appendAt = table.length;
  let dead: Run[] = [];
  if (live !== undefined) {
    const marks = new Uint8Array(table.length);
    marks[0] = 1;
    for (const set of [live, found]) {
      for (const at of set) if (at < marks.length) marks[at] = 1;
    }
    const freedRuns = new Set<number>();
    dead = deadRuns(table, marks);
    for (const at of freed) {
      const run = dead.findIndex(({ start, end }) => at >= start && at < end);
      if (run >= 0) freedRuns.add(run);
    }
    const changed = dead.map((run) => new Uint8Array(table.subarray(run.start, run.end)));
    const used = dead.map(() => 0);
    // A freed string is zeroed: it may name a folder of the build machine.
    for (const at of freed) zeroString(dead, changed, at);
    const rest: typeof fresh = [];
    for (const string of fresh) {
      const reuse = within(added, string.bytes);
      if (reuse !== undefined) {
        offsets.set(string.text, reuse);
        continue;
      }
      const fit = bestFit(dead, used, string.bytes.length);
      if (fit < 0) {
        rest.push(string);
        continue;
      }
      const from = used[fit] ?? 0;
      const content = changed[fit];
      const run = dead[fit];
      if (content === undefined || run === undefined) continue;
      content.set(string.bytes, from);
      used[fit] = from + string.bytes.length;
      offsets.set(string.text, run.start + from);
      added.push({ text: string.text, at: run.start + from, bytes: string.bytes });
    }
    // Bytes of an old string behind a new one in the same run would read as a third one.
    for (const [index, run] of dead.entries()) {
      const content = changed[index];
      const from = used[index] ?? 0;
      if (content === undefined) continue;
      if (from > 0) {
        const next = content.indexOf(0, from);
        content.fill(0, from, next < 0 ? content.length : next);
      }
      if (from > 0 || freedRuns.has(index)) patches.push({ at: run.start, bytes: content });
    }
    const tail = dead.at(-1);
    if (rest.length > 0 && tail !== undefined && tail.end === table.length) {
      appendAt = tail.start + (used[dead.length - 1] ?? 0);
    }
    fresh.length = 0;
    fresh.push(...rest);
  }
  const buried = added.length;
  const tailed = appendStrings(table, appendAt, fresh, offsets);
  if (tailed.inside.length > 0) mergePatch(patches, appendAt, tailed.inside);
  return {
    offsets,
    patches,
    appended: tailed.appended,
    reused: texts.length - buried - tailed.count,
    buried,
    added: tailed.count,
  };
}

interface Run {
  readonly start: number;
  readonly end: number;
}

const EMPTY = new Uint8Array(0);

/** Stretches of the table that no mark reaches, ascending, joined where they touch. */
function deadRuns(table: Uint8Array, marks: Uint8Array): Run[] {
  const runs: { start: number; end: number }[] = [];
  let at = 0;
  let mark = marks.indexOf(1);
  while (at < table.length) {
    const nul = table.indexOf(0, at);
    // An end without NUL is read past by nobody who is careful: leave it alone.
    if (nul < 0) break;
    if (mark >= 0 && mark < at) mark = marks.indexOf(1, at);
    const end = mark >= 0 && mark <= nul ? mark : nul + 1;
    if (end > at) {
      const last = runs.at(-1);
      if (last !== undefined && last.end === at) last.end = end;
      else runs.push({ start: at, end });
    }
    at = nul + 1;
  }
  return runs;
}

function bestFit(dead: readonly Run[], used: readonly number[], length: number): number {
  let best = -1;
  let room = Number.POSITIVE_INFINITY;
  for (const [index, { start, end }] of dead.entries()) {
    const free = end - start - (used[index] ?? 0);
    if (free >= length && free < room) {
      best = index;
      room = free;
    }
  }
  return best;
}

function zeroString(dead: readonly Run[], contents: readonly Uint8Array[], at: number): void {
  const index = dead.findIndex(({ start, end }) => at >= start && at < end);
  const run = dead[index];
  const content = contents[index];
  if (run === undefined || content === undefined) return;
  const from = at - run.start;
  const nul = content.indexOf(0, from);
  content.fill(0, from, nul < 0 ? content.length : nul);
}

/** Offset of `bytes` as the tail of a string that was just placed. */
function within(
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
  table: Uint8Array,
  appendAt: number,
  strings: readonly { readonly text: string; readonly bytes: Uint8Array }[],
  offsets: Map<string, number>,
): { readonly inside: Uint8Array; readonly appended: Uint8Array; readonly count: number } {
  if (strings.length === 0) return { inside: EMPTY, appended: EMPTY, count: 0 };
  const placed: { at: number; bytes: Uint8Array }[] = [];
  let at = appendAt;
  // An unterminated end must not run into the new string; an empty table starts with a NUL.
  if (at === table.length && (at === 0 || table[at - 1] !== 0)) {
    placed.push({ at, bytes: new Uint8Array(1) });
    at++;
  }
  let count = 0;
  for (const { text, bytes } of strings) {
    const reuse = within(placed, bytes);
    if (reuse !== undefined) {
      offsets.set(text, reuse);
      continue;
    }
    offsets.set(text, at);
    placed.push({ at, bytes });
    at += bytes.length;
    count++;
  }
  const all = new Uint8Array(at - appendAt);
  for (const piece of placed) all.set(piece.bytes, piece.at - appendAt);
  const split = Math.min(all.length, table.length - appendAt);
  return { inside: all.slice(0, split), appended: all.slice(split), count };
}

function mergePatch(
  patches: { at: number; bytes: Uint8Array }[],
  at: number,
  bytes: Uint8Array,
): void {
  const last = patches.at(-1);
  if (last !== undefined && at >= last.at && at <= last.at + last.bytes.length) {
    const merged = new Uint8Array(Math.max(last.bytes.length, at - last.at + bytes.length));
    merged.set(last.bytes);
    merged.set(bytes, at - last.at);
    patches[patches.length - 1] = { at: last.at, bytes: merged };
  } else patches.push({ at, bytes });
}

function terminated(text: string): Uint8Array {
  const bytes = encodeUtf8(text);
  const result = new Uint8Array(bytes.length + 1);
  result.set(bytes);
  return result;
}

/** One character for each byte; the exact mapping doesn't matter as long as both sides share it. */
function decodeByteText(bytes: Uint8Array): string {
  return decodeLatin1(bytes);
}
