/** Changes of the fields that an editor goes by, to values that are awkward or belong elsewhere. */

import { ElfDyn, ElfEhdr, ElfPhdr, ElfShdr } from "../../src/elf/layout.ts";
import { parseElf } from "../../src/elf/read/image.ts";
import { memorySource } from "../../src/source.ts";

interface Field {
  /** `Elf_Phdr.p_offset` */
  readonly name: string;
  readonly at: number;
  /** 2, 4 or 8 bytes. */
  readonly width: number;
}

export interface Damager {
  /** Below `limit`; the same row for the same seed. */
  random(limit: number): number;
  /** A changed copy; `name` stands for the same bytes each time. */
  damage(name: string, bytes: Uint8Array): Uint8Array;
}

/** By where they lie: in the ELF header, program headers, section headers, dynamic section. */
function fieldsOf(bytes: Uint8Array): readonly (readonly Field[])[] {
  const { context, segments, sections, dynamic } = parseElf(memorySource(bytes));
  const { variant } = context;
  const table = <V extends object>(
    layout: {
      readonly name: string;
      sizeOf(variant: "elf32" | "elf64"): number;
      offsetOf(variant: "elf32" | "elf64", field: keyof V & string): number;
    },
    names: readonly (keyof V & string)[],
    start: number,
  ): Field[] => {
    const offsets = names.map((name) => layout.offsetOf(variant, name));
    return names.map((name, index) => {
      const offset = offsets[index] ?? 0;
      const end = Math.min(layout.sizeOf(variant), ...offsets.filter((each) => each > offset));
      return { name: `${layout.name}.${name}`, at: start + offset, width: end - offset };
    });
  };
  const entry = ElfDyn.sizeOf(variant);
  const slots = dynamic === null ? 0 : Math.floor(dynamic.size / entry);
  return [
    table(ElfEhdr, HEADER_FIELDS, 0),
    segments.flatMap(({ at }) => table(ElfPhdr, SEGMENT_FIELDS, at)),
    sections.list.flatMap((section) => table(ElfShdr, SECTION_FIELDS, section.at)),
    Array.from({ length: slots }, (_, slot) =>
      table(ElfDyn, ["d_tag", "d_val"], (dynamic?.offset ?? 0) + slot * entry),
    ).flat(),
  ];
}

const HEADER_FIELDS = [
  "e_type",
  "e_machine",
  "e_phoff",
  "e_shoff",
  "e_flags",
  "e_phentsize",
  "e_phnum",
  "e_shentsize",
  "e_shnum",
  "e_shstrndx",
] as const;
const SEGMENT_FIELDS = [
  "p_type",
  "p_flags",
  "p_offset",
  "p_vaddr",
  "p_paddr",
  "p_filesz",
  "p_memsz",
  "p_align",
] as const;
const SECTION_FIELDS = [
  "sh_name",
  "sh_type",
  "sh_flags",
  "sh_addr",
  "sh_offset",
  "sh_size",
  "sh_link",
  "sh_info",
  "sh_addralign",
  "sh_entsize",
] as const;

const AWKWARD: readonly bigint[] = [
  ...[0n, 1n, 2n, 3n, 7n, 8n, 0x10n, 0x40n, 0x1000n, 0x7fffn, 0xffffn, 0x10000n],
  ...[0x7fffffffn, 0x80000000n, 0xffffffffn, 0x7fffffffffffffffn, 0x8000000000000000n],
  ...[0xffffffffffffffffn, 0xfffffffffffff000n],
];

export function damager(seed: number): Damager {
  let state = Math.imul(seed, 2_654_435_761) | 1;
  const random = (limit: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
  const pick = <T>(values: readonly T[]): T | undefined => values[random(values.length)];
  const known = new Map<string, readonly (readonly Field[])[]>();

  const changeField = (bytes: Uint8Array, groups: readonly (readonly Field[])[]): void => {
    const little = bytes[5] === 1;
    const group = groups[pick([0, 1, 1, 2, 2, 3, 3]) ?? 0] ?? [];
    const field = pick(group);
    if (field === undefined) return;
    const near = random(3) === 0 ? BigInt(random(64) - 32) : 0n;
    const taken = (other: Field | undefined): bigint =>
      other === undefined ? 0n : get(bytes, other, little) + near;
    const value = (): bigint => {
      switch (random(5)) {
        case 0:
          return pick(AWKWARD) ?? 0n;
        case 1:
          return get(bytes, field, little) + BigInt(random(64) - 32);
        case 2:
          return BigInt(random(bytes.length + 64));
        case 3:
          return taken(pick(group.filter(({ name }) => name === field.name)));
        default:
          return taken(pick(groups.flat().filter(({ width }) => width === field.width)));
      }
    };
    set(bytes, field, little, value());
  };

  return {
    random,
    damage(name, bytes) {
      const groups = known.get(name) ?? fieldsOf(bytes);
      known.set(name, groups);
      const copy = new Uint8Array(bytes);
      for (let left = 1 + random(4); left > 0; left--) {
        const how = random(10);
        if (how < 6) changeField(copy, groups);
        else if (how < 8) copy[4 + random(Math.min(copy.length, 0x600) - 4)] = random(256);
        else copy[random(copy.length)] = random(256);
      }
      switch (random(40)) {
        case 0:
          return copy.subarray(0, 1 + random(copy.length));
        case 1: {
          const longer = new Uint8Array(copy.length + 1 + random(200)).fill(random(2));
          longer.set(copy);
          return longer;
        }
      }
      return copy;
    },
  };
}

function get(bytes: Uint8Array, { at, width }: Field, little: boolean): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (width === 2) return BigInt(view.getUint16(at, little));
  return width === 4 ? BigInt(view.getUint32(at, little)) : view.getBigUint64(at, little);
}

function set(bytes: Uint8Array, { at, width }: Field, little: boolean, value: bigint): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (width === 2) view.setUint16(at, Number(BigInt.asUintN(16, value)), little);
  else if (width === 4) view.setUint32(at, Number(BigInt.asUintN(32, value)), little);
  else view.setBigUint64(at, BigInt.asUintN(64, value), little);
}
