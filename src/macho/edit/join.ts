/** One fat file out of several files: the slices are taken as they are, bit for bit. */

import { collectProblems } from "../../problems.ts";
import { assembledSource, type Source, sliceSource } from "../../source.ts";
import { archOf } from "../arch.ts";
import { CPU_TYPE } from "../constants.ts";
import { archiveProcessor, type Processor } from "../read/archive.ts";
import { fatKind, isArchive, matches, parseFat } from "../read/fat.ts";
import { HEAD_SIZE, readHead } from "../read/header.ts";
import { sameContent } from "../verify/same.ts";
import { defaultAlign, layOutFat } from "./fat-file.ts";
import { refuse } from "./refuse.ts";

/** What a thin or fat file, or a static library, gives to a fat one. */
export interface MachoPart extends Processor {
  readonly arch: string;
  /** Binary logarithm of the alignment. */
  readonly align: number;
  /** Its bytes. */
  readonly source: Source;
}

/**
 * The slices of a file: one of a thin file or a static library. `null` for what is neither.
 *
 * @throws FormatError when a header is damaged.
 */
export function machoParts(source: Source): readonly MachoPart[] | null {
  const head = source.read(0, Math.min(HEAD_SIZE, source.size));
  if (isArchive(head)) {
    const processor = archiveProcessor(source);
    return processor === null ? null : [partOf(processor, source)];
  }
  if (!matches(head)) return null;
  if (fatKind(head) === null) return [partOf(readHead(head, 0).header, source)];
  const fat = parseFat(source, collectProblems());
  return (fat?.entries ?? []).map(({ offset, size, align, cputype, cpusubtype }) => ({
    ...partOf({ cputype, cpusubtype }, sliceSource(source, offset, size)),
    align,
  }));
}

function partOf({ cputype, cpusubtype }: Processor, source: Source): MachoPart {
  const arch = archOf(cputype, cpusubtype);
  return { cputype, cpusubtype, arch, align: defaultAlign(cputype), source };
}

/**
 * A fat file with the slices of all files, in the order that `lipo` gives them.
 *
 * @throws RefusalError when two files have different slices for one architecture, or one has none.
 */
export function joinMacho(sources: readonly Source[]): Source {
  const parts: MachoPart[] = [];
  for (const source of sources) {
    const own = machoParts(source);
    if (own === null) throw refuse("join", "a file is neither Mach-O nor a static library");
    for (const part of own) {
      const twin = parts.find(
        ({ cputype, arch }) => cputype === part.cputype && arch === part.arch,
      );
      if (twin === undefined) parts.push(part);
      else if (!equal(twin.source, part.source)) {
        throw refuse("join", `two files have different slices for ${part.arch}`);
      }
    }
  }
  parts.sort(byPlace);
  const members = parts.map(({ source, ...part }) => ({ ...part, size: source.size }));
  const { header, offsets, size } = layOutFat(members, "fat");
  return assembledSource(size, [
    { start: 0, bytes: header },
    ...parts.map(({ source }, index) => ({ start: offsets[index] ?? 0, source })),
  ]);
}

function equal(a: Source, b: Source): boolean {
  return a.size === b.size && sameContent(a, 0, b, 0, a.size);
}

/** The arm64 family comes last, variants of one processor by subtype, others by alignment. */
function byPlace(a: MachoPart, b: MachoPart): number {
  if (a.cputype === b.cputype) return (a.cpusubtype & 0xff_ffff) - (b.cpusubtype & 0xff_ffff);
  const arm = (part: MachoPart): number => Number(part.cputype === CPU_TYPE.CPU_TYPE_ARM64);
  return arm(a) - arm(b) || a.align - b.align;
}
