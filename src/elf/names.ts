/** From values to names: unknown values stay printable, as `PT_0x6474e555`. */

import { flagNames, knownName, type NameTable, nameOf } from "../names.ts";
import {
  DF,
  DF_1,
  DT,
  DT_AARCH64,
  DT_ALPHA,
  DT_MIPS,
  DT_PPC,
  DT_PPC64,
  DT_RISCV,
  DT_X86_64,
  EF_ARM,
  ELFOSABI,
  EM,
  ET,
  PF,
  PT,
  PT_AARCH64,
  PT_ARM,
  PT_MIPS,
  PT_RISCV,
  PT_S390,
  SHT,
  SHT_AARCH64,
  SHT_ARM,
  SHT_MIPS,
  SHT_RISCV,
  SHT_X86_64,
  STB,
  STT,
  STV,
  VER_FLG,
} from "./constants.ts";

export { flagNames, nameOf } from "../names.ts";

/** Value and names of a processor's own range, 0x70000000-0x7fffffff. */
const DT_OF: Readonly<Record<number, NameTable>> = {
  [EM.EM_MIPS]: DT_MIPS,
  [EM.EM_AARCH64]: DT_AARCH64,
  [EM.EM_PPC]: DT_PPC,
  [EM.EM_PPC64]: DT_PPC64,
  [EM.EM_RISCV]: DT_RISCV,
  [EM.EM_ALPHA]: DT_ALPHA,
  [EM.EM_X86_64]: DT_X86_64,
};
const PT_OF: Readonly<Record<number, NameTable>> = {
  [EM.EM_MIPS]: PT_MIPS,
  [EM.EM_ARM]: PT_ARM,
  [EM.EM_AARCH64]: PT_AARCH64,
  [EM.EM_RISCV]: PT_RISCV,
  [EM.EM_S390]: PT_S390,
};
const SHT_OF: Readonly<Record<number, NameTable>> = {
  [EM.EM_MIPS]: SHT_MIPS,
  [EM.EM_ARM]: SHT_ARM,
  [EM.EM_AARCH64]: SHT_AARCH64,
  [EM.EM_RISCV]: SHT_RISCV,
  [EM.EM_X86_64]: SHT_X86_64,
};

export function machineName(machine: number): string {
  return nameOf(EM, "EM_", machine);
}

export function fileTypeName(type: number): string {
  return nameOf(ET, "ET_", type);
}

export function osAbiName(osAbi: number): string {
  return nameOf(ELFOSABI, "ELFOSABI_", osAbi);
}

export function segmentTypeName(type: number, machine: number): string {
  return knownName(PT_OF[machine], type) ?? nameOf(PT, "PT_", type);
}

export function sectionTypeName(type: number, machine: number): string {
  return knownName(SHT_OF[machine], type) ?? nameOf(SHT, "SHT_", type);
}

export function tagName(tag: number, machine: number): string {
  return knownName(DT_OF[machine], tag) ?? nameOf(DT, "DT_", tag);
}

export function bindingName(binding: number): string {
  return nameOf(STB, "STB_", binding);
}

export function symbolTypeName(type: number): string {
  return nameOf(STT, "STT_", type);
}

export function visibilityName(visibility: number): string {
  return nameOf(STV, "STV_", visibility);
}

export function segmentFlagNames(flags: number): readonly string[] {
  return flagNames({ PF_R: PF.PF_R, PF_W: PF.PF_W, PF_X: PF.PF_X }, flags);
}

export function dynamicFlagNames(flags: number): readonly string[] {
  return flagNames(DF, flags);
}

export function dynamicFlag1Names(flags: number): readonly string[] {
  return flagNames(DF_1, flags);
}

export function versionFlagNames(flags: number): readonly string[] {
  return flagNames(VER_FLG, flags);
}

/** The EABI version of a 32-bit Arm file, 0-5 as published. */
export function armEabi(flags: number): number {
  return (flags & EF_ARM.EF_ARM_EABIMASK) >>> 24;
}
