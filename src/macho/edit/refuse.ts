/** Refusals of the rewriter. */
import { RefusalError } from "../../errors.ts";

/** @param code without its `macho-`. */
export function refuse(code: string, message: string, hint?: string): RefusalError {
  return new RefusalError(`macho-${code}`, message, hint);
}
