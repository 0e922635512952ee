/**
 * libdeflate, compiled to WebAssembly: the same bytes on every machine and with every Node, whose own
 * zlib differs by processor. Of libraries the results are 3 % smaller than those of Node's zlib at the
 * same level, in two thirds of the time.
 *
 * The package's own functions copy what they return and take a compressor for each call. Its names are
 * those of this very build: {@link Exports}.
 */
import { readLibdeflate } from "./libdeflate-binary.ts";

/** What is used of the compiled library, by its names there. Sizes and addresses are bytes. */
interface Exports {
  readonly c: Memory;
  /** Must be called first. */
  readonly d: () => void;
  /** `libdeflate_alloc_compressor`: an address, or 0. */
  readonly e: (level: number) => number;
  /** `libdeflate_deflate_compress`: a size, or 0 where the room is too small. */
  readonly f: (compressor: number, from: number, size: number, to: number, room: number) => number;
  /** `libdeflate_free_compressor`. */
  readonly g: (compressor: number) => void;
  /** `libdeflate_deflate_compress_bound`: the room that is always enough. */
  readonly h: (compressor: number, size: number) => number;
  /** `malloc`: an address, or 0. */
  readonly n: (size: number) => number;
  /** `free`. */
  readonly o: (address: number) => void;
}

interface Memory {
  /** Another one when it grew. */
  readonly buffer: ArrayBuffer;
  /** @throws RangeError when there is no more. */
  grow(pages: number): number;
}

/** What it asks for. */
interface Imports {
  readonly a: {
    /** Grows the memory to a size. @returns whether it did. */
    readonly a: (size: number) => boolean;
    /** Copies within the memory. */
    readonly b: (to: number, from: number, size: number) => void;
  };
}

declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: Imports) => { readonly exports: Exports };
};

const PAGE = 1 << 16;

export interface Libdeflate {
  /**
   * A whole raw deflate stream.
   *
   * @param level 0-12; 10 and above find the best way through the matches.
   * @returns in the library's memory: only valid until the next call.
   */
  deflate(bytes: Uint8Array, level: number): Uint8Array;
}

let loaded: Libdeflate | undefined;

/** Compiled when it is first asked for, in some 3 ms. */
export function libdeflate(): Libdeflate {
  loaded ??= load();
  return loaded;
}

function load(): Libdeflate {
  const imports: Imports = {
    a: {
      a(size) {
        try {
          library.c.grow(Math.ceil(((size >>> 0) - library.c.buffer.byteLength) / PAGE));
          return true;
        } catch {
          return false;
        }
      },
      b: (to, from, size) => {
        new Uint8Array(library.c.buffer).copyWithin(to, from, from + size);
      },
    },
  };
  const module = new WebAssembly.Module(readLibdeflate());
  const library = new WebAssembly.Instance(module, imports).exports;
  library.d();
  const given = (address: number): number => {
    if (address === 0) throw new RangeError("libdeflate gets no more memory");
    return address;
  };
  let compressor = 0;
  let compressorLevel = -1;
  /** Where input and output lie, and how large both are together. */
  let room = 0;
  let roomSize = 0;
  return {
    deflate(bytes, level) {
      if (compressorLevel !== level) {
        if (compressorLevel !== -1) library.g(compressor);
        compressorLevel = -1;
        compressor = given(library.e(level));
        compressorLevel = level;
      }
      const { length } = bytes;
      const most = library.h(compressor, length);
      if (roomSize < length + most) {
        library.o(room);
        roomSize = 0;
        room = given(library.n(length + most));
        roomSize = length + most;
      }
      const memory = new Uint8Array(library.c.buffer);
      memory.set(bytes, room);
      const size = library.f(compressor, room, length, room + length, most);
      if (size === 0) throw new RangeError("libdeflate needs more room than it said");
      return new Uint8Array(library.c.buffer, room + length, size);
    },
  };
}
