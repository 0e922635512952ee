/** How names find a place: over the old ones, in padding, in a section of our own, and what else is kept right. */
import { describe, expect, it } from "vitest";
import { RefusalError } from "../../../src/errors.ts";
import type { NativeEdit } from "../../../src/native-edit.ts";
import { nodeCompression } from "../../../src/node/compression.ts";
import { type PeSlice, pe } from "../../../src/pe/index.ts";
import { type PeImage, parsePe } from "../../../src/pe/read/image.ts";
import { isUnchanged } from "../../../src/rewrite.ts";
import { memorySource } from "../../../src/source.ts";
import { type Rewritten, rewritten } from "../../support/formats.ts";
import { peFixture } from "../../support/pe-fixtures.ts";

const LONG = "b-0123456789abcdef0123456789abcdef.dll";
const rename = (to: string, from = "b.dll"): NativeEdit => ({
  kind: "replace-dependency",
  from,
  to,
});

function changed(name: string, ...edits: readonly NativeEdit[]): Rewritten {
  return rewritten(pe, peFixture(name), edits);
}

function imageOf(bytes: Uint8Array): PeImage {
  return parsePe(memorySource(bytes));
}

function sliceOf(bytes: Uint8Array): PeSlice {
  const source = memorySource(bytes);
  const check = pe.contentCheck?.(bytes.subarray(0, 1 << 16), bytes.length, nodeCompression);
  if (check === undefined) throw new Error("no check");
  check.add(bytes, 0);
  return check.complete(pe.open(source).facts(() => false)).slices[0];
}

function refusal(name: string, ...edits: readonly NativeEdit[]): RefusalError {
  try {
    changed(name, ...edits);
  } catch (error) {
    if (error instanceof RefusalError) return error;
    throw error;
  }
  throw new Error("not refused");
}

describe("a new name", () => {
  it("that is no longer than the old one is written over it", () => {
    const { rewrite, bytes } = changed("name-blank", rename("b.dll", "b with blanks.dll"));
    expect(rewrite.splices.map(({ what }) => what)).toEqual(["name"]);
    expect(bytes.length).toBe(peFixture("name-blank").length);
    expect(sliceOf(bytes).dependencies[0]?.name).toBe("b.dll");
  });

  it("goes into padding that nobody uses, and VirtualSize counts it", () => {
    const before = imageOf(peFixture("module-x86_64"));
    const { rewrite, bytes } = changed("module-x86_64", rename(LONG));
    const after = imageOf(bytes);
    expect(rewrite.size).toBe(before.source.size);
    expect(rewrite.notes).toContain("39 bytes of padding of `.rdata` used");
    expect(after.sections[1]?.VirtualSize).toBe((before.sections[1]?.VirtualSize ?? 0) + 39);
    expect(after.header.windows.SizeOfImage).toBe(before.header.windows.SizeOfImage);
  });

  it("goes into a section of its own where there are other bytes in the padding", () => {
    const { bytes } = changed("padding-used", rename(LONG));
    const before = imageOf(peFixture("padding-used"));
    const { sections, header } = imageOf(bytes);
    const added = sections.at(-1);
    expect(added?.shortName).toBe("wheelkit");
    expect(added?.VirtualSize).toBe(39);
    expect(header.windows.SizeOfImage).toBe((added?.VirtualAddress ?? 0) + 4096);
    expect(header.optional.SizeOfInitializedData).toBe(
      before.header.optional.SizeOfInitializedData + 512,
    );
  });

  it("goes into a section of its own where VirtualSize is 0, so that nothing is padding", () => {
    const { bytes } = changed("virtual-size-0", rename(LONG));
    expect(imageOf(bytes).sections.at(-1)?.shortName).toBe("wheelkit");
  });

  it("lets the headers move over the MS-DOS stub where the section table is full", () => {
    const { bytes } = changed("full-table", rename(LONG));
    const before = imageOf(peFixture("full-table")).header;
    const after = imageOf(bytes);
    expect([before.lfanew, after.header.lfanew]).toEqual([120, 80]);
    expect(after.header.windows.SizeOfHeaders).toBe(before.windows.SizeOfHeaders);
    expect(after.sections[0]?.PointerToRawData).toBe(1024);
  });

  it("lets the headers grow where there is no stub, and all that counts bytes of the file follows", () => {
    const { bytes } = changed("full-table-no-stub", rename(LONG));
    const { header, sections } = imageOf(bytes);
    expect(header.windows.SizeOfHeaders).toBe(1536);
    expect(sections.slice(0, 2).map(({ PointerToRawData }) => PointerToRawData)).toEqual([
      1536, 2048,
    ]);
  });

  it("extends the last section where the headers can't grow", () => {
    const before = imageOf(peFixture("full-page"));
    const { sections } = imageOf(changed("full-page", rename(LONG)).bytes);
    expect(sections.length).toBe(before.sections.length);
    expect(sections.at(-1)?.VirtualSize).toBe(16 + 39);
  });

  it("is put after the sections of a file of odd length", () => {
    const { bytes } = changed("odd-length", rename(LONG));
    const added = imageOf(bytes).sections.at(-1);
    expect([added?.PointerToRawData, bytes.length]).toEqual([2048, 2560]);
  });

  it("is found without regard to case, and with or without the extension", () => {
    expect(sliceOf(changed("name-capitals", rename(LONG, "b_LIBRARY")).bytes).dependencies).toEqual(
      [expect.objectContaining({ name: LONG })],
    );
    expect(sliceOf(changed("name-none", rename(LONG, "B.DLL")).bytes).dependencies).toEqual([
      expect.objectContaining({ name: LONG }),
    ]);
    expect(isUnchanged(changed("name-pyd", rename(LONG, "_b.cp312-win_amd64")).rewrite)).toBe(true);
  });

  it("of a library that is not imported changes nothing, and a signature stays", () => {
    const { rewrite } = changed("signed", rename(LONG, "c.dll"));
    expect(isUnchanged(rewrite)).toBe(true);
    expect(rewrite.warnings).toEqual([]);
  });

  it.each(["", "a/b.dll", "c:b.dll", "x\0.dll", `${"x".repeat(300)}.dll`])(
    "%j is refused",
    (name) => {
      expect(refusal("module-x86_64", rename(name)).code).toBe("pe-name");
    },
  );

  it("may have letters beyond ASCII", () => {
    const { bytes } = changed("module-x86_64", rename("bücher-0123456789.dll"));
    expect(sliceOf(bytes).dependencies[0]?.name).toBe("bücher-0123456789.dll");
  });
});

