/**
 * The section headers as they will be, and the symbols that refer to sections by index or address.
 *
 * Allocated sections stay in the order of their addresses: patchelf goes by it, and overwrites what
 * lies between where it is broken.
 */

import type { Splice } from "../../rewrite.ts";
import { DT, SHF, SHN, SHT } from "../constants.ts";
import { ElfShdr, ElfSym, type Shdr } from "../layout.ts";
import type { Linkage } from "../read/linkage.ts";
import { hasBytes, isAllocated, type Section, sectionRegion } from "../read/sections.ts";
import { dynamicValue } from "../refuse.ts";
import type { RoomDraft } from "./make-room.ts";
import { moveOfOffset, type Placement } from "./placement.ts";
import { forEachSymbol } from "./symbols.ts";

export interface SectionChange {
  readonly patches: readonly {
    readonly at: number;
    readonly bytes: Uint8Array;
    readonly what: string;
  }[];
  /** Bytes behind the old table: one section more. */
  readonly added: Splice | undefined;
  /** For the ELF header. */
  readonly shstrndx: number;
}

interface Sizes {
  readonly strings: number;
  readonly dynamic: number;
}

type Fields = { -readonly [N in keyof Shdr]: Shdr[N] };

/** A section header of the new table. */
interface Row {
  /** The old index; `undefined` for a new section. */
  readonly index: number | undefined;
  /** The old header whose bytes stay but for `changed`. */
  readonly like: Section;
  readonly changed: Partial<Fields>;
  readonly fields: Fields;
}

export function changeSections(
  model: Linkage,
  draft: RoomDraft,
  placement: Placement,
  sizes: Sizes,
): SectionChange {
  const { sections, header } = model;
  const { ehdr, context } = header;
  const patches: { at: number; bytes: Uint8Array; what: string }[] = [];
  const rows = sections.map((section): Row => {
    const { index, at: _, ...fields } = section;
    const changed = changedFields(model, section, draft, placement, sizes);
    return { index, like: section, changed, fields: { ...fields, ...changed } };
  });
  const kept = oldDynamic(model, placement);
  const order = sortable(model) ? sortRows(model, rows, kept) : rows;
  const indexes = new Map<number, number>();
  for (const [now, { index }] of order.entries()) if (index !== undefined) indexes.set(index, now);
  const mapped = (index: number): number => indexes.get(index) ?? index;
  const reordered = order.some(({ index }, now) => index !== now);

  const stride = ElfShdr.sizeOf(context.variant);
  const table = new Uint8Array(order.length * stride);
  for (const [now, { index, like, changed, fields }] of order.entries()) {
    const linked = { ...changed };
    if (reordered && index !== 0) {
      linked.sh_link = mapped(fields.sh_link);
      const pointing =
        (fields.sh_flags & SHF.SHF_INFO_LINK) !== 0 ||
        fields.sh_type === SHT.SHT_REL ||
        fields.sh_type === SHT.SHT_RELA;
      if (pointing) linked.sh_info = mapped(fields.sh_info);
    } else if (reordered && ehdr.e_shstrndx === SHN.SHN_XINDEX) {
      linked.sh_link = mapped(fields.sh_link);
    }
    // Values that no editor understands stay as they are.
    table.set(model.source.read(like.at, stride), now * stride);
    ElfShdr.set(table, now * stride, context, linked);
  }
  const oldSize = sections.length * stride;
  if (sections.length > 0) {
    const [bytes, rest] = [table.subarray(0, oldSize), table.subarray(oldSize)];
    patches.push({ at: ehdr.e_shoff, bytes, what: "section headers" });
    patches.push(...addressPatches(model, placement, rows));
    if (reordered) addIndexes(model, patches, mapped);
    if (rest.length > 0) {
      const added = { at: ehdr.e_shoff + oldSize, remove: 0, zeros: 0, bytes: rest };
      return {
        patches,
        added: { ...added, what: "section headers" },
        shstrndx: mapped(header.shstrndx),
      };
    }
  }
  return { patches, added: undefined, shstrndx: mapped(header.shstrndx) };
}

/** Symbol tables up to this size (bytes) get new section indexes. */
const MAX_SYMBOLS = 1 << 25;

