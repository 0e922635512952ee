/** Notes: GNU properties, build id, Android's API level. gABI chapter 5, "Linux Extensions to gABI". */
import type { Source } from "../../source.ts";
import { NT_ANDROID, NT_GNU, PT, SHF, SHT } from "../constants.ts";
import { type ElfContext, ElfNhdr } from "../layout.ts";
import type { Problems } from "./problems.ts";
import type { Region } from "./region.ts";
import { type Section, sectionRegion } from "./sections.ts";
import type { Segment } from "./segments.ts";
import { decodeName, nameEnd } from "./strings.ts";

export interface Note {
  /** Without the NUL: `GNU`, `Android`. */
  readonly name: string;
  readonly type: number;
  readonly desc: Uint8Array;
  /** File offset of the note. */
  readonly at: number;
}

/** Notes are a few hundred bytes; core files have more. */
const MAX_REGION = 1 << 20;
const MAX_NOTES = 4096;
const MAX_REGIONS = 64;

interface NoteRegion extends Region {
  readonly align: 4 | 8;
}

/** From PT_NOTE and PT_GNU_PROPERTY, then allocated SHT_NOTE sections that no segment covers. */
export function parseNotes(
  source: Source,
  context: ElfContext,
  segments: readonly Segment[],
  sections: readonly Section[],
  problems: Problems,
): readonly Note[] {
  const notes: Note[] = [];
  const seen = new Set<number>();
  for (const region of noteRegions(source.size, segments, sections)) {
    const bytes = problems.attempt(() =>
      source.read(region.offset, Math.min(region.size, MAX_REGION)),
    );
    if (bytes === undefined) continue;
    for (const note of walkNotes(bytes, region, context, problems)) {
      if (notes.length >= MAX_NOTES) return notes;
      if (seen.has(note.at)) continue;
      seen.add(note.at);
      notes.push(note);
    }
  }
  return notes;
}

function noteRegions(
  fileSize: number,
  segments: readonly Segment[],
  sections: readonly Section[],
): readonly NoteRegion[] {
  const regions: NoteRegion[] = [];
  for (const { p_type, p_offset, p_filesz, p_align } of segments) {
    if (p_type !== PT.PT_NOTE && p_type !== PT.PT_GNU_PROPERTY) continue;
    const size = Math.min(p_filesz, fileSize - p_offset);
    if (size > 0) regions.push({ offset: p_offset, size, align: p_align === 8n ? 8 : 4 });
  }
  regions.length = Math.min(regions.length, MAX_REGIONS);
  for (const section of sections) {
    if (section.sh_type !== SHT.SHT_NOTE || regions.length >= MAX_REGIONS) continue;
    if (segments.length > 0 && (section.sh_flags & SHF.SHF_ALLOC) === 0) continue;
    const { offset, size } = sectionRegion(section, fileSize);
    const covered = regions.some(
      (region) => offset >= region.offset && offset + size <= region.offset + region.size,
    );
    if (size > 0 && !covered) {
      regions.push({ offset, size, align: section.sh_addralign === 8n ? 8 : 4 });
    }
  }
  return regions;
}

/** Each step takes at least the 12 bytes of a header, so the walk ends. */
function walkNotes(
  bytes: Uint8Array,
  { offset, size, align }: NoteRegion,
  context: ElfContext,
  problems: Problems,
): readonly Note[] {
  const notes: Note[] = [];
  const header = ElfNhdr.sizeOf(context.variant);
  for (let at = 0; at + header <= bytes.length && notes.length < MAX_NOTES; ) {
    const { n_namesz, n_descsz, n_type } = ElfNhdr.read(bytes, at, context, offset + at);
    const desc = alignUp(at + header + n_namesz, align);
    if (desc + n_descsz > size) {
      problems.addMinor("the note is longer than its segment", {
        record: "Elf_Nhdr",
        field: "n_descsz",
        offset: offset + at,
        value: `${n_namesz} + ${n_descsz}`,
      });
      break;
    }
    // A whole program may be in a note; nobody asks for more of it than was read.
    if (desc + n_descsz > bytes.length) break;
    const nameStart = at + header;
    const name = bytes.subarray(nameStart, nameStart + n_namesz);
    notes.push({
      name: decodeName(name, 0, nameEnd(name, 0)),
      type: n_type,
      desc: bytes.subarray(desc, desc + n_descsz),
      at: offset + at,
    });
    at = alignUp(desc + n_descsz, align);
  }
  return notes;
}

function alignUp(value: number, align: number): number {
  return Math.ceil(value / align) * align;
}

/** The linker's identification of the build, as hex. */
export function buildId(notes: readonly Note[]): string | null {
  const note = notes.find(({ name, type }) => name === "GNU" && type === NT_GNU.NT_GNU_BUILD_ID);
  if (note === undefined) return null;
  let text = "";
  for (const byte of note.desc.subarray(0, 64)) text += byte.toString(16).padStart(2, "0");
  return text;
}

/** API level that the NDK linked for (`.note.android.ident`). */
export function androidApi(notes: readonly Note[], context: ElfContext): number | null {
  for (const { name, type, desc } of notes) {
    if (name !== "Android" || type !== NT_ANDROID.NT_ANDROID_TYPE_IDENT || desc.length < 4)
      continue;
    return new DataView(desc.buffer, desc.byteOffset).getUint32(0, context.littleEndian);
  }
  return null;
}
