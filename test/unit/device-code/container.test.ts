import { describe, expect, it } from "vitest";
import { concatBytes } from "../../../src/bytes.ts";
import { FLAG, KIND } from "../../../src/device-code/constants.ts";
import { readDeviceCode } from "../../../src/device-code/container.ts";
import { targetName } from "../../../src/device-code/entry.ts";
import { memorySource } from "../../../src/source.ts";
import { cubinLike, fatContainer, fatEntry } from "../../support/fatbin-builder.ts";

const sass = fatEntry({ arch: 80, payload: cubinLike(100) });
const ptx = fatEntry({
  kind: KIND.PTX,
  arch: 90,
  flags: FLAG.BITS_64 | FLAG.LZ4,
  payload: cubinLike(61),
  size: 400,
  major: 8,
  minor: 4,
});

describe("the chain of containers", () => {
  it("lists every entry with its target, method and sizes", () => {
    const region = concatBytes([fatContainer([sass, ptx]), fatContainer([sass])]);
    const { containers, padding, unread } = readDeviceCode(memorySource(region));
    expect(unread).toBeNull();
    expect(padding).toBe(0);
    expect(containers.map(({ start, end }) => [start, end])).toEqual([
      [0, 16 + sass.length + ptx.length],
      [16 + sass.length + ptx.length, region.length],
    ]);
    const [first, second] = containers[0]?.entries ?? [];
    expect(first).toMatchObject({ kind: "sass", codec: "raw", storedSize: 104, size: 104 });
    expect(second).toMatchObject({
      kind: "ptx",
      codec: "lz4",
      storedSize: 61,
      payloadSize: 64,
      size: 400,
      major: 8,
      minor: 4,
    });
  });

  it("skips zero bytes between containers and after them", () => {
    const zeros = new Uint8Array(8);
    const region = concatBytes([fatContainer([sass]), zeros, fatContainer([ptx]), zeros, zeros]);
    const { containers, padding, unread } = readDeviceCode(memorySource(region));
    expect(containers).toHaveLength(2);
    expect(padding).toBe(24);
    expect(unread).toBeNull();
  });

  it("says what it could not read and keeps what it could", () => {
    const region = concatBytes([fatContainer([sass]), cubinLike(64, 7)]);
    const { containers, unread } = readDeviceCode(memorySource(region));
    expect(containers).toHaveLength(1);
    expect(unread).toMatchObject({ start: 16 + sass.length, end: region.length });
    expect(unread?.reason).toContain("there is no container");
  });

  it("names targets as nvcc does", () => {
    const flags = FLAG.BITS_64;
    const entries = [
      fatEntry({ arch: 90, flags: flags | FLAG.ARCH_SPECIFIC, payload: cubinLike(8) }),
      fatEntry({ arch: 100, flags: flags | FLAG.FAMILY_SPECIFIC, payload: cubinLike(8) }),
      fatEntry({ kind: KIND.PTX, arch: 75, payload: cubinLike(8) }),
      fatEntry({ kind: KIND.NVVM, arch: 75, payload: cubinLike(8) }),
    ];
    const { containers } = readDeviceCode(memorySource(fatContainer(entries)));
    const names = containers[0]?.entries.map(targetName);
    expect(names).toEqual(["sm_90a", "sm_100f", "compute_75", "nvvm_75"]);
  });

  it("takes what is obfuscated or stored in an unknown way for unknown", () => {
    const payload = cubinLike(8);
    const entries = [
      fatEntry({ payload, flags: FLAG.OBFUSCATED }),
      fatEntry({ payload, fields: { key: 7n } }),
      fatEntry({ payload, size: 100, flags: FLAG.ZLIB }),
      fatEntry({ payload, size: 100, flags: FLAG.LZ4 | FLAG.ZSTD }),
      fatEntry({ payload, size: 100, flags: 0 }),
    ];
    const { containers } = readDeviceCode(memorySource(fatContainer(entries)));
    expect(containers[0]?.entries.map(({ codec }) => codec)).toEqual(new Array(5).fill("unknown"));
  });
});
