/** The dynamic section: what the loader reads. gABI chapter 5. */
import type { Source } from "../../source.ts";
import { DT, PT, SHT } from "../constants.ts";
import { type ElfContext, ElfDyn } from "../layout.ts";
import { hex, type Problems } from "./problems.ts";
import type { Region } from "./region.ts";
import { type Section, sectionRegion } from "./sections.ts";
import { isCovered, type Mapped, mapAddress, type Segment, zerosAfter } from "./segments.ts";

export interface DynamicEntry {
  /** As a number; exact below 2^53, and no tag is above 2^31. */
  readonly d_tag: number;
  /** d_val or d_ptr. */
  readonly d_val: bigint;
  readonly index: number;
  /** File offset of the entry. */
  readonly at: number;
}

export interface Dynamic extends Region {
  /** Up to the first DT_NULL, which is not among them. */
  readonly entries: readonly DynamicEntry[];
  /** True when a DT_NULL ends the table. */
  readonly terminated: boolean;
  /** Entries for which PT_DYNAMIC (or SHT_DYNAMIC) has room, the terminator and spare ones included. */
  readonly capacity: number;
  /** The PT_DYNAMIC program header, when it was found by one. */
  readonly segment: Segment | null;
  /** The entry that counts: loaders let a later one of the same tag overwrite an earlier one. */
  get(tag: number): DynamicEntry | undefined;
  /** The value that counts. */
  value(tag: number): bigint | undefined;
}

/** Far above any real table; each entry costs an object. */
const MAX_ENTRIES = 1 << 16;

/**
 * PT_DYNAMIC, else (only in a file without program headers) SHT_DYNAMIC; `null` when there is
 * neither: a static program, an object file, or debug information kept apart, whose PT_DYNAMIC is empty.
 */
export function parseDynamic(
  source: Source,
  context: ElfContext,
  image: Mapped & { readonly segments: readonly Segment[]; readonly sections: readonly Section[] },
  problems: Problems,
): Dynamic | null {
  const found = findDynamic(image, problems);
  if (found === undefined) return null;
  const { region, segment } = found;
  const stride = ElfDyn.sizeOf(context.variant);
  const room = Math.floor(region.size / stride);
  const { rows: entries, terminated } = readEntries(source, context, found);
  const last = new Map<number, DynamicEntry>();
  for (const entry of entries) last.set(entry.d_tag, entry);
  if (!terminated) {
    problems.add(`none of the ${entries.length} dynamic entries is a DT_NULL`, {
      record: "Elf_Dyn",
      field: "d_tag",
      offset: region.offset,
    });
  } else if (entries.length >= room) {
    problems.addMinor(`the DT_NULL of the dynamic section is not among the ${room} that count`, {
      record: "Elf_Dyn",
      field: "d_tag",
      offset: region.offset + entries.length * stride,
    });
  }
  return {
    ...region,
    entries,
    terminated,
    capacity: room,
    segment,
    get: (wanted) => last.get(wanted),
    value: (wanted) => last.get(wanted)?.d_val,
  };
}

/** Entries that are read at a time beyond those that count. */
const WINDOW = 16;

/** The entries up to DT_NULL. Loaders look for that alone, whatever size the program header names. */
export function readEntries(
  source: Source,
  context: ElfContext,
  { region, reach, zeros }: Extent,
): { readonly rows: readonly DynamicEntry[]; readonly terminated: boolean } {
  const stride = ElfDyn.sizeOf(context.variant);
  const count = Math.min(Math.floor(reach / stride), MAX_ENTRIES);
  const rows: DynamicEntry[] = [];
  const counted = Math.floor(region.size / stride);
  while (rows.length < count) {
    const start = region.offset + rows.length * stride;
    // What lies after it is read only where it is needed.
    const wanted = rows.length < counted ? counted - rows.length : WINDOW;
    const length = Math.min(count - rows.length, wanted);
    const bytes = source.read(start, length * stride);
    const tag = ElfDyn.column(bytes, context, "d_tag");
    const value = ElfDyn.column(bytes, context, "d_val");
    for (let index = 0; index < length; index++) {
      const d_tag = tag(index);
      if (d_tag === DT.DT_NULL) return { rows, terminated: true };
      rows.push({ d_tag, d_val: value(index), index: rows.length, at: start + index * stride });
    }
  }
  // In memory the table goes on with zeros.
  const whole = reach % stride === 0 && rows.length * stride === reach;
  return { rows, terminated: whole && zeros >= BigInt(stride) };
}

/** How far a table may reach. */
export interface Extent {
  /** What the header counts. */
  readonly region: Region;
  /** Bytes from the region's start that loaders have in memory, from the file. */
  readonly reach: number;
  /** Bytes of zeros that lie after those in memory. */
  readonly zeros: bigint;
}

interface FoundDynamic extends Extent {
  readonly segment: Segment | null;
}

function findDynamic(
  image: Mapped & { readonly segments: readonly Segment[]; readonly sections: readonly Section[] },
  problems: Problems,
): FoundDynamic | undefined {
  const segments = image.segments.filter(({ p_type }) => p_type === PT.PT_DYNAMIC);
  const segment = segments.at(-1);
  if (segment === undefined) {
    if (image.segments.length > 0) return undefined;
    const section = image.sections.find(({ sh_type }) => sh_type === SHT.SHT_DYNAMIC);
    if (section === undefined) return undefined;
    const region = sectionRegion(section, image.size);
    return { region, reach: region.size, zeros: 0n, segment: null };
  }
  const add = (message: string, field: "p_type" | "p_vaddr" | "p_offset"): void =>
    problems.add(message, {
      record: "Elf_Phdr",
      field,
      offset: segment.at,
      value: hex(segment[field]),
    });
  if (segments.length > 1) add(`there are ${segments.length} dynamic segments`, "p_type");

  // The loader goes by the address, tools by the offset.
  const inFile = Math.max(0, Math.min(segment.p_filesz, image.size - segment.p_offset));
  if (segment.p_filesz === 0) return undefined;
  const mapped = mapAddress(image, segment.p_vaddr);
  if (mapped !== undefined && !isCovered(image, segment.p_vaddr, segment.p_filesz)) {
    problems.addMinor("the dynamic segment is not wholly inside a load segment", {
      record: "Elf_Phdr",
      field: "p_vaddr",
      offset: segment.at,
      value: hex(segment.p_vaddr),
    });
  }
  if (mapped === undefined) {
    add("the dynamic segment is in no load segment", "p_vaddr");
    const region = { offset: inFile > 0 ? segment.p_offset : 0, size: inFile };
    return { region, reach: inFile, zeros: 0n, segment };
  }
  if (mapped.offset !== segment.p_offset) {
    add(
      `the dynamic segment's address leads to offset ${hex(mapped.offset)}, its offset elsewhere`,
      "p_offset",
    );
  }
  return { ...extentOf(image, segment, mapped), segment };
}

/** @param mapped where the segment's address leads to. */
export function extentOf(image: Mapped, { p_vaddr, p_filesz }: Segment, mapped: Region): Extent {
  return {
    region: { offset: mapped.offset, size: Math.min(mapped.size, p_filesz) },
    reach: mapped.size,
    zeros: zerosAfter(image, p_vaddr + BigInt(mapped.size)),
  };
}
