/** Line tables, PTX texts and names of sources inside cubins: for profilers and debuggers only. */
import { FormatError } from "../errors.ts";
import { FORMATS } from "../formats.ts";
import { memorySource } from "../source.ts";

const DEBUG_SECTION = /^\.(?:rel\.|rela\.)?(?:nv_debug_|debug_)/;

/** What unwinding on the device might read stays. */
const NEEDED = /^\.(?:rel\.|rela\.)?debug_frame/;

/** The cubin with the bodies of its debug sections zeroed; headers and places stay. */
export function clearDeviceDebug(cubin: Uint8Array): {
  readonly bytes: Uint8Array;
  readonly cleared: number;
} {
  let cleared = 0;
  let bytes = cubin;
  try {
    for (const { name, start, size } of FORMATS.elf.open(memorySource(cubin)).regions()) {
      if (!DEBUG_SECTION.test(name) || NEEDED.test(name) || size === 0) continue;
      if (cubin.subarray(start, start + size).every((byte) => byte === 0)) continue;
      if (cleared === 0) bytes = cubin.slice();
      bytes.fill(0, start, start + size);
      cleared += size;
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { bytes: cubin, cleared: 0 };
  }
  return { bytes, cleared };
}
