/** Strings of load commands. */
import { decodeName, nameEnd } from "../../bytes.ts";
import type { MachoContext } from "../layout.ts";
import type { LoadCommand } from "./header.ts";

/**
 * The string at the offset that a command keeps in its field at `field`; `null` when it begins
 * outside of the command. One that no NUL ends goes to the end of the command.
 */
export function commandString(
  { bytes }: LoadCommand,
  context: MachoContext,
  field = 8,
): string | null {
  if (field + 4 > bytes.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = view.getUint32(field, context.littleEndian);
  if (start < field + 4 || start >= bytes.length) return null;
  return decodeName(bytes, start, nameEnd(bytes, start));
}

/** Names of 16 bytes, which fill the field or end with a NUL. */
export function fixedName(bytes: Uint8Array, at: number): string {
  const field = bytes.subarray(at, at + 16);
  return decodeName(field, 0, nameEnd(field, 0));
}
