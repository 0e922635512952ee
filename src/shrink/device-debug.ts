/** Line tables, PTX texts and names of sources inside cubins: for profilers and debuggers only. */
import { concatBytes } from "../bytes.ts";
import { FormatError } from "../errors.ts";
import { FORMATS } from "../formats.ts";
import { type ByteRange, memorySource, mergeRanges } from "../source.ts";

const DEBUG_SECTION = /^\.(?:rel\.|rela\.)?(?:nv_debug_|debug_)/;

/** What unwinding on the device might read stays. */
const NEEDED = /^\.(?:rel\.|rela\.)?debug_frame/;

/** Bytes of what is cleared that show what it would take stored. */
const SAMPLE = 1 << 20;

export interface ClearedDebug {
  /** Bytes that were cleared. */
  readonly size: number;
  /** The first of them. */
  readonly sample: Uint8Array;
}

/** Zeroes the bodies of the debug sections of a cubin; headers and places stay. */
export function clearDeviceDebug(cubin: Uint8Array): ClearedDebug {
  const parts: Uint8Array[] = [];
  let [size, sampled] = [0, 0];
  for (const { start, end } of debugRanges(cubin)) {
    const body = cubin.subarray(start, end);
    if (body.every((byte) => byte === 0)) continue;
    const part = body.slice(0, SAMPLE - sampled);
    if (part.length > 0) parts.push(part);
    sampled += part.length;
    size += body.length;
    body.fill(0);
  }
  return { size, sample: concatBytes(parts) };
}

/** Where they are, each byte once: of a damaged cubin sections may overlap, and there may be many. */
function debugRanges(cubin: Uint8Array): readonly ByteRange[] {
  try {
    const ranges = FORMATS.elf
      .open(memorySource(cubin))
      .regions()
      .filter(({ name, size }) => DEBUG_SECTION.test(name) && !NEEDED.test(name) && size > 0)
      .map(({ start, size }) => ({ start, end: Math.min(start + size, cubin.length) }));
    return mergeRanges(ranges);
  } catch (error) {
    if (error instanceof FormatError) return [];
    throw error;
  }
}
