/** ELF members. */
import type { ElfSlice } from "../../formats.ts";
import type { Binary, NativeMember } from "../member.ts";
import { binariesOf } from "../member.ts";

export type ElfBinary = Binary<ElfSlice>;

export function elfBinaries(members: readonly NativeMember[]): readonly ElfBinary[] {
  return members.flatMap(({ path, size, file }) =>
    file?.format === "elf" ? binariesOf<ElfSlice>(path, size, file) : [],
  );
}
