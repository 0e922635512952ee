/**
 * Symbol versions: what is needed, what is defined, and which symbol has which.
 *
 * Source: Linux Standard Base Core 5.0, 10.7. Each record names the distance to the next, so the
 * walk only goes forward; names come from the dynamic string table.
 */
import type { Source } from "../../source.ts";
import { VERSYM_VERSION } from "../constants.ts";
import {
  type ElfContext,
  ElfVerdaux,
  ElfVerdef,
  ElfVernaux,
  ElfVerneed,
  type Verdef,
  type Vernaux,
  type Verneed,
} from "../layout.ts";
import type { Problems } from "./problems.ts";
import { type Region, regionReader } from "./region.ts";
import type { StringTable } from "./strings.ts";

/** Indexes have 15 bits, so more versions than this cannot be told apart. */
const MAX_VERSIONS = VERSYM_VERSION;

export interface NeededVersion extends Vernaux {
  /** File offset of the record. */
  readonly at: number;
  readonly name: string;
}

export interface VersionNeeds extends Verneed {
  readonly at: number;
  /** The library, as vn_file names it. */
  readonly file: string;
  readonly versions: readonly NeededVersion[];
}

export interface VersionDefinition extends Verdef {
  readonly at: number;
  readonly name: string;
  readonly parents: readonly string[];
}

interface Tables {
  readonly source: Source;
  readonly context: ElfContext;
  readonly strings: StringTable;
  readonly problems: Problems;
}

/**
 * DT_VERNEED.
 *
 * @param count DT_VERNEEDNUM; `undefined` when there is none, as the loader does not need it.
 */
export function parseVersionNeeds(
  tables: Tables,
  region: Region,
  count: number | undefined,
): readonly VersionNeeds[] {
  const { source, context, problems } = tables;
  const read = regionReader(source, region);
  const needSize = ElfVerneed.sizeOf(context.variant);
  const auxSize = ElfVernaux.sizeOf(context.variant);
  const needs: VersionNeeds[] = [];
  let left = MAX_VERSIONS;
  for (let at = 0; needs.length < (count ?? MAX_VERSIONS); ) {
    const need = problems.attempt(() =>
      ElfVerneed.read(read(at, needSize), 0, context, region.offset + at),
    );
    if (need === undefined) break;
    const versions: NeededVersion[] = [];
    const place = region.offset + at;
    let auxAt = at + need.vn_aux;
    while (versions.length < need.vn_cnt && left > 0) {
      const aux = problems.attempt(() =>
        ElfVernaux.read(read(auxAt, auxSize), 0, context, region.offset + auxAt),
      );
      if (aux === undefined) break;
      left--;
      const name = nameAt(tables, aux.vna_name, "Elf_Vernaux", "vna_name", region.offset + auxAt);
      versions.push({ ...aux, at: region.offset + auxAt, name });
      if (aux.vna_next === 0) break;
      auxAt += aux.vna_next;
    }
    if (versions.length < need.vn_cnt) {
      problems.add(`only ${versions.length} of ${need.vn_cnt} needed versions can be read`, {
        record: "Elf_Verneed",
        field: "vn_cnt",
        offset: place,
      });
    }
    left--;
    const file = nameAt(tables, need.vn_file, "Elf_Verneed", "vn_file", place);
    needs.push({ ...need, at: place, file, versions });
    if (need.vn_next === 0 || left <= 0) break;
    at += need.vn_next;
  }
  reportCount(tables, "Elf_Verneed", region, needs.length, count);
  return needs;
}

/**
 * DT_VERDEF.
 *
 * @param count DT_VERDEFNUM.
 */
export function parseVersionDefinitions(
  tables: Tables,
  region: Region,
  count: number | undefined,
): readonly VersionDefinition[] {
  const { source, context, problems } = tables;
  const read = regionReader(source, region);
  const defSize = ElfVerdef.sizeOf(context.variant);
  const auxSize = ElfVerdaux.sizeOf(context.variant);
  const definitions: VersionDefinition[] = [];
  let left = MAX_VERSIONS;
  for (let at = 0; definitions.length < (count ?? MAX_VERSIONS); ) {
    const place = region.offset + at;
    const definition = problems.attempt(() => ElfVerdef.read(read(at, defSize), 0, context, place));
    if (definition === undefined) break;
    const names: string[] = [];
    let auxAt = at + definition.vd_aux;
    while (names.length < definition.vd_cnt && left > 0) {
      const aux = problems.attempt(() =>
        ElfVerdaux.read(read(auxAt, auxSize), 0, context, region.offset + auxAt),
      );
      if (aux === undefined) break;
      left--;
      names.push(nameAt(tables, aux.vda_name, "Elf_Verdaux", "vda_name", region.offset + auxAt));
      if (aux.vda_next === 0) break;
      auxAt += aux.vda_next;
    }
    left--;
    const [name = "", ...parents] = names;
    definitions.push({ ...definition, at: place, name, parents });
    if (definition.vd_next === 0 || left <= 0) break;
    at += definition.vd_next;
  }
  reportCount(tables, "Elf_Verdef", region, definitions.length, count);
  return definitions;
}

function reportCount(
  { problems }: Tables,
  record: string,
  region: Region,
  found: number,
  count: number | undefined,
): void {
  if (count === undefined || found === count) return;
  problems.add(`${count} records are announced, ${found} can be read`, {
    record,
    offset: region.offset,
  });
}

function nameAt(
  { strings, problems }: Tables,
  name: number,
  record: string,
  field: string,
  offset: number,
): string {
  const text = strings.text(name);
  if (text === undefined) {
    problems.add("the name is outside the dynamic string table", {
      record,
      field,
      offset,
      value: String(name),
    });
  }
  return text ?? "";
}

/** What an index of the version symbol table stands for. */
export interface VersionOwner {
  readonly version: string;
  /** The library that must define it; `null` when the file itself does. */
  readonly library: string | null;
}

/** By index, without the hidden bit. 0 (local) and 1 (global) have no entry. */
export function versionOwners(
  needs: readonly VersionNeeds[],
  definitions: readonly VersionDefinition[],
): ReadonlyMap<number, VersionOwner> {
  const owners = new Map<number, VersionOwner>();
  for (const definition of definitions) {
    const index = definition.vd_ndx & VERSYM_VERSION;
    if (index > 1) owners.set(index, { version: definition.name, library: null });
  }
  for (const { file, versions } of needs) {
    for (const { vna_other, name } of versions) {
      const index = vna_other & VERSYM_VERSION;
      if (index > 1) owners.set(index, { version: name, library: file });
    }
  }
  return owners;
}
