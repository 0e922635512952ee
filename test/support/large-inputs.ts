/** Inputs that have very much of one thing: symbols, needed libraries, members. The size of each is a parameter. */
import { concatBytes, encodeUtf8 } from "../../src/bytes.ts";
import { LC } from "../../src/macho/constants.ts";
import { buildElf } from "./elf-builder.ts";
import { buildMacho } from "./macho-builder.ts";
import { buildPe } from "./pe-builder.ts";
import { buildWheel, type WheelSpec, wheelFileName } from "./wheel-builder.ts";
import { extraField } from "./zip-builder.ts";

export interface LargeInput {
  /** File name. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export const padded = (index: number): string => String(index).padStart(7, "0");
export const range = <T>(count: number, item: (index: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, index) => item(index));

export function wheelOf(spec: WheelSpec): LargeInput {
  // Beyond 65,535 members nothing else tells how many there are.
  const many = Object.keys(spec.files ?? {}).length > 65_000;
  const bytes = buildWheel(many ? { ...spec, zip: { zip64: true } } : spec);
  return { name: wheelFileName(spec), bytes };
}

export const LINUX = "cp312-cp312-manylinux_2_17_x86_64";
export const MACOS = "cp312-cp312-macosx_11_0_x86_64";
export const WINDOWS = "cp312-cp312-win_amd64";

/** `count` libraries of which each needs all others. */
export function elfNeeds(count: number): LargeInput {
  const names = range(count, (at) => `lib${padded(at)}.so`);
  const library = (soname: string): Uint8Array =>
    buildElf({ soname, needed: names, runpath: "$ORIGIN" }).bytes;
  return wheelOf({
    tag: LINUX,
    files: Object.fromEntries(names.map((name) => [`demo/${name}`, library(name)])),
  });
}

/** A library with `count` symbols, of which each second one is exported; `length` bytes to a name. */
export function elfSymbols(count: number, length: number): LargeInput {
  const tail = "x".repeat(Math.max(0, length - 8));
  const symbol = (at: number): { name: string; defined: boolean } => ({
    name: `s${padded(at)}${tail}`,
    defined: at >= count / 2,
  });
  return { name: "libdemo.so", bytes: buildElf({ symbols: range(count, symbol) }).bytes };
}

/** Small files that begin like ELF. */
export function brokenElf(count: number): LargeInput {
  const bytes = Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, ...new Array(57).fill(0));
  return wheelOf({
    tag: LINUX,
    files: Object.fromEntries(range(count, (at) => [`demo/lib${padded(at)}.so`, bytes])),
  });
}

/** Members with `extra` bytes of extra data in each header. */
export function extraData(count: number, extra: number): LargeInput {
  const field = extraField(0x4b57, new Uint8Array(extra - 4));
  const paths = range(count, (at) => `demo/m${padded(at)}.py`);
  return wheelOf({
    files: Object.fromEntries(paths.map((path) => [path, "x"])),
    members: Object.fromEntries(
      paths.map((path) => [path, { localExtra: field, centralExtra: field }]),
    ),
  });
}

/** Members whose paths have `length` bytes. */
export function longPaths(count: number, length: number): LargeInput {
  const middle = `${"d".repeat(199)}/`.repeat(Math.floor((length - 20) / 200));
  return wheelOf({
    files: Object.fromEntries(range(count, (at) => [`demo/${middle}m${padded(at)}.py`, "x"])),
  });
}

/** `count` dylibs of which each loads all others, through `rpaths` run paths. */
export function machoLoads(count: number, rpaths: number): LargeInput {
  const names = range(count, (at) => `lib${padded(at)}.dylib`);
  const paths = range(rpaths, (at) => `@loader_path/${padded(at)}`).with(-1, "@loader_path");
  const library = (name: string): Uint8Array =>
    buildMacho({
      id: `@rpath/${name}`,
      loads: names.map((each) => [LC.LC_LOAD_DYLIB, `@rpath/${each}`]),
      rpaths: paths,
    });
  return wheelOf({
    tag: MACOS,
    files: Object.fromEntries(names.map((name) => [`demo/${name}`, library(name)])),
  });
}

