/**
 * Proof after a rewrite: the result is parsed again and compared with the original.
 *
 * What loaders, kernels and `strip` rely on is checked here, whatever the plan meant to do.
 */

import { FormatError, RefusalError } from "../../errors.ts";
import { isUnchanged, matchesRewrite, type Rewrite } from "../../rewrite.ts";
import type { Source } from "../../source.ts";
import { DT, SHT } from "../constants.ts";
import type { ElfExpectation, ElfRewrite } from "../expectation.ts";
import { ElfSym } from "../layout.ts";
import { dynamicSymbols } from "../read/dynamic-symbols.ts";
import { parseElf } from "../read/image.ts";
import { type Linkage, readLinkage } from "../read/linkage.ts";
import type { Section } from "../read/sections.ts";
import { hasBytes, isAllocated } from "../read/sections.ts";
import { mapAddress } from "../read/segments.ts";
import { dynamicValue } from "../refuse.ts";
import { layoutFaults } from "./layout.ts";
import { nameFaults } from "./names.ts";
import { type SectionsOf, sameBytes, sameContent, symbolFaults } from "./same.ts";

export interface VerifyOptions {
  /**
   * Also compare every byte of `after` with what was planned: for a result that was written and
   * read back. Default false: a source made by `rewrittenSource` is the plan.
   */
  readonly content?: boolean;
}

/**
 * Empty when the result is sound.
 *
 * @param before the file that the rewrite was planned for.
 * @param after the result: a file, or `rewrittenSource(before, rewrite)`.
 */
export function verifyElfRewrite(
  before: Source,
  after: Source,
  rewrite: ElfRewrite,
  { content = false }: VerifyOptions = {},
): string[] {
  if (isUnchanged(rewrite)) return sameFile(before, after, content);
  try {
    const old = parseElf(before);
    const now = parseElf(after);
    const known = layoutFaults(old);
    const faults = layoutFaults(now).filter((fault) => !known.includes(fault));
    const oldModel = readLinkage(old);
    const model = readLinkage(now);
    faults.push(...stringFaults(oldModel, model), ...expectationFaults(model, rewrite.expect));
    faults.push(...sameTables(oldModel, model, rewrite), ...sameMemory(oldModel, model, rewrite));
    if (after.size !== rewrite.size) {
      faults.push(`the result has ${after.size} bytes instead of ${rewrite.size}`);
    } else if (content && !matchesRewrite(before, after, rewrite)) {
      faults.push("bytes differ that were not to be changed");
    }
    return faults;
  } catch (error) {
    if (error instanceof FormatError || error instanceof RefusalError) return [error.message];
    throw error;
  }
}

function sameFile(before: Source, after: Source, content: boolean): string[] {
  const same =
    before.size === after.size && (!content || sameContent(before, 0, after, 0, before.size));
  return same ? [] : ["bytes differ that were not to be changed"];
}

function stringFaults(old: Linkage, model: Linkage): string[] {
  const { strings, dynamic } = model;
  const size = Number(dynamicValue(dynamic.entries, DT.DT_STRSZ) ?? 0n);
  const faults = nameFaults(model, size);
  if (strings.size > 0 && strings.read(strings.size - 1, 1)[0] !== 0) {
    faults.push("the string table does not end with a NUL");
  }
  const section = stringSection(model);
  if (section === undefined) {
    if (stringSection(old) !== undefined) faults.push("no section holds the string table");
  } else if (section.sh_size < size) {
    faults.push("the string table's section ends before DT_STRSZ says");
  }
  return faults;
}

function stringSection({ sections, strings }: Linkage): Section | undefined {
  return sections.find(
    ({ sh_type, sh_addr }) => sh_type === SHT.SHT_STRTAB && sh_addr === strings.vaddr,
  );
}

function expectationFaults(model: Linkage, expect: ElfExpectation): string[] {
  const { dynamic, strings } = model;
  const names = (tag: number): string[] =>
    dynamic.entries
      .filter(({ d_tag }) => d_tag === tag)
      .map(({ d_val }) => strings.text(Number(d_val)));
  const found: ElfExpectation = {
    soname: names(DT.DT_SONAME)[0] ?? null,
    needed: names(DT.DT_NEEDED),
    rpath: names(DT.DT_RPATH)[0] ?? null,
    runpath: names(DT.DT_RUNPATH)[0] ?? null,
    versionFiles: model.versionNeeds.map(({ file }) => file),
  };
  const faults: string[] = [];
  for (const [field, wanted] of Object.entries(expect)) {
    const value: unknown = Object.entries(found).find(([name]) => name === field)?.[1];
    if (JSON.stringify(value) !== JSON.stringify(wanted)) {
      faults.push(`${field} is ${JSON.stringify(value)} instead of ${JSON.stringify(wanted)}`);
    }
  }
  return faults;
}