describe("a delay import", () => {
  it("with absolute addresses gets an absolute one", () => {
    const { bytes } = changed("delay-absolute-x86", rename(LONG));
    const [table] = imageOf(bytes).delayImports();
    expect(table).toMatchObject({ library: LONG, Attributes: 0, base: 0x10000000 });
    expect(table?.DllNameRVA).toBeGreaterThan(0x10000000);
    expect(table?.symbols).toMatchObject([{ name: "bfunc" }]);
  });
});

describe("a delayed library that is to be loaded with the file", () => {
  const early: NativeEdit = { kind: "add-dependency", name: LONG };

  it("is imported into the slots of its delay table, and nothing else changes", () => {
    const before = imageOf(peFixture("delay-x86_64"));
    const { bytes } = changed("delay-x86_64", rename(LONG), early);
    const [kernel, library] = imageOf(bytes).imports();
    const [delayed] = before.delayImports();
    expect(kernel?.library).toBe("KERNEL32.dll");
    expect(library).toMatchObject({
      library: LONG,
      FirstThunk: delayed?.ImportAddressTableRVA,
      OriginalFirstThunk: delayed?.ImportNameTableRVA,
    });
    expect(imageOf(bytes).delayImports()).toMatchObject([{ library: LONG }]);
    expect(isUnchanged(rewritten(pe, bytes, [early]).rewrite)).toBe(true);
  });

  it("gets a lookup table of its own where the delayed one has absolute addresses", () => {
    const { bytes } = changed("delay-absolute-x86", rename(LONG), early);
    const [delayed] = imageOf(peFixture("delay-x86")).delayImports();
    const library = imageOf(bytes).imports().at(-1);
    expect(library).toMatchObject({
      library: LONG,
      FirstThunk: delayed?.ImportAddressTableRVA,
      symbols: delayed?.symbols,
    });
    expect(library?.OriginalFirstThunk).not.toBe(delayed?.ImportNameTableRVA);
    expect(isUnchanged(rewritten(pe, bytes, [early]).rewrite)).toBe(true);
  });

  it("is refused where it is not delayed", () => {
    expect(refusal("delay-x86_64", { kind: "add-dependency", name: "z.dll" }).code).toBe(
      "pe-unsupported",
    );
  });
});

describe("load flags", () => {
  const clear: NativeEdit = { kind: "clear-load-flags" };

  it("that hide DLLs are cleared, and nothing else changes", () => {
    expect(sliceOf(peFixture("load-flags")).dependentLoadFlags).toBe(0x800);
    const { bytes } = changed("load-flags", clear);
    expect(sliceOf(bytes).dependentLoadFlags).toBe(0);
    const before = peFixture("load-flags");
    expect(bytes.filter((byte, index) => byte !== before[index])).toHaveLength(1);
  });

  it("that are not there leave the file as it is", () => {
    expect(isUnchanged(changed("module-x86_64", clear).rewrite)).toBe(true);
    expect(isUnchanged(changed("signed", clear).rewrite)).toBe(true);
  });
});

