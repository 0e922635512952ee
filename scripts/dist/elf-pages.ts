/**
 * The segment that postject adds is aligned to 4096 bytes; kernels with larger pages would refuse the
 * whole program. Where the segment lies right for larger pages already, its header says so afterwards.
 */
import { PT } from "../../src/elf/constants.ts";
import { kernelPage } from "../../src/elf/cut/page.ts";
import { ElfPhdr } from "../../src/elf/layout.ts";
import { parseElf } from "../../src/elf/read/image.ts";
import { memorySource } from "../../src/source.ts";

/** Aligns every loaded segment of `bytes` to the largest page. @throws Error where one lies wrong. */
export function alignSegments(bytes: Uint8Array): Uint8Array {
  const { context, ehdr, segments } = parseElf(memorySource(bytes));
  const loaded = segments.filter(({ p_type }) => p_type === PT.PT_LOAD);
  const align = BigInt(kernelPage(ehdr.e_machine));
  const result = bytes.slice();
  for (const [index, segment] of segments.entries()) {
    const { p_type, p_align, p_offset, p_vaddr } = segment;
    if (p_type !== PT.PT_LOAD || p_align >= align) continue;
    const ownPages =
      p_vaddr % align === 0n &&
      loaded.every(
        (other) =>
          other === segment ||
          endOf(other) <= p_vaddr ||
          other.p_vaddr - (other.p_vaddr % align) >= endOf(segment),
      );
    if (!ownPages || BigInt(p_offset) % align !== 0n) {
      throw new Error(`segment ${index} can't be loaded where pages have ${align} bytes`);
    }
    const at = ehdr.e_phoff + index * ElfPhdr.sizeOf(context.variant);
    ElfPhdr.set(result, at, context, { p_align: align });
  }
  return result;
}

function endOf({
  p_vaddr,
  p_memsz,
}: {
  readonly p_vaddr: bigint;
  readonly p_memsz: bigint;
}): bigint {
  return p_vaddr + p_memsz;
}