function sortable({ sections }: Linkage): boolean {
  let size = 0;
  for (const { sh_type, sh_size } of sections) {
    if (sh_type === SHT.SHT_SYMTAB_SHNDX) return false;
    if (sh_type === SHT.SHT_SYMTAB) size += sh_size;
  }
  return size <= MAX_SYMBOLS;
}

/** Puts the rows whose address changed where their new address belongs. */
function sortRows(model: Linkage, rows: readonly Row[], added: Row | undefined): readonly Row[] {
  const moved = rows.filter(({ index, fields }) => {
    const before = index === undefined ? undefined : model.sections[index];
    return before !== undefined && before.sh_addr !== fields.sh_addr;
  });
  if (added !== undefined) moved.push(added);
  moved.sort((a, b) => (a.fields.sh_addr < b.fields.sh_addr ? -1 : 1));
  const order = rows.filter((row) => !moved.includes(row));
  for (const row of moved) {
    const at = order.findLastIndex(
      ({ fields }) =>
        (fields.sh_flags & SHF.SHF_ALLOC) !== 0 && fields.sh_addr <= row.fields.sh_addr,
    );
    order.splice(Math.max(1, at + 1), 0, row);
  }
  return order;
}

/**
 * `strip` zeroes what no section covers, so the dynamic section that stays behind for code that
 * knows its address gets a section of its own; only where the table ends the file and can grow.
 */
function oldDynamic(model: Linkage, { dynamic }: Placement): Row | undefined {
  if (dynamic.vaddr === model.dynamic.vaddr) return undefined;
  const { header, sections, source } = model;
  const { ehdr, context } = header;
  const own = sections.find((section) => isDynamic(model, section));
  const end = ehdr.e_shoff + sections.length * ElfShdr.sizeOf(context.variant);
  const countable = ehdr.e_shnum > 0 && ehdr.e_shnum < SHN.SHN_LORESERVE - 1;
  if (own === undefined || end !== source.size || !countable || !sortable(model)) return undefined;
  const { index: _, at: __, ...fields } = own;
  // `dynamic`, the tail of `.dynamic`: just bytes, so that nobody takes it for the real one.
  const changed = {
    sh_name: own.sh_name + 1,
    sh_type: SHT.SHT_PROGBITS,
    sh_link: 0,
    sh_entsize: 0,
  };
  return { index: undefined, like: own, changed, fields: { ...fields, ...changed } };
}

function isDynamic(model: Linkage, { sh_type, sh_addr }: Section): boolean {
  return sh_type === SHT.SHT_DYNAMIC && sh_addr === model.dynamic.vaddr;
}

function isStrings(model: Linkage, { sh_type, sh_addr }: Section): boolean {
  return sh_type === SHT.SHT_STRTAB && sh_addr === model.strings.vaddr;
}

function changedFields(
  model: Linkage,
  section: Section,
  draft: RoomDraft,
  placement: Placement,
  sizes: Sizes,
): Partial<Fields> {
  const { sh_size } = section;
  const { dynamic } = placement;
  if (isDynamic(model, section)) {
    return {
      sh_addr: dynamic.vaddr,
      sh_offset: dynamic.offset,
      sh_size: Math.max(sh_size, sizes.dynamic),
    };
  }
  const fields = changedPlace(model, section, draft, placement);
  if (isStrings(model, section)) fields.sh_size = Math.max(sh_size, sizes.strings);
  return fields;
}

function changedPlace(
  model: Linkage,
  section: Section,
  draft: RoomDraft,
  { moves, shift, tail }: Placement,
): Partial<Fields> {
  const { sh_offset, sh_addr, sh_type } = section;
  if (sh_type === SHT.SHT_NULL) return {};
  if (!isAllocated(section)) {
    // An empty section may name any offset.
    const moves = shift > 0 && sh_offset >= tail && sh_offset <= model.source.size;
    return moves ? { sh_offset: sh_offset + shift } : {};
  }
  if (!hasBytes(section)) {
    const load = draft.extended?.load ?? null;
    const materialised =
      load !== null &&
      sh_type === SHT.SHT_NOBITS &&
      BigInt(load.p_filesz) !== load.p_memsz &&
      (section.sh_flags & SHF.SHF_TLS) === 0 &&
      sh_addr >= load.p_vaddr + BigInt(load.p_filesz);
    if (!materialised) return {};
    // It stays SHT_NOBITS: `strip` writes the zeros again when bytes follow, and eu-elflint agrees.
    return { sh_offset: load.p_offset + Number(sh_addr - load.p_vaddr) };
  }
  const move = moveOfOffset(moves, sh_offset);
  if (move === undefined || !insideLoad(model, section)) return {};
  const inside = sh_offset - move.start;
  return { sh_offset: move.offset + inside, sh_addr: move.vaddr + BigInt(inside) };
}

