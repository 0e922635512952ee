/** RELR: relative relocations as bitmaps, which only loaders from glibc 2.36, musl 1.2.4 and Android 9 on apply. */
import type { Source } from "../../source.ts";
import { DT } from "../constants.ts";
import type { ElfContext } from "../layout.ts";
import type { Dynamic } from "./dynamic.ts";
import { hex, type Problems } from "./problems.ts";
import type { Region } from "./region.ts";
import { type Mapped, mapAddress } from "./segments.ts";

export interface RelrTable extends Region {
  /** True for DT_ANDROID_RELR, the same format under an older tag. */
  readonly android: boolean;
}

/** DT_RELR, else DT_ANDROID_RELR; `null` when there is none. */
export function parseRelr(image: Mapped, dynamic: Dynamic, problems: Problems): RelrTable | null {
  const entry = dynamic.get(DT.DT_RELR) ?? dynamic.get(DT.DT_ANDROID_RELR);
  if (entry === undefined) return null;
  const android = entry.d_tag === DT.DT_ANDROID_RELR;
  const size = Number(dynamic.value(android ? DT.DT_ANDROID_RELRSZ : DT.DT_RELRSZ) ?? 0n);
  const region = mapAddress(image, entry.d_val);
  if (size > 0 && (region === undefined || size > region.size)) {
    problems.add("the RELR table is not inside a load segment", {
      record: "Elf_Dyn",
      field: android ? "DT_ANDROID_RELR" : "DT_RELR",
      offset: entry.at,
      value: hex(entry.d_val),
    });
  }
  return { offset: region?.offset ?? 0, size: Math.min(size, region?.size ?? 0), android };
}

/** How many words the table relocates: an even entry is an address, an odd one a bitmap behind it. */
export function countRelr(source: Source, table: Region, context: ElfContext): number {
  const word = context.variant === "elf64" ? 8 : 4;
  const bytes = source.read(table.offset, table.size - (table.size % word));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  for (let at = 0; at < bytes.length; at += word) {
    const bitmap = (view.getUint8(context.littleEndian ? at : at + word - 1) & 1) === 1;
    if (!bitmap) {
      count++;
      continue;
    }
    for (let byte = 0; byte < word; byte++) count += bitsOf(view.getUint8(at + byte));
    count--;
  }
  return count;
}

function bitsOf(byte: number): number {
  let bits = 0;
  for (let rest = byte; rest > 0; rest >>= 1) bits += rest & 1;
  return bits;
}
