/**
 * Making room in a layout without moving code or data.
 *
 * A table grows into free zeros behind it; else the tables behind it shift up to the next free
 * zeros; else one of them, or the table itself, goes to a place at the end of a segment.
 */
import { PF } from "../constants.ts";
import {
  append,
  type Cell,
  closeUp,
  fitsWithout,
  type Row,
  type Run,
  remove,
  shiftInto,
} from "./cells.ts";
import { HEADERS, type RoomMap } from "./movable.ts";
import { NOTE } from "./tables.ts";

/** Zero-filled memory that became bytes of the file. */
export const ZEROS = ".bss";

export interface RoomDraft {
  readonly strips: Row[];
  /** The last segment was made longer, its zero-filled memory became bytes of the file. */
  extended: Row | null;
  /** The new segment. */
  fresh: Row | null;
  readonly steps: string[];
}

/** Where things may be put that don't fit where they are. */
export type Site = "gap" | "extend" | "new";

export function draftOf(layout: RoomMap): RoomDraft {
  const strips = layout.lanes.map(
    (lane): Row => ({
      load: lane.load,
      lane,
      cells: lane.items.map((item) => ({
        name: item.name,
        origin: item,
        size: item.end - item.start,
        align: item.align,
        movable: item.movable,
        moved: false,
      })),
      gaps: lane.gaps.map((gap) => ({ ...gap })),
      endless: false,
      writable: (lane.load.p_flags & PF.PF_W) !== 0,
    }),
  );
  return { strips, extended: null, fresh: null, steps: [] };
}

/** The cell that holds the byte at `offset` of the original. */
export function cellAt(draft: RoomDraft, offset: number): Cell | undefined {
  for (const { cells } of draft.strips) {
    for (const cell of cells) {
      const { origin } = cell;
      if (origin !== null && offset >= origin.start && offset < origin.end) return cell;
    }
  }
  return undefined;
}

