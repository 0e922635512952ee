/** Names that lie outside the string table. */
import { ElfSym } from "../layout.ts";
import { dynamicSymbols } from "../read/dynamic-symbols.ts";
import type { Linkage } from "../read/linkage.ts";
import { STRING_TAGS } from "../read/linkage.ts";
/** One sentence for each name that lies behind `size` bytes of the string table. */
export function nameFaults(model: Linkage, size: number): string[] {
  const faults: string[] = [];
  const { dynamic, versionNeeds, versionStrings } = model;
  const check = (what: string, at: number): void => {
    if (at >= size) faults.push(`${what} lies outside the string table`);
  };
  for (const { d_tag, d_val } of dynamic.entries) {
    if (STRING_TAGS.has(d_tag)) check(`the name of dynamic entry ${d_tag}`, Number(d_val));
  }
  for (const { vn_file } of versionNeeds) check("a file name of a version need", vn_file);
  for (const at of versionStrings) check("a version's name", at);
  const bad = symbolOutside(model, size);
  if (bad !== undefined) {
    faults.push(`the name of dynamic symbol ${bad} lies outside the string table`);
  }
  return faults;
}

const SYMBOL_CHUNK = 1 << 15;

/** Index of the first dynamic symbol whose name is not in the table. */
function symbolOutside(model: Linkage, size: number): number | undefined {
  const { source, header } = model;
  const symbols = dynamicSymbols(model);
  if (symbols === undefined) return undefined;
  const stride = ElfSym.sizeOf(header.context.variant);
  const count = Math.floor(symbols.size / stride);
  for (let first = 0; first < count; first += SYMBOL_CHUNK) {
    const part = Math.min(SYMBOL_CHUNK, count - first);
    const bytes = source.read(symbols.offset + first * stride, part * stride);
    const name = ElfSym.column(bytes, header.context, "st_name");
    for (let index = 0; index < part; index++) if (name(index) >= size) return first + index;
  }
  return undefined;
}
