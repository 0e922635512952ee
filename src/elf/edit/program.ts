/** What a kernel starts, and what starts without a loader. */
import { DF_1, DT, ET, PT } from "../constants.ts";
import type { Linkage } from "../read/linkage.ts";
import { dynamicValue } from "../refuse.ts";

/** True for what a kernel starts: its program headers must stay where they are. */
export function isProgram(model: Linkage): boolean {
  return model.header.ehdr.e_type === ET.ET_EXEC || hasInterpreter(model) || isStaticProgram(model);
}

/**
 * True for a static program that runs at any address: its own start-up code reads the dynamic
 * section, and glibc's stops at an entry that only a loader could follow, such as DT_RUNPATH.
 */
export function isStaticProgram(model: Linkage): boolean {
  const { entries } = model.dynamic;
  const value = (tag: number): bigint | undefined => dynamicValue(entries, tag);
  if (model.header.ehdr.e_type !== ET.ET_DYN || hasInterpreter(model)) return false;
  if (value(DT.DT_NEEDED) !== undefined || value(DT.DT_SONAME) !== undefined) return false;
  // Linkers before binutils 2.26 set no flag, but gave only programs the debugger's slot.
  if (((value(DT.DT_FLAGS_1) ?? 0n) & BigInt(DF_1.DF_1_PIE)) !== 0n) return true;
  return value(DT.DT_DEBUG) !== undefined && model.header.ehdr.e_entry !== 0n;
}

function hasInterpreter({ segments }: Linkage): boolean {
  return segments.some(({ p_type }) => p_type === PT.PT_INTERP);
}
