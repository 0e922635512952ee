/** What a summary says of the dynamic symbols: counts, chosen imports, who uses which version. */
import { addTo } from "../../add-to.ts";
import type { DynamicSymbol } from "../../binary.ts";
import { compareText, encodeUtf8 } from "../../bytes.ts";
import { mayBePythonInit, PYTHON_INIT_PREFIXES } from "../../python-init.ts";
import { nextHash, SYMBOL_HASH_START } from "../../symbol-hash.ts";
import { STB, STT, VERSYM_HIDDEN, VERSYM_VERSION } from "../constants.ts";
import { ElfSym } from "../layout.ts";
import type { ElfImage } from "../read/image.ts";
import type { ElfProblem } from "../read/problems.ts";
import { bindingOf, isExport, isImport, typeOf } from "../read/symbols.ts";
import { type VersionOwner, versionOwners } from "../read/version.ts";
import type { UnversionedNames } from "./slice.ts";

interface SymbolFacts {
  /** Entries of the table, the null symbol included. */
  readonly count: number;
  readonly importCount: number;
  readonly exportCount: number;
  /** Sorted by name, then version. */
  readonly imports: readonly DynamicSymbol[];
  /** Sorted. */
  readonly pythonInit: readonly string[];
  readonly unversioned: UnversionedNames;
  readonly exportHashes: Uint32Array;
  /** By version index: sorted names of symbols that are bound to a needed version. */
  readonly users: ReadonlyMap<number, readonly string[]>;
  readonly problems: readonly ElfProblem[];
}

/**
 * One pass over the table, field by field at the layout's offsets since libraries have up to 500,000
 * symbols; of exports, only Python's initialisers are decoded.
 */
export function symbolFacts(image: ElfImage, interest: (name: string) => boolean): SymbolFacts {
  const table = image.symbols();
  const { stride } = table;
  const { strings } = image;
  const names = table.count === 0 ? new Uint8Array() : strings.bytes();
  const owners = versionOwners(image.versionNeeds, image.versionDefinitions);
  const needed = neededIndexes(owners);
  const bytes = table.bytes();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { variant, littleEndian } = image.context;
  const infoField = ElfSym.offsetOf(variant, "st_info");
  const otherField = ElfSym.offsetOf(variant, "st_other");
  const sectionField = ElfSym.offsetOf(variant, "st_shndx");
  const nameField = ElfSym.offsetOf(variant, "st_name");
  const versionAt = table.versions();

  const imports: DynamicSymbol[] = [];
  const pythonInit: string[] = [];
  const users = new Map<number, string[]>();
  const strong: string[] = [];
  const weak: string[] = [];
  const hashes = new Uint32Array(Math.min(table.count, MAX_EXPORTS));
  const known = table.hashes();
  let importCount = 0;
  let exportCount = 0;
  let nameless = 0;
  for (let index = 1; index < table.count; index++) {
    const at = index * stride;
    const info = bytes[at + infoField] ?? 0;
    const section = view.getUint16(at + sectionField, littleEndian);
    const imported = isImport(info, section);
    if (imported) importCount++;
    else if (isExport(info, bytes[at + otherField] ?? 0, section)) exportCount++;
    else continue;

    const nameAt = view.getUint32(at + nameField, littleEndian);
    if (!imported && exportCount <= MAX_EXPORTS) {
      hashes[exportCount - 1] = known(index) ?? hashAt(names, nameAt);
    }
    const version = versionAt(index) & VERSYM_VERSION;
    // A program's copy of a library's variable is defined here, and yet bound to its version.
    const bound = needed[version] === 1;
    const init = !imported && isFunction(info) && isPythonInit(names, nameAt);
    if (!imported && !bound && !init) continue;
    const name = strings.text(nameAt);
    if (name === undefined) {
      nameless++;
      continue;
    }
    if (init) pythonInit.push(name);
    if (bound) {
      addTo(users, version, name);
    }
    const owner = owners.get(version);
    if (imported && owner === undefined && name !== "") {
      const list = bindingOf(info) === STB.STB_WEAK ? weak : strong;
      if (list.length < MAX_UNVERSIONED) list.push(name);
    }
    if (imported && interest(name)) imports.push(describeImport(name, info, owner));
  }
  for (const each of users.values()) each.sort(compareText);
  imports.sort(
    (a, b) => compareText(a.name, b.name) || compareText(a.version ?? "", b.version ?? ""),
  );
  pythonInit.sort(compareText);
  const problems: ElfProblem[] = [];
  if (nameless > 0) {
    problems.push({
      message: `${nameless} symbols have no readable name`,
      at: { record: "Elf_Sym", field: "st_name", offset: table.offset },
    });
  }
  return {
    count: table.count,
    importCount,
    exportCount,
    imports,
    pythonInit,
    unversioned: { strong: strong.sort(compareText), weak: weak.sort(compareText) },
    exportHashes: hashes.slice(0, Math.min(exportCount, MAX_EXPORTS)).sort(),
    users,
    problems,
  };
}

