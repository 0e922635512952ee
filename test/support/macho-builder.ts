/** Small Mach-O files of any class, byte order and shape: what no linker at hand makes. */
import { concatBytes, encodeUtf8 } from "../../src/bytes.ts";
import { LC, MH, MH_FLAGS } from "../../src/macho/constants.ts";

export interface Shape {
  readonly bits?: 32 | 64;
  readonly littleEndian?: boolean;
  readonly cputype?: number;
  readonly cpusubtype?: number;
  readonly filetype?: number;
  readonly flags?: number;
  readonly id?: string | null;
  readonly loads?: readonly (readonly [cmd: number, name: string])[];
  readonly rpaths?: readonly string[];
  /** Whole load commands, put after the others; the size is written into them. */
  readonly commands?: readonly (readonly [cmd: number, content: Uint8Array])[];
  /** Bytes between the load commands and the first section. */
  readonly room?: number;
  readonly uuid?: boolean;
  /** Bytes of `__LINKEDIT`. */
  readonly linkedit?: number;
  readonly tail?: Uint8Array;
}

/** `__TEXT` with one section of code, `__LINKEDIT`, and the load commands of the shape. */
export function buildMacho(shape: Shape = {}): Uint8Array {
  const { bits = 64, littleEndian = true, room = 256, linkedit = 64 } = shape;
  const word = (value: number): Uint8Array => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, littleEndian);
    return bytes;
  };
  const wide = (value: number): Uint8Array => {
    if (bits === 32) return word(value);
    const pair = [word(value % 2 ** 32), word(Math.floor(value / 2 ** 32))];
    return concatBytes(littleEndian ? pair : pair.reverse());
  };
  const words = (...values: number[]): Uint8Array => concatBytes(values.map(word));
  const step = bits / 8;
  const command = (cmd: number, content: Uint8Array): Uint8Array => {
    const size = Math.ceil((8 + content.length) / step) * step;
    const bytes = new Uint8Array(size);
    bytes.set(concatBytes([words(cmd, size), content]));
    return bytes;
  };
  const text = (value: string): Uint8Array => encodeUtf8(`${value}\0`);
  const dylib = (cmd: number, name: string): Uint8Array =>
    command(cmd, concatBytes([words(24, 2, 0x10000, 0x10000), text(name)]));
  const fixed = (name: string): Uint8Array => {
    const bytes = new Uint8Array(16);
    bytes.set(encodeUtf8(name));
    return bytes;
  };
  const names: Uint8Array[] = [];
  const id = shape.id === undefined ? "@rpath/libshape.dylib" : shape.id;
  if (id !== null) names.push(dylib(LC.LC_ID_DYLIB, id));
  for (const [cmd, name] of shape.loads ?? [[LC.LC_LOAD_DYLIB, "/usr/lib/libSystem.B.dylib"]]) {
    names.push(dylib(cmd, name));
  }
  for (const path of shape.rpaths ?? []) {
    names.push(command(LC.LC_RPATH, concatBytes([words(12), text(path)])));
  }
  if (shape.uuid !== false) {
    names.push(
      command(
        LC.LC_UUID,
        Uint8Array.from({ length: 16 }, (_, index) => index),
      ),
    );
  }
  for (const [cmd, content] of shape.commands ?? []) names.push(command(cmd, content));

  const segmentSize = bits === 64 ? 72 : 56;
  const sectionSize = bits === 64 ? 80 : 68;
  const headerSize = bits === 64 ? 32 : 28;
  const total = 2 * segmentSize + sectionSize + names.reduce((sum, each) => sum + each.length, 0);
  const code = headerSize + total + room;
  const linkeditAt = Math.ceil((code + 16) / 0x1000) * 0x1000;
  const segment = (
    name: string,
    [vmaddr, vmsize, fileoff, filesize]: readonly [number, number, number, number],
    sections: readonly Uint8Array[],
  ): Uint8Array =>
    command(
      bits === 64 ? LC.LC_SEGMENT_64 : LC.LC_SEGMENT,
      concatBytes([
        fixed(name),
        ...[vmaddr, vmsize, fileoff, filesize].map(wide),
        words(5, 5, sections.length, 0),
        ...sections,
      ]),
    );
  const section = concatBytes([
    fixed("__text"),
    fixed("__TEXT"),
    wide(code),
    wide(16),
    words(code, 2, 0, 0, 0x8000_0400, 0, 0),
    ...(bits === 64 ? [word(0)] : []),
  ]);
  const commands = [
    segment("__TEXT", [0, linkeditAt, 0, linkeditAt], [section]),
    segment("__LINKEDIT", [linkeditAt, 0x1000, linkeditAt, linkedit], []),
    ...names,
  ];
  const header = words(
    bits === 64 ? 0xfeedfacf : 0xfeedface,
    shape.cputype ?? (bits === 64 ? 0x0100_0007 : 7),
    shape.cpusubtype ?? 3,
    shape.filetype ?? MH.MH_DYLIB,
    commands.length,
    total,
    shape.flags ?? MH_FLAGS.MH_TWOLEVEL | MH_FLAGS.MH_DYLDLINK,
    ...(bits === 64 ? [0] : []),
  );
  const tail = shape.tail ?? new Uint8Array();
  const file = new Uint8Array(linkeditAt + linkedit + tail.length);
  file.set(concatBytes([header, ...commands]));
  file.fill(0xc3, code, code + 16);
  file.set(tail, linkeditAt + linkedit);
  return file;
}

export interface FatSlice {
  readonly cputype: number;
  readonly cpusubtype: number;
  readonly bytes: Uint8Array;
  readonly align?: number;
}

/** A fat file as `lipo` writes it. */
export function buildFat(slices: readonly FatSlice[], wide = false): Uint8Array {
  const stride = wide ? 32 : 20;
  let end = 8 + slices.length * stride;
  const places = slices.map(({ bytes, align = 12 }) => {
    const offset = Math.ceil(end / 2 ** align) * 2 ** align;
    end = offset + bytes.length;
    return offset;
  });
  const file = new Uint8Array(end);
  const view = new DataView(file.buffer);
  view.setUint32(0, wide ? 0xcafebabf : 0xcafebabe);
  view.setUint32(4, slices.length);
  for (const [index, { cputype, cpusubtype, bytes, align = 12 }] of slices.entries()) {
    const at = 8 + index * stride;
    const offset = places[index] ?? 0;
    view.setUint32(at, cputype);
    view.setUint32(at + 4, cpusubtype);
    if (wide) {
      view.setBigUint64(at + 8, BigInt(offset));
      view.setBigUint64(at + 16, BigInt(bytes.length));
      view.setUint32(at + 24, align);
    } else {
      view.setUint32(at + 8, offset);
      view.setUint32(at + 12, bytes.length);
      view.setUint32(at + 16, align);
    }
    file.set(bytes, offset);
  }
  return file;
}

/** A thin file with another processor's variant: arm64e out of arm64, say. */
export function withSubtype(bytes: Uint8Array, cpusubtype: number): Uint8Array {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(8, cpusubtype, true);
  return copy;
}
