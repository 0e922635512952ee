/** Names of DLLs and texts of version resources. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dllKey, dllName, readVersionInfo } from "../../../src/pe/index.ts";
import { decodeName, encodeName } from "../../../src/pe/names.ts";
import { memorySource } from "../../../src/source.ts";
import { peFixture } from "../../support/pe-fixtures.ts";

describe("the name of a DLL", () => {
  it.each([
    ["b", "b.dll"],
    ["b.dll", "b.dll"],
    ["_b.cp312-win_amd64.pyd", "_b.cp312-win_amd64.pyd"],
    ["plugins.d\\b", "plugins.d\\b.dll"],
    ["b.", "b."],
  ])("%s means %s", (name, full) => {
    expect(dllName(name)).toBe(full);
  });

  it("is compared without case, but only that of ASCII letters", () => {
    expect(dllKey("KERNEL32")).toBe(dllKey("kernel32.DLL"));
    expect(dllKey("Ünder.dll")).not.toBe(dllKey("ünder.dll"));
  });

  it("in UTF-8 is read and written as it is, and any other bytes can at least be read", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const bytes = encodeName(text);
        if (bytes !== undefined) expect(decodeName(bytes)).toBe(text);
      }),
      { seed: 1, numRuns: 500 },
    );
    expect(decodeName(Uint8Array.of(0x62, 0xfc, 0x2e))).toBe("bü.");
  });
});

describe("the version resource", () => {
  it("has numbers and texts", () => {
    const info = readVersionInfo(memorySource(peFixture("resources")));
    expect(info).toMatchObject({ fileVersion: "1.2.3.4", productVersion: "1.2.0.0" });
    expect(info?.strings.get("CompanyName")).toBe("Example ©");
    expect(info?.strings.get("FileVersion")).toBe("1.2.3.4 (build)");
  });

  it("is null where there is none", () => {
    expect(readVersionInfo(memorySource(peFixture("module-x86_64")))).toBeNull();
  });

  it("is read as far as it goes, or not at all, where a byte of it is changed", () => {
    const bytes = peFixture("resources");
    for (let at = 1024; at < bytes.length; at++) {
      const damaged = new Uint8Array(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      const info = readVersionInfo(memorySource(damaged));
      expect(info?.strings.size ?? 0).toBeLessThan(20);
    }
  });
});
