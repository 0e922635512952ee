/** Code and data after the header grew: only what refers to the header, or holds an address, changes. */
import type { Splice } from "../../rewrite.ts";
import { CPU_TYPE, LC, S, SECTION_TYPE } from "../constants.ts";
import { chainedSegments, walkChains } from "../read/chained-pointers.ts";
import { walkRebases } from "../read/rebase.ts";
import type { Section } from "../read/segment.ts";
import { headerUsesArm64, headerUsesX86, isCode } from "./grow-code.ts";
import { shiftUnwindInfo } from "./grow-unwind.ts";
import { type Growth, moved, movedAddress, patch } from "./growth.ts";
import { refuse } from "./refuse.ts";

function contentOf({ image }: Growth, { offset, fileSize }: Section): Uint8Array {
  return image.source.read(offset, fileSize).slice();
}

/** @throws RefusalError for an instruction in a form that is not understood. */
export function codeSplices(growth: Growth): readonly Splice[] {
  const { image, first, shift, base } = growth;
  const arm = image.header.cputype === CPU_TYPE.CPU_TYPE_ARM64;
  const splices: Splice[] = [];
  for (const section of image.segments.flatMap(({ sections }) => sections)) {
    if (!isCode(section) || section.fileSize === 0) continue;
    const bytes = contentOf(growth, section);
    const start = Number(section.addr - base);
    const uses = arm ? headerUsesArm64 : headerUsesX86;
    for (const { at, word } of uses({ bytes, start, header: first, shift })) {
      const four = new Uint8Array(4);
      new DataView(four.buffer).setUint32(0, word, true);
      splices.push(patch(section.offset + at, four, "reference to the header"));
    }
  }
  return splices;
}

/** Sections of offsets from the header. */
export function tableSplices(growth: Growth): readonly Splice[] {
  const { image, shift } = growth;
  const splices: Splice[] = [];
  for (const section of image.segments.flatMap(({ sections }) => sections)) {
    const { name, segment, flags, fileSize, offset } = section;
    if (fileSize === 0) continue;
    if (segment === "__TEXT" && name === "__unwind_info") {
      const bytes = contentOf(growth, section);
      shiftUnwindInfo(bytes, shift);
      splices.push(patch(offset, bytes, name));
    } else if ((flags & SECTION_TYPE) === S.S_INIT_FUNC_OFFSETS) {
      const bytes = contentOf(growth, section);
      const view = new DataView(bytes.buffer);
      for (let at = 0; at + 4 <= bytes.length; at += 4) {
        view.setUint32(at, moved(growth, view.getUint32(at, true)), true);
      }
      splices.push(patch(offset, bytes, name));
    }
  }
  return splices;
}

/** Pointers in data, by opcodes or chains. */
export function pointerSplices(growth: Growth): readonly Splice[] {
  const { image } = growth;
  const { segments, tables, source } = image;
  const loaded = new Map<number, Uint8Array>();
  const content = (index: number): Uint8Array => {
    const segment = segments[index];
    if (segment === undefined || segment.name === "__TEXT") {
      throw refuse("grow", "there are addresses to fix in `__TEXT`");
    }
    const bytes = loaded.get(index) ?? source.read(segment.fileoff, segment.filesize).slice();
    loaded.set(index, bytes);
    return bytes;
  };
  const chained = tables.data.get(LC.LC_DYLD_CHAINED_FIXUPS);
  if (chained !== undefined && chained.size > 0) {
    const table = source.read(chained.offset, chained.size);
    for (const each of chainedSegments(table, image.context)) {
      shiftChains(growth, content(each.segment), each);
    }
  } else if (tables.dyldInfo !== null) {
    const { rebase_off, rebase_size } = tables.dyldInfo;
    const table = rebase_size === 0 ? new Uint8Array() : source.read(rebase_off, rebase_size);
    shiftRebases(growth, table, content);
  }
  return [...loaded].map(([index, bytes]) =>
    patch(segments[index]?.fileoff ?? 0, bytes, segments[index]?.name ?? ""),
  );
}

function shiftChains(
  growth: Growth,
  bytes: Uint8Array,
  chains: Parameters<typeof walkChains>[1],
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  walkChains(bytes.slice(), chains, true, ({ at, value, target, targetMask, offset }) => {
    const now = offset ? BigInt(moved(growth, Number(target))) : movedAddress(growth, target);
    if (now > targetMask) throw refuse("grow", "an address does not fit in its pointer any more");
    view.setBigUint64(at, (value & ~targetMask) | now, true);
  });
}

function shiftRebases(
  growth: Growth,
  table: Uint8Array,
  content: (segment: number) => Uint8Array,
): void {
  const seen = new Set<number>();
  const sizes = growth.image.segments.map(({ filesize }) => filesize);
  walkRebases(table, 8, sizes, (segment, offset) => {
    const key = segment * 2 ** 40 + offset;
    if (seen.has(key)) throw refuse("grow", "an address is fixed twice");
    seen.add(key);
    const bytes = content(segment);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    view.setBigUint64(offset, movedAddress(growth, view.getBigUint64(offset, true)), true);
  });
}
