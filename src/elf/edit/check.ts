/**
 * Whether the tables that an edit writes lie apart from everything else.
 *
 * No linker lets a table share bytes with another, so a file where one does is damaged, or made so
 * small by hand that nothing in it can be changed without changing something else.
 */

import { DT, SHT } from "../constants.ts";
import { ElfEhdr, ElfPhdr, ElfShdr } from "../layout.ts";
import { dynamicSymbols } from "../read/dynamic-symbols.ts";
import type { Linkage } from "../read/linkage.ts";
import { hasBytes } from "../read/sections.ts";
import { refuse } from "../refuse.ts";
import { tableRanges } from "./tables.ts";

interface Table {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** An edit may write it; two tables that are only read may share bytes. */
  readonly written: boolean;
}

/** @throws RefusalError (`elf-layout`) when what may be written shares bytes with another table. */
export function checkTables(model: Linkage): void {
  const tables = [...loaderTables(model), ...sectionTables(model)];
  tables.sort((a, b) => a.start - b.start || a.end - b.end);
  // Of the tables so far: the one that ends last, and the one to be written that does.
  let last: Table | undefined;
  let lastWritten: Table | undefined;
  for (const table of tables) {
    const other = table.written ? last : lastWritten;
    if (other !== undefined && table.start < other.end) {
      throw refuse(
        "layout",
        `${other.name} and ${table.name} share bytes of the file at ${table.start}`,
      );
    }
    if (last === undefined || table.end > last.end) last = table;
    if (table.written && table.end > (lastWritten?.end ?? 0)) lastWritten = table;
  }
}

function loaderTables(model: Linkage): Table[] {
  const { header, dynamic } = model;
  const { ehdr, context, phnum } = header;
  const headers = ehdr.e_phoff + phnum * ElfPhdr.sizeOf(context.variant);
  const entries = dynamic.offset + dynamic.slots * dynamic.entrySize;
  const tables: Table[] = [
    { name: "the ELF header", start: 0, end: ElfEhdr.sizeOf(context.variant), written: true },
    { name: "the program headers", start: ehdr.e_phoff, end: headers, written: true },
    { name: "the dynamic section", start: dynamic.offset, end: entries, written: true },
  ];
  for (const { name, start, end, tag } of tableRanges(model)) {
    const written = tag === DT.DT_STRTAB || tag === DT.DT_VERNEED;
    tables.push({ name: `\`${name}\``, start, end, written });
  }
  return tables;
}

/**
 * Whether what follows the mapped bytes begins where those end: new bytes go between the two.
 *
 * @throws RefusalError when a table or a section lies in both.
 */
export function checkTail(model: Linkage, tail: number): void {
  const { sections, sectionNames } = model;
  const ranges = [
    ...loaderTables(model),
    ...sectionTables(model),
    ...sections.filter(hasBytes).map(({ index, sh_offset, sh_size }) => ({
      name: `section \`${sectionNames[index] ?? index}\``,
      start: sh_offset,
      end: sh_offset + sh_size,
    })),
  ];
  const half = ranges.find(({ start, end }) => start < tail && end > tail);
  if (half === undefined) return;
  throw refuse("layout", `what is mapped ends at ${tail}, inside of ${half.name}`);
}

/** The section headers, and the symbol tables of which only sections know. */
function sectionTables(model: Linkage): Table[] {
  const { sections, sectionNames, header } = model;
  if (sections.length === 0) return [];
  const start = header.ehdr.e_shoff;
  const end = start + sections.length * ElfShdr.sizeOf(header.context.variant);
  const tables: Table[] = [{ name: "the section headers", start, end, written: true }];
  const dynamic = dynamicSymbols(model);
  for (const section of sections) {
    const { sh_type, sh_offset, sh_size, index } = section;
    if (!hasBytes(section) || (sh_type !== SHT.SHT_SYMTAB && sh_type !== SHT.SHT_DYNSYM)) continue;
    // The loader's own table is there already.
    if (sh_type === SHT.SHT_DYNSYM && sh_offset === dynamic?.offset) continue;
    const name = `\`${sectionNames[index] ?? index}\``;
    tables.push({ name, start: sh_offset, end: sh_offset + sh_size, written: true });
  }
  return tables;
}
