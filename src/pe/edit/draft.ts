/** A PE file while it is changed: headers as values, everything else as writes, cuts and one insertion. */
import type { ByteRange } from "../../source.ts";
import {
  type FileHeader,
  type OptionalHeader,
  PeSection,
  type SectionHeader,
  type WindowsHeader,
} from "../layout.ts";
import type { PeImage } from "../read/image.ts";
import { mappedEnd } from "../read/overlay.ts";
import type { Section } from "../read/section.ts";
import { refuse } from "../refuse.ts";
import { collectWrites, type Writes } from "./writes.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A section header; Name is its eight bytes as one number. */
export interface Row extends Mutable<SectionHeader> {
  /** `null`: the section is new. */
  readonly from: Section | null;
}

export interface Draft {
  readonly image: PeImage;
  readonly file: Mutable<FileHeader>;
  readonly optional: Mutable<OptionalHeader>;
  readonly windows: Mutable<WindowsHeader>;
  /** Address and size of each entry of the data directory. */
  readonly directories: { address: number; size: number }[];
  /** In the order of the table. PointerToRawData is the original's until the file is put together. */
  rows: Row[];
  /** e_lfanew. */
  lfanew: number;
  /** Zero bytes that the headers grow by. */
  headerGrowth: number;
  /** At file offsets of the original. */
  readonly writes: Writes;
  /** Ranges of the original that are left out. */
  readonly cuts: ByteRange[];
  /** What is put after the last section's bytes, and how many zeros before it. */
  inserted: { readonly zeros: number; readonly bytes: Uint8Array } | null;
  /** File offset in the original where that is put. */
  end: number;
  readonly notes: string[];
  readonly warnings: string[];
}

/** The largest that the specification allows, in bytes. */
const MAX_FILE_ALIGNMENT = 1 << 16;
/** Offsets have 32 bits; this leaves room for what is added. */
const MAX_FILE = 0xf000_0000;
/** In memory an image ends below 2 GB; this leaves room for what is added. */
const MAX_IMAGE = 0x7000_0000;

/** @throws RefusalError when sections leave the file or memory, or lie on the headers. */
export function draftOf(image: PeImage): Draft {
  checkLayout(image);
  const { header, sections, source } = image;
  return {
    image,
    file: { ...header.file },
    optional: { ...header.optional },
    windows: { ...header.windows },
    directories: header.directories.map(({ address, size }) => ({ address, size })),
    rows: sections.map((section) => ({ ...section, from: section })),
    lfanew: header.lfanew,
    headerGrowth: 0,
    writes: collectWrites(source.size),
    cuts: [],
    inserted: null,
    end: Math.min(mappedEnd(header, sections), source.size),
    notes: [],
    warnings: [],
  };
}

function checkLayout({ header, sections, source }: PeImage): void {
  const { FileAlignment, SectionAlignment } = header.windows;
  if (FileAlignment > MAX_FILE_ALIGNMENT || SectionAlignment > MAX_IMAGE) {
    throw refuse("layout", "the sections are aligned to more than the format allows");
  }
  if (source.size > MAX_FILE) throw refuse("layout", "the file is too large for its own offsets");
  const tableEnd = header.sectionsAt + PeSection.sizeOf("pe") * sections.length;
  for (const section of sections) {
    const { PointerToRawData, SizeOfRawData, VirtualAddress, memory, shortName } = section;
    if (VirtualAddress + memory + SectionAlignment > MAX_IMAGE) {
      throw refuse("layout", `section \`${shortName}\` ends above what can be loaded`);
    }
    if (SizeOfRawData === 0) continue;
    if (PointerToRawData + SizeOfRawData > source.size) {
      throw refuse("layout", `section \`${shortName}\` ends after the end of the file`);
    }
    if (PointerToRawData < tableEnd) {
      throw refuse("layout", `section \`${shortName}\` shares bytes with the headers`);
    }
  }
}

/** File offset of the first section's bytes: everything before is headers. */
export function headersEnd({ image }: Draft): number {
  const { sections, source, header } = image;
  let first = source.size;
  let any = false;
  for (const { PointerToRawData, SizeOfRawData } of sections) {
    if (SizeOfRawData === 0) continue;
    first = Math.min(first, PointerToRawData);
    any = true;
  }
  return any ? first : Math.min(header.windows.SizeOfHeaders, source.size);
}

/** The section that ends last in memory. */
export function lastRow({ rows }: Draft): Row | undefined {
  let last: Row | undefined;
  for (const row of rows) {
    if (last === undefined || row.VirtualAddress >= last.VirtualAddress) last = row;
  }
  return last;
}

/** Bytes in memory. */
export function memoryOf({ VirtualSize, SizeOfRawData }: SectionHeader): number {
  return VirtualSize === 0 ? SizeOfRawData : VirtualSize;
}
