/** What is told of a PE file. */
import { describe, expect, it } from "vitest";
import { nodeCompression } from "../../../src/node/compression.ts";
import { mayHold, type PeFile, type PeSlice, pe } from "../../../src/pe/index.ts";
import { memorySource, windowSource } from "../../../src/source.ts";
import { fnv1a } from "../../../src/symbol-hash.ts";
import { peFixture, peFixtures } from "../../support/pe-fixtures.ts";

function factsOf(bytes: Uint8Array): PeFile {
  return pe.open(memorySource(bytes)).facts((name) => name.startsWith("b"));
}

function sliceOf(name: string): PeSlice {
  return factsOf(peFixture(name)).slices[0];
}

/** With what a pass over the content finds, in pieces of that many bytes. */
function checked(bytes: Uint8Array, piece: number): PeSlice {
  const check = pe.contentCheck?.(bytes.subarray(0, 1 << 16), bytes.length, nodeCompression);
  if (check === undefined) throw new Error("no check");
  for (let at = 0; at < bytes.length; at += piece) check.add(bytes.subarray(at, at + piece), at);
  return check.complete(factsOf(bytes)).slices[0];
}

describe("the machine", () => {
  it.each([
    ["module-x86_64", "x86_64", 64, null],
    ["module-x86", "x86", 32, null],
    ["module-arm", "arm", 32, null],
    ["module-arm64", "arm64", 64, null],
    ["arm64ec", "arm64ec", 64, "arm64ec"],
    ["arm64x", "arm64", 64, "arm64x"],
  ] as const)("of %s is %s", (name, arch, bits, hybrid) => {
    expect(sliceOf(name)).toMatchObject({ arch, bits, hybrid, kind: "shared" });
  });

  it("of ARM64EC and ARM64X is told by the load configuration, not by the header", () => {
    expect(sliceOf("arm64ec").machine).toBe("IMAGE_FILE_MACHINE_AMD64");
    expect(sliceOf("arm64x").machine).toBe("IMAGE_FILE_MACHINE_ARM64");
  });
});

describe("the dependencies", () => {
  const named = (name: string): readonly string[] =>
    sliceOf(name).dependencies.map(({ name: library, how }) => `${library} ${how}`);

  it("are imports, then delay imports, then the targets of forwarders, each spelled as in the file", () => {
    expect(named("module-x86_64")).toEqual(["b.dll required"]);
    expect(named("delay-x86_64")).toEqual(["KERNEL32.dll required", "b.dll delay"]);
    expect(named("forwarder")).toEqual(["b forwarder", "KERNEL32 forwarder"]);
    expect(named("forwarder-importer")).toEqual(["b.dll required", "b forwarder"]);
  });

  it("may have blanks, capitals, another extension or none", () => {
    expect(named("name-blank")).toEqual(["b with blanks.dll required"]);
    expect(named("name-capitals")).toEqual(["B_Library.DLL required"]);
    expect(named("name-pyd")).toEqual(["_b.cp312-win_amd64.pyd required"]);
    expect(named("name-none")).toEqual(["b required"]);
  });

  it("of delay imports with absolute addresses are read too", () => {
    expect(named("delay-absolute-x86")).toEqual(named("delay-x86"));
    expect(sliceOf("delay-absolute-x86").importTables).toMatchObject([
      {},
      { library: "b.dll", how: "delay", names: ["bfunc"] },
    ]);
  });

  it("are read without the rest of the data directory", () => {
    expect(named("few-directories")).toEqual(["b.dll required"]);
  });
});

describe("symbols", () => {
  it("are imported by name or by number", () => {
    expect(sliceOf("module-x86_64")).toMatchObject({
      importTables: [{ names: ["bfunc"], ordinals: [] }],
      importCount: 1,
      imports: [{ name: "bfunc", library: "b.dll" }],
    });
    expect(sliceOf("ordinal")).toMatchObject({
      importTables: [{ names: [], ordinals: [2] }],
      importCount: 1,
      imports: [],
    });
  });

  it("that are exported can be looked for by a hash", () => {
    const { exports } = sliceOf("library-x86_64");
    expect(exports).toMatchObject({ count: 2, nameCount: 2, ordinals: [[1, 2]] });
    expect(mayHold(exports.nameHashes, "bfunc")).toBe(true);
    expect(mayHold(exports.nameHashes, "bfunct")).toBe(false);
    expect([...exports.nameHashes]).toEqual(["bdata", "bfunc"].map(fnv1a).sort());
  });

  it("that other libraries provide are listed with them", () => {
    expect(sliceOf("forwarder").exports.forwarders).toMatchObject([
      { name: "bfwd", library: "b", symbol: "bfunc" },
      { name: "longer", library: "b", symbol: "#1" },
      { name: "system", library: "KERNEL32", symbol: "Sleep" },
    ]);
    const rows = pe.open(memorySource(peFixture("forwarder"))).symbols("exports");
    expect(rows.find(({ name }) => name === "bfwd")).toMatchObject({ forwardsTo: "b.bfunc" });
  });

  it("that initialise a Python module are named", () => {
    expect(sliceOf("module-arm64").pythonInit).toEqual(["PyInit_a"]);
    expect(sliceOf("library-x86_64").pythonInit).toEqual([]);
  });
});

