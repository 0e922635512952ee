/**
 * zstd for device code. Always the same build, compiled to WebAssembly: the one that newer versions
 * of Node bring differs between them, and so would its output.
 */
import type { Zstd } from "../device-code/codec.ts";
import { FormatError } from "../errors.ts";

let loading: Promise<Zstd> | undefined;

/** Loaded when it is first asked for. */
export function loadZstd(): Promise<Zstd> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Zstd> {
  const { compress, decompress, init } = await import("@bokuweb/zstd-wasm");
  await init();
  return {
    compress: (bytes, level) => compress(bytes, level),
    decompress(frame, size) {
      const place = { format: "zstd", record: "frame" };
      let bytes: Uint8Array;
      try {
        bytes = decompress(frame, { defaultHeapSize: size });
      } catch {
        throw new FormatError("the frame is damaged", place);
      }
      if (bytes.length === size) return bytes;
      throw new FormatError(`the frame gives ${bytes.length} bytes, not ${size}`, place);
    },
  };
}
