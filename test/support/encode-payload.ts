/** Payloads encoded into as much room as they may need. */
import type { Effort, Zstd } from "../../src/device-code/codec.ts";
import { encodePayload } from "../../src/device-code/codec.ts";
import { encodeLz4 } from "../../src/device-code/lz4-encode.ts";

/** The most bytes that either method makes of `size`. */
function roomFor(size: number): Uint8Array {
  return new Uint8Array(size + (size >> 7) + 1024);
}

function there(encoded: Uint8Array | undefined): Uint8Array {
  if (encoded === undefined) throw new Error("it does not fit");
  return encoded;
}

export function lz4Of(bytes: Uint8Array, depth: number): Uint8Array {
  return there(encodeLz4(bytes, depth, roomFor(bytes.length)));
}

export function zstdOf(bytes: Uint8Array, level: number, zstd: Zstd): Uint8Array {
  return there(zstd.compress(bytes, level, roomFor(bytes.length)));
}

export function payloadOf(
  bytes: Uint8Array,
  codec: "lz4" | "zstd",
  effort: Effort,
  zstd: Zstd,
): Uint8Array {
  return there(encodePayload(bytes, codec, effort, zstd, roomFor(bytes.length)));
}