function insideLoad(model: Linkage, { sh_offset, sh_addr }: Section): boolean {
  return model.loads.some(
    ({ p_offset, p_vaddr, p_filesz }) =>
      sh_offset >= p_offset &&
      sh_offset < p_offset + p_filesz &&
      sh_addr - p_vaddr === BigInt(sh_offset - p_offset),
  );
}

/** Symbols of moved sections, and `_DYNAMIC` with the first word of the global offset table. */
function addressPatches(
  model: Linkage,
  { dynamic }: Placement,
  rows: readonly Row[],
): { at: number; bytes: Uint8Array; what: string }[] {
  const { source, header, sections } = model;
  const { context } = header;
  const patches: { at: number; bytes: Uint8Array; what: string }[] = [];
  const changed = rows.filter(({ index, fields }) => {
    return index !== undefined && sections[index]?.sh_addr !== fields.sh_addr;
  });
  if (changed.length === 0) return patches;
  const size = ElfSym.sizeOf(context.variant);
  const owners = new Set(changed.flatMap(({ index }) => (index === undefined ? [] : [index])));
  forEachSymbol(model, owners, (shndx, _type, value, { at }) => {
    const section = sections[shndx];
    const now = rows[shndx]?.fields.sh_addr;
    if (section === undefined || now === undefined || now === section.sh_addr) return;
    // Section symbols, `_DYNAMIC`, and the few others that don't pin their section.
    const inside = value - section.sh_addr;
    if (inside < 0n || inside >= BigInt(section.sh_size)) return;
    const bytes = new Uint8Array(source.read(at, size));
    ElfSym.set(bytes, 0, context, { st_value: now + inside });
    patches.push({ what: "symbols", at, bytes });
  });
  if (dynamic.vaddr !== model.dynamic.vaddr) {
    const got = gotPatch(model, dynamic.vaddr);
    if (got !== undefined) patches.push(got);
  }
  return patches;
}

const SYMBOL_CHUNK = 1 << 15;

/** New section indexes in the symbol tables. */
function addIndexes(
  model: Linkage,
  patches: { at: number; bytes: Uint8Array; what: string }[],
  mapped: (index: number) => number,
): void {
  const { source, header, sections } = model;
  const { context } = header;
  const stride = ElfSym.sizeOf(context.variant);
  const field = ElfSym.offsetOf(context.variant, "st_shndx");
  const values = patches.filter(({ what }) => what === "symbols");
  for (const section of sections) {
    if (section.sh_type !== SHT.SHT_SYMTAB && section.sh_type !== SHT.SHT_DYNSYM) continue;
    const region = sectionRegion(section, source.size);
    const total = Math.floor(region.size / stride);
    for (let first = 0; first < total; first += SYMBOL_CHUNK) {
      const count = Math.min(SYMBOL_CHUNK, total - first);
      const start = region.offset + first * stride;
      const bytes = new Uint8Array(source.read(start, count * stride));
      for (const value of values) {
        if (value.at >= start && value.at < start + bytes.length) {
          bytes.set(value.bytes, value.at - start);
        }
      }
      const view = new DataView(bytes.buffer);
      for (let at = field; at < bytes.length; at += stride) {
        const index = view.getUint16(at, context.littleEndian);
        if (index === SHN.SHN_UNDEF || index >= SHN.SHN_LORESERVE) continue;
        view.setUint16(at, mapped(index), context.littleEndian);
      }
      patches.push({ at: start, bytes, what: "symbols" });
    }
  }
  // The values are in the chunks now.
  const rest = patches.filter((patch) => !values.includes(patch));
  patches.splice(0, patches.length, ...rest);
}

/** The ABIs of x86, Arm and others keep the address of `_DYNAMIC` in the first word of DT_PLTGOT. */
function gotPatch(
  model: Linkage,
  dynamic: bigint,
): { at: number; bytes: Uint8Array; what: string } | undefined {
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
