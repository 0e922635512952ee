/** Base relocations: addresses in the image that change when it is not loaded at ImageBase. */
import { DIRECTORY } from "../constants.ts";
import { PeRelocation, PLAIN } from "../layout.ts";
import { directoryOf } from "./header.ts";
import type { Reading } from "./imports.ts";

export interface Relocation {
  /** RVA of what is relocated. */
  readonly rva: number;
  /** IMAGE_REL_BASED_*. */
  readonly type: number;
}

/** Bytes; a page has room for 2048 relocations of 16 bits and more. */
const MAX_BLOCK = 1 << 16;
/** IMAGE_REL_BASED_ABSOLUTE: padding. */
const PADDING = 0;

const isSound = (size: number): boolean => size >= PeRelocation.sizeOf("pe") && size <= MAX_BLOCK;

/**
 * Calls `visit` for each relocation, block by block; no more is held than one block.
 *
 * @returns false when not all of them could be read.
 */
export function forEachRelocation(
  { header, memory, problems }: Reading,
  visit: (relocation: Relocation) => void,
): boolean {
  const directory = directoryOf(header, DIRECTORY.IMAGE_DIRECTORY_ENTRY_BASERELOC);
  if (directory === undefined) return true;
  const head = PeRelocation.sizeOf("pe");
  const end = directory.address + Math.min(directory.size, memory.room(directory.address));
  for (let at = directory.address; at + head <= end; ) {
    const start = at;
    const block = problems.attempt(() => PeRelocation.read(memory.read(start, head), 0, PLAIN));
    if (block === undefined || !isSound(block.SizeOfBlock) || at + block.SizeOfBlock > end)
      return false;
    const bytes = memory.read(at + head, block.SizeOfBlock - head);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let index = 0; index + 2 <= bytes.length; index += 2) {
      const word = view.getUint16(index, true);
      const type = word >>> 12;
      if (type !== PADDING) visit({ rva: block.VirtualAddress + (word & 0xfff), type });
    }
    at += block.SizeOfBlock;
  }
  return end >= directory.address + directory.size;
}
