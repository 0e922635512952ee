/** Which strings of `.dynstr` are in use: a proof, or none. */

import { DT, DT_MIPS, EM, SHT } from "../constants.ts";
import { ElfSym } from "../layout.ts";
import { dynamicSymbols } from "../read/dynamic-symbols.ts";
import { isPlainTag, type Linkage, STRING_TAGS, TABLES_WITH_NAMES } from "../read/linkage.ts";
import { isAllocated } from "../read/sections.ts";
import { mapAddress } from "../read/segments.ts";
import { dynamicValue } from "../refuse.ts";
import { TABLE_TAGS } from "./tables.ts";

/**
 * Every offset into the string table that is used, or `undefined` when that can't be known.
 *
 * @param known offsets that the dynamic section and vn_file keep using.
 */
export function liveStrings(model: Linkage, known: readonly number[]): Uint32Array | undefined {
  const { dynamic, header, source, strings } = model;
  const { e_machine } = header.ehdr;
  if (dynamic.entries.some(({ d_tag }) => namesElsewhere(d_tag, e_machine))) return undefined;
  const symbols = dynamicSymbols(model) ?? symbolsAtMost(model);
  if (symbols === undefined) return undefined;
  if (otherUsers(model)) return undefined;

  const others = [...known, ...model.versionStrings];
  for (const { d_tag, d_val } of dynamic.entries) {
    if (STRING_TAGS.has(d_tag) || isPlainTag(d_tag, e_machine)) continue;
    if (d_val < BigInt(strings.size)) others.push(Number(d_val));
  }
  const stride = ElfSym.sizeOf(header.context.variant);
  const count = Math.floor(symbols.size / stride);
  const live = new Uint32Array(count + others.length);
  for (let first = 0; first < count; first += SYMBOL_CHUNK) {
    const part = Math.min(SYMBOL_CHUNK, count - first);
    const bytes = source.read(symbols.offset + first * stride, part * stride);
    const name = ElfSym.column(bytes, header.context, "st_name");
    for (let index = 0; index < part; index++) live[first + index] = name(index);
  }
  live.set(others, count);
  return live;
}

const SYMBOL_CHUNK = 1 << 15;

/**
 * The dynamic symbols and perhaps more: up to the next table. What is no symbol only keeps names
 * alive that nobody needs.
 */
function symbolsAtMost(
  model: Linkage,
): { readonly offset: number; readonly size: number } | undefined {
  const { dynamic, loads, source, header } = model;
  const start = dynamicValue(dynamic.entries, DT.DT_SYMTAB);
  const region = start === undefined ? undefined : mapAddress({ loads, size: source.size }, start);
  if (start === undefined || region === undefined) return undefined;
  let { size } = region;
  for (const { d_tag, d_val } of dynamic.entries) {
    if (TABLE_TAGS.has(d_tag) && d_val > start && d_val - start < BigInt(size)) {
      size = Number(d_val - start);
    }
  }
  if (size > MAX_GUESS) return undefined;
  const stride = ElfSym.sizeOf(header.context.variant);
  return { offset: region.offset, size: Math.floor(size / stride) * stride };
}

const MAX_GUESS = 1 << 24;

function namesElsewhere(tag: number, machine: number): boolean {
  if (tag === DT_MIPS.DT_MIPS_LIBLIST && machine !== EM.EM_MIPS) return false;
  return TABLES_WITH_NAMES.includes(tag);
}

/** Sections other than the loader's tables that use or share the string table. */
function otherUsers(model: Linkage): boolean {
  const { sections, strings, dynamic, header } = model;
  const own = sections.find(
    ({ sh_type, sh_addr }) => sh_type === SHT.SHT_STRTAB && sh_addr === strings.vaddr,
  );
  if (own === undefined) return sections.length > 0;
  if (header.shstrndx === own.index) return true;
  const value = (tag: number): bigint | undefined => dynamicValue(dynamic.entries, tag);
  const users: ReadonlyMap<number, bigint | undefined> = new Map([
    [SHT.SHT_DYNSYM, value(DT.DT_SYMTAB)],
    [SHT.SHT_DYNAMIC, dynamic.vaddr],
    [SHT.SHT_GNU_verneed, value(DT.DT_VERNEED)],
    [SHT.SHT_GNU_verdef, value(DT.DT_VERDEF)],
  ]);
  const end = strings.offset + strings.size;
  return sections.some((section) => {
    if (section.index === own.index || section.sh_type === SHT.SHT_NULL) return false;
    if (section.sh_link === own.index && users.has(section.sh_type)) {
      return users.get(section.sh_type) !== section.sh_addr;
    }
    if (section.sh_link === own.index && section.sh_type !== SHT.SHT_NOTE) return true;
    const { sh_offset, sh_size, sh_type } = section;
    return (
      sh_type !== SHT.SHT_NOBITS &&
      isAllocated(section) &&
      sh_offset < end &&
      sh_offset + sh_size > strings.offset &&
      sh_size > 0
    );
  });
}
