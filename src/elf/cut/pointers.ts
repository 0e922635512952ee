/** Every word of a file that holds an address inside a section once the loader has done its work. */
import { DT, ET, SHN, STT } from "../constants.ts";
import { ElfRela } from "../layout.ts";
import type { ElfImage } from "../read/image.ts";
import { mapAddress } from "../read/segments.ts";
import { refuse } from "../refuse.ts";
import { RELOCATIONS } from "./relocations.ts";
import { relrAddresses } from "./relr-addresses.ts";

/** A half-open range of addresses. */
export interface AddressRange {
  readonly start: bigint;
  readonly end: bigint;
}

export interface AddressPointer {
  /** File offset of the word. */
  readonly at: number;
  /** Address that it will hold. */
  readonly target: bigint;
  /** File offsets of the 64-bit numbers that make it so: an addend, the word itself, or both. */
  readonly fields: readonly number[];
}

/** Entries of a relocation table that are read at once. */
const CHUNK = 1 << 15;
const WORD = 8;

/**
 * The pointers that relocations make, ascending by place.
 *
 * @throws RefusalError when something else than relative relocations may lead into the range.
 */
export function pointersInto(image: ElfImage, range: AddressRange): readonly AddressPointer[] {
  const { ehdr, context, dynamic } = image;
  const numbers = RELOCATIONS.get(ehdr.e_machine);
  if (numbers === undefined || context.variant !== "elf64" || !context.littleEndian) {
    throw refuse("cut", `pointers in files for ${image.arch} are not known`);
  }
  if (ehdr.e_type !== ET.ET_DYN || dynamic === null) {
    throw refuse(
      "cut",
      "only of shared libraries and of programs that can be moved all pointers are known",
    );
  }
  for (const tag of [DT.DT_REL, DT.DT_ANDROID_REL, DT.DT_ANDROID_RELA]) {
    if (dynamic.get(tag) !== undefined)
      throw refuse("cut", "the relocations are of an unusual form");
  }
  checkSymbols(image, range);
  checkEntries(image, range);
  const found = new Map<number, AddressPointer>();
  for (const pointer of relaPointers(image, range, numbers.relative, numbers.symbolic)) {
    found.set(pointer.at, pointer);
  }
  for (const pointer of relrPointers(image, range)) found.set(pointer.at, pointer);
  return [...found.values()].sort((a, b) => a.at - b.at);
}

function inside({ start, end }: AddressRange, address: bigint): boolean {
  return address >= start && address < end;
}

/** A symbol in the range may be asked for by name, from anywhere. */
function checkSymbols(image: ElfImage, range: AddressRange): void {
  const symbols = image.symbols();
  const value = symbols.column("st_value");
  const section = symbols.column("st_shndx");
  const info = symbols.column("st_info");
  for (let index = 0; index < symbols.count; index++) {
    if (!inside(range, value(index))) continue;
    const owner = section(index);
    // Values of these are no addresses in the file.
    if (owner === SHN.SHN_UNDEF || owner === SHN.SHN_ABS) continue;
    if ((info(index) & 0xf) === STT.STT_TLS) continue;
    throw refuse("cut", "the file exports a name for something in the section");
  }
}

/** No entry of the dynamic section but tables of its own leads anywhere, and those are no device code. */
function checkEntries({ dynamic }: ElfImage, range: AddressRange): void {
  const named = dynamic?.entries.find(({ d_val }) => inside(range, d_val));
  // Sizes and counts are small numbers, and a section may have a low address.
  if (named !== undefined && ADDRESS_TAGS.has(named.d_tag)) {
    throw refuse("cut", "the dynamic section names something in the section");
  }
}

const ADDRESS_TAGS: ReadonlySet<number> = new Set([
  DT.DT_PLTGOT,
  DT.DT_HASH,
  DT.DT_STRTAB,
  DT.DT_SYMTAB,
  DT.DT_RELA,
  DT.DT_INIT,
  DT.DT_FINI,
  DT.DT_JMPREL,
  DT.DT_INIT_ARRAY,
  DT.DT_FINI_ARRAY,
  DT.DT_GNU_HASH,
  DT.DT_VERSYM,
  DT.DT_VERNEED,
  DT.DT_VERDEF,
  DT.DT_RELR,
]);

function* relaPointers(
  image: ElfImage,
  range: AddressRange,
  relative: number,
  symbolic: readonly number[],
): Generator<AddressPointer> {
  const { source, context } = image;
  const stride = ElfRela.sizeOf(context.variant);
  for (const { offset, size } of relaTables(image)) {
    const total = Math.floor(size / stride);
    for (let first = 0; first < total; first += CHUNK) {
      const count = Math.min(CHUNK, total - first);
      const start = offset + first * stride;
      const bytes = source.read(start, count * stride);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let index = 0; index < count; index++) {
        const row = index * stride;
        // Most entries lead elsewhere: the addend alone says so.
        const target = view.getBigUint64(row + 16, true);
        if (!inside(range, target)) continue;
        const type = view.getUint32(row + 8, true);
        const symbol = view.getUint32(row + 12, true);
        if (type !== relative || symbol !== 0) {
          if (symbol !== 0 && symbolic.includes(type)) continue;
          throw refuse("cut", `a relocation of type ${type} may lead into the section`);
        }
        const place = mapAddress(image, view.getBigUint64(row, true));
        if (place === undefined || place.size < WORD) {
          throw refuse("cut", "a relocation is for a word that is not in the file");
        }
        const addend = start + row + ElfRela.offsetOf(context.variant, "r_addend");
        // Some linkers write the address into the word, too.
        const same = wordAt(image, place.offset) === target;
        yield { at: place.offset, target, fields: same ? [addend, place.offset] : [addend] };
      }
    }
  }
}

function relaTables(
  image: ElfImage,
): readonly { readonly offset: number; readonly size: number }[] {
  const { dynamic } = image;
  const tables: { offset: number; size: number }[] = [];
  for (const [at, length] of [
    [DT.DT_RELA, DT.DT_RELASZ],
    [DT.DT_JMPREL, DT.DT_PLTRELSZ],
  ] as const) {
    const address = dynamic?.value(at);
    const size = Number(dynamic?.value(length) ?? 0n);
    if (address === undefined || size === 0) continue;
    const region = mapAddress(image, address);
    if (region === undefined || region.size < size) {
      throw refuse("cut", "the relocations are not all in the file");
    }
    tables.push({ offset: region.offset, size });
  }
  return tables;
}

function* relrPointers(image: ElfImage, range: AddressRange): Generator<AddressPointer> {
  if (image.relr === null) return;
  for (const address of relrAddresses(image.source, image.relr)) {
    const place = mapAddress(image, address);
    if (place === undefined || place.size < WORD) {
      throw refuse("cut", "a relocation is for a word that is not in the file");
    }
    const target = wordAt(image, place.offset);
    if (inside(range, target)) yield { at: place.offset, target, fields: [place.offset] };
  }
}

function wordAt({ source }: ElfImage, at: number): bigint {
  const bytes = source.read(at, WORD);
  return new DataView(bytes.buffer, bytes.byteOffset, WORD).getBigUint64(0, true);
}
