import { describe, expect, it } from "vitest";
import { concatBytes, encodeUtf8 } from "../../../src/bytes.ts";
import { readOffloadCode } from "../../../src/device-code/offload-bundle.ts";
import { memorySource } from "../../../src/source.ts";

function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}

function bundle(targets: readonly string[], size: number): Uint8Array {
  const names = targets.map(encodeUtf8);
  const head = 32 + names.reduce((sum, name) => sum + 24 + name.length, 0);
  const rows = names.flatMap((name, index) => [
    u64(head + index * size),
    u64(size),
    u64(name.length),
    name,
  ]);
  const body = new Uint8Array(size * targets.length).fill(1);
  return concatBytes([encodeUtf8("__CLANG_OFFLOAD_BUNDLE__"), u64(targets.length), ...rows, body]);
}

describe("AMD's bundles", () => {
  const host = "host-x86_64-unknown-linux-gnu-";
  const gfx = "hipv4-amdgcn-amd-amdhsa--gfx942";

  it("are listed with their targets and sizes, across padding", () => {
    const region = concatBytes([bundle([host, gfx], 50), new Uint8Array(100), bundle([gfx], 8)]);
    const { bundles, unread } = readOffloadCode(memorySource(region));
    expect(unread).toBeNull();
    expect(bundles.map(({ entries }) => entries)).toEqual([
      [
        { target: host, size: 50 },
        { target: gfx, size: 50 },
      ],
      [{ target: gfx, size: 8 }],
    ]);
  });

  it("are stepped over by their length when they are compressed", () => {
    const compressed = new Uint8Array(40).fill(1);
    compressed.set(encodeUtf8("CCOB"));
    new DataView(compressed.buffer).setUint16(4, 2, true);
    new DataView(compressed.buffer).setUint32(8, 40, true);
    const { bundles, unread } = readOffloadCode(
      memorySource(concatBytes([compressed, bundle([gfx], 8)])),
    );
    expect(unread).toBeNull();
    expect(bundles.map(({ compressed }) => compressed)).toEqual([true, false]);
  });

  it("that claim more than there is are reported", () => {
    const cut = bundle([gfx], 50).subarray(0, 90);
    expect(readOffloadCode(memorySource(cut))).toMatchObject({
      bundles: [],
      unread: { start: 0, end: 90 },
    });
  });
});