describe("the checksum", () => {
  it.each([
    ["module-x86_64", "zero"],
    ["checksum", "right"],
    ["checksum-wrong", "wrong"],
    ["mingw-crt", "right"],
  ] as const)("of %s is %s, in whatever pieces the file is read", (name, state) => {
    for (const piece of [1, 7, 4096, 1 << 20]) {
      expect(checked(peFixture(name), piece).checksum.state).toBe(state);
    }
  });

  it("is not judged before", () => {
    expect(sliceOf("checksum").checksum.state).toBe("unchecked");
    expect(sliceOf("module-x86_64").checksum).toEqual({ stored: 0, state: "zero" });
  });
});

describe("the signature", () => {
  it.each([
    ["signed", "valid"],
    ["signed-sha1", "valid"],
    ["signed-overlay", "valid"],
    ["signed-odd", "valid"],
    ["signed-stale", "stale"],
    ["module-x86_64", "none"],
  ] as const)("of %s is %s, in whatever pieces the file is read", (name, state) => {
    for (const piece of [1, 7, 1000, 1 << 20]) {
      expect(checked(peFixture(name), piece).signature).toBe(state);
    }
  });

  it("is stale after any change of what it vouches for", () => {
    const bytes = peFixture("signed");
    const { certificates } = sliceOf("signed").overlay;
    for (let at = 0; at < bytes.length - certificates; at += 97) {
      const changed = new Uint8Array(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      if (!pe.matches(changed.subarray(0, 64)) || at === 60) continue;
      const check = pe.contentCheck?.(changed, changed.length, nodeCompression);
      if (check === undefined) continue;
      check.add(changed, 0);
      // The facts are those of the sound file: only the pass over the content counts.
      const { signature } = check.complete(factsOf(bytes)).slices[0];
      expect([at, signature]).not.toEqual([at, "valid"]);
    }
  });

  it("is not judged where its digest can't be read", () => {
    const bytes = peFixture("signed");
    const { certificates } = sliceOf("signed").overlay;
    bytes.fill(0, bytes.length - certificates + 8);
    expect(checked(bytes, 1 << 16).signature).toBe("unchecked");
  });
});

describe("what lies after the sections", () => {
  it.each([
    ["module-x86_64", "none", 0],
    ["mingw-unstripped", "coff-symbols", 2854],
    ["overlay", "other", 25],
    ["signed", "none", 0],
    ["signed-odd", "none", 0],
    ["signed-overlay", "other", 32],
  ] as const)("of %s is %s", (name, kind, size) => {
    expect(sliceOf(name).overlay).toMatchObject({ kind, size });
  });

  it("counts as what a strip can remove only where it is symbols", () => {
    expect(sliceOf("mingw-unstripped").debug.symtab).toBe(2854);
    expect(sliceOf("mingw-unstripped").debug.dwarf).toBeGreaterThan(1000);
    expect(sliceOf("overlay").debug).toEqual({ symtab: 0, dwarf: 0 });
  });
});

describe("further facts", () => {
  it("are read from the load configuration, debug directory, resources and bound imports", () => {
    expect(sliceOf("load-flags").dependentLoadFlags).toBe(0x800);
    expect(sliceOf("debug")).toMatchObject({ pdb: { path: "debug.pdb" }, reproducible: true });
    expect(sliceOf("debug").pdb?.key).toMatch(/^[0-9A-F]{33}$/);
    expect(sliceOf("resources")).toMatchObject({
      hasVersionInfo: true,
      assemblies: ["Microsoft.VC90.CRT 9.0.21022.8"],
    });
    expect(sliceOf("bound").boundImports).toEqual(["b.dll"]);
    expect(sliceOf("tls").tls).toBe(true);
  });

  it("say how the file is hardened", () => {
    expect(sliceOf("module-x86_64").hardening).toEqual({
      aslr: true,
      highEntropyVa: true,
      nxCompat: true,
      controlFlowGuard: false,
      cetCompat: false,
      forceIntegrity: false,
      appContainer: false,
      writableCode: [],
    });
  });

  it("of sections use the long names of the string table", () => {
    const names = sliceOf("mingw-unstripped").sections.map(({ name }) => name);
    expect(names).toContain(".debug_info");
  });

  it("cross threads as they are", () => {
    for (const name of peFixtures()) {
      const facts = factsOf(peFixture(name));
      expect(structuredClone(facts)).toEqual(facts);
    }
  });
});

describe("a file is recognised", () => {
  const text = new TextEncoder().encode(`MZ ${"is how this text begins. ".repeat(40)}`);

  it("by its signature, and not by its first two letters", () => {
    expect(pe.matches(text)).toBe(false);
    expect(pe.matches(text.subarray(0, 64))).toBe(false);
    expect(pe.matches(text.subarray(0, 8))).toBe(false);
    for (const name of peFixtures()) expect(pe.matches(peFixture(name))).toBe(true);
  });

  it("also when its beginning is all that is known", () => {
    expect(pe.matches(peFixture("module-x86_64").subarray(0, 64))).toBe(true);
  });
});

describe("the ranges that a reader will want", () => {
  it.each(peFixtures())("of %s are all that its facts need", (name) => {
    const bytes = peFixture(name);
    const source = memorySource(bytes);
    const head = bytes.subarray(0, name === "full-page" ? 4096 : 1024);
    const windows = pe.likelyRanges(head, bytes.length).map(({ start, end }) => ({
      start,
      bytes: bytes.subarray(start, end),
    }));
    const held = windowSource(bytes.length, [{ start: 0, bytes: head }, ...windows]);
    expect(pe.open(held).facts(() => false)).toEqual(pe.open(source).facts(() => false));
  });
});
