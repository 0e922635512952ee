/** What a kernel, a loader or `strip` would reject or break in an ELF file's layout. */

import { PF, PT } from "../constants.ts";
import { ElfPhdr } from "../layout.ts";
import type { ElfImage } from "../read/image.ts";
import { hasBytes, isAllocated, isInLoad, type Section, sectionName } from "../read/sections.ts";
import type { Segment } from "../read/segments.ts";

/** One sentence for each fault; the same fault reads the same when indexes and offsets change. */
export function layoutFaults(image: ElfImage): string[] {
  const faults: string[] = [];
  const { segments, size } = image;
  const loads = segments.filter(({ p_type }) => p_type === PT.PT_LOAD);
  let previous: Segment | undefined;
  let fileEnd = 0;
  for (const load of loads) {
    const { p_vaddr, p_offset, p_filesz, p_memsz, p_align } = load;
    const name = `the load segment at 0x${p_vaddr.toString(16)}`;
    if (p_filesz > 0 && p_offset + p_filesz > size) faults.push(`${name} ends behind the file`);
    if (BigInt(p_filesz) > p_memsz) faults.push(`${name} is larger in the file`);
    if (p_align > 1n && (p_vaddr - BigInt(p_offset)) % p_align !== 0n) {
      faults.push(`address and offset of ${name} don't fit its alignment`);
    }
    if (previous !== undefined && p_vaddr < previous.p_vaddr + previous.p_memsz) {
      faults.push(`${name} overlaps the one before or is out of order`);
    }
    if (p_filesz > 0 && p_offset < fileEnd) {
      faults.push(`${name} shares bytes with the one before`);
    }
    if (p_filesz > 0) fileEnd = p_offset + p_filesz;
    previous = load;
  }
  for (const { p_type, p_vaddr, p_offset, p_filesz, p_memsz } of segments) {
    const name = COVERED.get(p_type);
    if (name === undefined || p_memsz === 0n) continue;
    const inside = loads.some(
      (load) =>
        p_vaddr >= load.p_vaddr &&
        p_vaddr + p_memsz <= load.p_vaddr + load.p_memsz &&
        (p_filesz === 0 || p_vaddr - load.p_vaddr === BigInt(p_offset - load.p_offset)),
    );
    if (!inside) faults.push(`${name} is not inside a load segment`);
  }
  if (image.dynamic !== null && image.dynamic.segment !== null) {
    const { p_vaddr, p_flags } = image.dynamic.segment;
    const holder = loads.find(
      (load) => p_vaddr >= load.p_vaddr && p_vaddr < load.p_vaddr + load.p_memsz,
    );
    // MIPS and RISC-V with -z rodynamic have it read-only, and say so.
    if ((p_flags & PF.PF_W) !== 0 && holder !== undefined && (holder.p_flags & PF.PF_W) === 0) {
      faults.push("the dynamic section can't be written where it lies");
    }
  }
  faults.push(...sectionFaults(image, loads));
  return faults;
}

const COVERED: ReadonlyMap<number, string> = new Map([
  [PT.PT_DYNAMIC, "PT_DYNAMIC"],
  [PT.PT_PHDR, "PT_PHDR"],
  [PT.PT_INTERP, "PT_INTERP"],
  [PT.PT_GNU_EH_FRAME, "PT_GNU_EH_FRAME"],
  [PT.PT_GNU_PROPERTY, "PT_GNU_PROPERTY"],
]);

function sectionFaults(image: ElfImage, loads: readonly Segment[]): string[] {
  const faults: string[] = [];
  const { list } = image.sections;
  const nameOf = (section: Section): string =>
    `section \`${sectionName(image.sections, section)}\``;
  const inFile = list.filter((section) => hasBytes(section) && section.sh_size > 0);
  for (const section of inFile) {
    const name = nameOf(section);
    if (section.sh_offset + section.sh_size > image.size) {
      faults.push(`${name} ends behind the file`);
    }
    if (isAllocated(section) && !isInLoad(loads, section)) {
      faults.push(`${name} is not where its load segment maps it`);
    }
  }
  const sorted = [...inFile].sort((a, b) => a.sh_offset - b.sh_offset || a.sh_size - b.sh_size);
  for (let at = 1; at < sorted.length; at++) {
    const left = sorted[at - 1];
    const right = sorted[at];
    if (left === undefined || right === undefined) continue;
    if (left.sh_offset + left.sh_size > right.sh_offset) {
      faults.push(`${nameOf(left)} and ${nameOf(right)} overlap`);
    }
  }
  const start = image.ehdr.e_phoff;
  const headers = { start, end: start + image.phnum * ElfPhdr.sizeOf(image.context.variant) };
  for (const section of inFile) {
    const { sh_offset, sh_size } = section;
    if (sh_offset < headers.end && sh_offset + sh_size > headers.start) {
      faults.push(`${nameOf(section)} overlaps the program headers`);
    }
  }
  return faults;
}
