/** The dynamic section: what the loader reads. gABI chapter 5. */
import type { Source } from "../../source.ts";
import { DT, PT, SHT } from "../constants.ts";
import { type ElfContext, ElfDyn } from "../layout.ts";
import { hex, type Problems } from "./problems.ts";
import type { Region } from "./region.ts";
import { type Section, sectionRegion } from "./sections.ts";
import { isCovered, type Mapped, mapAddress, type Segment } from "./segments.ts";

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
  const capacity = Math.min(room, MAX_ENTRIES);
  const bytes = source.read(region.offset, capacity * stride);
  const tag = ElfDyn.column(bytes, context, "d_tag");
  const value = ElfDyn.column(bytes, context, "d_val");
  const entries: DynamicEntry[] = [];
  const last = new Map<number, DynamicEntry>();
  let terminated = false;
  for (let index = 0; index < capacity; index++) {
    const d_tag = tag(index);
    if (d_tag === DT.DT_NULL) {
      terminated = true;
      break;
    }
    const entry = { d_tag, d_val: value(index), index, at: region.offset + index * stride };
    entries.push(entry);
    last.set(d_tag, entry);
  }
  if (!terminated) {
    problems.add(`none of the ${capacity} dynamic entries is a DT_NULL`, {
      record: "Elf_Dyn",
      field: "d_tag",
      offset: region.offset,
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

interface FoundDynamic {
  readonly region: Region;
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
    return section === undefined
      ? undefined
      : { region: sectionRegion(section, image.size), segment: null };
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
    return { region: { offset: inFile > 0 ? segment.p_offset : 0, size: inFile }, segment };
  }
  if (mapped.offset !== segment.p_offset) {
    add(
      `the dynamic segment's address leads to offset ${hex(mapped.offset)}, its offset elsewhere`,
      "p_offset",
    );
  }
  return {
    region: { offset: mapped.offset, size: Math.min(mapped.size, segment.p_filesz) },
    segment,
  };
}