/** The program header table's cell. */
export function headersCell(draft: RoomDraft): Cell | undefined {
  for (const { cells } of draft.strips) {
    const found = cells.find(({ name }) => name === HEADERS);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Makes `cell` `count` bytes longer where it is. False, and nothing done, when that can't be. */
export function growInPlace(
  draft: RoomDraft,
  cell: Cell,
  count: number,
  sites: readonly Site[],
): boolean {
  const strip = draft.strips.find(({ cells }) => cells.includes(cell)) ?? draft.fresh;
  if (!strip?.cells.includes(cell)) return false;
  if (sites.includes("extend") && strip.lane?.last === true) openEnd(draft, strip, false);
  const index = strip.cells.indexOf(cell);
  if (shiftInto(strip, index + 1, count)) {
    cell.size += count;
    draft.steps.push(`${cell.name} grew by ${count} bytes`);
    return true;
  }
  return evictFor(draft, strip, index, count, sites);
}

/** Moves `cell` as a whole, `count` bytes longer, to the end of some segment. */
export function growElsewhere(
  draft: RoomDraft,
  cell: Cell,
  count: number,
  sites: readonly Site[],
): boolean {
  const strip = draft.strips.find(({ cells }) => cells.includes(cell));
  if (strip === undefined || !cell.movable) return false;
  const moved = { ...cell, size: cell.size + count };
  if (!tryOut(draft, () => place(draft, moved, sites, false))) return false;
  remove(strip, strip.cells.indexOf(cell));
  draft.steps.push(`${cell.name} moved with ${count} bytes more`);
  return true;
}

/** Puts new bytes at the end of some segment. */
export function place(
  draft: RoomDraft,
  cell: Cell,
  sites: readonly Site[],
  writable: boolean,
): boolean {
  const candidates: Row[] = [];
  if (sites.includes("gap")) {
    const closed = draft.strips.filter(({ endless, lane }) => !endless && lane?.last !== true);
    // A read-only table belongs among read-only ones.
    candidates.push(...closed.filter((strip) => !strip.writable));
    candidates.push(...closed.filter((strip) => strip.writable));
  }
  if (sites.includes("extend")) {
    const last = draft.strips.find(({ lane }) => lane?.last === true);
    if (last !== undefined) candidates.push(last);
  }
  for (const strip of candidates) {
    if (writable && !strip.writable) continue;
    if (strip.lane?.last === true) openEnd(draft, strip, true);
    if (append(strip, cell)) return true;
  }
  if (!sites.includes("new")) return false;
  draft.fresh ??= {
    load: null,
    lane: null,
    cells: [],
    gaps: [{ size: 0, free: 0 }],
    endless: true,
    writable,
  };
  return append(draft.fresh, cell);
}

/**
 * Opens the end of the last segment. Zero-filled memory behind its bytes becomes a cell of zeros,
 * but only when something is put behind it: `force`.
 */
function openEnd(draft: RoomDraft, strip: Row, force: boolean): void {
  const { load } = strip;
  if (load === null || strip.endless) return;
  const zeros = Number(load.p_memsz - BigInt(load.p_filesz));
  if (zeros > 0 && !force) return;
  strip.endless = true;
  draft.extended = strip;
  if (zeros === 0) return;
  strip.cells.push({
    name: ZEROS,
    origin: null,
    size: zeros,
    align: 1,
    movable: false,
    moved: true,
  });
  strip.gaps.push({ size: 0, free: 0 });
  draft.steps.push(`${zeros} zero bytes of .bss are in the file now`);
}

/** Larger tables are not moved to make room for a name. */
const MAX_EVICTED = 1 << 20;

function evictFor(
  draft: RoomDraft,
  strip: Row,
  index: number,
  count: number,
  sites: readonly Site[],
): boolean {
  const cell = strip.cells[index];
  if (cell === undefined) return false;
  for (const run of victims(strip, index)) {
    if (!fitsWithout(strip, index, run, count)) continue;
    const evicted = strip.cells.slice(run.from, run.to);
    const done = tryOut(draft, () => {
      if (!evicted.every((each) => place(draft, each, sites, false))) return false;
      return closeUp(strip, index, run, count);
    });
    if (!done) continue;
    cell.size += count;
    const names = evicted.map(({ name }) => name).join(" and ");
    draft.steps.push(`${cell.name} grew by ${count} bytes where ${names} was`);
    return true;
  }
  return false;
}

/**
 * Runs of cells near a cell that could make room for it, the smallest first. Notes come last: core
 * dumps keep the first page alone, and the build id should be on it.
 */
function victims(strip: Row, index: number): Run[] {
  const runs: Run[] = [];
  const loose = (at: number): boolean => {
    const cell = strip.cells[at];
    return cell?.movable === true && !cell.moved;
  };
  const add = (from: number, to: number): void => {
    let size = 0;
    for (let at = from; at < to; at++) size += strip.cells[at]?.size ?? 0;
    if (size <= MAX_EVICTED) runs.push({ from, to, size });
  };
  // Behind it: the cells before the victims shift up.
  let end = index + 1;
  while (end - index <= MAX_RUN && loose(end)) end++;
  for (let from = index + 1; from < end; from++) {
    for (let to = from + 1; to <= end; to++) add(from, to);
  }
  // Before it: the cells behind the victims shift down, and it with them.
  let start = index;
  while (loose(index) && index - start < MAX_RUN && loose(start - 1)) start--;
  for (let from = start; from < index; from++) {
    for (let to = from + 1; to <= index; to++) add(from, to);
  }
  const notes = ({ from, to }: Run): number =>
    Number(strip.cells.slice(from, to).some(({ name }) => name === NOTE || name === ".interp"));
  return runs.sort(
    (a, b) =>
      notes(a) - notes(b) || a.size - b.size || a.to - a.from - (b.to - b.from) || b.from - a.from,
  );
}

/** How many tables on each side of the growing one are looked at. */
const MAX_RUN = 12;

/** Takes back everything that `action` did when it returns false. */
function tryOut(draft: RoomDraft, action: () => boolean): boolean {
  const { extended, fresh } = draft;
  const strips = fresh === null ? draft.strips : [...draft.strips, fresh];
  const saved = strips.map((strip) => ({
    strip,
    endless: strip.endless,
    cells: strip.cells.map((cell) => ({ cell, size: cell.size, moved: cell.moved })),
    gaps: strip.gaps.map((gap) => ({ ...gap })),
  }));
  const steps = draft.steps.length;
  if (action()) return true;
  for (const { strip, endless, cells, gaps } of saved) {
    strip.endless = endless;
    for (const { cell, size, moved } of cells) {
      cell.size = size;
      cell.moved = moved;
    }
    strip.cells.splice(0, strip.cells.length, ...cells.map(({ cell }) => cell));
    strip.gaps.splice(0, strip.gaps.length, ...gaps);
  }
  draft.extended = extended;
  draft.fresh = fresh;
  draft.steps.splice(steps);
  return false;
}
