/**
 * Relative relocations in the form that every loader knows.
 *
 * The libraries that Node's binaries for musl bring hold them as RELR, which only musl 1.2.4 applies,
 * but `musllinux_1_2` promises 1.2.0. They are written out as RELA, in a new segment at the end.
 */
import { DT, EM, PT, SHT } from "../../src/elf/constants.ts";
import { kernelPage } from "../../src/elf/cut/page.ts";
import { ElfDyn, ElfPhdr, ElfRela, ElfShdr } from "../../src/elf/layout.ts";
import { type ElfImage, parseElf } from "../../src/elf/read/image.ts";
import { mapAddress } from "../../src/elf/read/segments.ts";
import { memorySource } from "../../src/source.ts";

/** R_X86_64_RELATIVE, R_AARCH64_RELATIVE. */
const RELATIVE: ReadonlyMap<number, bigint> = new Map([
  [EM.EM_X86_64, 8n],
  [EM.EM_AARCH64, 1027n],
]);
const PF_R = 4;
const WORD = 8;

/** `bytes` without RELR; they themselves where there is none. @throws Error where it can't be done. */
export function expandRelr(bytes: Uint8Array): Uint8Array {
  const image = parseElf(memorySource(bytes));
  const { context, dynamic, segments, ehdr } = image;
  const words = relrWords(image, bytes);
  const relative = RELATIVE.get(ehdr.e_machine);
  const place = dynamic?.value(DT.DT_RELA);
  const old = place === undefined ? undefined : mapAddress(image, place)?.offset;
  const size = Number(dynamic?.value(DT.DT_RELASZ) ?? 0n);
  if (words.length === 0) return bytes;
  // Of the headers one that only tells about the build gives way to the new segment.
  const given = segments.findLast(({ p_type }) => p_type === PT.PT_NOTE);
  if (relative === undefined || old === undefined || given === undefined) {
    throw new Error("RELR can't be written out: there is no RELA table, or no header to give");
  }
  const page = kernelPage(ehdr.e_machine);
  const start = alignUp(bytes.length, page);
  const end = segments.reduce((most, { p_type, p_vaddr, p_memsz }) => {
    const last = p_type === PT.PT_LOAD ? p_vaddr + p_memsz : 0n;
    return last > most ? last : most;
  }, 0n);
  const address = BigInt(alignUp(Number(end), page));
  const row = ElfRela.sizeOf(context.variant);
  const total = size + words.length * row;
  const result = new Uint8Array(start + total);
  result.set(bytes);
  result.set(bytes.subarray(old, old + size), start);
  for (const [index, { address: r_offset, addend: r_addend }] of words.entries()) {
    const at = start + size + index * row;
    ElfRela.set(result, at, context, { r_offset, r_info: relative, r_addend });
  }

  const others = segments.filter((segment) => segment !== given);
  const stride = ElfPhdr.sizeOf(context.variant);
  for (const [index, { at }] of others.entries()) {
    result.set(bytes.subarray(at, at + stride), ehdr.e_phoff + index * stride);
  }
  ElfPhdr.set(result, ehdr.e_phoff + others.length * stride, context, {
    ...{ p_type: PT.PT_LOAD, p_flags: PF_R, p_offset: start, p_vaddr: address, p_paddr: address },
    ...{ p_filesz: total, p_memsz: BigInt(total), p_align: BigInt(page) },
  });
  const values: ReadonlyMap<number, bigint> = new Map([
    [DT.DT_RELA, address],
    [DT.DT_RELASZ, BigInt(total)],
    [DT.DT_RELRSZ, 0n],
  ]);
  for (const { d_tag, at } of dynamic?.entries ?? []) {
    const d_val = values.get(d_tag);
    if (d_val !== undefined) ElfDyn.set(result, at, context, { d_tag, d_val });
  }
  for (const { sh_type, sh_addr, at } of image.sections.list) {
    if (sh_type === SHT.SHT_RELR) ElfShdr.set(result, at, context, { sh_size: 0 });
    if (sh_type !== SHT.SHT_RELA || sh_addr !== place) continue;
    ElfShdr.set(result, at, context, { sh_addr: address, sh_offset: start, sh_size: total });
  }
  return result;
}

interface RelocatedWord {
  readonly address: bigint;
  /** What is there before the file's place is added. */
  readonly addend: bigint;
}

/** gABI: an even entry is the address of a word, an odd one a bitmap of the 63 words behind it. */
function relrWords(image: ElfImage, bytes: Uint8Array): readonly RelocatedWord[] {
  const { relr, context } = image;
  if (relr === null) return [];
  if (context.variant !== "elf64" || !context.littleEndian) throw new Error("not a 64-bit library");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words: RelocatedWord[] = [];
  const add = (address: bigint): void => {
    const offset = mapAddress(image, address)?.offset;
    if (offset === undefined) throw new Error(`no word at 0x${address.toString(16)} to relocate`);
    words.push({ address, addend: view.getBigInt64(offset, true) });
  };
  let next = 0n;
  for (let at = relr.offset; at + WORD <= relr.offset + relr.size; at += WORD) {
    const entry = view.getBigUint64(at, true);
    if ((entry & 1n) === 0n) {
      add(entry);
      next = entry + BigInt(WORD);
      continue;
    }
    for (let bit = 1n; bit < 64n; bit++) {
      if ((entry >> bit) & 1n) add(next + (bit - 1n) * BigInt(WORD));
    }
    next += 63n * BigInt(WORD);
  }
  return words;
}

function alignUp(value: number, page: number): number {
  return Math.ceil(value / page) * page;
}
