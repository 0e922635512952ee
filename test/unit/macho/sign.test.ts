/** Signatures as Apple's codesign makes them, part by part, and how old ones are taken over. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { concatBytes, encodeUtf8, toHex } from "../../../src/bytes.ts";
import { signingIdentifier } from "../../../src/macho/edit/identifier.ts";
import { encodeSignature, type SigningPlan } from "../../../src/macho/edit/sign.ts";
import { bestDirectory, type Signature } from "../../../src/macho/read/signature.ts";
import { CS, CSMAGIC } from "../../../src/macho/signing-constants.ts";
import { edited, factsOf, imageOf, named, sliceOf, TOOLS } from "../../support/macho.ts";
import { withSubtype } from "../../support/macho-builder.ts";
import { machoFixture } from "../../support/macho-fixtures.ts";

const NEW_ID = [{ kind: "set-id", id: "/DLC/demo/.dylibs/liba.dylib" }] as const;

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function signatureOf(bytes: Uint8Array, arch?: string): Signature {
  const signature = imageOf(bytes, arch).signature();
  if (signature === null) throw new Error("it is not signed");
  return signature;
}

/** Big-endian words and bytes, as the specification prints them. */
function hex(...parts: readonly (number | string)[]): string {
  return parts
    .map((part) => (typeof part === "number" ? part.toString(16).padStart(8, "0") : part))
    .join("");
}

describe("an ad-hoc signature", () => {
  it("is written byte for byte as codesign writes it", () => {
    const { bytes } = edited(machoFixture("liba-arm64"), NEW_ID);
    const image = imageOf(bytes);
    const { offset, size } = signatureOf(bytes);
    const text = image.segments.find(({ name }) => name === "__TEXT");
    const pages = Math.ceil(offset / 4096);
    const identifier = toHex(encodeUtf8("liba.dylib\0"));
    const hashOffset = 88 + identifier.length / 2 + 64;
    const length = hashOffset + 32 * pages;
    const requirements = "fade0c010000000c00000000";
    const hashes: string[] = [];
    for (let at = 0; at < offset; at += 4096) {
      hashes.push(sha256(bytes.subarray(at, Math.min(at + 4096, offset))));
    }
    const expected = hex(
      0xfade0cc0,
      36 + length + 12 + 8,
      3,
      0,
      36,
      2,
      36 + length,
      0x10000,
      36 + length + 12,
      0xfade0c02,
      length,
      0x20400,
      2,
      hashOffset,
      88,
      2,
      pages,
      offset,
      "2002000c",
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      text?.fileoff ?? -1,
      0,
      text?.filesize ?? -1,
      0,
      0,
      identifier,
      sha256(Uint8Array.from(Buffer.from(requirements, "hex"))),
      "00".repeat(32),
      ...hashes,
      requirements,
      0xfade0b01,
      8,
    );
    const found = toHex(bytes.subarray(offset, offset + size));
    expect(found.replace(/(?:00)*$/, "")).toBe(expected.replace(/(?:00)*$/, ""));
    expect(size % 16).toBe(0);
    expect(offset % 16).toBe(0);
    expect(offset + size).toBe(bytes.length);
  });

  it("marks the main program", () => {
    const { bytes } = edited(machoFixture("main-arm64"), [{ kind: "set-search-paths", paths: [] }]);
    expect(bestDirectory(signatureOf(bytes))?.execSegment?.flags).toBe(1n);
  });

  it("keeps the place and the identifier of the old one, and drops `linker-signed`", () => {
    const before = sliceOf(factsOf(machoFixture("liba-arm64"))).signature;
    expect(before).toMatchObject({ kind: "linker", flags: ["adhoc", "linker-signed"] });
    const { bytes } = edited(machoFixture("liba-arm64"), NEW_ID, named("other-name.dylib"));
    const after = sliceOf(factsOf(bytes)).signature;
    expect(after).toMatchObject({ kind: "adhoc", identifier: "liba.dylib", flags: ["adhoc"] });
    expect(after.at?.offset).toBe(before.at?.offset);
  });

  it("covers arm64e slices too", () => {
    const { bytes } = edited(withSubtype(machoFixture("liba-arm64"), 0x8000_0002), NEW_ID);
    expect(sliceOf(factsOf(bytes), "arm64e").signature.kind).toBe("adhoc");
  });

  it("is added to Intel files whose names change, called after the file", () => {
    const { bytes } = edited(machoFixture("liba-x86_64"), NEW_ID, named("liba.2.1.dylib"));
    expect(sliceOf(factsOf(bytes)).signature).toMatchObject({
      kind: "adhoc",
      identifier: "liba.2",
    });
  });

  it("is made again where only its load command was left", () => {
    const bytes = machoFixture("liba-arm64");
    const { commands } = imageOf(bytes);
    const at = commands.find(({ cmd }) => cmd === 0x1d)?.at ?? 0;
    bytes.fill(0, at + 8, at + 16);
    const { offset, size } = signatureOf(edited(bytes, NEW_ID).bytes);
    expect([offset > 0xc000, offset % 16, size % 16]).toEqual([true, 0, 0]);
  });

  it("is not made when nothing changes", () => {
    const original = machoFixture("liba-arm64");
    const { bytes } = edited(original, [
      { kind: "set-id", id: "@rpath/liba.dylib" },
      { kind: "replace-dependency", from: "/no/such.dylib", to: "/other.dylib" },
      { kind: "remove-dependency", name: "/no/such.dylib" },
      { kind: "set-search-paths", paths: ["/opt/a/lib", "@loader_path/../a"] },
    ]);
    expect(bytes).toEqual(original);
  });

  it("leaves a slice alone that no edit is for", () => {
    const original = machoFixture("liba-fat");
    const { bytes } = edited(original, [{ ...NEW_ID[0], arch: "x86_64" }]);
    expect(sliceOf(factsOf(bytes), "arm64").signature.kind).toBe("linker");
    expect(sliceOf(factsOf(bytes), "x86_64").signature.kind).toBe("adhoc");
  });
});

