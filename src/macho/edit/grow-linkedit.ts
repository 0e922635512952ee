/** The tables of `__LINKEDIT` with the places that things have after the header grew. */
import { N, N_TYPE } from "../constants.ts";
import { Nlist } from "../layout.ts";
import { chainedSegments } from "../read/chained-pointers.ts";
import { readUleb } from "../read/leb.ts";
import { linkeditParts } from "../read/linkedit-parts.ts";
import { movedTrie, uleb } from "./grow-trie.ts";
import { type Growth, moved, movedAddress } from "./growth.ts";
import { refuse } from "./refuse.ts";

/** New tables, by the names of {@link linkeditParts}. */
export function linkeditContents(growth: Growth): ReadonlyMap<string, Uint8Array> {
  const { image, first, shift } = growth;
  const contents = new Map<string, Uint8Array>();
  for (const { name, offset, size } of linkeditParts(image)) {
    const bytes = (): Uint8Array => image.source.read(offset, size).slice();
    const view = (of: Uint8Array): DataView => new DataView(of.buffer, of.byteOffset, of.length);
    switch (name) {
      case "symbol table":
        contents.set(name, shiftSymbols(growth, bytes()));
        break;
      case "export trie":
        contents.set(
          name,
          movedTrie(bytes(), (address) => moved(growth, address)),
        );
        break;
      case "function starts": {
        const old = bytes();
        const reader = { bytes: old, position: 0 };
        const delta = readUleb(reader, name);
        if (delta < first) throw refuse("grow", "a function begins inside of the header");
        contents.set(name, joined(uleb(delta + shift), old.subarray(reader.position)));
        break;
      }
      case "data in code": {
        const entries = bytes();
        for (let at = 0; at + 8 <= entries.length; at += 8) {
          view(entries).setUint32(at, moved(growth, view(entries).getUint32(at, true)), true);
        }
        contents.set(name, entries);
        break;
      }
      case "chained fixups": {
        const table = bytes();
        for (const { offsetAt, segmentOffset } of chainedSegments(table, image.context)) {
          view(table).setBigUint64(offsetAt, segmentOffset + BigInt(shift), true);
        }
        contents.set(name, table);
      }
    }
  }
  return contents;
}

/** Padded to a multiple of 8, trailing zeros not counted. */
function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  let end = tail.length;
  while (end > 0 && tail[end - 1] === 0) end--;
  const bytes = new Uint8Array(Math.ceil((head.length + end + 1) / 8) * 8);
  bytes.set(head);
  bytes.set(tail.subarray(0, end), head.length);
  return bytes;
}

function shiftSymbols(growth: Growth, bytes: Uint8Array): Uint8Array {
  const { context } = growth.image;
  const stride = Nlist.sizeOf(context.variant);
  for (let at = 0; at + stride <= bytes.length; at += stride) {
    const { n_type, n_sect, n_value } = Nlist.read(bytes, at, context);
    const placed = (n_type & N.N_STAB) === 0 ? (n_type & N.N_TYPE) === N_TYPE.N_SECT : n_sect !== 0;
    if (!placed) continue;
    Nlist.set(bytes, at, context, { n_value: movedAddress(growth, n_value) });
  }
  return bytes;
}
