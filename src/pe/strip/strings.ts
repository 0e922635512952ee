/** Long names of sections: the string table after the symbols holds them, so that much of it stays. */
import { concatBytes } from "../../bytes.ts";
import type { Draft, Row } from "../edit/draft.ts";
import { encodeName } from "../names.ts";
import { sectionName } from "../read/coff-symbols.ts";

export interface KeptNames {
  /** The string table with its length field; empty when no section needs it. */
  readonly bytes: Uint8Array;
  /** The new Name field of the sections with long names. */
  readonly fields: ReadonlyMap<Row, bigint>;
}

const LENGTH_FIELD = 4;

/** The names of the sections that stay. */
export function keptNames({ image, rows }: Draft, dropped: readonly Row[]): KeptNames {
  const fields = new Map<Row, bigint>();
  const names: Uint8Array[] = [];
  let size = LENGTH_FIELD;
  for (const row of rows) {
    const { from } = row;
    if (from === null || dropped.includes(row)) continue;
    const name = sectionName(image.source, from, image.coff);
    const bytes = name === from.shortName ? undefined : encodeName(name);
    if (bytes === undefined) continue;
    fields.set(row, nameField(`/${size}`));
    names.push(concatBytes([bytes, new Uint8Array(1)]));
    size += bytes.length + 1;
  }
  if (names.length === 0) return { bytes: new Uint8Array(), fields };
  const length = new Uint8Array(LENGTH_FIELD);
  new DataView(length.buffer).setUint32(0, size, true);
  return { bytes: concatBytes([length, ...names]), fields };
}

/** Eight bytes of text as the number that the section header's table has. */
export function nameField(text: string): bigint {
  const bytes = new Uint8Array(8);
  bytes.set(encodeName(text)?.subarray(0, 8) ?? []);
  return new DataView(bytes.buffer).getBigUint64(0, true);
}