describe("what an old signature had", () => {
  const ENTITLEMENTS = blob(0xfade7171, encodeUtf8("<plist><dict/></plist>"));
  const DER = blob(0xfade7172, Uint8Array.of(0x70, 0));

  function blob(magic: number, content: Uint8Array): Uint8Array {
    const bytes = new Uint8Array(8 + content.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, magic);
    view.setUint32(4, bytes.length);
    bytes.set(content, 8);
    return bytes;
  }

  /** A file with another signature: of the same room, made by hand. */
  function signed(change: Partial<SigningPlan>, cms?: Uint8Array): Uint8Array {
    const { bytes } = edited(machoFixture("main-arm64"), [{ kind: "set-search-paths", paths: [] }]);
    const image = imageOf(bytes);
    const { offset } = signatureOf(bytes);
    const pages = concatBytes(
      Array.from({ length: Math.ceil(offset / 4096) }, (_, index) =>
        createHash("sha256")
          .update(bytes.subarray(index * 4096, Math.min((index + 1) * 4096, offset)))
          .digest(),
      ),
    );
    const plan: SigningPlan = {
      identifier: "org.example.main",
      flags: CS.CS_ADHOC,
      runtime: 0,
      parts: [],
      infoPlist: null,
      limit: offset,
      execSegment: { base: 0, limit: 0x4000, flags: 1n },
      ...change,
    };
    let signature = encodeSignature(plan, pages, TOOLS);
    if (cms !== undefined) {
      signature = concatBytes([signature.subarray(0, signature.length - 8), blob(0xfade0b01, cms)]);
      new DataView(signature.buffer).setUint32(4, signature.length);
    }
    const file = new Uint8Array(offset + Math.ceil(signature.length / 16) * 16);
    file.set(bytes.subarray(0, offset));
    file.set(signature, offset);
    const view = new DataView(file.buffer);
    for (const { cmd, at } of image.commands) {
      if (cmd === 0x1d) view.setUint32(at + 12, file.length - offset, true);
      if (cmd !== 0x19) continue;
      if (view.getUint32(at + 8) === 0x5f5f4c49) {
        view.setUint32(at + 48, file.length - view.getUint32(at + 40, true), true);
      }
    }
    return file;
  }

  const EDIT = [{ kind: "add-dependency", name: "@loader_path/libx.dylib" }] as const;

  it("entitlements, flags and the version of the hardened runtime are kept", () => {
    const file = signed({
      flags: CS.CS_ADHOC | CS.CS_RUNTIME | CS.CS_REQUIRE_LV,
      runtime: 0xe0200,
      parts: [
        { slot: 5, bytes: ENTITLEMENTS },
        { slot: 7, bytes: DER },
      ],
    });
    const { bytes, rewrite } = edited(file, EDIT);
    const signature = signatureOf(bytes);
    const directory = bestDirectory(signature);
    expect(directory).toMatchObject({
      identifier: "org.example.main",
      version: 0x20500,
      runtime: 0xe0200,
      nSpecialSlots: 7,
      flags: CS.CS_ADHOC | CS.CS_RUNTIME | CS.CS_REQUIRE_LV,
    });
    expect(signature.blobs.map(({ slot, magic }) => [slot, magic])).toEqual([
      [0, CSMAGIC.CSMAGIC_CODEDIRECTORY],
      [2, CSMAGIC.CSMAGIC_REQUIREMENTS],
      [5, CSMAGIC.CSMAGIC_EMBEDDED_ENTITLEMENTS],
      [7, CSMAGIC.CSMAGIC_EMBEDDED_DER_ENTITLEMENTS],
      [0x10000, CSMAGIC.CSMAGIC_BLOBWRAPPER],
    ]);
    expect(signature.blobs.find(({ slot }) => slot === 5)?.bytes).toEqual(ENTITLEMENTS);
    expect(sliceOf(factsOf(bytes)).signature.entitlements).toBe(true);
    expect(rewrite.warnings).toEqual([]);
  });

  it("a certificate is lost, which is said, and library validation with it", () => {
    const file = signed(
      { flags: CS.CS_RUNTIME | CS.CS_REQUIRE_LV, runtime: 0xe0200 },
      Uint8Array.of(0x30, 0x80, 1, 2, 3),
    );
    expect(sliceOf(factsOf(file)).signature.kind).toBe("cms");
    const { bytes, rewrite } = edited(file, EDIT);
    const { kind, flags } = sliceOf(factsOf(bytes)).signature;
    expect([kind, flags]).toEqual(["adhoc", ["adhoc", "runtime"]]);
    expect(rewrite.warnings).toEqual([
      "arm64: the signature was made with a certificate and is now an ad-hoc one",
    ]);
  });
});