describe("forwarders", () => {
  it("to a renamed library follow, with a copy of the export directory around them", () => {
    const before = imageOf(peFixture("forwarder")).exports();
    const { bytes } = changed("forwarder", rename(LONG));
    const stem = LONG.slice(0, -4);
    expect(sliceOf(bytes).exports.forwarders).toMatchObject([
      { library: stem, symbol: "bfunc" },
      { library: stem, symbol: "#1" },
      { library: "KERNEL32", symbol: "Sleep" },
    ]);
    const after = imageOf(bytes).exports();
    expect(after?.address).not.toBe(before?.address);
    expect(after?.AddressOfNames).toBe(before?.AddressOfNames);
  });

  it("get the whole name where it has another dot, since the loader appends nothing then", () => {
    const { bytes } = changed("forwarder", rename("b-1.2.dll"));
    expect(sliceOf(bytes).exports.forwarders[0]).toMatchObject({ library: "b-1.2.dll" });
  });

  it("are written over where the new name is no longer", () => {
    const { bytes } = changed("forwarder", rename("c.dll"));
    expect(sliceOf(bytes).exports.forwarders[0]).toMatchObject({ library: "c", symbol: "bfunc" });
    expect(imageOf(bytes).exports()?.address).toBe(
      imageOf(peFixture("forwarder")).exports()?.address,
    );
  });

  it("and the library's own name can change in one transaction", () => {
    const id = "a-rather-long-name-of-its-own.dll";
    const { bytes } = changed("forwarder", rename(LONG), { kind: "set-id", id });
    expect(sliceOf(bytes)).toMatchObject({ id, exports: { count: 4 } });
  });
});

describe("the library's own name", () => {
  it("becomes longer or shorter", () => {
    for (const id of ["b-0123456789abcdef0123456789abcdef.dll", "b"]) {
      const { bytes } = changed("library-arm64", { kind: "set-id", id });
      expect(sliceOf(bytes).id).toBe(id);
    }
  });

  it("stays as it is without rewriting anything", () => {
    const { id } = sliceOf(peFixture("signed"));
    expect(isUnchanged(changed("signed", { kind: "set-id", id: id ?? "" }).rewrite)).toBe(true);
  });
});

describe("whatever changes", () => {
  it("the checksum is right where there is one, and stays zero where there is none", () => {
    for (const name of ["checksum", "checksum-wrong", "mingw-crt", "mingw-unstripped"]) {
      expect([name, sliceOf(changed(name, rename(LONG)).bytes).checksum.state]).toEqual([
        name,
        "right",
      ]);
    }
    expect(sliceOf(changed("module-x86_64", rename(LONG)).bytes).checksum.stored).toBe(0);
  });

  it("a signature is taken off with its bytes, and said to be", () => {
    for (const name of ["signed", "signed-sha1", "signed-overlay", "signed-odd", "signed-stale"]) {
      const { rewrite, bytes } = changed(name, rename(LONG));
      expect(sliceOf(bytes)).toMatchObject({ signature: "none", overlay: { certificates: 0 } });
      expect(rewrite.warnings.join()).toContain("Authenticode");
    }
    expect(changed("signed", rename(LONG)).bytes.length).toBe(peFixture("module-x86_64").length);
  });

  it("a file that Windows loads only with a signature is said to be one", () => {
    const bytes = peFixture("module-x86_64");
    const { header } = imageOf(bytes);
    const at = header.windowsAt + 46;
    bytes[at] = (bytes[at] ?? 0) | 0x80;
    expect(rewritten(pe, bytes, [rename("c.dll")]).rewrite.warnings.join()).toContain(
      "only when signed again",
    );
  });

  it("other bytes after the sections are kept", () => {
    const { bytes } = changed("overlay", rename(LONG));
    expect(new TextDecoder().decode(bytes.subarray(-25))).toBe("what an installer appends");
  });

  it("bound imports are unbound: the addresses are those of the lookup table again", () => {
    for (const name of ["bound", "bound-padding-used"]) {
      const { memory, imports, boundImports } = imageOf(changed(name, rename(LONG)).bytes);
      const [table] = imports();
      expect(table).toMatchObject({ TimeDateStamp: 0, ForwarderChain: 0 });
      expect(memory.read(table?.FirstThunk ?? 0, 8)).toEqual(
        memory.read(table?.OriginalFirstThunk ?? 0, 8),
      );
      expect(boundImports()).toEqual([]);
    }
  });

  it("bound imports stay where no import changes", () => {
    const { bytes } = changed("bound", { kind: "set-id", id: LONG });
    expect(imageOf(bytes).boundImports()).toMatchObject([{ library: "b.dll" }]);
  });

  it.each(["debug", "debug-full"])("the debug directory of %s leads to its data", (name) => {
    const { rewrite, bytes } = changed(name, rename(LONG));
    const { source, debug, memory } = imageOf(bytes);
    expect(rewrite.notes.includes("headers grow by 512 bytes")).toBe(name === "debug-full");
    expect(sliceOf(bytes).pdb?.path).toBe("debug.pdb");
    for (const { AddressOfRawData, PointerToRawData, SizeOfData } of debug()) {
      if (AddressOfRawData === 0) continue;
      expect(memory.read(AddressOfRawData, SizeOfData)).toEqual(
        source.read(PointerToRawData, SizeOfData),
      );
    }
  });

  it("flags that would hide the wheel's libraries are cleared", () => {
    const { rewrite, bytes } = changed("load-flags", rename(LONG));
    expect(sliceOf(bytes).dependentLoadFlags).toBe(0);
    expect(rewrite.notes.join()).toContain("DependentLoadFlags 0x800");
    expect(sliceOf(changed("load-flags", { kind: "set-id", id: "x.dll" }).bytes)).toMatchObject({
      dependentLoadFlags: 0x800,
    });
  });

  it("COFF symbols stay after a section that is added before them", () => {
    const longest = `b-${"0123456789".repeat(20)}.dll`;
    const { bytes } = changed("mingw-unstripped", rename(longest), {
      kind: "set-id",
      id: `a-${"0123456789".repeat(20)}.dll`,
    });
    const before = imageOf(peFixture("mingw-unstripped"));
    const after = imageOf(bytes);
    expect(after.overlay.kind).toBe("coff-symbols");
    const strings = (image: PeImage): Uint8Array =>
      image.source.read(image.coff?.stringsAt ?? 0, image.coff?.stringsSize ?? 0);
    expect(strings(after)).toEqual(strings(before));
  });
});

