/** After a header grew: everything is where it was, but for the distance to the header. */
import { bytesEqual } from "../../bytes.ts";
import { LC, N, S, S_ATTR, SECTION_TYPE } from "../constants.ts";
import { Nlist } from "../layout.ts";
import { chainedSegments, walkChains } from "../read/chained-pointers.ts";
import { isReexport, type MachoImage } from "../read/image.ts";
import { readUleb } from "../read/leb.ts";
import { linkeditParts } from "../read/linkedit-parts.ts";
import { walkRebases } from "../read/rebase.ts";
import { firstContent, type Section } from "../read/segment.ts";

/** @param shift bytes. */
export function grownFaults(old: MachoImage, now: MachoImage, shift: number): string[] {
  return [
    ...placeFaults(old, now, shift),
    ...sectionFaults(old, now),
    ...listFaults("fixed addresses", pointers(old, shift), pointers(now, 0)),
    ...listFaults("exports", exported(old, shift), exported(now, 0)),
    ...listFaults("symbols", symbolValues(old, shift), symbolValues(now, 0)),
    ...listFaults("function starts", starts(old, shift), starts(now, 0)),
  ];
}

function listFaults(what: string, a: readonly string[], b: readonly string[]): string[] {
  const same = a.length === b.length && a.every((each, index) => each === b[index]);
  return same ? [] : [`the ${what} did not follow`];
}

/** Segments and sections keep their sizes and their distances from each other. */
function placeFaults(old: MachoImage, now: MachoImage, shift: number): string[] {
  const spell = (image: MachoImage, by: number): string[] =>
    image.segments.flatMap(({ name, vmaddr, fileoff, sections, filesize }) => {
      const header = name === "__TEXT" || name === "__PAGEZERO";
      const start = header ? vmaddr : vmaddr + BigInt(by);
      const place = header || filesize === 0 ? fileoff : fileoff + by;
      return [
        `${name} ${start} ${place}`,
        ...sections.map(
          ({ name: section, addr, size, offset }) =>
            `${section} ${addr + BigInt(by)} ${size} ${offset === 0 ? 0 : offset + by}`,
        ),
      ];
    });
  return listFaults("segments", spell(old, shift), spell(now, 0));
}

const CODE: number = (S_ATTR.S_ATTR_PURE_INSTRUCTIONS | S_ATTR.S_ATTR_SOME_INSTRUCTIONS) >>> 0;
/** Bytes in a place that differ where an instruction refers to the header. */
const WORD = 4;

/** Sections without addresses are the same; in code whole words may differ, a few of them. */
function sectionFaults(old: MachoImage, now: MachoImage): string[] {
  const faults: string[] = [];
  const after = now.segments.flatMap(({ sections }) => sections);
  for (const [index, section] of old.segments.flatMap(({ sections }) => sections).entries()) {
    const other = after[index];
    if (other === undefined || section.fileSize === 0 || hasOffsets(section)) continue;
    if (section.segment !== "__TEXT") continue;
    const a = old.source.read(section.offset, section.fileSize);
    const b = now.source.read(other.offset, section.fileSize);
    if (bytesEqual(a, b)) continue;
    const words = differentWords(a, b);
    const code = (section.flags & CODE) !== 0;
    if (!code || words > Math.max(64, a.length / 256)) {
      faults.push(`section \`${section.name}\` changed`);
    }
  }
  return faults;
}

function differentWords(a: Uint8Array, b: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < a.length; at++) {
    if (a[at] === b[at]) continue;
    count++;
    at += WORD - 1;
  }
  return count;
}

/** Sections of offsets from the header. */
function hasOffsets({ name, flags }: Section): boolean {
  return name === "__unwind_info" || (flags & SECTION_TYPE) === S.S_INIT_FUNC_OFFSETS;
}

function pointers(image: MachoImage, shift: number): readonly string[] {
  const { tables, source, segments, context } = image;
  const base = segments.find(({ name }) => name === "__TEXT")?.vmaddr ?? 0n;
  const first = BigInt(firstContent(segments, source.size));
  const list: string[] = [];
  const add = (segment: number, at: number, target: bigint, offset: boolean): void => {
    const distance = offset ? target : target - base;
    const moved = shift > 0 && distance >= first ? target + BigInt(shift) : target;
    list.push(`${segment} ${at} ${moved}`);
  };
  const content = (index: number): Uint8Array => {
    const segment = segments[index];
    return source.read(segment?.fileoff ?? 0, segment?.filesize ?? 0);
  };
  const chained = tables.data.get(LC.LC_DYLD_CHAINED_FIXUPS);
  if (chained !== undefined && chained.size > 0) {
    for (const each of chainedSegments(source.read(chained.offset, chained.size), context)) {
      list.push(`segment ${each.segment} ${each.segmentOffset + BigInt(shift)}`);
      walkChains(content(each.segment), each, true, ({ at, target, offset }) =>
        add(each.segment, at, target, offset),
      );
    }
  } else if (tables.dyldInfo !== null && tables.dyldInfo.rebase_size > 0) {
    const { rebase_off, rebase_size } = tables.dyldInfo;
    const sizes = segments.map(({ filesize }) => filesize);
    const loaded = segments.map((_, index) => content(index));
    walkRebases(source.read(rebase_off, rebase_size), 8, sizes, (segment, at) => {
      const bytes = loaded[segment] ?? new Uint8Array();
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      add(segment, at, view.getBigUint64(at, true), false);
    });
  }
  return list;
}

function exported(image: MachoImage, shift: number): readonly string[] {
  return (image.exports() ?? []).map((symbol) => {
    const { name, flags, address } = symbol;
    const first = firstContent(image.segments, image.source.size);
    const fixed = isReexport(symbol) || (flags & 3) === 2 || address < first;
    return `${name} ${flags} ${fixed ? address : address + shift}`;
  });
}

/** Of symbols in sections that others see: a strip in the same transaction drops local ones. */
function symbolValues(image: MachoImage, shift: number): readonly string[] {
  const { context, segments, source } = image;
  const table = image.symbols();
  const base = segments.find(({ name }) => name === "__TEXT")?.vmaddr ?? 0n;
  const first = base + BigInt(firstContent(segments, source.size));
  const value = Nlist.column(table.bytes, context, "n_value");
  const list: string[] = [];
  for (let index = 0; index < table.count; index++) {
    const type = table.type(index);
    if ((type & N.N_STAB) !== 0 || (type & N.N_EXT) === 0 || table.section(index) === 0) continue;
    const address = value(index);
    const moved = shift > 0 && address >= first ? address + BigInt(shift) : address;
    list.push(`${type} ${table.section(index)} ${moved}`);
  }
  return list;
}

function starts(image: MachoImage, shift: number): readonly string[] {
  const part = linkeditParts(image).find(({ name }) => name === "function starts");
  if (part === undefined) return [];
  const bytes = image.source.read(part.offset, part.size);
  const reader = { bytes, position: 0 };
  const list: string[] = [];
  for (let first = true; reader.position < bytes.length; first = false) {
    const delta = readUleb(reader, "function starts");
    if (delta === 0) break;
    list.push(`${first ? delta + shift : delta}`);
  }
  return list;
}