/** Names of one file that are kept; the largest real libraries stay below both. */
const MAX_UNVERSIONED = 50_000;
const MAX_EXPORTS = 1_000_000;

/** The hash of a name in the string table, as {@link symbolHash} gives it. */
function hashAt(names: Uint8Array, at: number): number {
  let hash = SYMBOL_HASH_START;
  for (let index = at; index < names.length; index++) {
    const byte = names[index] ?? 0;
    if (byte === 0) break;
    hash = nextHash(hash, byte);
  }
  return hash >>> 1;
}

/** One for all files without versions, of which a wheel may have very many. */
const NO_INDEXES = new Uint8Array(VERSYM_HIDDEN);

/** A flag for each version index that stands for a version of another library. */
function neededIndexes(owners: ReadonlyMap<number, VersionOwner>): Uint8Array {
  if (owners.size === 0) return NO_INDEXES;
  const needed = new Uint8Array(VERSYM_HIDDEN);
  for (const [index, { library }] of owners) if (library !== null) needed[index] = 1;
  return needed;
}

function describeImport(
  name: string,
  info: number,
  owner: VersionOwner | undefined,
): DynamicSymbol {
  return {
    name,
    defined: false,
    weak: bindingOf(info) === STB.STB_WEAK,
    type: symbolType(typeOf(info)),
    ...(owner === undefined ? {} : { version: owner.version }),
    ...(owner === undefined || owner.library === null ? {} : { library: owner.library }),
  };
}

const TYPES: ReadonlyMap<number, string> = new Map([
  [STT.STT_NOTYPE, "notype"],
  [STT.STT_OBJECT, "object"],
  [STT.STT_FUNC, "func"],
  [STT.STT_SECTION, "section"],
  [STT.STT_FILE, "file"],
  [STT.STT_COMMON, "common"],
  [STT.STT_TLS, "tls"],
  [STT.STT_GNU_IFUNC, "ifunc"],
]);

/** The neutral model's word for STT_*. */
export function symbolType(type: number): string {
  return TYPES.get(type) ?? `type_${type}`;
}

function isFunction(info: number): boolean {
  const type = typeOf(info);
  return type === STT.STT_FUNC || type === STT.STT_GNU_IFUNC;
}

const PREFIXES: readonly Uint8Array[] = PYTHON_INIT_PREFIXES.map(encodeUtf8);

/** Compares bytes in the string table, since nearly all names are something else. */
function isPythonInit(names: Uint8Array, at: number): boolean {
  if (!mayBePythonInit(names[at], names[at + 1])) return false;
  for (const prefix of PREFIXES) {
    let index = 0;
    while (index < prefix.length && names[at + index] === prefix[index]) index++;
    if (index === prefix.length && (names[at + index] ?? 0) !== 0) return true;
  }
  return false;
}
