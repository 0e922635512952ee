/** From a draft of the layout to splices: the moved bytes, and every reference to them. */
import { type Rewrite, rewriteOf, type Splice } from "../../rewrite.ts";
import { PN_XNUM } from "../constants.ts";
import { ElfEhdr, ElfPhdr } from "../layout.ts";
import type { Linkage } from "../read/linkage.ts";
import { refuse } from "../refuse.ts";
import type { Cell, Row } from "./cells.ts";
import { type DynamicContent, encodeDynamic, encodeHeaders } from "./headers.ts";
import { type RoomDraft, ZEROS } from "./make-room.ts";
import { HEADERS, type RoomMap } from "./movable.ts";
import { placementOf, type Roles } from "./placement.ts";
import { changeSections } from "./sections.ts";
import { versionPatches } from "./version-order.ts";

/** The values to write, as far as they don't depend on places. */
export interface Content extends DynamicContent {
  readonly strings: { readonly patches: readonly Patch[]; readonly appended: Uint8Array };
  /** New vn_file values by file offset of their record. */
  readonly files: readonly { readonly at: number; readonly vn_file: number }[];
  /** Version needs get the order of GNU ld. */
  readonly orderVersions: boolean;
  readonly clearStack: boolean;
}

interface Patch {
  readonly at: number;
  readonly bytes: Uint8Array;
}

export function emit(
  model: Linkage,
  layout: RoomMap | null,
  draft: RoomDraft,
  roles: Roles,
  content: Content,
  notes: readonly string[],
): Rewrite {
  const { source, header } = model;
  const { context, ehdr } = header;
  const placement = placementOf(model, layout, draft, roles);
  const { dynamic, fresh, headers, shift, tail } = placement;

  // Values first: they may lie inside a range that moves.
  const patches: (Patch & { what: string })[] = [];
  const patch = (what: string, at: number, bytes: Uint8Array): void => {
    patches.push({ what, at, bytes });
  };
  for (const { at, bytes } of content.strings.patches) {
    patch(".dynstr", model.strings.offset + at, bytes);
  }
  for (const { at, bytes } of versionPatches(model, content.files, content.orderVersions)) {
    patch(".gnu.version_r", at, bytes);
  }
  const dynamicBytes = encodeDynamic(model, content, placement, dynamic.vaddr);
  const oldDynamic = model.dynamic.slots * model.dynamic.entrySize;
  if (roles.dynamic === null) {
    patch(".dynamic", model.dynamic.offset, dynamicBytes.slice(0, oldDynamic));
  } else {
    // Code that has the address of `_DYNAMIC` still finds a table there: all but the new entries.
    const entries = content.entries.filter(({ slot }) => slot !== undefined);
    const old = { ...content, entries, slots: model.dynamic.slots };
    const bytes = encodeDynamic(model, old, placement, model.dynamic.vaddr);
    patch(".dynamic", model.dynamic.offset, bytes);
  }
  const { clearStack } = content;
  const table = encodeHeaders(model, draft, placement, dynamicBytes.length, clearStack);
  const oldTable = header.phnum * ElfPhdr.sizeOf(context.variant);
  if (headers === undefined) patch("program headers", ehdr.e_phoff, table.slice(0, oldTable));
  const sections = changeSections(model, draft, placement, {
    strings: model.strings.size + content.strings.appended.length,
    dynamic: dynamicBytes.length,
  });
  patches.push(...sections.patches);
  const phnum = table.length / ElfPhdr.sizeOf(context.variant);
  if (phnum !== header.phnum && phnum >= PN_XNUM) {
    throw refuse("no-room", "the file has the largest possible number of program headers");
  }
  // Without section headers there is nothing at e_shoff.
  const moves = header.shnum > 0 && ehdr.e_shoff >= tail;
  const elfHeader = new Uint8Array(source.read(0, ElfEhdr.sizeOf(context.variant)));
  ElfEhdr.set(elfHeader, 0, context, {
    e_phnum: phnum === header.phnum ? ehdr.e_phnum : phnum,
    ...(headers === undefined ? {} : { e_phoff: headers.offset }),
    ...(moves && shift > 0 ? { e_shoff: ehdr.e_shoff + shift } : {}),
    e_shnum: sections.added === undefined ? ehdr.e_shnum : ehdr.e_shnum + 1,
    e_shstrndx: ehdr.e_shstrndx === header.shstrndx ? sections.shstrndx : ehdr.e_shstrndx,
  });
  patch("ELF header", 0, elfHeader);

  const growthOf = (cell: Cell): Uint8Array => {
    const old = cell.origin === null ? 0 : cell.origin.end - cell.origin.start;
    const growth = new Uint8Array(cell.size - old);
    if (growth.length === 0) return growth;
    if (cell === roles.strings) growth.set(content.strings.appended);
    else if (cell.name === HEADERS) growth.set(table.slice(oldTable));
    else if (holdsDynamic(model, cell)) growth.set(dynamicBytes.slice(oldDynamic));
    return growth;
  };
  const bytesOf = (cell: Cell): Uint8Array => {
    if (cell === roles.dynamic) return dynamicBytes;
    if (cell === roles.headers) return table;
    const bytes = new Uint8Array(cell.size);
    if (cell.origin === null) return bytes;
    bytes.set(patched(model, patches, cell.origin.start, cell.origin.end));
    bytes.set(growthOf(cell), cell.origin.end - cell.origin.start);
    return bytes;
  };
  const moved: Splice[] = [];
  for (const strip of draft.strips) {
    const end = strip === draft.extended ? { from: tail, shift } : null;
    moved.push(...stripSplices(strip, end, bytesOf, growthOf));
  }
  if (draft.fresh !== null && fresh !== null) {
    const zeros = fresh.p_offset - tail;
    const bytes = new Uint8Array(shift - zeros);
    bytes.set(stripBytes(draft.fresh, bytesOf));
    moved.push({ at: tail, remove: 0, zeros, bytes, what: "new load segment" });
  }
  if (sections.added !== undefined) moved.push(sections.added);
  const removed = moved.filter(({ remove }) => remove > 0);
  const kept = patches.flatMap((each) => outside(each, removed));
  return rewriteOf(source, [...kept, ...moved], [...notes, ...draft.steps]);
}

