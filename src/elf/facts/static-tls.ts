/** Which thread-local variables a file wants at a fixed distance from the thread pointer. */
import { compareText } from "../../bytes.ts";
import { DT, EM } from "../constants.ts";
import { ElfSym } from "../layout.ts";
import type { ElfImage } from "../read/image.ts";
import { mapAddress } from "../read/segments.ts";
import { isImport } from "../read/symbols.ts";
import type { StaticTlsUse } from "./slice.ts";

/** R_*_TPOFF*, R_*_TPREL* by machine, as the ABI supplements number them. */
const TYPES: ReadonlyMap<number, readonly number[]> = new Map([
  [EM.EM_X86_64, [18]],
  [EM.EM_386, [14, 37]],
  [EM.EM_AARCH64, [1030]],
  [EM.EM_ARM, [19]],
  [EM.EM_PPC64, [73]],
  [EM.EM_S390, [56]],
  [EM.EM_RISCV, [10, 11]],
  [EM.EM_LOONGARCH, [10, 11]],
]);

const TABLES: readonly (readonly [table: number, size: number, addends: boolean | "DT_PLTREL"])[] =
  [
    [DT.DT_RELA, DT.DT_RELASZ, true],
    [DT.DT_REL, DT.DT_RELSZ, false],
    [DT.DT_JMPREL, DT.DT_PLTRELSZ, "DT_PLTREL"],
  ];

/** Relocations that are read at once. */
const CHUNK = 4096;
/** Names that are kept. */
const MAX_NAMES = 1000;

/** What lies outside the file, or is not where it should be, counts as no relocation. */
export function staticTlsUse(image: ElfImage): StaticTlsUse {
  const { dynamic, context, source, ehdr } = image;
  const types = TYPES.get(ehdr.e_machine) ?? [];
  const wide = context.variant === "elf64";
  const symbols = new Set<number>();
  for (const [table, sizeTag, kind] of TABLES) {
    const address = dynamic?.value(table);
    const region = address === undefined ? undefined : mapAddress(image, address);
    if (region === undefined) continue;
    const addends =
      kind === "DT_PLTREL" ? Number(dynamic?.value(DT.DT_PLTREL) ?? 0n) === DT.DT_RELA : kind;
    const stride = (wide ? 16 : 8) + (addends ? (wide ? 8 : 4) : 0);
    const size = Math.min(region.size, Number(dynamic?.value(sizeTag) ?? 0n));
    const count = Math.floor(size / stride);
    for (let first = 0; first < count; first += CHUNK) {
      const rows = Math.min(CHUNK, count - first);
      const bytes = source.read(region.offset + first * stride, rows * stride);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let row = 0; row < rows; row++) {
        const info = wide
          ? view.getBigUint64(row * stride + 8, context.littleEndian)
          : BigInt(view.getUint32(row * stride + 4, context.littleEndian));
        const type = Number(wide ? info & 0xffff_ffffn : info & 0xffn);
        if (types.includes(type)) symbols.add(Number(info >> (wide ? 32n : 8n)));
      }
    }
  }
  return variables(image, symbols);
}

function variables(image: ElfImage, indexes: ReadonlySet<number>): StaticTlsUse {
  if (indexes.size === 0) return { own: false, names: [] };
  const table = image.symbols();
  const bytes = table.bytes();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { variant, littleEndian } = image.context;
  const names = new Set<string>();
  let own = false;
  for (const index of indexes) {
    const at = index * table.stride;
    const info = bytes[at + ElfSym.offsetOf(variant, "st_info")] ?? 0;
    // Symbol 0: a variable of the file that has no name.
    if (index === 0 || index >= table.count) own = true;
    else if (
      !isImport(info, view.getUint16(at + ElfSym.offsetOf(variant, "st_shndx"), littleEndian))
    ) {
      own = true;
    } else if (names.size < MAX_NAMES) {
      const name = image.strings.text(
        view.getUint32(at + ElfSym.offsetOf(variant, "st_name"), littleEndian),
      );
      if (name !== undefined) names.add(name);
    }
  }
  return { own, names: [...names].sort(compareText) };
}
