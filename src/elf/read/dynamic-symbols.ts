/** Where the dynamic symbols lie, and how many there are. */
import { DT, DT_MIPS, EM, SHT } from "../constants.ts";
import { ElfSym } from "../layout.ts";
import { dynamicValue } from "../refuse.ts";
import { parseGnuHash, parseSysvHash } from "./hash.ts";
import type { Linkage } from "./linkage.ts";
import { mapAddress } from "./segments.ts";

/** Count of dynamic symbols, `undefined` when nothing tells it. */
function dynamicSymbolCount(model: Linkage): number | undefined {
  const { source, header, dynamic, loads, sections } = model;
  const { context } = header;
  const { e_machine } = header.ehdr;
  const mapped = { loads, size: source.size };
  const region = (tag: number): { offset: number; size: number } | undefined => {
    const address = dynamicValue(dynamic.entries, tag);
    return address === undefined ? undefined : mapAddress(mapped, address);
  };
  const counts: number[] = [];
  const symtab = dynamicValue(dynamic.entries, DT.DT_SYMTAB);
  const section = sections.find(
    ({ sh_type, sh_addr }) => sh_type === SHT.SHT_DYNSYM && sh_addr === symtab,
  );
  if (section !== undefined) {
    counts.push(Math.ceil(section.sh_size / ElfSym.sizeOf(context.variant)));
  }
  const sysv = region(DT.DT_HASH);
  if (sysv !== undefined) {
    const hash = parseSysvHash(source, sysv, context, e_machine);
    if (hash !== undefined) counts.push(hash.nchain);
  }
  const gnu = region(DT.DT_GNU_HASH);
  if (gnu !== undefined) {
    const hash = parseGnuHash(source, gnu, context);
    if (hash !== undefined && hash.count > 0) counts.push(hash.count);
  }
  if (e_machine === EM.EM_MIPS) {
    const count = dynamicValue(dynamic.entries, DT_MIPS.DT_MIPS_SYMTABNO);
    if (count !== undefined) counts.push(Number(count));
  }
  return counts.length === 0 ? undefined : Math.max(...counts);
}

/** Where the dynamic symbols lie in the file; `undefined` when their count is unknown. */
export function dynamicSymbols(
  model: Linkage,
): { readonly offset: number; readonly size: number } | undefined {
  const { source, header, dynamic, loads } = model;
  const count = dynamicSymbolCount(model);
  const address = dynamicValue(dynamic.entries, DT.DT_SYMTAB);
  if (count === undefined || address === undefined) return undefined;
  const region = mapAddress({ loads, size: source.size }, address);
  const size = count * ElfSym.sizeOf(header.context.variant);
  return region === undefined || size > region.size ? undefined : { offset: region.offset, size };
}
