/** Editing ELF files: plan, verify, and what can be asked. */
import { ET, PT } from "./constants.ts";
import type { ElfEdit } from "./edit-types.ts";
import type { ElfImage } from "./image.ts";

export { planElfEdit as edit } from "./edit-plan.ts";
export type { ElfEdit, ElfExpectation, ElfRewrite, ElfRung } from "./edit-types.ts";
export { stripElf } from "./strip.ts";
export type { StripLevel } from "./strip-sections.ts";
export { type VerifyOptions, verifyElfRewrite as verify } from "./verify.ts";
export { verifyElfStrip } from "./verify-strip.ts";

/** Whether the file has what an edit changes: a dynamic section, or a stack header. */
export function supports(image: ElfImage, kind: ElfEdit["kind"]): boolean {
  const { e_type } = image.ehdr;
  if (e_type !== ET.ET_DYN && e_type !== ET.ET_EXEC) return false;
  if (image.dynamic === null) return false;
  return (
    kind !== "set-execstack" || image.segments.some(({ p_type }) => p_type === PT.PT_GNU_STACK)
  );
}
