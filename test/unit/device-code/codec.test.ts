import { describe, expect, it } from "vitest";
import { bytesEqual, encodeUtf8 } from "../../../src/bytes.ts";
import { decodePayload, encodePayload, MAX_NEED } from "../../../src/device-code/codec.ts";
import { FLAG } from "../../../src/device-code/constants.ts";
import { readDeviceCode } from "../../../src/device-code/container.ts";
import { cubinArch, cubinKernels } from "../../../src/device-code/cubin.ts";
import type { DeviceEntry } from "../../../src/device-code/entry.ts";
import { decodeLz4 } from "../../../src/device-code/lz4.ts";
import { readPtx } from "../../../src/device-code/ptx.ts";
import { readZstdFrame } from "../../../src/device-code/zstd-frame.ts";
import { loadZstd } from "../../../src/node/zstd.ts";
import { memorySource } from "../../../src/source.ts";
import { payloadOf } from "../../support/encode-payload.ts";
import { cubinLike, type EntrySpec, fatContainer, fatEntry } from "../../support/fatbin-builder.ts";

function entryWith(spec: EntrySpec): DeviceEntry {
  const { containers } = readDeviceCode(memorySource(fatContainer([fatEntry(spec)])));
  const entry = containers[0]?.entries[0];
  if (entry === undefined) throw new Error("no entry");
  return entry;
}

const zstd = await loadZstd();
const payload = cubinLike(300_000);

describe("a payload", () => {
  it.each(["lz4", "zstd"] as const)("comes back from %s as it was", (codec) => {
    for (const effort of ["fast", "best"] as const) {
      const stored = payloadOf(payload, codec, effort, zstd);
      expect(stored.length).toBeLessThan(payload.length);
      const flags = codec === "lz4" ? FLAG.LZ4 : FLAG.ZSTD;
      const entry = entryWith({ payload: stored, flags, size: payload.length });
      expect(bytesEqual(decodePayload(entry, stored, zstd), payload)).toBe(true);
    }
  });

  it("is encoded by zstd as drivers know it: with its size, without checksum and dictionary", () => {
    for (const size of [10, 1000, 300_000]) {
      const frame = readZstdFrame(payloadOf(payload.subarray(0, size), "zstd", "best", zstd));
      expect(frame).toMatchObject({ contentSize: size, checksum: false, dictionary: false });
      expect(frame.windowSize).toBeLessThanOrEqual(8 << 20);
    }
  });

  it("that is large comes back from zstd, though the memory grows in which it lies", () => {
    const large = zstd.room(24 << 20);
    const copy = new Uint8Array(large.length);
    // A hundred bytes of each page are like no others.
    for (let at = 0, noise = 1; at < copy.length; at++) {
      noise = Math.imul(noise, 1_664_525) + 1_013_904_223;
      copy[at] = at % 4096 < 100 ? noise >>> 24 : 0;
    }
    large.set(copy);
    const stored = encodePayload(large, "zstd", "fast", zstd, new Uint8Array(copy.length));
    if (stored === undefined) throw new Error("it does not fit");
    const entry = entryWith({ payload: stored, flags: FLAG.ZSTD, size: copy.length });
    expect(bytesEqual(decodePayload(entry, stored, zstd), copy)).toBe(true);
  });

  it("is refused when the frame contradicts the entry", () => {
    const stored = payloadOf(payload, "zstd", "fast", zstd);
    const entry = entryWith({ payload: stored, flags: FLAG.ZSTD, size: payload.length + 1 });
    expect(() => decodePayload(entry, stored, zstd)).toThrow(/contradicts the entry/);
  });

  it("is refused above a size that no published one has", () => {
    const stored = cubinLike(64);
    const entry = entryWith({ payload: stored, flags: FLAG.LZ4, size: MAX_NEED });
    expect(() => decodePayload(entry, stored, zstd)).toThrow(/more than may be taken/);
  });
});

describe("an LZ4 block", () => {
  it("is decoded as its specification says: literals, an overlapping match, literals", () => {
    const block = Uint8Array.of(0x1f, 0x61, 1, 0, 4, 0x50, 0x62, 0x63, 0x64, 0x65, 0x66);
    expect(decodeLz4(block, 29)).toEqual(encodeUtf8(`${"a".repeat(24)}bcdef`));
  });

  it.each([
    ["an offset before the data", [0x10, 0x61, 2, 0, 0], /before the data/],
    ["an offset of zero", [0x10, 0x61, 0, 0, 0], /before the data/],
    ["a cut off length", [0xff], /length is cut off/],
    ["cut off literals", [0x50, 1, 2], /literals are cut off/],
    ["more bytes than announced", [0x1f, 0x61, 1, 0, 255, 255, 0], /gives more than 9 bytes/],
    ["fewer bytes than announced", [0x10, 0x61], /gives 1 bytes, not 9/],
  ])("with %s is refused", (_, bytes, message) => {
    expect(() => decodeLz4(Uint8Array.from(bytes), 9)).toThrow(message);
  });
});

describe("what device code says of itself", () => {
  it("is read from the text of PTX", () => {
    const text = `// Generated\n.version 8.4\n.target sm_90a, debug\n.address_size 64
      .visible .entry _Z3addPf(\n.param .u64 a)\n{ ret; }\n.entry plain ()\n{ ret; }`;
    expect(readPtx(encodeUtf8(`${text}\0.entry hidden(`))).toEqual({
      isa: 84,
      target: "sm_90a",
      kernels: ["_Z3addPf", "plain"],
    });
  });

  it("is read from the ELF header of a cubin, in both forms", () => {
    const header = new Uint8Array(64);
    const view = new DataView(header.buffer);
    view.setUint32(0, 0x7f454c46);
    view.setUint16(18, 190, true);
    view.setUint8(7, 0x33);
    view.setUint32(48, 0x00500550, true);
    expect(cubinArch(header)).toBe(80);
    view.setUint8(7, 0x41);
    view.setUint32(48, 0x06007802, true);
    expect(cubinArch(header)).toBe(120);
    view.setUint16(18, 62, true);
    expect(cubinArch(header)).toBeUndefined();
  });

  it("names a cubin's kernels by their constant banks", () => {
    const names = [".text._Z3addPf", ".nv.constant0._Z3addPf", ".nv.constant2._Z3addPf", ".text.f"];
    expect(cubinKernels(names)).toEqual(["_Z3addPf"]);
  });
});
