/** The dynamic symbols as a list, for the reader of a report. */
import type { DynamicSymbol } from "../../binary.ts";
import { compareText, textOrder } from "../../bytes.ts";
import { STT, VERSYM_HIDDEN, VERSYM_VERSION } from "../constants.ts";
import { bindingName, symbolTypeName, visibilityName } from "../names.ts";
import type { ElfImage } from "../read/image.ts";
import { hex } from "../read/problems.ts";
import { sectionName } from "../read/sections.ts";
import { bindingOf, isExport, isImport, typeOf, visibilityOf } from "../read/symbols.ts";
import { versionOwners } from "../read/version.ts";
import { symbolType } from "./symbols.ts";

/** One line of `readelf --dyn-syms`. */
export interface SymbolRow {
  readonly index: number;
  readonly name: string;
  /** Address as hex. */
  readonly value: string;
  /** Bytes. */
  readonly size: number;
  readonly type: string;
  readonly binding: string;
  readonly visibility: string;
  /** Section index; 0 is undefined, 0xfff1 absolute. */
  readonly section: number;
  readonly version: string | null;
  /** The library that must define the version, for a symbol bound to a needed one. */
  readonly library: string | null;
  /** True when links without a version bind to it: readelf's `@@`. */
  readonly defaultVersion: boolean;
}

/** Every dynamic symbol in the table's order, the null symbol left out. */
export function symbolRows(image: ElfImage): readonly SymbolRow[] {
  const table = image.symbols();
  const owners = versionOwners(image.versionNeeds, image.versionDefinitions);
  const name = table.column("st_name");
  const value = table.column("st_value");
  const size = table.column("st_size");
  const info = table.column("st_info");
  const other = table.column("st_other");
  const section = table.column("st_shndx");
  const version = table.versions();
  const rows: SymbolRow[] = [];
  for (let index = 1; index < table.count; index++) {
    const st_info = info(index);
    const st_shndx = section(index);
    const raw = version(index);
    const owner = owners.get(raw & VERSYM_VERSION);
    rows.push({
      index,
      name: nameOfRow(image, name(index), st_info, st_shndx),
      value: hex(value(index)),
      size: size(index),
      type: symbolTypeName(typeOf(st_info)),
      binding: bindingName(bindingOf(st_info)),
      visibility: visibilityName(visibilityOf(other(index))),
      section: st_shndx,
      version: owner?.version ?? null,
      library: owner?.library ?? null,
      defaultVersion: owner !== undefined && owner.library === null && (raw & VERSYM_HIDDEN) === 0,
    });
  }
  return rows;
}

/** A section's symbol has no name of its own. */
function nameOfRow(image: ElfImage, st_name: number, st_info: number, st_shndx: number): string {
  const section = image.sections.list[st_shndx];
  return st_name === 0 && typeOf(st_info) === STT.STT_SECTION && section !== undefined
    ? sectionName(image.sections, section)
    : (image.strings.text(st_name) ?? "");
}

function* namesOf(symbols: readonly DynamicSymbol[]): Generator<string> {
  for (const { name } of symbols) yield name;
}

/** Imports or exports, sorted by name and version. */
export function listSymbols(
  image: ElfImage,
  which: "imports" | "exports",
): readonly DynamicSymbol[] {
  const table = image.symbols();
  const owners = versionOwners(image.versionNeeds, image.versionDefinitions);
  const name = table.column("st_name");
  const info = table.column("st_info");
  const other = table.column("st_other");
  const section = table.column("st_shndx");
  const version = table.versions();
  const symbols: DynamicSymbol[] = [];
  for (let index = 1; index < table.count; index++) {
    const st_info = info(index);
    const st_shndx = section(index);
    const wanted =
      which === "imports" ? isImport(st_info, st_shndx) : isExport(st_info, other(index), st_shndx);
    if (!wanted) continue;
    const owner = owners.get(version(index) & VERSYM_VERSION);
    symbols.push({
      name: image.strings.text(name(index)) ?? "",
      defined: which === "exports",
      weak: bindingName(bindingOf(st_info)) === "STB_WEAK",
      type: symbolType(typeOf(st_info)),
      ...(owner === undefined ? {} : { version: owner.version }),
      ...(owner === undefined || owner.library === null ? {} : { library: owner.library }),
    });
  }
  const order = textOrder(namesOf(symbols));
  return symbols.sort(
    (a, b) => order(a.name, b.name) || compareText(a.version ?? "", b.version ?? ""),
  );
}
