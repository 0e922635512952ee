/** Native files with very large tables of one kind. The size of each is a parameter. */
import { concatBytes, encodeUtf8 } from "../../src/bytes.ts";
import { DT, SHT } from "../../src/elf/constants.ts";
import { ElfShdr } from "../../src/elf/layout.ts";
import { LC } from "../../src/macho/constants.ts";
import { buildElf, EMPTY_SHDR, LE64 } from "./elf-builder.ts";
import { type LargeInput, LINUX, MACOS, padded, range, WINDOWS, wheelOf } from "./large-inputs.ts";
import { buildMacho } from "./macho-builder.ts";
import { buildPe } from "./pe-builder.ts";

/** `count` symbols, half of them needed in one of `versions` versions of five libraries. */
export function elfVersions(count: number, versions: number): LargeInput {
  const files = range(5, (at) => `lib${at}.so.1`);
  const needs = files.map((file, at) => ({
    file,
    versions: range(versions / files.length, (each) => ({
      name: `V_${at}.${each}`,
      index: 2 + at + each * files.length,
    })),
  }));
  const symbols = range(count, (at) => ({
    name: `s${padded(at)}`,
    defined: at >= count / 2,
    version: at >= count / 2 ? 1 : 2 + (at % versions),
  }));
  return { name: "libdemo.so", bytes: buildElf({ needed: files, needs, symbols }).bytes };
}

/** One library that needs `count` others. */
export function elfNeedsMany(count: number): LargeInput {
  const needed = range(count, (at) => `l${padded(at)}.so`);
  return { name: "libdemo.so", bytes: buildElf({ needed }).bytes };
}

/** `count` section headers, one of them of `count` relocations. */
export function elfSections(count: number): LargeInput {
  const { bytes } = buildElf({ symbols: [{ name: "s", defined: true }] });
  const relocations = new Uint8Array(24 * count);
  const view = new DataView(relocations.buffer);
  for (let at = 0; at < count; at++) {
    view.setUint32(24 * at, 64, true);
    // R_X86_64_RELATIVE.
    view.setUint32(24 * at + 8, 8, true);
  }
  const names = encodeUtf8("\0.rela.dyn\0.shstrtab\0.x\0");
  const start = bytes.length + relocations.length;
  const section = (fields: Partial<Parameters<typeof ElfShdr.encode>[1]>): Uint8Array =>
    ElfShdr.encode(LE64, { ...EMPTY_SHDR, ...fields });
  const plain = section({ sh_name: 21, sh_type: SHT.SHT_PROGBITS, sh_offset: 64, sh_size: 1 });
  const table = [
    // More than fit into e_shnum stand here, and the index of the names.
    section({ sh_size: count, sh_link: 2 }),
    section({
      sh_name: 1,
      sh_type: SHT.SHT_RELA,
      sh_offset: bytes.length,
      sh_size: relocations.length,
      sh_entsize: 24,
    }),
    section({ sh_name: 11, sh_type: SHT.SHT_STRTAB, sh_offset: start, sh_size: names.length }),
    ...range(count - 3, () => plain),
  ];
  const shoff = start + names.length;
  const file = concatBytes([bytes, relocations, names, ...table]);
  const header = new DataView(file.buffer);
  header.setBigUint64(0x28, BigInt(shoff), true);
  header.setUint16(0x3a, 64, true);
  header.setUint16(0x3c, 0, true);
  header.setUint16(0x3e, 0xffff, true);
  return { name: "libdemo.so", bytes: file };
}

/** `count` entries of the dynamic section that nobody knows. */
export function elfDynamic(count: number): LargeInput {
  const dynamic = range(count, (): readonly [number, bigint] => [DT.DT_FLAGS, 0n]);
  return { name: "libdemo.so", bytes: buildElf({ dynamic }).bytes };
}

/** `count` load commands, each for another dylib. */
export function machoCommands(count: number): LargeInput {
  const loads = range(count, (at): readonly [number, string] => [
    LC.LC_LOAD_DYLIB,
    `@rpath/l${padded(at)}.dylib`,
  ]);
  return { name: "libdemo.dylib", bytes: buildMacho({ loads }) };
}

/** `count` run paths. */
export function machoRunPaths(count: number): LargeInput {
  const rpaths = range(count, (at) => `@loader_path/${padded(at)}`);
  return { name: "libdemo.dylib", bytes: buildMacho({ rpaths }) };
}

/** One DLL that imports from `count` others. */
export function peImportsMany(count: number): LargeInput {
  const imports = range(count, (at) => ({ library: `l${padded(at)}.dll`, names: ["f"] }));
  const bytes = buildPe({ library: "demo.dll", imports, exports: ["f"] });
  return { name: "demo.dll", bytes };
}

/** A library in a wheel of its system. */
export function inWheel({ name, bytes }: LargeInput): LargeInput {
  const systems = { so: LINUX, dylib: MACOS, dll: WINDOWS };
  const [, tag = LINUX] = Object.entries(systems).find(([end]) => name.endsWith(end)) ?? [];
  return wheelOf({ tag, files: { [`demo/${name}`]: bytes } });
}