function holdsDynamic(model: Linkage, { origin }: Cell): boolean {
  const { offset } = model.dynamic;
  return origin !== null && offset >= origin.start && offset < origin.end;
}

/** The original's bytes with the patches that lie in them. */
function patched(
  model: Linkage,
  patches: readonly Patch[],
  start: number,
  end: number,
): Uint8Array {
  const bytes = new Uint8Array(model.source.read(start, end - start));
  for (const { at, bytes: change } of patches) {
    const from = Math.max(start, at);
    const to = Math.min(end, at + change.length);
    if (from < to) bytes.set(change.subarray(from - at, to - at), from - start);
  }
  return bytes;
}

function stripBytes(strip: Row, bytesOf: (cell: Cell) => Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [index, cell] of strip.cells.entries()) {
    parts.push(new Uint8Array(strip.gaps[index]?.size ?? 0), bytesOf(cell));
  }
  return concat(parts);
}

/** What changes between the cells of a segment that stay in their order, and behind the last. */
function stripSplices(
  strip: Row,
  end: { readonly from: number; readonly shift: number } | null,
  bytesOf: (cell: Cell) => Uint8Array,
  growthOf: (cell: Cell) => Uint8Array,
): Splice[] {
  const { load } = strip;
  if (load === null) return [];
  const splices: Splice[] = [];
  // Original bytes from `from` on are being replaced by `parts`; a number stands for zeros.
  let from = load.p_offset;
  let parts: (Uint8Array | number)[] = [];
  let at = from;
  let lag = 0;
  for (const [index, cell] of strip.cells.entries()) {
    const gap = strip.gaps[index]?.size ?? 0;
    if (gap > 0) parts.push(gap);
    at += gap;
    const { origin } = cell;
    if (origin === null || cell.moved) {
      parts.push(cell.name === ZEROS ? cell.size : bytesOf(cell));
    } else {
      const same = parts.every((part) => typeof part === "number");
      if (!same || partsLength(parts) !== origin.start - from) {
        splices.push(spliceOf(from, origin.start, parts, `before ${cell.name}`));
      }
      from = origin.end;
      lag = at - origin.start;
      const growth = growthOf(cell);
      parts = growth.length > 0 ? [growth] : [];
    }
    at += cell.size;
  }
  if (end !== null) {
    const rest = end.from - from - lag + end.shift - partsLength(parts);
    if (rest > 0) parts.push(rest);
    if (parts.length > 0) splices.push(spliceOf(from, end.from, parts, "end of the last segment"));
  } else if (parts.length > 0 || lag !== 0) {
    // Whatever the gap gives to the segment, or gets from it.
    const taken = partsLength(parts) + lag;
    if (taken < 0) parts.push(-taken);
    splices.push(spliceOf(from, from + Math.max(0, taken), parts, "gap behind the segment"));
  }
  return splices;
}

function partsLength(parts: readonly (Uint8Array | number)[]): number {
  return parts.reduce<number>((sum, part) => {
    return sum + (typeof part === "number" ? part : part.length);
  }, 0);
}

function spliceOf(
  at: number,
  end: number,
  parts: readonly (Uint8Array | number)[],
  what: string,
): Splice {
  let zeros = 0;
  const bytes: Uint8Array[] = [];
  for (const part of parts) {
    if (typeof part === "number" && bytes.length === 0) zeros += part;
    else bytes.push(typeof part === "number" ? new Uint8Array(part) : part);
  }
  return { at, remove: end - at, zeros, bytes: concat(bytes), what };
}

/** The parts of a patch that no splice replaces. */
function outside(patch: Patch & { what: string }, removed: readonly Splice[]): Splice[] {
  let parts = [{ at: patch.at, bytes: patch.bytes }];
  for (const { at, remove } of removed) {
    parts = parts.flatMap((part) => {
      const end = part.at + part.bytes.length;
      if (at >= end || at + remove <= part.at) return [part];
      const left = { at: part.at, bytes: part.bytes.subarray(0, Math.max(0, at - part.at)) };
      const right = { at: at + remove, bytes: part.bytes.subarray(at + remove - part.at) };
      return [left, right].filter(({ bytes }) => bytes.length > 0);
    });
  }
  return parts.map(({ at, bytes }) => ({
    at,
    remove: bytes.length,
    zeros: 0,
    bytes,
    what: patch.what,
  }));
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
