/** From values to names, and from bytes to text. */
import { decodeLatin1, decodeName as decodeText, decodeUtf8, encodeUtf8 } from "../bytes.ts";
import { flagNames, nameOf } from "../names.ts";
import {
  DEBUG_TYPE,
  DIRECTORY,
  DLL_FLAGS,
  FILE_FLAGS,
  MACHINE,
  RESOURCE_TYPE,
  SECTION_FLAGS,
  SUBSYSTEM,
} from "./constants.ts";

export function machineName(machine: number): string {
  return nameOf(MACHINE, "", machine);
}

export function subsystemName(subsystem: number): string {
  return nameOf(SUBSYSTEM, "", subsystem);
}

export function debugTypeName(type: number): string {
  return nameOf(DEBUG_TYPE, "IMAGE_DEBUG_TYPE_", type);
}

export function resourceTypeName(type: number): string {
  return nameOf(RESOURCE_TYPE, "RT_", type);
}

export function directoryName(index: number): string {
  return nameOf(DIRECTORY, "IMAGE_DIRECTORY_ENTRY_", index);
}

export function fileFlagNames(flags: number): readonly string[] {
  return flagNames(FILE_FLAGS, flags);
}

export function dllFlagNames(flags: number): readonly string[] {
  return flagNames(DLL_FLAGS, flags);
}

export function sectionFlagNames(flags: number): readonly string[] {
  return flagNames(SECTION_FLAGS, flags);
}

/**
 * Text of a name in the file: no specification says which code page it is in. Linkers of today write
 * UTF-8; what is no UTF-8 is read as windows-1252, the most common ANSI code page.
 */
export function decodeName(bytes: Uint8Array): string {
  for (let index = 0; index < bytes.length; index++) {
    if ((bytes[index] ?? 0) >= 0x80) return decodeUtf8(bytes) ?? decodeLatin1(bytes);
  }
  return decodeText(bytes, 0, bytes.length);
}

/** The bytes that {@link decodeName} reads as this text. `undefined`: there are none, or one is NUL. */
export function encodeName(text: string): Uint8Array | undefined {
  const bytes = encodeUtf8(text);
  return bytes.includes(0) || decodeName(bytes) !== text ? undefined : bytes;
}
