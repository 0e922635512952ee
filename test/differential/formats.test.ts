/** Native files by their first bytes, against the packages that write or read the other formats. */
import { createRequire } from "node:module";
import { NtExecutable } from "pe-library";
import { describe, expect, test } from "vitest";
import { formatOf } from "../../src/formats.ts";

interface MachoModule {
  parse(file: Buffer): { readonly bits: number; readonly filetype: string };
}

const macho: MachoModule = createRequire(import.meta.url)("macho");

/** A thin 64-bit Mach-O bundle without load commands. */
function machoHeader(magic: number): Buffer {
  const header = Buffer.alloc(32);
  header.writeUInt32LE(magic, 0);
  header.writeInt32LE(0x0100000c, 4);
  header.writeUInt32LE(8, 12);
  return header;
}

describe("the first bytes of a native file", () => {
  test("a PE file that pe-library makes is PE", () => {
    const bytes = new Uint8Array(NtExecutable.createEmpty(false, true).generate());
    expect(NtExecutable.from(bytes).is32bit()).toBe(false);
    expect(formatOf(bytes)).toBe("pe");
  });

  test("a Mach-O file that macho reads is Mach-O", () => {
    const bytes = machoHeader(0xfeedfacf);
    expect(macho.parse(bytes)).toMatchObject({ bits: 64, filetype: "bundle" });
    expect(formatOf(bytes)).toBe("macho");
  });

  test("a fat Mach-O file is told from a Java class, which has the same magic number", () => {
    expect(formatOf(Uint8Array.of(0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 2))).toBe("macho");
    expect(formatOf(Uint8Array.of(0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 65))).toBeUndefined();
  });

  test("text and short files are not native code", () => {
    expect(formatOf(new TextEncoder().encode("#!/bin/sh\n"))).toBeUndefined();
    expect(formatOf(Uint8Array.of(0x7f, 0x45, 0x4c))).toBeUndefined();
  });
});
