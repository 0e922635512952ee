/** Segments as runs of cells with gaps between them, and what can be done to one. */

import type { Segment } from "../read/segments.ts";
import type { Item, SegmentMap } from "./movable.ts";

/** A run of bytes in a strip: an item of the original, or something new. */
export interface Cell {
  readonly name: string;
  /** Where it was; `null` for new bytes. */
  readonly origin: Item | null;
  size: number;
  readonly align: number;
  readonly movable: boolean;
  /** No longer in its place among its neighbours. */
  moved: boolean;
}

interface Gap {
  size: number;
  free: number;
}

/** A load segment in the making: `gaps[i]` lies before `cells[i]`, the last one behind all. */
export interface Row {
  /** `null`: the segment is new. */
  readonly load: Segment | null;
  readonly lane: SegmentMap | null;
  readonly cells: Cell[];
  readonly gaps: Gap[];
  /** The end gap grows as needed. */
  endless: boolean;
  readonly writable: boolean;
}

/** Cells from `from` up to, not including, `to`. */
export interface Run {
  readonly from: number;
  readonly to: number;
  readonly size: number;
}

/** Address of the end of the strip's last cell, for alignment; a new segment counts from 0. */
function endAddress(strip: Row): bigint {
  let end = 0;
  for (const [index, cell] of strip.cells.entries()) {
    end += (strip.gaps[index]?.size ?? 0) + cell.size;
  }
  return (strip.load?.p_vaddr ?? 0n) + BigInt(end);
}

/** Puts a cell behind the others; false when there is no room. */
export function append(strip: Row, cell: Cell): boolean {
  const end = strip.gaps.at(-1);
  if (end === undefined) return false;
  const align = BigInt(Math.max(1, cell.align));
  const pad = Number((align - (endAddress(strip) % align)) % align);
  if (!strip.endless && end.free < pad + cell.size) return false;
  const rest = strip.endless ? 0 : end.size - pad - cell.size;
  strip.gaps[strip.gaps.length - 1] = { size: pad, free: pad };
  cell.moved = true;
  strip.cells.push(cell);
  strip.gaps.push({ size: rest, free: rest });
  return true;
}

/** Takes a cell out; its bytes become free zeros. */
export function remove(strip: Row, index: number): void {
  const cell = strip.cells[index];
  const before = strip.gaps[index];
  const after = strip.gaps[index + 1];
  if (cell === undefined || before === undefined || after === undefined) return;
  strip.cells.splice(index, 1);
  strip.gaps.splice(index, 2, {
    size: before.size + cell.size + after.size,
    free: before.free + cell.size + after.free,
  });
}

/**
 * Takes `count` bytes for the cell before `gap`, moving what follows by as little as possible.
 *
 * @param stop shift only cells before this index, which was just freed.
 */
export function shiftInto(strip: Row, gap: number, count: number, stop?: number): boolean {
  const here = strip.gaps[gap];
  if (here === undefined) return false;
  const isEnd = (index: number): boolean => strip.endless && index === strip.gaps.length - 1;
  if (here.free >= count || isEnd(gap)) {
    const taken = isEnd(gap) ? Math.min(count, here.size) : count;
    here.size -= taken;
    here.free = Math.min(here.free, here.size);
    return true;
  }
  let align = 4;
  for (let index = gap; index < strip.cells.length; index++) {
    const cell = strip.cells[index];
    const next = strip.gaps[index + 1];
    if (cell === undefined || next === undefined || !cell.movable) return false;
    align = Math.max(align, cell.align);
    const shift = Math.ceil((count - here.free) / align) * align;
    if (next.free < shift && !isEnd(index + 1)) {
      if (stop !== undefined && index + 1 >= stop) return false;
      continue;
    }
    const taken = Math.min(shift, next.size);
    next.size -= taken;
    next.free = Math.max(0, next.free - taken);
    here.size += shift - count;
    here.free += shift - count;
    return true;
  }
  return false;
}

/** Takes the victims out and gives their bytes to the cell at `index`. */
export function closeUp(strip: Row, index: number, run: Run, count: number): boolean {
  for (let at = run.from; at < run.to; at++) remove(strip, run.from);
  if (run.from > index) return shiftInto(strip, index + 1, count, run.from);
  const own = index - (run.to - run.from);
  const freed = strip.gaps[run.from];
  const behind = strip.gaps[own + 1];
  if (freed === undefined || behind === undefined) return false;
  let align = 4;
  for (const cell of strip.cells.slice(run.from, own + 1)) align = Math.max(align, cell.align);
  const shift = Math.max(0, Math.ceil((count - behind.free) / align) * align);
  if (freed.free < shift) return false;
  freed.size -= shift;
  freed.free -= shift;
  behind.size += shift;
  behind.free += shift;
  return shiftInto(strip, own + 1, count);
}

/** Whether {@link closeUp} would succeed. */
export function fitsWithout(strip: Row, index: number, run: Run, count: number): boolean {
  const trial: Row = {
    ...strip,
    cells: [...strip.cells],
    gaps: strip.gaps.map((each) => ({ ...each })),
  };
  return closeUp(trial, index, run, count);
}
