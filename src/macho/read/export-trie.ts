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
  if (table.length === 0) return;
  const seen = new Uint8Array(table.length);
  // Shared beginnings make the names longer than the table, but not without bound.
  let budget = 64 * table.length + (1 << 20);
  const stack: Edge[] = [{ at: 0, length: 0, start: 0, end: 0 }];
  // Nodes come depth first: of one path at a time the bytes are needed.
  let path = new Uint8Array(1 << 12);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const { at, length, start, end: edgeEnd } = node;
    if (length > path.length) path = grown(path, length);
    path.set(table.subarray(start, edgeEnd), length - (edgeEnd - start));
    if (at >= table.length || seen[at] === 1) {
      throw bad(at >= table.length ? "a node is outside of the table" : "two edges meet", at);
    }
    seen[at] = 1;
    const reader: ByteReader = { bytes: table, position: at };
    const size = readUleb(reader, RECORD);
    const children = reader.position + size;
    if (children >= table.length) throw bad("a node ends behind the table", at);
    if (size > 0) visit(terminal(reader, decodeName(path, 0, length)));
    reader.position = children;
    const count = nextByte(reader, RECORD);
    const edges: Edge[] = [];
    for (let index = 0; index < count; index++) {
      const end = table.indexOf(0, reader.position);
      if (end < 0) throw bad("an edge has no end", reader.position);
      const { position } = reader;
      const longer = length + end - position;
      budget -= longer;
      if (budget < 0) throw bad("the names add up to far more than the table", at);
      reader.position = end + 1;
      edges.push({ at: readUleb(reader, RECORD), length: longer, start: position, end });
    }
    for (const edge of edges.reverse()) stack.push(edge);
  }
}

/** A node to visit: where it is, bytes of its name, and the last of them in the table. */
interface Edge {
  readonly at: number;
  readonly length: number;
  readonly start: number;
  readonly end: number;
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
  if (end < 0) throw bad("the name of a re-export has no end", reader.position);
  const importName = decodeName(reader.bytes, reader.position, end);
  return { name, flags, address: 0, reexport: { ordinal, at, uleb, importName } };
}

function bad(problem: string, offset: number): FormatError {
  return new FormatError(problem, { format: "macho", record: RECORD, offset });
}
