import type { FieldRef } from "../../../errors.ts";
import type { Problem } from "../../../finding.ts";
import type { LoadSegment } from "../../../formats.ts";
import type { LinuxModel } from "../../linux/model.ts";
import type { NativeCode } from "../texts.ts";

/** The smallest page of any system; glibc compares the alignment with the real one. */
const SMALLEST_PAGE = 4096n;

/** Load segments that the kernel or glibc would refuse. */
export function brokenSegments({ considered, others }: LinuxModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  for (const { path, size, slice } of [...considered, ...others]) {
    if (slice.kind !== "shared" && slice.kind !== "executable") continue;
    const defect = firstDefect(slice.loads, size);
    if (defect !== undefined) problems.push({ code: "LNK011", path, ...defect });
  }
  return problems;
}

function firstDefect(
  loads: readonly LoadSegment[],
  fileSize: number,
): { readonly message: string; readonly at: FieldRef } | undefined {
  let end: bigint | undefined;
  for (const load of loads) {
    const { offset, address, align, memorySize, at } = load;
    const place = (field: string, value: bigint | number): FieldRef => ({
      ...at,
      field,
      value: `0x${value.toString(16)}`,
    });
    if (align > 1n && (align & (align - 1n)) !== 0n) {
      return {
        message: "the alignment of a load segment is not a power of two",
        at: place("p_align", align),
      };
    }
    if (align > 1n && (address - BigInt(offset)) % align !== 0n) {
      return {
        message: "address and offset of a load segment differ by no multiple of its alignment",
        at: place("p_vaddr", address),
      };
    }
    if (align % SMALLEST_PAGE !== 0n) {
      return {
        message: "the alignment of a load segment is below the size of a page",
        at: place("p_align", align),
      };
    }
    // A segment without contents reads nothing of the file; debug files have all of them so.
    if (load.fileSize > 0 && offset + load.fileSize > fileSize) {
      return {
        message: "a load segment ends after the end of the file",
        at: place("p_filesz", load.fileSize),
      };
    }
    if (BigInt(load.fileSize) > memorySize) {
      return {
        message: "a load segment is larger in the file than in memory",
        at: place("p_memsz", memorySize),
      };
    }
    if (end !== undefined && address < end) {
      return {
        message: "load segments overlap or are not in the order of their addresses",
        at: place("p_vaddr", address),
      };
    }
    end = address + memorySize;
  }
  return undefined;
}
