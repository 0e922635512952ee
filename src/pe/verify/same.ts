/**
 * Everything in memory is as it was, but for what a rename may touch.
 *
 * The places that may change are taken from the original alone, not from the plan.
 */
import { movedRange, type Rewrite } from "../../rewrite.ts";
import type { ByteRange } from "../../source.ts";
import { DIRECTORY } from "../constants.ts";
import { PeDebug, PeDelay, PeExport, PeImport, PeLoadConfig } from "../layout.ts";
import { sectionName } from "../read/coff-symbols.ts";
import { forwardersOf } from "../read/exports.ts";
import { directoryOf } from "../read/header.ts";
import type { PeImage } from "../read/image.ts";
import type { Section } from "../read/section.ts";
import { cutRanges } from "./cut.ts";
import type { PeExpectation } from "./expectation.ts";

/** Bytes that are compared at once. */
const CHUNK = 1 << 16;

/** Faults of sections of `before` that are still in `now`; those that are left out are the strip's matter. */
export function memoryFaults(
  before: PeImage,
  now: PeImage,
  rewrite: Rewrite,
  cuts: PeExpectation["cuts"],
): readonly string[] {
  const faults: string[] = [];
  const open = [...changeable(before), ...cutRanges(before, cuts)];
  for (const section of before.sections) {
    const found = sameSectionOf(before, now, section);
    if (found === undefined) continue;
    if (found.memory < section.memory) faults.push(`section \`${section.shortName}\` is shorter`);
    else if (!sameSection({ before, now, rewrite }, section, open)) {
      faults.push(`section \`${section.shortName}\` has other bytes than before`);
    }
  }
  return faults;
}

/** The section of that address and name: a new one may lie where one was left out. */
export function sameSectionOf(
  before: PeImage,
  now: PeImage,
  section: Section,
): Section | undefined {
  const name = sectionName(before.source, section, before.coff);
  return now.sections.find(
    (each) =>
      each.VirtualAddress === section.VirtualAddress &&
      sectionName(now.source, each, now.coff) === name,
  );
}

/** RVAs that a rename writes to. */
function changeable(image: PeImage): readonly ByteRange[] {
  const { header, memory } = image;
  const ranges: ByteRange[] = [];
  const add = (start: number, length: number): void => {
    ranges.push({ start, end: start + length });
  };
  const text = (rva: number): void => add(rva, memory.bytesOfName(rva).length + 1);
  const imports = directoryOf(header, DIRECTORY.IMAGE_DIRECTORY_ENTRY_IMPORT)?.address ?? 0;
  const stride = header.context.variant === "pe32plus" ? 8 : 4;
  for (const [index, table] of image.imports().entries()) {
    const size = PeImport.sizeOf("pe");
    // TimeDateStamp, ForwarderChain, Name.
    add(imports + index * size + PeImport.offsetOf("pe", "TimeDateStamp"), 12);
    text(table.Name);
    if (table.TimeDateStamp !== 0) add(table.FirstThunk, table.symbols.length * stride);
  }
  const delays = directoryOf(header, DIRECTORY.IMAGE_DIRECTORY_ENTRY_DELAY_IMPORT)?.address ?? 0;
  for (const [index, table] of image.delayImports().entries()) {
    const start = delays + index * PeDelay.sizeOf("pe");
    add(start + PeDelay.offsetOf("pe", "DllNameRVA"), 4);
    add(start + PeDelay.offsetOf("pe", "TimeDateStamp"), 4);
    text(table.DllNameRVA - table.base);
  }
  const exports = image.exports();
  if (exports !== null) {
    add(exports.address + PeExport.offsetOf("pe", "Name"), 4);
    if (exports.library !== null) text(exports.Name);
    for (const { index, rva } of forwardersOf(exports, memory, image.problems)) {
      add(exports.AddressOfFunctions + 4 * index, 4);
      text(rva);
    }
  }
  const debug = directoryOf(header, DIRECTORY.IMAGE_DIRECTORY_ENTRY_DEBUG)?.address ?? 0;
  for (const index of image.debug().keys()) {
    const start = debug + index * PeDebug.sizeOf("pe");
    add(start + PeDebug.offsetOf("pe", "SizeOfData"), 4);
    add(start + PeDebug.offsetOf("pe", "PointerToRawData"), 4);
  }
  const config = directoryOf(header, DIRECTORY.IMAGE_DIRECTORY_ENTRY_LOAD_CONFIG);
  if (config !== undefined) {
    const field = PeLoadConfig.offsetOf(header.context.variant, "DependentLoadFlags");
    add(config.address + field, 2);
  }
  return ranges;
}

/** Compares what counted before; what was padding may have got bytes where it was zero. */
function sameSection(
  files: { readonly before: PeImage; readonly now: PeImage; readonly rewrite: Rewrite },
  { VirtualAddress, memory, span }: Section,
  open: readonly ByteRange[],
): boolean {
  const { before, now } = files;
  // After what either file has there is nothing but zeros.
  const inFile = (image: PeImage): number =>
    image.sections.find((each) => each.VirtualAddress === VirtualAddress)?.mapped ?? 0;
  const length = Math.min(span, Math.max(inFile(before), inFile(now)));
  for (let at = 0; at < length; at += CHUNK) {
    const part = Math.min(CHUNK, length - at);
    const start = VirtualAddress + at;
    if (isCopy(files, start, part)) continue;
    const old = before.memory.read(start, part);
    const found = now.memory.read(start, part);
    for (let index = 0; index < part; index++) {
      if (old[index] === found[index]) continue;
      const padding = at + index >= memory && old[index] === 0;
      if (!padding && !isOpen(open, start + index)) return false;
    }
  }
  return true;
}

/** True when the rewrite takes those bytes over as they are, which needs no reading. */
function isCopy(
  { before, now, rewrite }: Parameters<typeof sameSection>[0],
  rva: number,
  length: number,
): boolean {
  const [old, found] = [before.memory.place(rva), now.memory.place(rva)];
  if (old === undefined || found === undefined) return false;
  if (old.size < length || found.size < length) return false;
  return movedRange(rewrite, old.offset, length) === found.offset;
}

function isOpen(open: readonly ByteRange[], rva: number): boolean {
  return open.some(({ start, end }) => rva >= start && rva < end);
}
