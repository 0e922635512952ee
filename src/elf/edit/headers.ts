/** The program headers and the dynamic section as they will be. */
import { DT, DT_MIPS, EM, PF, PT } from "../constants.ts";
import { type Dyn, ElfDyn, ElfPhdr, type Phdr } from "../layout.ts";
import type { Linkage } from "../read/linkage.ts";
import type { Cell, Row } from "./cells.ts";
import type { RoomDraft } from "./make-room.ts";
import { moveOfAddress, moveOfOffset, type Place, type Placement } from "./placement.ts";
import { movableSegment, TABLE_TAGS } from "./tables.ts";

export interface DynamicContent {
  /** New entries; the values of table tags are those of the original. */
  readonly entries: readonly (Dyn & { readonly slot?: number })[];
  /** Length of the dynamic section in entries. */
  readonly slots: number;
  /** DT_STRSZ. */
  readonly stringSize: number;
}

/** @param vaddr address of the table: MIPS has an entry that is relative to itself. */
export function encodeDynamic(
  model: Linkage,
  content: DynamicContent,
  { moves }: Placement,
  vaddr: bigint,
): Uint8Array {
  const { context, ehdr } = model.header;
  const { entrySize } = model.dynamic;
  const bytes = new Uint8Array(content.slots * entrySize);
  for (const [index, { d_tag, d_val, slot }] of content.entries.entries()) {
    let value = d_val;
    if (TABLE_TAGS.has(d_tag)) value = moveOfAddress(moves, d_val);
    if (d_tag === DT.DT_STRSZ) value = BigInt(content.stringSize);
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

/** @param dynamicSize length in bytes of the dynamic section. */
export function encodeHeaders(
  model: Linkage,
  draft: RoomDraft,
  { fresh, dynamic, headers, moves, places, shift, tail }: Placement,
  dynamicSize: number,
  clearStack: boolean,
): Uint8Array {
  const { source, segments, header } = model;
  const { context, ehdr } = header;
  const stride = ElfPhdr.sizeOf(context.variant);
  const rows: Uint8Array[] = [];
  const table = (count: number): number => count * stride;
  let total = segments.length;
  let spare = -1;
  if (fresh !== null) {
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
        const size = strip === undefined ? 0 : stripSize(strip, places);
        if (size > segment.p_filesz) length(size);
        break;
      }
      case PT.PT_DYNAMIC:
        to(dynamic.offset, dynamic.vaddr);
        if (dynamicSize > segment.p_filesz || dynamic.vaddr !== model.dynamic.vaddr) {
          length(dynamicSize);
        }
        break;
      case PT.PT_PHDR:
        if (headers !== undefined) to(headers.offset, headers.vaddr);
        if (segment.p_filesz < table(total)) length(table(total));
        break;
      case PT.PT_GNU_STACK:
        if (clearStack) fields.p_flags = segment.p_flags & ~PF.PF_X;
        break;
      default: {
        const move = moveOfOffset(moves, segment.p_offset);
        if (move !== undefined && movableSegment(model, segment)) {
          const inside = segment.p_offset - move.start;
          to(move.offset + inside, move.vaddr + BigInt(inside));
        } else if (isInTail(segment, tail, source.size)) {
          fields.p_offset = segment.p_offset + shift;
        }
      }
    }
    ElfPhdr.set(row, 0, context, fields);
    rows.push(row);
    if (segment.p_type === PT.PT_LOAD) afterLoad = rows.length;
  }
  if (fresh !== null) rows.splice(afterLoad, 0, ElfPhdr.encode(context, fresh));
  const bytes = new Uint8Array(table(rows.length));
  for (const [index, row] of rows.entries()) bytes.set(row, index * stride);
  return bytes;
}

/** What lies outside of the file moves with nothing. */
function isInTail({ p_offset, p_filesz }: Phdr, tail: number, size: number): boolean {
  return p_offset >= tail && p_filesz > 0 && p_offset + p_filesz <= size;
}

/** Bytes from the segment's start to the end of its last cell. */
function stripSize(strip: Row, places: ReadonlyMap<Cell, Place>): number {
  const last = strip.cells.at(-1);
  const place = last === undefined ? undefined : places.get(last);
  if (last === undefined || place === undefined) return 0;
  return place.offset + last.size - (strip.load?.p_offset ?? 0);
}
