/** Program headers, and the one bridge between addresses and file offsets. gABI chapter 5. */
import type { Source } from "../../source.ts";
import { ET, PT } from "../constants.ts";
import { ElfPhdr, type Phdr } from "../layout.ts";
import type { ElfHeader } from "./header.ts";
import { hex, type Problems } from "./problems.ts";
import type { Region } from "./region.ts";

export interface Segment extends Phdr {
  readonly index: number;
  /** File offset of its program header. */
  readonly at: number;
}

/** What {@link vaddrToOffset} needs of an image. */
export interface Mapped {
  /** PT_LOAD segments that have bytes in the file, in table order. */
  readonly loads: readonly Segment[];
  readonly size: number;
}

/** Every program header. A value beyond 2^53 is kept (inexact): it is outside any file. */
export function parseSegments(source: Source, header: ElfHeader): readonly Segment[] {
  const { ehdr, context, phnum } = header;
  const stride = ElfPhdr.sizeOf(context.variant);
  const bytes = source.read(ehdr.e_phoff, phnum * stride);
  const column = <N extends keyof Phdr>(field: N): ((index: number) => Phdr[N]) =>
    ElfPhdr.column(bytes, context, field);
  const type = column("p_type");
  const flags = column("p_flags");
  const offset = column("p_offset");
  const vaddr = column("p_vaddr");
  const paddr = column("p_paddr");
  const filesz = column("p_filesz");
  const memsz = column("p_memsz");
  const align = column("p_align");
  const segments: Segment[] = [];
  for (let index = 0; index < phnum; index++) {
    segments.push({
      index,
      at: ehdr.e_phoff + index * stride,
      p_type: type(index),
      p_flags: flags(index),
      p_offset: offset(index),
      p_vaddr: vaddr(index),
      p_paddr: paddr(index),
      p_filesz: filesz(index),
      p_memsz: memsz(index),
      p_align: align(index),
    });
  }
  return segments;
}

/** What makes kernels and loaders refuse or misplace a segment. */
export function checkSegments(
  segments: readonly Segment[],
  header: ElfHeader,
  size: number,
  problems: Problems,
): void {
  if (header.ehdr.e_type === ET.ET_CORE) return;
  const { variant } = header.context;
  let previous: Segment | undefined;
  for (const segment of segments) {
    const add = (message: string, field: keyof Phdr): void =>
      problems.add(message, {
        record: "Elf_Phdr",
        field,
        offset: segment.at + ElfPhdr.offsetOf(variant, field),
        value: hex(segment[field]),
      });
    const { p_offset, p_filesz, p_memsz, p_align, p_vaddr } = segment;
    if (p_filesz > 0 && p_offset + p_filesz > size && segment.p_type !== PT.PT_NULL) {
      add(`segment ${segment.index} ends behind the file's end, ${size}`, "p_offset");
    }
    if (segment.p_type !== PT.PT_LOAD) continue;
    if (BigInt(p_filesz) > p_memsz) {
      add(`segment ${segment.index} has more bytes in the file than in memory`, "p_filesz");
    }
    if (p_align > 1n) {
      if ((p_align & (p_align - 1n)) !== 0n) {
        add(`the alignment of segment ${segment.index} is not a power of two`, "p_align");
      } else if (((p_vaddr - BigInt(p_offset)) & (p_align - 1n)) !== 0n) {
        add(
          `address and offset of segment ${segment.index} differ by no multiple of its alignment`,
          "p_vaddr",
        );
      }
    }
    if (previous !== undefined && p_vaddr < previous.p_vaddr) {
      add(`load segment ${segment.index} has a lower address than the one before`, "p_vaddr");
    } else if (previous !== undefined && p_vaddr < previous.p_vaddr + previous.p_memsz) {
      add(`load segments ${previous.index} and ${segment.index} overlap in memory`, "p_vaddr");
    }
    previous = segment;
  }
}

/** Bytes; files are mapped by pages of this size or a multiple of it. */
const PAGE = 4096;

/**
 * The bytes of the file from `address` to the end of its load segment.
 *
 * Where segments overlap the last one wins, as it does when the loader maps them in turn. Whole
 * pages are mapped, so the bytes around a segment are there too; some rewritten files need them.
 */
export function mapAddress(image: Mapped, address: bigint): Region | undefined {
  return mapInto(image, address, false) ?? mapInto(image, address, true);
}

function mapInto(image: Mapped, address: bigint, pages: boolean): Region | undefined {
  for (let index = image.loads.length - 1; index >= 0; index--) {
    const load = image.loads[index];
    if (load === undefined) continue;
    const { p_vaddr, p_offset, p_filesz } = load;
    const delta = Number(address - p_vaddr);
    const end = endOnPage(load);
    const before = pages && onPages(load) ? p_offset % PAGE : 0;
    if (delta < -before || delta >= (pages ? end - p_offset : p_filesz)) continue;
    const offset = p_offset + delta;
    const inFile = Math.min(end, image.size);
    if (offset < inFile) return { offset, size: inFile - offset };
  }
  return undefined;
}

/** File offset where the segment's last page ends; the loader zeroes the rest of it for `.bss`. */
function endOnPage(load: Segment): number {
  const end = load.p_offset + load.p_filesz;
  const zeroed = load.p_memsz > BigInt(load.p_filesz);
  return zeroed || !onPages(load) ? end : Math.ceil(end / PAGE) * PAGE;
}

/** True when pages of the file can be pages in memory. */
function onPages({ p_vaddr, p_offset }: Segment): boolean {
  return (p_vaddr - BigInt(p_offset)) % BigInt(PAGE) === 0n;
}

/** Bytes of zeros in memory from `address` on, where a segment's bytes of the file end there; else 0. */
export function zerosAfter(image: Mapped, address: bigint): bigint {
  const load = image.loads.findLast(
    ({ p_vaddr, p_filesz }) => p_vaddr + BigInt(p_filesz) === address,
  );
  return load === undefined ? 0n : load.p_memsz - BigInt(load.p_filesz);
}

/** True when a load segment has all of these bytes, without the rest of its pages. */
export function isCovered(image: Mapped, address: bigint, size: number): boolean {
  return image.loads.some(
    ({ p_vaddr, p_filesz }) =>
      address >= p_vaddr && address + BigInt(size) <= p_vaddr + BigInt(p_filesz),
  );
}

/** File offset of the byte at `address`; `undefined` when no load segment has it in the file. */
export function vaddrToOffset(image: Mapped, address: bigint): number | undefined {
  return mapAddress(image, address)?.offset;
}

/** By multiples of this, load segments from the file offset on may move and keep their addresses. */
export function alignmentBehind(
  { segments }: { readonly segments: readonly Segment[] },
  offset: number,
): number {
  let align = PAGE;
  for (const { p_type, p_align, p_offset } of segments) {
    if (p_type === PT.PT_LOAD && p_offset >= offset) align = Math.max(align, Number(p_align));
  }
  return align;
}
