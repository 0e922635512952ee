/**
 * From a draft of the layout to splices: the moved bytes, and every reference to them.
 */
import type { Rewrite, Splice } from "../rewrite.ts";
import { rewriteOf } from "../rewrite.ts";
import { DT, DT_MIPS, EM, ET, PF, PT, SHF, SHN, SHT, STT } from "./constants.ts";
import { forEachSymbol, HEADERS, type Layout, movableSegment, TABLE_TAGS } from "./edit-blocks.ts";
import { dynamicValue, type EditModel, hasBytes, isAllocated, refuse } from "./edit-model.ts";
import { type Cell, type Draft, type Strip, ZEROS } from "./edit-room.ts";
import {
  type Dyn,
  ElfDyn,
  ElfEhdr,
  ElfPhdr,
  ElfShdr,
  ElfSym,
  ElfVerneed,
  type Phdr,
} from "./layout.ts";
import type { Section } from "./sections.ts";

/** The values to write, as far as they don't depend on places. */
export interface Content {
  /** New entries; the values of table tags are those of the original. */
  readonly entries: readonly (Dyn & { readonly slot?: number })[];
  /** Length of the dynamic section in entries. */
  readonly slots: number;
  readonly strings: { readonly patches: readonly Patch[]; readonly appended: Uint8Array };
  /** New vn_file values by file offset of their record. */
  readonly files: readonly { readonly at: number; readonly vn_file: number }[];
  readonly clearStack: boolean;
}

