/** The version tables as the rewriter sees them: names by offset, and how far they reach. */
import type { Source } from "../../source.ts";
import { DT } from "../constants.ts";
import {
  type Dyn,
  type ElfContext,
  ElfVerdaux,
  ElfVerdef,
  ElfVernaux,
  ElfVerneed,
} from "../layout.ts";
import { dynamicValue, refuse } from "../refuse.ts";
import { type Mapped, mapAddress } from "./segments.ts";

export interface VersionNeedRecord {
  /** File offset of the Verneed record. */
  readonly at: number;
  readonly vn_file: number;
  readonly file: string;
}

export interface VersionTables {
  readonly needs: readonly VersionNeedRecord[];
  /** Offsets into the string table, vn_file left out. */
  readonly strings: readonly number[];
  /** Bytes that the tables cover, from their start; 0 without one. */
  readonly verneedSize: number;
  readonly verdefSize: number;
}

/** @throws RefusalError when a table leaves its segment or its records overlap. */
export function readVersions(
  source: Source,
  context: ElfContext,
  entries: readonly Dyn[],
  mapped: Mapped,
  strings: { text(at: number): string },
): VersionTables {
  const needs: VersionNeedRecord[] = [];
  const versionStrings: number[] = [];
  const region = (tag: number): { offset: number; size: number } | undefined => {
    const address = dynamicValue(entries, tag);
    if (address === undefined) return undefined;
    const found = mapAddress(mapped, address);
    if (found === undefined) {
      throw refuse(
        "layout",
        `the address 0x${address.toString(16)} of a version table is not in the file`,
      );
    }
    return found;
  };
  let verneedSize = 0;
  const verneed = region(DT.DT_VERNEED);
  if (verneed !== undefined) {
    verneedSize = walkVersions(source, verneed, {
      size: ElfVerneed.sizeOf(context.variant),
      read: (bytes, at) => {
        const record = ElfVerneed.read(bytes, at, context, verneed.offset);
        needs.push({
          at: verneed.offset + at,
          vn_file: record.vn_file,
          file: strings.text(record.vn_file),
        });
        return { aux: record.vn_aux, next: record.vn_next };
      },
      auxSize: ElfVernaux.sizeOf(context.variant),
      readAux: (bytes, at) => {
        const aux = ElfVernaux.read(bytes, at, context, verneed.offset);
        versionStrings.push(aux.vna_name);
        return aux.vna_next;
      },
    });
  }
  let verdefSize = 0;
  const verdef = region(DT.DT_VERDEF);
  if (verdef !== undefined) {
    verdefSize = walkVersions(source, verdef, {
      size: ElfVerdef.sizeOf(context.variant),
      read: (bytes, at) => {
        const record = ElfVerdef.read(bytes, at, context, verdef.offset);
        return { aux: record.vd_aux, next: record.vd_next };
      },
      auxSize: ElfVerdaux.sizeOf(context.variant),
      readAux: (bytes, at) => {
        const aux = ElfVerdaux.read(bytes, at, context, verdef.offset);
        versionStrings.push(aux.vda_name);
        return aux.vda_next;
      },
    });
  }
  return { needs, strings: versionStrings, verneedSize, verdefSize };
}

interface VersionWalk {
  readonly size: number;
  readonly auxSize: number;
  read(bytes: Uint8Array, at: number): { readonly aux: number; readonly next: number };
  readAux(bytes: Uint8Array, at: number): number;
}

/** Bytes from the start of the table to the end of its last record. */
function walkVersions(
  source: Source,
  region: { readonly offset: number; readonly size: number },
  walk: VersionWalk,
): number {
  // As the loader does: along vn_next and vna_next, whatever the counts say.
  let end = 0;
  let at = 0;
  const limit = Math.min(region.size, 1 << 26);
  let bytes = source.read(region.offset, Math.min(limit, 1 << 14));
  const need = (to: number): void => {
    if (to > limit) throw refuse("layout", "the version table leaves its segment");
    if (to > bytes.length) {
      bytes = source.read(region.offset, Math.min(limit, Math.max(to, bytes.length * 4)));
    }
  };
  // Offsets only lead forward, but many records may share their versions.
  let left = limit / walk.auxSize;
  const count = (): void => {
    if (--left < 0) throw refuse("layout", "the version table's records overlap");
  };
  for (;;) {
    need(at + walk.size);
    const record = walk.read(bytes, at);
    end = Math.max(end, at + walk.size);
    let aux = at + record.aux;
    for (;;) {
      count();
      need(aux + walk.auxSize);
      const next = walk.readAux(bytes, aux);
      end = Math.max(end, aux + walk.auxSize);
      if (next === 0) break;
      aux += next;
    }
    count();
    if (record.next === 0) break;
    at += record.next;
  }
  return end;
}
