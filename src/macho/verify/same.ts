/** Comparisons of a slice with its result. */
import { bytesEqual } from "../../bytes.ts";
import type { Source } from "../../source.ts";
import { LC } from "../constants.ts";
import type { MachoImage } from "../read/image.ts";
import { linkeditParts } from "../read/linkedit-parts.ts";
import { firstContent } from "../read/segment.ts";

const CHUNK = 1 << 20;

export function sameContent(a: Source, aAt: number, b: Source, bAt: number, size: number): boolean {
  for (let at = 0; at < size; at += CHUNK) {
    const part = Math.min(CHUNK, size - at);
    if (!bytesEqual(a.read(aAt + at, part), b.read(bAt + at, part))) return false;
  }
  return true;
}

/** Compares ranges, each given from its slice's start; copies of the original need not be read. */
export type SameBytes = (offset: number, now: number, size: number) => boolean;

/** Code and data are where they were. */
export function contentFaults(old: MachoImage, now: MachoImage, same: SameBytes): string[] {
  const first = firstContent(old.segments, old.source.size);
  const faults: string[] = [];
  if (old.segments.length !== now.segments.length) return ["the segments are others"];
  for (const [index, before] of old.segments.entries()) {
    const after = now.segments[index];
    if (after === undefined || before.name === "__LINKEDIT") continue;
    const start = Math.max(before.fileoff, Math.min(first, before.fileoff + before.filesize));
    const size = before.fileoff + before.filesize - start;
    const moved = after.fileoff !== before.fileoff || after.filesize !== before.filesize;
    const elsewhere = after.vmaddr !== before.vmaddr || after.vmsize !== before.vmsize;
    if (moved || elsewhere || !same(start, start, size)) {
      faults.push(`segment \`${before.name}\` changed`);
    }
  }
  return faults;
}

/** Tables that no edit changes hold the same bytes, wherever they lie. @param changed their names. */
export function tableFaults(
  old: MachoImage,
  now: MachoImage,
  changed: ReadonlySet<string>,
  same: SameBytes,
): string[] {
  const faults: string[] = [];
  const after = linkeditParts(now);
  for (const { name, offset, size, command } of linkeditParts(old)) {
    if (changed.has(name) || command.cmd === LC.LC_CODE_SIGNATURE) continue;
    const found = after.find((each) => each.name === name);
    if (found === undefined && DROPPED.has(command.cmd)) continue;
    if (found === undefined || found.size !== size || !same(offset, found.offset, size)) {
      faults.push(`the ${name} changed`);
    }
  }
  return faults;
}

/** Load commands that give way when the header is full. */
const DROPPED: ReadonlySet<number> = new Set([
  LC.LC_DATA_IN_CODE,
  LC.LC_SEGMENT_SPLIT_INFO,
  LC.LC_DYLIB_CODE_SIGN_DRS,
  LC.LC_LINKER_OPTIMIZATION_HINT,
  LC.LC_FUNCTION_STARTS,
]);
