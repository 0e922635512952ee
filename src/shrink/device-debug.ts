/** Line tables, PTX texts and names of sources inside cubins: for profilers and debuggers only. */
import { FormatError } from "../errors.ts";
import { FORMATS } from "../formats.ts";
import { memorySource } from "../source.ts";

const DEBUG_SECTION = /^\.(?:rel\.|rela\.)?(?:nv_debug_|debug_)/;

/** What unwinding on the device might read stays. */
const NEEDED = /^\.(?:rel\.|rela\.)?debug_frame/;

/**
 * Zeroes the bodies of the debug sections of a cubin; headers and places stay.
 *
 * @returns bytes that were cleared.
 */
export function clearDeviceDebug(cubin: Uint8Array): number {
  let cleared = 0;
  try {
    for (const { name, start, size } of FORMATS.elf.open(memorySource(cubin)).regions()) {
      if (!DEBUG_SECTION.test(name) || NEEDED.test(name) || size === 0) continue;
      if (cubin.subarray(start, start + size).every((byte) => byte === 0)) continue;
      cubin.fill(0, start, start + size);
      cleared += size;
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
  return cleared;
}
