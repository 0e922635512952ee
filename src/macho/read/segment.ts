/** Segments and their sections. */
import { FormatError } from "../../errors.ts";
import type { Problems } from "../../problems.ts";
import { LC, S, SECTION_TYPE } from "../constants.ts";
import {
  type MachoContext,
  SectionRecord,
  type Section as SectionValue,
  SegmentCommand,
  type SegmentRecord,
  sectionSize,
} from "../layout.ts";
import type { LoadCommand } from "./header.ts";
import { fixedName } from "./strings.ts";

export interface Section extends SectionValue {
  readonly name: string;
  readonly segment: string;
  /** Counted from 1 over all segments, as n_sect does. */
  readonly number: number;
  /** Byte offset of the record from the slice's start. */
  readonly at: number;
  /** Takes no room in the file. */
  readonly zeroFill: boolean;
  /** Bytes in the file. */
  readonly fileSize: number;
}

export interface Segment extends SegmentRecord {
  readonly name: string;
  readonly command: LoadCommand;
  readonly sections: readonly Section[];
}

const ZERO_FILL: ReadonlySet<number> = new Set([
  S.S_ZEROFILL,
  S.S_GB_ZEROFILL,
  S.S_THREAD_LOCAL_ZEROFILL,
]);

/** Sections of one file; n_sect counts to 255, but object files have more. */
const MAX_SECTIONS = 1 << 16;

/** @throws FormatError when a segment's sections don't fit in its load command. */
export function parseSegments(
  commands: readonly LoadCommand[],
  context: MachoContext,
  base: number,
  size: number,
  problems: Problems,
): readonly Segment[] {
  const wanted = context.variant === "macho64" ? LC.LC_SEGMENT_64 : LC.LC_SEGMENT;
  const head = SegmentCommand.sizeOf(context.variant);
  const stride = sectionSize(context.variant);
  const segments: Segment[] = [];
  let number = 1;
  for (const command of commands) {
    if (command.cmd !== wanted) continue;
    const { bytes, at } = command;
    const record = SegmentCommand.read(bytes, 0, context, base + at);
    const name = fixedName(bytes, 8);
    if (head + record.nsects * stride > bytes.length || number + record.nsects > MAX_SECTIONS) {
      throw new FormatError(`${record.nsects} sections do not fit in the load command`, {
        format: "macho",
        record: command.name,
        field: "nsects",
        offset: base + at + SegmentCommand.offsetOf(context.variant, "nsects"),
        value: `${record.nsects}`,
      });
    }
    if (record.fileoff + record.filesize > size) {
      problems.add(`segment \`${name}\` ends behind the file's ${size} bytes`, {
        record: command.name,
        field: "filesize",
        offset: base + at,
        value: `${record.filesize}`,
      });
    } else if (BigInt(record.filesize) > record.vmsize) {
      problems.add(`segment \`${name}\` is larger in the file than in memory`, {
        record: command.name,
        field: "filesize",
        offset: base + at,
        value: `${record.filesize}`,
      });
    }
    const sections: Section[] = [];
    for (let index = 0; index < record.nsects; index++) {
      const place = head + index * stride;
      sections.push(readSection(bytes, place, at + place, number++, context, base));
    }
    segments.push({ ...record, name, command, sections });
  }
  return segments;
}

function readSection(
  bytes: Uint8Array,
  place: number,
  at: number,
  number: number,
  context: MachoContext,
  base: number,
): Section {
  const record = SectionRecord.read(bytes, place, context, base + at - place);
  const zeroFill = ZERO_FILL.has(record.flags & SECTION_TYPE);
  return {
    ...record,
    name: fixedName(bytes, place),
    segment: fixedName(bytes, place + 16),
    number,
    at,
    zeroFill,
    fileSize: zeroFill ? 0 : Number(record.size),
  };
}

/** Where the first content after the load commands begins: nothing may be written from there on. */
export function firstContent(segments: readonly Segment[], size: number): number {
  let first = size;
  for (const { sections, fileoff, filesize } of segments) {
    if (sections.length === 0) {
      if (fileoff > 0 && filesize > 0) first = Math.min(first, fileoff);
      continue;
    }
    for (const section of sections) {
      if (section.fileSize > 0 && section.offset > 0) first = Math.min(first, section.offset);
      if (section.nreloc > 0) first = Math.min(first, section.reloff);
    }
  }
  return first;
}
