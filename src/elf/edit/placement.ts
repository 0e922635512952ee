/** Where everything of a draft comes to lie: file offsets and addresses. */

import { EM, PF, PT } from "../constants.ts";
import type { Phdr } from "../layout.ts";
import type { Linkage } from "../read/linkage.ts";
import { hasBytes, isAllocated } from "../read/sections.ts";
import { refuse } from "../refuse.ts";
import type { Cell, Row } from "./cells.ts";
import type { RoomDraft } from "./make-room.ts";
import type { RoomMap } from "./movable.ts";
import { isProgram } from "./program.ts";

/** The cells that have a meaning of their own. */
export interface Roles {
  readonly strings: Cell | null;
  /** A copy of the dynamic section, when it had to move. */
  readonly dynamic: Cell | null;
  /** A copy of the program header table, when it had to move. */
  readonly headers: Cell | null;
}

export interface Place {
  readonly offset: number;
  readonly vaddr: bigint;
}

/** Where a moved range was and is. */
export interface Move extends Place {
  readonly start: number;
  readonly end: number;
  readonly oldVaddr: bigint;
}

export interface Placement {
  readonly places: ReadonlyMap<Cell, Place>;
  readonly moves: readonly Move[];
  /** The new segment's program header. */
  readonly fresh: Phdr | null;
  /** Where the unmapped rest of the file begins, and by how much it moves. */
  readonly tail: number;
  readonly shift: number;
  readonly dynamic: Place;
  /** Of the program header table, when it moved. */
  readonly headers: Place | undefined;
}

export function emptyRoles(): Roles {
  return { strings: null, dynamic: null, headers: null };
}

export function placementOf(
  model: Linkage,
  layout: RoomMap | null,
  draft: RoomDraft,
  roles: Roles,
): Placement {
  const places = new Map<Cell, Place>();
  const tail = layout?.tail ?? model.source.size;
  let end = tail;
  for (const strip of draft.strips) {
    const stop = placeStrip(strip, strip.load?.p_offset ?? 0, strip.load?.p_vaddr ?? 0n, places);
    if (strip === draft.extended) end = Math.max(end, stop);
  }
  const start = roles.headers === null ? end : Math.ceil(end / pageOf(model)) * pageOf(model);
  const fresh = draft.fresh === null ? null : freshLoad(model, draft.fresh, start, places);
  if (fresh !== null) end = fresh.p_offset + fresh.p_filesz;
  const shift = tailShift(model, tail, end - tail);
  if (shift > 0 && layout !== null && isProgram(model) && layout.overlay()) {
    throw refuse(
      "trailing-data",
      "the program carries data behind its sections that may be found by position",
    );
  }
  const dynamic = roles.dynamic === null ? undefined : places.get(roles.dynamic);
  return {
    places,
    moves: movesOf(model, places),
    fresh,
    tail,
    shift,
    dynamic: dynamic ?? { offset: model.dynamic.offset, vaddr: model.dynamic.vaddr },
    headers: roles.headers === null ? undefined : places.get(roles.headers),
  };
}

/** Gives each cell its place; returns the file offset behind the last one. */
function placeStrip(strip: Row, offset: number, vaddr: bigint, places: Map<Cell, Place>): number {
  let at = offset;
  for (const [index, cell] of strip.cells.entries()) {
    at += strip.gaps[index]?.size ?? 0;
    places.set(cell, { offset: at, vaddr: vaddr + BigInt(at - offset) });
    at += cell.size;
  }
  return at;
}

/** Machines whose kernels use pages of up to 64 KiB. */
const LARGE_PAGES: ReadonlySet<number> = new Set([
  EM.EM_AARCH64,
  EM.EM_PPC,
  EM.EM_PPC64,
  EM.EM_MIPS,
  EM.EM_LOONGARCH,
  EM.EM_ALPHA,
  EM.EM_IA_64,
  EM.EM_ARM,
]);

/**
 * The largest page of the machine's kernels.
 *
 * Moved program headers start on a page of the file that no other segment maps: glibc takes them
 * from the first segment whose pages hold that part of the file, zeroed behind the segment's end.
 */
function pageOf(model: Linkage): number {
  return LARGE_PAGES.has(model.header.ehdr.e_machine) ? 0x10000 : 0x1000;
}

/** The program header of the new segment, its cells placed: right behind what is mapped now. */
function freshLoad(model: Linkage, strip: Row, end: number, places: Map<Cell, Place>): Phdr {
  const largest = highest(model.loads.map(({ p_align }) => p_align));
  const p_align = highest([largest, BigInt(pageOf(model))]);
  const top = highest(model.loads.map(({ p_vaddr, p_memsz }) => p_vaddr + p_memsz));
  const p_offset = Math.ceil(end / 16) * 16;
  const p_vaddr = ((top + p_align - 1n) / p_align) * p_align + (BigInt(p_offset) % p_align);
  const stop = placeStrip(strip, p_offset, p_vaddr, places);
  const limit = model.header.context.variant === "elf32" ? 1n << 32n : 1n << 63n;
  if (p_vaddr + BigInt(stop - p_offset) > limit) {
    throw refuse("no-room", "no address is left behind the last load segment");
  }
  return {
    p_type: PT.PT_LOAD,
    p_flags: strip.writable ? PF.PF_R | PF.PF_W : PF.PF_R,
    p_offset,
    p_vaddr,
    p_paddr: p_vaddr,
    p_filesz: stop - p_offset,
    p_memsz: BigInt(stop - p_offset),
    p_align,
  };
}

function highest(values: readonly bigint[]): bigint {
  let found = 1n;
  for (const value of values) if (value > found) found = value;
  return found;
}

/** How far the unmapped tail moves: its sections keep their alignment. */
function tailShift(model: Linkage, tail: number, growth: number): number {
  if (growth === 0) return 0;
  let align = 8;
  for (const section of model.sections) {
    const { sh_offset, sh_addralign } = section;
    if (!hasBytes(section) || isAllocated(section) || sh_offset < tail) continue;
    if (sh_addralign <= 4096n) align = Math.max(align, Number(sh_addralign));
  }
  return Math.ceil(growth / align) * align;
}

function movesOf(model: Linkage, places: ReadonlyMap<Cell, Place>): Move[] {
  const moves: Move[] = [];
  for (const [cell, { offset, vaddr }] of places) {
    const { origin } = cell;
    if (origin === null || origin.start === offset) continue;
    const load = model.loads.find(
      ({ p_offset, p_filesz }) => origin.start >= p_offset && origin.start < p_offset + p_filesz,
    );
    if (load === undefined) continue;
    const oldVaddr = load.p_vaddr + BigInt(origin.start - load.p_offset);
    moves.push({ start: origin.start, end: origin.end, offset, vaddr, oldVaddr });
  }
  return moves;
}

export function moveOfAddress(moves: readonly Move[], address: bigint): bigint {
  for (const { start, end, vaddr, oldVaddr } of moves) {
    if (address >= oldVaddr && address < oldVaddr + BigInt(end - start)) {
      return address - oldVaddr + vaddr;
    }
  }
  return address;
}

export function moveOfOffset(moves: readonly Move[], offset: number): Move | undefined {
  return moves.find(({ start, end }) => offset >= start && offset < end);
}
