/** Small things that every part of the rewriter needs. */
import { RefusalError } from "../errors.ts";
import type { Dyn } from "./layout.ts";

/** @param code without its `elf-`. */
export function refuse(code: string, message: string, hint?: string): RefusalError {
  return new RefusalError(`elf-${code}`, message, hint);
}

/** The value that counts: loaders let a later entry of a tag overwrite an earlier one. */
export function dynamicValue(entries: readonly Dyn[], tag: number): bigint | undefined {
  return entries.findLast(({ d_tag }) => d_tag === tag)?.d_val;
}
