/** Which sections lie in which segment, by the rule that binutils print it with (`include/elf/internal.h`). */
import { PT, SHF, SHT } from "../constants.ts";
import type { Section } from "./sections.ts";
import type { Segment } from "./segments.ts";

/** Segments that hold nothing but allocated sections. */
const ALLOCATED_ONLY: ReadonlySet<number> = new Set([
  PT.PT_LOAD,
  PT.PT_DYNAMIC,
  PT.PT_GNU_EH_FRAME,
  PT.PT_GNU_STACK,
  PT.PT_GNU_RELRO,
  PT.PT_GNU_SFRAME,
]);
const WITH_TLS: ReadonlySet<number> = new Set([PT.PT_TLS, PT.PT_GNU_RELRO, PT.PT_LOAD]);

/** True when all of the section lies in the segment, in the file and in memory. */
export function isInSegment(section: Section, segment: Segment): boolean {
  const { sh_flags, sh_type, sh_offset, sh_size, sh_addr } = section;
  const { p_type, p_offset, p_filesz, p_vaddr, p_memsz } = segment;
  const tls = (sh_flags & SHF.SHF_TLS) !== 0;
  const allocated = (sh_flags & SHF.SHF_ALLOC) !== 0;
  const inFile = sh_type !== SHT.SHT_NOBITS;
  // .tbss takes no room but in the TLS template.
  if (tls && !inFile && p_type !== PT.PT_TLS) return false;
  if (tls ? !WITH_TLS.has(p_type) : p_type === PT.PT_TLS || p_type === PT.PT_PHDR) return false;
  if (!allocated && ALLOCATED_ONLY.has(p_type)) return false;
  const fileAt = sh_offset - p_offset;
  const fits = fileAt >= 0 && fileAt <= p_filesz - 1 && fileAt + sh_size <= p_filesz;
  if (inFile && !fits) return false;
  const memoryAt = sh_addr - p_vaddr;
  const fitsMemory =
    memoryAt >= 0n && memoryAt <= p_memsz - 1n && memoryAt + BigInt(sh_size) <= p_memsz;
  if (allocated && !fitsMemory) return false;
  if ((p_type === PT.PT_DYNAMIC || p_type === PT.PT_NOTE) && sh_size === 0 && p_memsz !== 0n) {
    return (!inFile || fileAt > 0) && (!allocated || memoryAt > 0n);
  }
  return true;
}
