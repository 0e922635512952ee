/** The image as it lies in memory: relative virtual addresses (RVA) to bytes of the file. */
import { FormatError } from "../../errors.ts";
import { hex } from "../../problems.ts";
import type { Source } from "../../source.ts";
import { PAGE } from "../constants.ts";
import { decodeName } from "../names.ts";
import type { PeHeader } from "./header.ts";
import type { Section } from "./section.ts";

/** A run of the file that is mapped. */
export interface Place {
  /** File offset. */
  readonly offset: number;
  /** Bytes that the file has from there in the same section. */
  readonly size: number;
  /** `undefined`: in the headers, or the image is mapped as one run. */
  readonly section?: Section;
}

export interface Memory {
  /** Where the byte at that RVA lies in the file; `undefined` where it has none there. */
  place(rva: number): Place | undefined;
  /** Bytes that may be read from that RVA, with the zeros that fill up a section; 0 when it is not mapped. */
  room(rva: number): number;
  /**
   * Bytes at an RVA; what a section has in memory only is zeros.
   *
   * @throws FormatError when a byte is in no section.
   */
  read(rva: number, length: number): Uint8Array;
  /**
   * The NUL-terminated bytes at an RVA, at most {@link MAX_NAME}; the section's end ends them too.
   *
   * @throws FormatError when it is in no section, or when the names of the file overlap so much that
   *   they add up to far more than the file.
   */
  bytesOfName(rva: number): Uint8Array;
  /** The same as text. */
  name(rva: number): string;
}

/** Longest name that is read, in bytes: Visual C++ cuts symbols at 4096, others don't. */
const MAX_NAME = 1 << 16;
const BLOCK = 1 << 16;
/** Blocks that are held. */
const MAX_BLOCKS = 64;

export function imageMemory(
  source: Source,
  header: PeHeader,
  sections: readonly Section[],
): Memory {
  const flat = header.windows.SectionAlignment < PAGE;
  const headers = Math.min(header.windows.SizeOfHeaders, source.size);
  const sorted = [...sections].sort((a, b) => a.VirtualAddress - b.VirtualAddress);
  let budget = 4 * source.size + (1 << 24);

  const sectionAt = (rva: number): Section | undefined => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle]?.VirtualAddress ?? 0) <= rva) low = middle + 1;
      else high = middle;
    }
    const found = sorted[low - 1];
    return found !== undefined && rva < found.VirtualAddress + found.span ? found : undefined;
  };
  const place = (rva: number): Place | undefined => {
    const section = sectionAt(rva);
    if (section !== undefined) {
      const inside = rva - section.VirtualAddress;
      if (inside >= section.mapped) return undefined;
      return { offset: section.start + inside, size: section.mapped - inside, section };
    }
    const end = flat ? source.size : headers;
    return rva >= 0 && rva < end ? { offset: rva, size: end - rva } : undefined;
  };
  const room = (rva: number): number => {
    const section = sectionAt(rva);
    if (section !== undefined) return section.VirtualAddress + section.span - rva;
    return place(rva)?.size ?? 0;
  };
  const cached = blockReader(source);
  const read = (rva: number, length: number): Uint8Array => {
    if (length > room(rva)) throw unmapped(rva, length);
    const found = place(rva);
    if (found === undefined) return new Uint8Array(length);
    if (found.size >= length) return cached(found, length);
    const bytes = new Uint8Array(length);
    bytes.set(cached(found, found.size));
    return bytes;
  };
  const bytesOfName = (rva: number): Uint8Array => {
    const limit = Math.min(room(rva), MAX_NAME);
    if (limit === 0) throw unmapped(rva, 1);
    // Most names are short.
    for (let length = Math.min(64, limit); ; length = Math.min(length * 8, limit)) {
      const bytes = read(rva, length);
      const end = bytes.indexOf(0);
      if (end < 0 && length < limit) continue;
      const name = end < 0 ? bytes : bytes.subarray(0, end);
      budget -= name.length + 1;
      if (budget >= 0) return name;
      throw new FormatError("the names overlap and add up to far more than the file", {
        format: "pe",
        record: "file",
      });
    }
  };
  return { place, room, read, bytesOfName, name: (rva) => decodeName(bytesOfName(rva)) };
}

function unmapped(rva: number, length: number): FormatError {
  return new FormatError(`${length} bytes at RVA ${hex(rva)} are in no section`, {
    format: "pe",
    record: "IMAGE_SECTION_HEADER",
    value: hex(rva),
  });
}

/**
 * Reads by blocks, since tables and names are small and lie close together. No block leaves the
 * section of its place: a stream may hold that and nothing beside it.
 */
function blockReader(source: Source): (place: Place, length: number) => Uint8Array {
  const blocks = new Map<number, Uint8Array>();
  return ({ offset, size, section }, length) => {
    const base = section?.start ?? 0;
    const inside = offset - base;
    const skipped = Math.floor(inside / BLOCK) * BLOCK;
    if (inside + length > skipped + BLOCK) return source.read(offset, length);
    const start = base + skipped;
    let block = blocks.get(start);
    if (block === undefined) {
      block = source.read(start, Math.min(BLOCK, offset + size - start));
      if (blocks.size >= MAX_BLOCKS) blocks.clear();
      blocks.set(start, block);
    }
    return block.subarray(offset - start, offset - start + length);
  };
}