/** Tables whose bytes no edit of this module changes, wherever they lie; with their sizes' tags. */
const TABLES: readonly (readonly [name: string, at: number, size: number])[] = [
  ["relocations", DT.DT_RELA, DT.DT_RELASZ],
  ["relocations", DT.DT_REL, DT.DT_RELSZ],
  ["PLT relocations", DT.DT_JMPREL, DT.DT_PLTRELSZ],
  ["relative relocations", DT.DT_RELR, DT.DT_RELRSZ],
  ["Android relocations", DT.DT_ANDROID_REL, DT.DT_ANDROID_RELSZ],
  ["Android relocations", DT.DT_ANDROID_RELA, DT.DT_ANDROID_RELASZ],
  ["Android relocations", DT.DT_ANDROID_RELR, DT.DT_ANDROID_RELRSZ],
];

function sameTables(old: Linkage, now: Linkage, rewrite: Rewrite): string[] {
  const faults: string[] = [];
  const compare = (
    what: string,
    a: { readonly offset: number; readonly size: number } | undefined,
    b: { readonly offset: number; readonly size: number } | undefined,
  ): void => {
    const same =
      a === undefined || b === undefined
        ? a === b
        : a.size === b.size &&
          sameBytes(old.source, a.offset, now.source, b.offset, a.size, rewrite);
    if (!same) faults.push(`the ${what} changed`);
  };
  for (const [name, at, size] of TABLES) {
    compare(name, tableOf(old, at, size), tableOf(now, at, size));
  }
  const symbols = dynamicSymbols(old);
  const symbolsNow = dynamicSymbols(now);
  if (symbols?.size !== symbolsNow?.size) faults.push("the count of dynamic symbols changed");
  else if (symbols !== undefined && symbolsNow !== undefined) {
    const { offset, size } = symbols;
    if (!sameBytes(old.source, offset, now.source, symbolsNow.offset, size, rewrite)) {
      faults.push(...symbolFaults(sectionsOf(old), sectionsOf(now), symbols, symbolsNow.offset));
    }
  }
  const count =
    symbols === undefined ? 0 : symbols.size / ElfSym.sizeOf(old.header.context.variant);
  compare(
    "symbol versions",
    plain(old, DT.DT_VERSYM, 2 * count),
    plain(now, DT.DT_VERSYM, 2 * count),
  );
  if (versionsOf(old) !== versionsOf(now)) faults.push("the needed versions changed");
  for (const [name, tag] of [
    ["hash table", DT.DT_HASH],
    ["GNU hash table", DT.DT_GNU_HASH],
  ] as const) {
    compare(name, plain(old, tag, HASH_HEAD), plain(now, tag, HASH_HEAD));
  }
  return faults;
}

/** What each library is needed for, without the places of the records. */
function versionsOf({ needed }: Linkage): string {
  const rows = needed.map(({ vn_version, versions }) => [
    vn_version,
    ...versions.map((each) => [each.name, each.vna_hash, each.vna_flags, each.vna_other]),
  ]);
  return JSON.stringify(rows);
}

const HASH_HEAD = 16;

function sectionsOf({ source, header, sections }: Linkage): SectionsOf {
  return { source, context: header.context, sections };
}

function plain(
  model: Linkage,
  tag: number,
  size: number,
): { readonly offset: number; readonly size: number } | undefined {
  const address = dynamicValue(model.dynamic.entries, tag);
  if (address === undefined) return undefined;
  const region = mapAddress({ loads: model.loads, size: model.source.size }, address);
  if (region === undefined) return undefined;
  return { offset: region.offset, size: Math.min(size, region.size) };
}

function tableOf(
  model: Linkage,
  at: number,
  sizeTag: number,
): { readonly offset: number; readonly size: number } | undefined {
  const size = dynamicValue(model.dynamic.entries, sizeTag);
  return size === undefined || size === 0n ? undefined : plain(model, at, Number(size));
}

/**
 * Writable and executable bytes are where they were, except the dynamic section and what stands
 * for it: code never moves and no variable changes its initial value.
 */
function sameMemory(old: Linkage, now: Linkage, rewrite: Rewrite): string[] {
  const faults: string[] = [];
  const mapped = { loads: now.loads, size: now.source.size };
  const mappedBefore = { loads: old.loads, size: old.source.size };
  for (const section of old.sections) {
    if (!isAllocated(section) || !hasBytes(section) || !KEPT.has(section.sh_type)) continue;
    const { sh_addr, sh_size, index } = section;
    const name = old.sectionNames[index] ?? "";
    if (name.startsWith(".got") || name === ".interp") continue;
    // What the loader sees there, whatever the section header says.
    const before = mapAddress(mappedBefore, sh_addr);
    if (before === undefined) continue;
    const size = Math.min(sh_size, before.size);
    const region = mapAddress(mapped, sh_addr);
    if (region === undefined || region.size < size) {
      faults.push(`section \`${name}\` is no longer mapped`);
    } else if (!sameBytes(old.source, before.offset, now.source, region.offset, size, rewrite)) {
      faults.push(`the bytes of section \`${name}\` changed`);
    }
  }
  return faults;
}

const KEPT: ReadonlySet<number> = new Set([
  SHT.SHT_PROGBITS,
  SHT.SHT_INIT_ARRAY,
  SHT.SHT_FINI_ARRAY,
  SHT.SHT_PREINIT_ARRAY,
]);
