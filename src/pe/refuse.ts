/** Why a PE file can't be changed as it was asked. */
import { RefusalError } from "../errors.ts";

/** @param code without its `pe-`. */
export function refuse(code: string, message: string, hint?: string): RefusalError {
  return new RefusalError(`pe-${code}`, message, hint);
}
