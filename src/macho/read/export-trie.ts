/** The export trie: names that share their beginnings. */
import { decodeName } from "../../bytes.ts";
import { FormatError } from "../../errors.ts";
import { EXPORT_SYMBOL_FLAGS } from "../constants.ts";
import { type ByteReader, nextByte, readUleb } from "./leb.ts";

export interface ExportedSymbol {
  /** With its leading `_`. */
  readonly name: string;
  readonly flags: number;
  /** Offset from the file's beginning in memory; 0 for a re-export. */
  readonly address: number;
  /** A re-export: the ordinal of the library, and the name there, where it is another one. */
  readonly reexport?: ReexportPlace & { readonly importName: string };
}

/** Where a re-export says its ordinal. */
export interface ReexportPlace {
  readonly ordinal: number;
  /** Byte offset of the ULEB in the table, and its length. */
  readonly at: number;
  readonly uleb: number;
}

const RECORD = "export trie";

/**
 * Visits every exported symbol once, in the trie's order.
 *
 * @throws FormatError when the trie is damaged: nodes that overlap or form a circle are refused.
 */
export function walkExports(table: Uint8Array, visit: (symbol: ExportedSymbol) => void): void {
  walkTrie(table, (path, length, reader) => {
    visit(terminal(reader, decodeName(path, 0, length)));
  });
}

/**
 * The same for those who only want to know names.
 *
 * @param visit gets a name as the first `length` bytes of `path`, good until it returns.
 */
export function walkExportNames(
  table: Uint8Array,
  visit: (path: Uint8Array, length: number) => void,
): void {
  walkTrie(table, (path, length, reader) => {
    skipTerminal(reader);
    visit(path, length);
  });
}

/** Numbers of a node to visit: where it is, bytes of its name, and the last of them in the table. */
const EDGE = 4;

/** @param visit gets each node with a symbol: its name, and a reader at what is said of it. */
function walkTrie(
  table: Uint8Array,
  visit: (path: Uint8Array, length: number, reader: ByteReader) => void,
): void {
  if (table.length === 0) return;
  const seen = new Uint8Array(table.length);
  // Shared beginnings make the names longer than the table, but not without bound.
  let budget = 64 * table.length + (1 << 20);
  // Large libraries have 100,000 nodes: no object is made for any.
  const stack: number[] = [0, 0, 0, 0];
  let edges: number[] = [];
  // Nodes come depth first: of one path at a time the bytes are needed.
  let path = new Uint8Array(1 << 12);
  const reader = { bytes: table, position: 0 };
  while (stack.length > 0) {
    const edgeEnd = stack.pop() ?? 0;
    const start = stack.pop() ?? 0;
    const length = stack.pop() ?? 0;
    const at = stack.pop() ?? 0;
    if (length > path.length) path = grown(path, length);
    for (let from = start, to = length - (edgeEnd - start); from < edgeEnd; ) {
      path[to++] = table[from++] ?? 0;
    }
    if (at >= table.length || seen[at] === 1) {
      throw bad(at >= table.length ? "a node is outside of the table" : "two edges meet", at);
    }
    seen[at] = 1;
    reader.position = at;
    const size = readUleb(reader, RECORD);
    const children = reader.position + size;
    if (children >= table.length) throw bad("a node ends behind the table", at);
    if (size > 0) visit(path, length, reader);
    reader.position = children;
    const count = nextByte(reader, RECORD);
    edges = [];
    for (let index = 0; index < count; index++) {
      const { position } = reader;
      const end = edgeEndAt(table, position);
      if (end < 0) throw bad("an edge has no end", position);
      const longer = length + end - position;
      budget -= longer;
      if (budget < 0) throw bad("the names add up to far more than the table", at);
      reader.position = end + 1;
      edges.push(readUleb(reader, RECORD), longer, position, end);
    }
    for (let from = edges.length - EDGE; from >= 0; from -= EDGE) {
      for (let index = from; index < from + EDGE; index++) stack.push(edges[index] ?? 0);
    }
  }
}

/** Nearly all edges are short: a native search costs more to start. */
function edgeEndAt(table: Uint8Array, start: number): number {
  const near = Math.min(table.length, start + 48);
  for (let at = start; at < near; at++) if (table[at] === 0) return at;
  return table.indexOf(0, near);
}

function grown(bytes: Uint8Array, least: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(2 * least);
  larger.set(bytes);
  return larger;
}

function terminal(reader: ByteReader, name: string): ExportedSymbol {
  const flags = readUleb(reader, RECORD);
  if ((flags & EXPORT_SYMBOL_FLAGS.EXPORT_SYMBOL_FLAGS_REEXPORT) === 0) {
    return { name, flags, address: readUleb(reader, RECORD) };
  }
  const at = reader.position;
  const ordinal = readUleb(reader, RECORD);
  const uleb = reader.position - at;
  const end = reader.bytes.indexOf(0, reader.position);
  if (end < 0) throw unended(reader.position);
  const importName = decodeName(reader.bytes, reader.position, end);
  return { name, flags, address: 0, reexport: { ordinal, at, uleb, importName } };
}

/** Reads what {@link terminal} does, and keeps nothing. */
function skipTerminal(reader: ByteReader): void {
  const flags = readUleb(reader, RECORD);
  readUleb(reader, RECORD);
  if ((flags & EXPORT_SYMBOL_FLAGS.EXPORT_SYMBOL_FLAGS_REEXPORT) === 0) return;
  if (edgeEndAt(reader.bytes, reader.position) < 0) throw unended(reader.position);
}

function unended(offset: number): FormatError {
  return bad("the name of a re-export has no end", offset);
}

function bad(problem: string, offset: number): FormatError {
  return new FormatError(problem, { format: "macho", record: RECORD, offset });
}