describe("the identifier of a new signature", () => {
  it.each([
    ["_ext.cpython-312-darwin.so", "_ext.cpython-312-darwin"],
    ["_zmq.abi3.so", "_zmq.abi3"],
    ["libkrb5support.1.1.dylib", "libkrb5support.1"],
    ["libkrb5.3.3.dylib", "libkrb5-UNIQUE"],
    ["libfrotz7.3.5.dylib", "libfrotz7-UNIQUE"],
    ["libz.dylib", "libz-UNIQUE"],
    ["pkg/.dylibs/libcrypto.3.dylib", "libcrypto.3"],
    ["QtCore", "QtCore-UNIQUE"],
    ["tool.1", "tool.1"],
    [".hidden", ".hidden"],
  ])("%s: %s", (name, identifier) => {
    expect(signingIdentifier(name, () => "UNIQUE")).toBe(identifier);
  });

  it("is made unique with the UUID where the name has no dot", () => {
    const bytes = machoFixture("liba-x86_64");
    const uuid = sliceOf(factsOf(bytes)).uuid?.replaceAll("-", "").toLowerCase();
    const result = edited(bytes, NEW_ID, named("liba.dylib")).bytes;
    expect(sliceOf(factsOf(result)).signature.identifier).toBe(`liba-55554944${uuid}`);
  });

  it("is that of the library where the file's name is not known", () => {
    const { bytes } = edited(machoFixture("liba-x86_64"), [
      { kind: "set-id", id: "/opt/lib/libdemo.4.2.dylib" },
    ]);
    expect(sliceOf(factsOf(bytes)).signature.identifier).toBe("libdemo.4");
  });
});
