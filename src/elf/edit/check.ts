/**
 * Whether the tables that an edit writes lie apart from everything else.
 *
 * No linker lets a table share bytes with another, so a file where one does is damaged, or made so
 * small by hand that nothing in it can be changed without changing something else.
 */
import { DT, SHT } from "../constants.ts";
import { ElfEhdr, ElfPhdr, ElfShdr, ElfSym } from "../layout.ts";
import { type EditModel, hasBytes, STRING_TAGS } from "./model.ts";
import { refuse } from "./refuse.ts";
import { dynamicSymbols, tableRanges } from "./tables.ts";

interface Table {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** An edit may write it; two tables that are only read may share bytes. */
  readonly written: boolean;
}

/** @throws RefusalError (`elf-layout`) when what may be written shares bytes with another table. */
export function checkTables(model: EditModel): void {
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

function loaderTables(model: EditModel): Table[] {
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
export function checkTail(model: EditModel, tail: number): void {
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
function sectionTables(model: EditModel): Table[] {
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

/** One sentence for each name that lies behind `size` bytes of the string table. */
export function nameFaults(model: EditModel, size: number): string[] {
  const faults: string[] = [];
  const { dynamic, versionNeeds, versionStrings } = model;
  const check = (what: string, at: number): void => {
    if (at >= size) faults.push(`${what} lies outside the string table`);
  };
  for (const { d_tag, d_val } of dynamic.entries) {
    if (STRING_TAGS.has(d_tag)) check(`the name of dynamic entry ${d_tag}`, Number(d_val));
  }
  for (const { vn_file } of versionNeeds) check("a file name of a version need", vn_file);
  for (const at of versionStrings) check("a version's name", at);
  const bad = symbolOutside(model, size);
  if (bad !== undefined) {
    faults.push(`the name of dynamic symbol ${bad} lies outside the string table`);
  }
  return faults;
}

const SYMBOL_CHUNK = 1 << 15;

/** Index of the first dynamic symbol whose name is not in the table. */
function symbolOutside(model: EditModel, size: number): number | undefined {
  const { source, header } = model;
  const symbols = dynamicSymbols(model);
  if (symbols === undefined) return undefined;
  const stride = ElfSym.sizeOf(header.context.variant);
  const count = Math.floor(symbols.size / stride);
  for (let first = 0; first < count; first += SYMBOL_CHUNK) {
    const part = Math.min(SYMBOL_CHUNK, count - first);
    const bytes = source.read(symbols.offset + first * stride, part * stride);
    const name = ElfSym.column(bytes, header.context, "st_name");
    for (let index = 0; index < part; index++) if (name(index) >= size) return first + index;
  }
  return undefined;
}