/** A dylib with an export trie of 10 to the power of `digits` names, and as many symbols. */
export function machoSymbols(digits: number): LargeInput {
  const count = 10 ** digits;
  const trie = exportTrie(digits);
  const name = (at: number): string => `_s${String(at).padStart(digits, "0")}\0`;
  const strings = encodeUtf8(`\0${range(count, name).join("")}`);
  const symbols = new Uint8Array(16 * count);
  const view = new DataView(symbols.buffer);
  for (let at = 0; at < count; at++) {
    view.setUint32(16 * at, 1 + at * (digits + 3), true);
    // N_SECT | N_EXT, in the first section.
    view.setUint8(16 * at + 4, 0x0f);
    view.setUint8(16 * at + 5, 1);
  }
  const linkedit = trie.length + symbols.length + strings.length;
  const place = (start: number): Uint8Array => {
    const words = [start + trie.length, count, linkedit - strings.length + start, strings.length];
    return new Uint8Array(Uint32Array.from(words).buffer);
  };
  const shape = (start: number): Parameters<typeof buildMacho>[0] => ({
    commands: [
      [LC.LC_DYLD_EXPORTS_TRIE, new Uint8Array(Uint32Array.of(start, trie.length).buffer)],
      [LC.LC_SYMTAB, place(start)],
    ],
    linkedit,
  });
  const start = buildMacho(shape(0)).length - linkedit;
  const bytes = buildMacho(shape(start));
  bytes.set(concatBytes([trie, symbols, strings]), start);
  return { name: "libdemo.dylib", bytes };
}

/** Digits as edges; all addresses are 64. */
function exportTrie(digits: number): Uint8Array {
  const root = [0, 1, ...encodeUtf8("_s\0")];
  const leaf = [2, 0, 64, 0];
  const inner = 2 + 10 * 6;
  const first = root.length + 4;
  const levels = range(digits, (level) => 10 ** level);
  const size = levels.reduce((sum, count) => sum + count * inner, first);
  const table = new Uint8Array(size + 10 ** digits * leaf.length + 1);
  // Four bytes whatever the number is, as a ULEB may have.
  const setPlace = (at: number, place: number): void => {
    for (let byte = 0; byte < 4; byte++) {
      table[at + byte] = ((place >> (7 * byte)) & 0x7f) | (byte < 3 ? 0x80 : 0);
    }
  };
  table.set(root);
  setPlace(root.length, first);
  let at = first;
  for (const [level, count] of levels.entries()) {
    const next = at + count * inner;
    const stride = level + 1 === digits ? leaf.length : inner;
    for (let child = 0; child < 10 * count; child++) {
      if (child % 10 === 0) table.set([0, 10], at + (child / 10) * inner);
      const edge = at + Math.floor(child / 10) * inner + 2 + (child % 10) * 6;
      table[edge] = 0x30 + (child % 10);
      setPlace(edge + 2, next + child * stride);
    }
    at = next;
  }
  for (let each = 0; each < 10 ** digits; each++) table.set(leaf, at + each * leaf.length);
  return table;
}

/** `count` DLLs of which each imports one function from each other. */
export function peImports(count: number): LargeInput {
  const names = range(count, (at) => `l${padded(at)}.dll`);
  const imports = names.map((name) => ({ library: name, names: ["f"] }));
  const library = buildPe({ library: "demo.dll", imports, exports: ["f"] });
  return wheelOf({
    tag: WINDOWS,
    files: Object.fromEntries(names.map((name) => [`demo/${name}`, library])),
  });
}

/** A DLL that imports `imported` functions and exports `exported`, of which each is a forwarder if `forwards`. */
export function peSymbols(imported: number, exported: number, forwards: boolean): LargeInput {
  const bytes = buildPe({
    library: "demo.dll",
    imports: [{ library: "other.dll", names: range(imported, (at) => `s${padded(at)}`) }],
    exports: range(exported, (at) => `e${padded(at)}`),
    ...(forwards ? { forwards: range(exported, (at) => `f${padded(at)}.g`) } : {}),
  });
  return { name: "demo.dll", bytes };
}