describe("bytes after the sections of which nothing is known", () => {
  it.each(["padding-used", "full-table", "bound-padding-used"])(
    "keep their offset in %s, and a new section comes after them",
    (name) => {
      const before = peFixture(name);
      const payload = Uint8Array.from({ length: 700 }, (_, index) => (index * 7) & 0xff);
      const { rewrite, bytes } = rewritten(pe, Buffer.concat([before, payload]), [rename(LONG)]);
      expect(bytes.subarray(before.length, before.length + 700)).toEqual(payload);
      const added = imageOf(bytes).sections.at(-1);
      expect(added).toMatchObject({ shortName: "wheelkit", PointerToRawData: 3072 });
      expect(rewrite.warnings).toEqual([expect.stringMatching(/^700 bytes after the last/)]);
    },
  );
});

describe("it is refused", () => {
  it("to extend a section into bytes that somebody may look for at their place", () => {
    const bytes = peFixture("full-page");
    const appended = new Uint8Array([...bytes, 1, 2, 3]);
    expect(() => rewritten(pe, appended, [rename(LONG)])).toThrow(
      expect.objectContaining({ code: "pe-overlay" }),
    );
  });

  it("to give a file for two machines a longer name, but not a shorter one", () => {
    expect(refusal("arm64x", rename(LONG)).code).toBe("pe-hybrid");
    expect(sliceOf(changed("arm64x", rename("c.dll")).bytes)).toMatchObject({
      hybrid: "arm64x",
      dependencies: [{ name: "c.dll" }],
    });
  });

  it("to name a file that exports nothing", () => {
    const bytes = peFixture("module-x86_64");
    const { directories } = imageOf(bytes).header;
    bytes.fill(0, directories[0]?.at, (directories[0]?.at ?? 0) + 8);
    expect(() => rewritten(pe, bytes, [{ kind: "set-id", id: "x.dll" }])).toThrow(
      expect.objectContaining({ code: "pe-no-exports" }),
    );
  });

  it.each([
    { kind: "keep-archs", archs: ["x86_64"] },
    { kind: "remove-dependency", name: "b.dll" },
    { kind: "add-dependency", name: "c.dll" },
    { kind: "set-search-paths", paths: ["."] },
    { kind: "clear-executable-stack" },
  ] as const)("to do what the format has no place for: $kind", (edit) => {
    const error = refusal("module-x86_64", edit);
    expect(error.code).toBe("pe-unsupported");
    expect(error.message).toMatch(/PE file/);
  });
});

describe("an edit of another architecture", () => {
  it("is none of the file's business", () => {
    const edit: NativeEdit = { kind: "set-id", id: "x.dll", arch: "arm64" };
    expect(isUnchanged(changed("library-x86_64", edit).rewrite)).toBe(true);
    expect(sliceOf(changed("library-arm64", edit).bytes).id).toBe("x.dll");
  });
});
