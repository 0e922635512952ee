/** Which parts of a file a parse will ask for, known from its beginning alone. */
import { FormatError } from "../../errors.ts";
import { collectProblems } from "../../problems.ts";
import { type ByteRange, MissingRange, type Source, windowSource } from "../../source.ts";
import { LC } from "../constants.ts";
import { parseFat } from "./fat.ts";
import { parseHeader } from "./header.ts";
import { bindRanges, exportRange } from "./image.ts";
import { parseTables, type TableRange } from "./linkedit.ts";

/** Bytes of all ranges together. */
const TOTAL_CAP = 92 << 20;
/** Bytes of load commands; the largest real headers have some ten thousand. */
const HEADER_SIZE = 32 << 10;
/** Bytes at the end of a slice whose header is not in sight: fixups, exports and signature are there. */
const TAIL_SIZE = 4 << 20;

/**
 * Byte ranges that a parse and a summary will want, clipped to the file: load commands, fixups,
 * export trie and signature of each slice. Sorted by start, not merged; a hint: what is missing or
 * unreadable is left out.
 *
 * @param head the first bytes of the file, some KiB.
 * @param size bytes of the whole file.
 */
export function likelyRanges(head: Uint8Array, size: number): ByteRange[] {
  const ranges: ByteRange[] = [];
  let room = TOTAL_CAP;
  const add = (start: number, length: number): void => {
    const end = Math.min(size, start + Math.min(length, room));
    if (start >= end) return;
    ranges.push({ start, end });
    room -= end - start;
  };
  const source = windowSource(size, [{ start: 0, bytes: head }]);
  const fat = quietly(() => parseFat(source, collectProblems()));
  for (const { offset, size: length } of fat?.entries ?? [{ offset: 0, size }]) {
    add(offset, Math.min(length, HEADER_SIZE));
    const tables = quietly(() => tablesAt(source, offset, length));
    if (tables === undefined) {
      const start = Math.max(offset, offset + length - TAIL_SIZE);
      if (fat !== undefined && fat !== null) add(start, offset + length - start);
    } else for (const table of tables) add(offset + table.offset, table.size);
  }
  return ranges.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** The parse will say what is wrong, or ask for what is missing. */
function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatError || error instanceof MissingRange) return undefined;
    throw error;
  }
}

function tablesAt(source: Source, base: number, size: number): readonly TableRange[] {
  const slice: Source = { size, read: (offset, length) => source.read(base + offset, length) };
  const problems = collectProblems();
  const { commands, context } = parseHeader(slice, base, problems);
  const tables = parseTables(commands, context, base, size, problems);
  const exported = exportRange(tables);
  const wanted: TableRange[] = [...bindRanges(tables)];
  for (const cmd of [LC.LC_DYLD_CHAINED_FIXUPS, LC.LC_CODE_SIGNATURE]) {
    const data = tables.data.get(cmd);
    if (data !== undefined) wanted.push(data);
  }
  if (exported !== null) wanted.push(exported);
  const { symtab, dyldInfo } = tables;
  if (symtab !== null && dyldInfo === null && exported === null) {
    wanted.push(
      { offset: symtab.symoff, size: symtab.nsyms * 16 },
      { offset: symtab.stroff, size: symtab.strsize },
    );
  }
  return wanted;
}
