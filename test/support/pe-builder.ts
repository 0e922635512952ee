/** Small 64-bit DLLs with one section: imports and exports by name, as many as wanted. */
import { encodeUtf8 } from "../../src/bytes.ts";

export interface PeShape {
  /** The DLL's own name. */
  readonly library: string;
  readonly imports: readonly { readonly library: string; readonly names: readonly string[] }[];
  /** In ascending order. */
  readonly exports: readonly string[];
  /** `dll.name` for each export. Default: none is a forwarder. */
  readonly forwards?: readonly string[];
}

const RVA = 0x1000;
const FILE = 0x400;
const DATA_DIRECTORIES = 16;

export function buildPe({ library, imports, exports, forwards }: PeShape): Uint8Array {
  const section = sectionWriter();
  const text = (value: string): number => section.add(encodeUtf8(`${value}\0`));
  const code = section.add(Uint8Array.of(0xc3));
  const descriptors = imports.flatMap(({ library: name, names }) => {
    const thunks = Uint32Array.from({ length: 2 * names.length + 2 });
    names.forEach((each, index) => {
      thunks[2 * index] = section.add(encodeUtf8(`\0\0${each}\0`));
    });
    const table = (): number => section.add(new Uint8Array(thunks.buffer), 8);
    return [table(), 0, 0, text(name), table()];
  });
  const importAt = section.add(bytesOf([...descriptors, 0, 0, 0, 0, 0]), 8);
  const importSize = 4 * (descriptors.length + 5);

  const directory = section.add(new Uint8Array(40), 8);
  const targets = exports.map((_, at) =>
    forwards === undefined ? code : text(forwards[at] ?? ""),
  );
  const functions = section.add(bytesOf(targets), 4);
  const names = section.add(bytesOf(exports.map(text)), 4);
  const ordinals = section.add(
    new Uint8Array(Uint16Array.from(exports, (_, index) => index).buffer),
    4,
  );
  const own = text(library);
  const count = exports.length;
  const exportEnd = section.size();
  const bytes = section.bytes();
  bytes.set(bytesOf([0, 0, 0, own, 1, count, count, functions, names, ordinals]), directory - RVA);

  const file = new Uint8Array(FILE + Math.ceil(bytes.length / 0x200) * 0x200);
  const view = new DataView(file.buffer);
  const sizes = file.length - FILE;
  view.setUint16(0, 0x5a4d, true);
  view.setUint32(0x3c, 0x40, true);
  view.setUint32(0x40, 0x4550, true);
  // Machine, sections, size of the optional header, DLL | executable | large addresses.
  view.setUint16(0x44, 0x8664, true);
  view.setUint16(0x46, 1, true);
  view.setUint16(0x54, 112 + 8 * DATA_DIRECTORIES, true);
  view.setUint16(0x56, 0x2022, true);
  const optional = 0x58;
  view.setUint16(optional, 0x20b, true);
  view.setBigUint64(optional + 24, 0x180000000n, true);
  view.setUint32(optional + 32, 0x1000, true);
  view.setUint32(optional + 36, 0x200, true);
  view.setUint16(optional + 40, 6, true);
  view.setUint16(optional + 48, 6, true);
  view.setUint32(optional + 56, RVA + Math.ceil(sizes / 0x1000) * 0x1000, true);
  view.setUint32(optional + 60, FILE, true);
  view.setUint16(optional + 68, 3, true);
  view.setUint32(optional + 108, DATA_DIRECTORIES, true);
  const place = (index: number, at: number, size: number): void => {
    view.setUint32(optional + 112 + 8 * index, at, true);
    view.setUint32(optional + 116 + 8 * index, size, true);
  };
  place(0, directory, exportEnd - (directory - RVA));
  place(1, importAt, importSize);
  const row = optional + 112 + 8 * DATA_DIRECTORIES;
  file.set(encodeUtf8(".rdata"), row);
  view.setUint32(row + 8, sizes, true);
  view.setUint32(row + 12, RVA, true);
  view.setUint32(row + 16, sizes, true);
  view.setUint32(row + 20, FILE, true);
  view.setUint32(row + 36, 0xe000_0020, true);
  file.set(bytes, FILE);
  return file;
}

function bytesOf(words: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(words).buffer);
}

/** A section that grows; `add` says the RVA. */
function sectionWriter(): {
  add(bytes: Uint8Array, align?: number): number;
  size(): number;
  bytes(): Uint8Array;
} {
  let held = new Uint8Array(1 << 12);
  let size = 0;
  return {
    add(bytes, align = 1) {
      const at = Math.ceil(size / align) * align;
      size = at + bytes.length;
      if (size > held.length) {
        const larger = new Uint8Array(2 * size);
        larger.set(held);
        held = larger;
      }
      held.set(bytes, at);
      return RVA + at;
    },
    size: () => size,
    bytes: () => held.slice(0, size),
  };
}
