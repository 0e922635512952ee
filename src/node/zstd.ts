/**
 * zstd for device code. Always the same build, compiled to WebAssembly: the one that newer versions
 * of Node bring differs between them, and so would its output.
 *
 * The package's own functions copy what they are given and what they return. Here payloads are decoded
 * and compressed where they lie in the compressor's memory, which never shrinks.
 */
import type { Zstd } from "../device-code/codec.ts";
import { FormatError } from "../errors.ts";
import type { ZstdLibrary } from "./zstd-library.ts";

/** The error of a result that does not fit, as a size. */
const TOO_SMALL = -70;

let loading: Promise<Zstd> | undefined;

/** Loaded when it is first asked for. */
export function loadZstd(): Promise<Zstd> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Zstd> {
  const { init } = await import("@bokuweb/zstd-wasm");
  await init();
  const { Module } = await import("./zstd-library.ts");
  return zstdOf(Module);
}

function zstdOf(library: ZstdLibrary): Zstd {
  /** Where the last room is; 0: there is none. */
  let last = 0;
  const take = (size: number): number => {
    const address = library._malloc(size);
    if (address === 0) throw new RangeError(`zstd can't get ${size} bytes of memory`);
    return address;
  };
  const put = (bytes: Uint8Array): number => {
    const address = take(bytes.length);
    library.HEAPU8.set(bytes, address);
    return address;
  };
  const room = (size: number): Uint8Array => {
    library._free(last);
    last = 0;
    last = take(size);
    return library.HEAPU8.subarray(last, last + size);
  };
  return {
    room,
    compress(bytes, level, into) {
      const inside = bytes.buffer === library.HEAPU8.buffer;
      // When memory grows, the array is empty: only addresses last.
      const { length } = bytes;
      const most = Math.min(into.length, library._ZSTD_compressBound(length));
      const from = inside ? bytes.byteOffset : put(bytes);
      const to = take(most);
      try {
        const size = library._ZSTD_compress(to, most, from, length, level);
        if (library._ZSTD_isError(size) !== 0) {
          if (size === TOO_SMALL) return undefined;
          throw new RangeError(`zstd can't compress: error ${-size}`);
        }
        into.set(library.HEAPU8.subarray(to, to + size));
        return into.subarray(0, size);
      } finally {
        library._free(to);
        if (!inside) library._free(from);
      }
    },
    decompress(frame, size) {
      room(size);
      const { length } = frame;
      const from = put(frame);
      const given = library._ZSTD_decompress(last, size, from, length);
      library._free(from);
      const place = { format: "zstd", record: "frame" };
      if (library._ZSTD_isError(given) !== 0) throw new FormatError("the frame is damaged", place);
      if (given === size) return library.HEAPU8.subarray(last, last + size);
      throw new FormatError(`the frame gives ${given} bytes, not ${size}`, place);
    },
  };
}
