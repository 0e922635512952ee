/** What an architecture is called in `lipo`, `otool` and platform tags. */
import { CPU_SUBTYPE_MASK, CPU_TYPE } from "./constants.ts";

type Names = Readonly<Record<number, string>>;

/** cpusubtype, without its feature bits, to name. */
const NAMES: Readonly<Record<number, Names>> = {
  [CPU_TYPE.CPU_TYPE_X86]: { 3: "i386", 4: "i486", 8: "i386" },
  [CPU_TYPE.CPU_TYPE_X86_64]: { 3: "x86_64", 4: "x86_64", 8: "x86_64h" },
  [CPU_TYPE.CPU_TYPE_ARM]: {
    0: "arm",
    5: "armv4t",
    6: "armv6",
    7: "armv5e",
    9: "armv7",
    11: "armv7s",
    12: "armv7k",
    13: "armv8",
    14: "armv6m",
    15: "armv7m",
    16: "armv7em",
  },
  [CPU_TYPE.CPU_TYPE_ARM64]: { 0: "arm64", 1: "arm64", 2: "arm64e" },
  [CPU_TYPE.CPU_TYPE_ARM64_32]: { 0: "arm64_32", 1: "arm64_32" },
};

/** `x86_64`, `x86_64h`, `arm64`, `arm64e`, `i386`, `ppc`, …, or `unknown`. */
export function archOf(cputype: number, cpusubtype: number): string {
  if (cputype === CPU_TYPE.CPU_TYPE_POWERPC) return "ppc";
  if (cputype === CPU_TYPE.CPU_TYPE_POWERPC64) return "ppc64";
  return NAMES[cputype]?.[(cpusubtype & ~CPU_SUBTYPE_MASK) >>> 0] ?? "unknown";
}

/** The kernel refuses code of these without a valid signature. */
export function mustBeSigned(arch: string): boolean {
  return arch === "arm64" || arch === "arm64e";
}

/** Bytes of a page of the machines that run it: segments begin and end there. */
export function pageSizeOf(cputype: number): 0x1000 | 0x4000 {
  const arm =
    cputype === CPU_TYPE.CPU_TYPE_ARM ||
    cputype === CPU_TYPE.CPU_TYPE_ARM64 ||
    cputype === CPU_TYPE.CPU_TYPE_ARM64_32;
  return arm ? 0x4000 : 0x1000;
}
