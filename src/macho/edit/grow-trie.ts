/** The export trie with other addresses: the same nodes in the same order. */
import { FormatError } from "../../errors.ts";
import { EXPORT_SYMBOL_FLAGS } from "../constants.ts";
import { nextByte, readUleb } from "../read/leb.ts";
import { refuse } from "./refuse.ts";

interface Node {
  /** Offset in the old table. */
  readonly at: number;
  readonly terminal: Uint8Array;
  readonly edges: readonly { readonly label: Uint8Array; readonly child: number }[];
}

const RECORD = "export trie";

/** @param move gives the new address of an old one. */
export function movedTrie(table: Uint8Array, move: (address: number) => number): Uint8Array {
  const nodes = readNodes(table, move);
  const places = placeNodes(nodes);
  const size = places.end;
  const bytes = new Uint8Array(Math.ceil(size / 8) * 8);
  for (const { at, terminal, edges } of nodes) {
    let position = places.offsets.get(at) ?? 0;
    const put = (part: Uint8Array): void => {
      bytes.set(part, position);
      position += part.length;
    };
    put(uleb(terminal.length));
    put(terminal);
    put(Uint8Array.of(edges.length));
    for (const { label, child } of edges) {
      put(label);
      put(uleb(places.offsets.get(child) ?? 0));
    }
  }
  return bytes;
}

function readNodes(table: Uint8Array, move: (address: number) => number): readonly Node[] {
  const nodes = new Map<number, Node>();
  const queue = [0];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (nodes.has(at) || at >= table.length) {
      throw new FormatError("the export trie is damaged", {
        format: "macho",
        record: RECORD,
        offset: at,
      });
    }
    const reader = { bytes: table, position: at };
    const size = readUleb(reader, RECORD);
    const start = reader.position;
    const terminal =
      size === 0 ? new Uint8Array() : movedTerminal(table.subarray(start, start + size), move);
    reader.position = start + size;
    const count = nextByte(reader, RECORD);
    const edges: { label: Uint8Array; child: number }[] = [];
    for (let index = 0; index < count; index++) {
      const end = table.indexOf(0, reader.position);
      const label = table.subarray(reader.position, end + 1);
      reader.position = end + 1;
      edges.push({ label, child: readUleb(reader, RECORD) });
    }
    nodes.set(at, { at, terminal, edges });
    for (const { child } of edges) queue.push(child);
  }
  return [...nodes.values()].sort((a, b) => a.at - b.at);
}

function movedTerminal(bytes: Uint8Array, move: (address: number) => number): Uint8Array {
  const reader = { bytes, position: 0 };
  const flags = readUleb(reader, RECORD);
  if ((flags & EXPORT_SYMBOL_FLAGS.EXPORT_SYMBOL_FLAGS_REEXPORT) !== 0) return bytes;
  const kind = flags & EXPORT_SYMBOL_FLAGS.EXPORT_SYMBOL_FLAGS_KIND_MASK;
  if (kind === EXPORT_SYMBOL_FLAGS.EXPORT_SYMBOL_FLAGS_KIND_ABSOLUTE) return bytes;
  const after = reader.position;
  const address = readUleb(reader, RECORD);
  if (reader.position !== bytes.length) {
    throw refuse("grow", "an exported symbol is chosen by a resolver");
  }
  const head = bytes.subarray(0, after);
  const tail = uleb(move(address));
  const moved = new Uint8Array(head.length + tail.length);
  moved.set(head);
  moved.set(tail, head.length);
  return moved;
}

/** Offsets depend on the lengths of offsets: they only grow, so this ends. */
function placeNodes(nodes: readonly Node[]): {
  readonly offsets: ReadonlyMap<number, number>;
  readonly end: number;
} {
  const offsets = new Map<number, number>(nodes.map(({ at }) => [at, 0]));
  for (;;) {
    let position = 0;
    let changed = false;
    for (const { at, terminal, edges } of nodes) {
      const known = offsets.get(at) ?? 0;
      if (position > known) {
        offsets.set(at, position);
        changed = true;
      } else position = known;
      position += ulebSize(terminal.length) + terminal.length + 1;
      for (const { label, child } of edges) {
        position += label.length + ulebSize(offsets.get(child) ?? 0);
      }
    }
    if (!changed) return { offsets, end: position };
  }
}

function ulebSize(value: number): number {
  let size = 1;
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) size++;
  return size;
}

export function uleb(value: number): Uint8Array {
  const bytes = new Uint8Array(ulebSize(value));
  let rest = value;
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = (rest % 128) + (index + 1 < bytes.length ? 0x80 : 0);
    rest = Math.floor(rest / 128);
  }
  return bytes;
}