interface Patch {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** The cells that have a meaning of their own. */
export interface Roles {
  readonly strings: Cell | null;
  /** A copy of the dynamic section, when it had to move. */
  readonly dynamic: Cell | null;
  /** A copy of the program header table, when it had to move. */
  readonly headers: Cell | null;
}

/** Where a moved range was and is. */
interface Move {
  readonly start: number;
  readonly end: number;
  readonly offset: number;
  readonly vaddr: bigint;
  readonly oldVaddr: bigint;
}

export function emptyRoles(): Roles {
  return { strings: null, dynamic: null, headers: null };
}

export function emit(
  model: EditModel,
  layout: Layout | null,
  draft: Draft,
  roles: Roles,
  content: Content,
  notes: readonly string[],
): Rewrite {
  const { source, header } = model;
  const { context, ehdr } = header;
  const places = new Map<Cell, { offset: number; vaddr: bigint }>();
  const tail = layout?.tail ?? source.size;
  let end = tail;
  for (const strip of draft.strips) {
    const stop = placeStrip(strip, strip.load?.p_offset ?? 0, strip.load?.p_vaddr ?? 0n, places);
    if (strip === draft.extended) end = Math.max(end, stop);
  }
  const start = roles.headers === null ? end : Math.ceil(end / pageOf(model)) * pageOf(model);
  const fresh = draft.fresh === null ? null : freshLoad(model, draft.fresh, start, places);
  if (fresh !== null) end = fresh.p_offset + fresh.p_filesz;
  const shift = tailShift(model, tail, end - tail);
  if (shift > 0 && layout?.overlay === true && isProgram(model)) {
    throw refuse(
      "trailing-data",
      "the program carries data behind its sections that may be found by position",
    );
  }
  const moves = movesOf(model, places);
  const dynamicAt = roles.dynamic === null ? undefined : places.get(roles.dynamic);
  const dynamic = {
    offset: dynamicAt?.offset ?? model.dynamic.offset,
    vaddr: dynamicAt?.vaddr ?? model.dynamic.vaddr,
  };
  const headersAt = roles.headers === null ? undefined : places.get(roles.headers);

  // Values first: they may lie inside a range that moves.
  const patches: (Patch & { what: string })[] = [];
  const patch = (what: string, at: number, bytes: Uint8Array): void => {
    patches.push({ what, at, bytes });
  };
  for (const { at, bytes } of content.strings.patches) {
    patch(".dynstr", model.strings.offset + at, bytes);
  }
  for (const { at, vn_file } of content.files) {
    const bytes = new Uint8Array(source.read(at, ElfVerneed.sizeOf(context.variant)));
    ElfVerneed.set(bytes, 0, context, { vn_file });
    patch(".gnu.version_r", at, bytes);
  }
  const dynamicBytes = encodeDynamic(model, content, moves, dynamic.vaddr);
  const oldDynamic = model.dynamic.slots * model.dynamic.entrySize;
  if (roles.dynamic === null) {
    patch(".dynamic", model.dynamic.offset, dynamicBytes.slice(0, oldDynamic));
  } else {
    // Code that has the address of `_DYNAMIC` still finds a table there: all but the new entries.
    const entries = content.entries.filter(({ slot }) => slot !== undefined);
    const old = { ...content, entries, slots: model.dynamic.slots };
    patch(".dynamic", model.dynamic.offset, encodeDynamic(model, old, moves, model.dynamic.vaddr));
  }
  const headerTable = encodeHeaders(model, draft, moves, shift, tail, {
    fresh,
    dynamic: { ...dynamic, size: dynamicBytes.length },
    headers: headersAt,
    clearStack: content.clearStack,
    places,
  });
  const oldTable = header.phnum * ElfPhdr.sizeOf(context.variant);
  if (headersAt === undefined) {
    patch("program headers", ehdr.e_phoff, headerTable.slice(0, oldTable));
  }
  const sizes: Sizes = {
    strings: model.strings.size + content.strings.appended.length,
    dynamic: dynamicBytes.length,
  };
  patches.push(...sectionPatches(model, draft, moves, shift, tail, dynamic, sizes));
  patches.push(...symbolPatches(model, moves, dynamic.vaddr));
  const elfHeader = new Uint8Array(source.read(0, ElfEhdr.sizeOf(context.variant)));
  ElfEhdr.set(elfHeader, 0, context, {
    e_phnum: headerTable.length / ElfPhdr.sizeOf(context.variant),
    e_phoff: headersAt?.offset ?? ehdr.e_phoff,
    e_shoff: ehdr.e_shoff >= tail && ehdr.e_shoff > 0 ? ehdr.e_shoff + shift : ehdr.e_shoff,
  });
  // `strip` zeroes what no section covers, so the table that stays behind gets one of its own.
  const added = roles.dynamic === null ? undefined : oldDynamicSection(model);
  if (added !== undefined) ElfEhdr.set(elfHeader, 0, context, { e_shnum: ehdr.e_shnum + 1 });
  patch("ELF header", 0, elfHeader);

  const bytesOf = (cell: Cell): Uint8Array => {
    if (cell === roles.dynamic) return dynamicBytes;
    if (cell === roles.headers) return headerTable;
    if (cell.origin === null) return new Uint8Array(cell.size);
    const bytes = new Uint8Array(cell.size);
    bytes.set(patched(model, patches, cell.origin.start, cell.origin.end));
    bytes.set(growthOf(cell), cell.origin.end - cell.origin.start);
    return bytes;
  };
  const growthOf = (cell: Cell): Uint8Array => {
    const old = cell.origin === null ? 0 : cell.origin.end - cell.origin.start;
    const growth = new Uint8Array(cell.size - old);
    if (cell === roles.strings) growth.set(content.strings.appended);
    else if (cell.name === HEADERS && headersAt === undefined) {
      growth.set(headerTable.slice(oldTable));
    } else if (growth.length > 0 && holdsDynamic(model, cell)) {
      growth.set(dynamicBytes.slice(oldDynamic));
    }
    return growth;
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
  if (added !== undefined) moved.push(added);
  const removed = moved.filter(({ remove }) => remove > 0);
  const kept = patches.flatMap((each) => outside(each, removed));
  return rewriteOf(source, [...kept, ...moved], [...notes, ...draft.steps]);
}

function isProgram(model: EditModel): boolean {
  return (
    model.header.ehdr.e_type === ET.ET_EXEC ||
    model.segments.some(({ p_type }) => p_type === PT.PT_INTERP)
  );
}

function holdsDynamic(model: EditModel, { origin }: Cell): boolean {
  const { offset } = model.dynamic;
  return origin !== null && offset >= origin.start && offset < origin.end;
}

/** Gives each cell its place; returns the file offset behind the last one. */
function placeStrip(
  strip: Strip,
  offset: number,
  vaddr: bigint,
  places: Map<Cell, { offset: number; vaddr: bigint }>,
): number {
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
function pageOf(model: EditModel): number {
  return LARGE_PAGES.has(model.header.ehdr.e_machine) ? 0x10000 : 0x1000;
}

/** The program header of the new segment, its cells placed: right behind what is mapped now. */
function freshLoad(
  model: EditModel,
  strip: Strip,
  end: number,
  places: Map<Cell, { offset: number; vaddr: bigint }>,
): Phdr {
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
function tailShift(model: EditModel, tail: number, growth: number): number {
  if (growth === 0) return 0;
  let align = 8;
  for (const section of model.sections) {
    const { sh_offset, sh_addralign } = section;
    if (!hasBytes(section) || isAllocated(section) || sh_offset < tail) continue;
    if (sh_addralign <= 4096n) align = Math.max(align, Number(sh_addralign));
  }
  return Math.ceil(growth / align) * align;
}

function movesOf(
  model: EditModel,
  places: ReadonlyMap<Cell, { offset: number; vaddr: bigint }>,
): Move[] {
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

function moveOfAddress(moves: readonly Move[], address: bigint): bigint {
  for (const { start, end, vaddr, oldVaddr } of moves) {
    if (address >= oldVaddr && address < oldVaddr + BigInt(end - start)) {
      return address - oldVaddr + vaddr;
    }
  }
  return address;
}

function moveOfOffset(moves: readonly Move[], offset: number): Move | undefined {
  return moves.find(({ start, end }) => offset >= start && offset < end);
}

function encodeDynamic(
  model: EditModel,
  content: Content,
  moves: readonly Move[],
  vaddr: bigint,
): Uint8Array {
  const { context, ehdr } = model.header;
  const { entrySize } = model.dynamic;
  const bytes = new Uint8Array(content.slots * entrySize);
  for (const [index, { d_tag, d_val, slot }] of content.entries.entries()) {
    let value = d_val;
    if (TABLE_TAGS.has(d_tag)) value = moveOfAddress(moves, d_val);
    if (d_tag === DT.DT_STRSZ && content.strings.appended.length > 0) {
      value = BigInt(model.strings.size + content.strings.appended.length);
    }
    if (
      ehdr.e_machine === EM.EM_MIPS &&
      d_tag === DT_MIPS.DT_MIPS_RLD_MAP_REL &&
      slot !== undefined
    ) {
      // Relative to its own entry.
      const before = model.dynamic.vaddr + BigInt(slot * entrySize);
      value = BigInt.asUintN(
        context.variant === "elf32" ? 32 : 64,
        d_val + before - (vaddr + BigInt(index * entrySize)),
      );
    }
    ElfDyn.set(bytes, index * entrySize, context, { d_tag, d_val: value });
  }
  return bytes;
}

interface HeaderChange {
  readonly fresh: Phdr | null;
  readonly dynamic: { readonly offset: number; readonly vaddr: bigint; readonly size: number };
  readonly headers: { readonly offset: number; readonly vaddr: bigint } | undefined;
  readonly clearStack: boolean;
  readonly places: ReadonlyMap<Cell, { offset: number; vaddr: bigint }>;
}

function encodeHeaders(
  model: EditModel,
  draft: Draft,
  moves: readonly Move[],
  shift: number,
  tail: number,
  change: HeaderChange,
): Uint8Array {
  const { source, segments, header } = model;
  const { context, ehdr } = header;
  const stride = ElfPhdr.sizeOf(context.variant);
  const rows: Uint8Array[] = [];
  const table = (count: number): number => count * stride;
  let total = segments.length;
  let spare = -1;
  if (change.fresh !== null) {
    spare = segments.findIndex(({ p_type }) => p_type === PT.PT_NULL);
    if (spare < 0) total++;
  }
  let afterLoad = 0;
  for (const [index, segment] of segments.entries()) {
    if (index === spare) continue;
    const row = new Uint8Array(source.read(ehdr.e_phoff + index * stride, stride));
    const fields: Partial<{ -readonly [N in keyof Phdr]: Phdr[N] }> = {};
    const to = (offset: number, vaddr: bigint): void => {
      fields.p_offset = offset;
      fields.p_vaddr = vaddr;
      fields.p_paddr = segment.p_paddr === segment.p_vaddr ? vaddr : segment.p_paddr;
    };
    const length = (size: number): void => {
      fields.p_filesz = size;
      fields.p_memsz = BigInt(size);
    };
    switch (segment.p_type) {
      case PT.PT_LOAD: {
        const strip = draft.strips.find(({ load }) => load?.index === segment.index);
        const size = strip === undefined ? 0 : stripSize(strip, change.places);
        if (size > segment.p_filesz) length(size);
        break;
      }
      case PT.PT_DYNAMIC:
        to(change.dynamic.offset, change.dynamic.vaddr);
        if (change.dynamic.size > segment.p_filesz) length(change.dynamic.size);
        break;
      case PT.PT_PHDR:
        if (change.headers !== undefined) to(change.headers.offset, change.headers.vaddr);
        if (segment.p_filesz < table(total)) length(table(total));
        break;
      case PT.PT_GNU_STACK:
        if (change.clearStack) fields.p_flags = segment.p_flags & ~PF.PF_X;
        break;
      default: {
        const move = moveOfOffset(moves, segment.p_offset);
        if (move !== undefined && movableSegment(segment, ehdr.e_machine)) {
          const inside = segment.p_offset - move.start;
          to(move.offset + inside, move.vaddr + BigInt(inside));
        } else if (segment.p_offset >= tail && segment.p_filesz > 0) {
          fields.p_offset = segment.p_offset + shift;
        }
      }
    }
    ElfPhdr.set(row, 0, context, fields);
    rows.push(row);
    if (segment.p_type === PT.PT_LOAD) afterLoad = rows.length;
  }
  if (change.fresh !== null) rows.splice(afterLoad, 0, ElfPhdr.encode(context, change.fresh));
  const bytes = new Uint8Array(table(rows.length));
  for (const [index, row] of rows.entries()) bytes.set(row, index * stride);
  return bytes;
}

/** Bytes from the segment's start to the end of its last cell. */
function stripSize(
  strip: Strip,
  places: ReadonlyMap<Cell, { offset: number; vaddr: bigint }>,
): number {
  const last = strip.cells.at(-1);
  const place = last === undefined ? undefined : places.get(last);
  if (last === undefined || place === undefined) return 0;
  return place.offset + last.size - (strip.load?.p_offset ?? 0);
}

interface Sizes {
  readonly strings: number;
  readonly dynamic: number;
}

function sectionPatches(
  model: EditModel,
  draft: Draft,
  moves: readonly Move[],
  shift: number,
  tail: number,
  dynamic: { readonly offset: number; readonly vaddr: bigint },
  sizes: Sizes,
): (Patch & { what: string })[] {
  const { source, header, sections } = model;
  const { context } = header;
  const stride = ElfShdr.sizeOf(context.variant);
  const patches: (Patch & { what: string })[] = [];
  for (const section of sections) {
    const fields = sectionFields(model, section, draft, moves, shift, tail);
    if (section.sh_type === SHT.SHT_DYNAMIC && section.sh_addr === model.dynamic.vaddr) {
      fields.sh_addr = dynamic.vaddr;
      fields.sh_offset = dynamic.offset;
      if (sizes.dynamic > section.sh_size) fields.sh_size = sizes.dynamic;
    } else if (isStringSection(model, section) && sizes.strings > section.sh_size) {
      fields.sh_size = sizes.strings;
    }
    if (Object.keys(fields).length === 0) continue;
    const bytes = new Uint8Array(source.read(section.at, stride));
    ElfShdr.set(bytes, 0, context, fields);
    patches.push({ what: "section headers", at: section.at, bytes });
  }
  return patches;
}

/** One more section header behind the others, when the table ends the file. */
function oldDynamicSection(model: EditModel): Splice | undefined {
  const { header, sections, source, dynamic } = model;
  const { ehdr, context } = header;
  const own = sections.find(
    ({ sh_type, sh_addr }) => sh_type === SHT.SHT_DYNAMIC && sh_addr === dynamic.vaddr,
  );
  const end = ehdr.e_shoff + sections.length * ElfShdr.sizeOf(context.variant);
  const countable = ehdr.e_shnum > 0 && ehdr.e_shnum < SHN.SHN_LORESERVE - 1;
  if (own === undefined || end !== source.size || !countable) return undefined;
  const { index: _, at: __, ...fields } = own;
  const bytes = ElfShdr.encode(context, {
    ...fields,
    // `dynamic`, the tail of `.dynamic`: just bytes, so that nobody takes it for the real one.
    sh_name: own.sh_name + 1,
    sh_type: SHT.SHT_PROGBITS,
    sh_link: 0,
    sh_entsize: 0,
  });
  return { at: end, remove: 0, zeros: 0, bytes, what: "section headers" };
}

function isStringSection(model: EditModel, { sh_type, sh_addr }: Section): boolean {
  return sh_type === SHT.SHT_STRTAB && sh_addr === model.strings.vaddr;
}

interface SectionFields {
  sh_addr?: bigint;
  sh_offset?: number;
  sh_size?: number;
}

function sectionFields(
  model: EditModel,
  section: Section,
  draft: Draft,
  moves: readonly Move[],
  shift: number,
  tail: number,
): SectionFields {
  const { sh_offset, sh_addr, sh_type } = section;
  if (sh_type === SHT.SHT_NULL) return {};
  if (!isAllocated(section)) return sh_offset >= tail ? { sh_offset: sh_offset + shift } : {};
  if (!hasBytes(section)) {
    const load = draft.extended?.load;
    const materialised =
      load !== undefined &&
      load !== null &&
      sh_type === SHT.SHT_NOBITS &&
      BigInt(load.p_filesz) !== load.p_memsz &&
      (section.sh_flags & SHF.SHF_TLS) === 0 &&
      sh_addr >= load.p_vaddr + BigInt(load.p_filesz);
    if (!materialised) return {};
    const offset = load.p_offset + Number(sh_addr - load.p_vaddr);
    // It stays SHT_NOBITS: `strip` writes the zeros again when bytes follow, and eu-elflint agrees.
    return { sh_offset: offset };
  }
  const move = moveOfOffset(moves, sh_offset);
  if (move === undefined || !insideLoad(model, section)) return {};
  const inside = sh_offset - move.start;
  return { sh_offset: move.offset + inside, sh_addr: move.vaddr + BigInt(inside) };
}

function insideLoad(model: EditModel, { sh_offset, sh_addr }: Section): boolean {
  return model.loads.some(
    ({ p_offset, p_vaddr, p_filesz }) =>
      sh_offset >= p_offset &&
      sh_offset < p_offset + p_filesz &&
      sh_addr - p_vaddr === BigInt(sh_offset - p_offset),
  );
}

/** Section symbols of moved sections, and `_DYNAMIC` with the first word of the global offset table. */
function symbolPatches(
  model: EditModel,
  moves: readonly Move[],
  dynamic: bigint,
): (Patch & { what: string })[] {
  const { source, header, sections } = model;
  const { context } = header;
  const patches: (Patch & { what: string })[] = [];
  const movedSections = new Map<number, bigint>();
  for (const section of sections) {
    const move = isAllocated(section) ? moveOfOffset(moves, section.sh_offset) : undefined;
    if (move === undefined || !hasBytes(section)) continue;
    movedSections.set(section.index, move.vaddr + BigInt(section.sh_offset - move.start));
  }
  const dynamicMoved = dynamic !== model.dynamic.vaddr;
  if (movedSections.size > 0 || dynamicMoved) {
    const dynamicSection = sections.find(({ sh_addr, sh_type }) => {
      return sh_type === SHT.SHT_DYNAMIC && sh_addr === model.dynamic.vaddr;
    });
    const set = (at: number, st_value: bigint): void => {
      const bytes = new Uint8Array(source.read(at, ElfSym.sizeOf(context.variant)));
      ElfSym.set(bytes, 0, context, { st_value });
      patches.push({ what: "symbols", at, bytes });
    };
    forEachSymbol(model, (shndx, type, value, { at }) => {
      if (dynamicMoved && shndx === dynamicSection?.index && value === model.dynamic.vaddr) {
        set(at, dynamic);
      } else if (type === STT.STT_SECTION) {
        const moved = movedSections.get(shndx);
        if (moved !== undefined && value === sections[shndx]?.sh_addr) set(at, moved);
      }
    });
  }
  if (dynamicMoved) {
    const got = gotPatch(model, dynamic);
    if (got !== undefined) patches.push(got);
  }
  return patches;
}

/** The ABIs of x86, Arm and others keep the address of `_DYNAMIC` in the first word of DT_PLTGOT. */
function gotPatch(model: EditModel, dynamic: bigint): (Patch & { what: string }) | undefined {
  const { source, loads, header } = model;
  const address = dynamicValue(model.dynamic.entries, DT.DT_PLTGOT);
  const load = loads.find(
    ({ p_vaddr, p_filesz }) =>
      address !== undefined && address >= p_vaddr && address + 8n <= p_vaddr + BigInt(p_filesz),
  );
  if (address === undefined || load === undefined) return undefined;
  const at = load.p_offset + Number(address - load.p_vaddr);
  const wide = header.context.variant === "elf64";
  const bytes = new Uint8Array(source.read(at, wide ? 8 : 4));
  const view = new DataView(bytes.buffer);
  const little = header.context.littleEndian;
  const now = wide ? view.getBigUint64(0, little) : BigInt(view.getUint32(0, little));
  if (now !== model.dynamic.vaddr) return undefined;
  if (wide) view.setBigUint64(0, dynamic, little);
  else view.setUint32(0, Number(dynamic), little);
  return { what: ".got", at, bytes };
}

/** The original's bytes with the patches that lie in them. */
function patched(
  model: EditModel,
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

function stripBytes(strip: Strip, bytesOf: (cell: Cell) => Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [index, cell] of strip.cells.entries()) {
    parts.push(new Uint8Array(strip.gaps[index]?.size ?? 0), bytesOf(cell));
  }
  return concat(parts);
}

/** What changes between the cells of a segment that stay in their order, and behind the last. */
function stripSplices(
  strip: Strip,
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
    // Whatever the gap gives to the segment.
    const taken = partsLength(parts) + lag;
    splices.push(spliceOf(from, from + taken, parts, "gap behind the segment"));
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
