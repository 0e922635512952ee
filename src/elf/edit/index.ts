/** Editing ELF files: plan, verify, and what can be asked. */
import { ET, PT } from "../constants.ts";
import type { ElfImage } from "../read/image.ts";
import type { ElfEdit } from "./types.ts";

export type { StripLevel } from "../strip/sections.ts";
export { stripElf } from "../strip/strip.ts";
export { type VerifyOptions, verifyElfRewrite as verify } from "../verify/edit.ts";
export { verifyElfStrip } from "../verify/strip.ts";
export { planElfEdit as edit } from "./plan.ts";
export type { ElfEdit, ElfExpectation, ElfRewrite, ElfRung } from "./types.ts";

/** Whether the file has what an edit changes: a dynamic section, or a stack header. */
export function supports(image: ElfImage, kind: ElfEdit["kind"]): boolean {
  const { e_type } = image.ehdr;
  if (e_type !== ET.ET_DYN && e_type !== ET.ET_EXEC) return false;
  if (image.dynamic === null) return false;
  return (
    kind !== "set-execstack" || image.segments.some(({ p_type }) => p_type === PT.PT_GNU_STACK)
  );
}
