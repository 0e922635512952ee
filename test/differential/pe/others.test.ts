/** PE files beside what LIEF, llvm-readobj, pe-library and osslsigncode say of them. */
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Format, NtExecutable, NtExecutableResource } from "pe-library";
import { describe, expect, it } from "vitest";
import { nodeCompression } from "../../../src/node/compression.ts";
import { type PeSlice, pe } from "../../../src/pe/index.ts";
import { parsePe } from "../../../src/pe/read/image.ts";
import { resourceBytes } from "../../../src/pe/read/resources.ts";
import { memorySource } from "../../../src/source.ts";
import { rewritten } from "../../support/formats.ts";
import { peFixture, peFixturePath, peFixtures } from "../../support/pe-fixtures.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { hasPython, python, requireTool } from "../../support/tools.ts";

function sliceOf(bytes: Uint8Array): PeSlice {
  return pe.open(memorySource(bytes)).facts(() => false).slices[0];
}

const LIEF = `
import json, sys, lief
lief.logging.disable()
for path in sys.argv[1:]:
    b = lief.PE.parse(path)
    ok, message = lief.PE.check_layout(b)
    print(json.dumps({
        "imports": [each.name for each in b.imports],
        "delayed": [each.name for each in b.delay_imports],
        "exports": len(b.get_export().entries) if b.has_exports else 0,
        "layout": "" if ok else message,
        "arm64ec": b.is_arm64ec,
        "arm64x": b.is_arm64x,
        "tls": b.has_tls,
        "digests": [s.content_info.digest.hex() for s in b.signatures],
        "sha256": b.authentihash(lief.PE.ALGORITHMS.SHA_256).hex(),
    }))
`;

interface LiefFacts {
  readonly imports: readonly string[];
  readonly delayed: readonly string[];
  readonly exports: number;
  readonly layout: string;
  readonly arm64ec: boolean;
  readonly arm64x: boolean;
  readonly tls: boolean;
}

function readByLief(paths: readonly string[]): readonly LiefFacts[] {
  const output = execFileSync(python(), ["-c", LIEF, ...paths], { encoding: "utf8" });
  return output
    .trim()
    .split("\n")
    .map((line): LiefFacts => JSON.parse(line));
}

describe.skipIf(!hasPython())("LIEF", () => {
  it("reads the same facts", () => {
    // It leaves out what has no extension, and stumbles over absolute delay imports and a data
    // directory without an entry for the address table.
    const names = peFixtures().filter((name) => !/^name-none|absolute|^few-/.test(name));
    const theirs = readByLief(names.map(peFixturePath));
    for (const [index, name] of names.entries()) {
      const slice = sliceOf(peFixture(name));
      const libraries = (how: string): readonly string[] =>
        slice.importTables.filter((each) => each.how === how).map(({ library }) => library);
      expect([name, theirs[index]]).toEqual([
        name,
        expect.objectContaining({
          imports: libraries("required"),
          delayed: libraries("delay"),
          exports: slice.exportCount,
          tls: slice.tls,
        }),
      ]);
      expect([name, theirs[index]?.arm64ec, theirs[index]?.arm64x]).toEqual([
        name,
        slice.hybrid === "arm64ec",
        slice.hybrid === "arm64x",
      ]);
    }
  });

  it("finds no fault in the layout of what we made", () => {
    const folder = scratchFolder();
    const names = peFixtures().filter((name) => name !== "arm64x");
    for (const name of names) {
      const to = "b-0123456789abcdef0123456789abcdef.dll";
      const edits = [{ kind: "replace-dependency", from: "b.dll", to }] as const;
      writeFileSync(join(folder, name), rewritten(pe, peFixture(name), edits).bytes);
    }
    const before = readByLief(names.map(peFixturePath));
    const after = readByLief(names.map((name) => join(folder, name)));
    for (const [index, name] of names.entries()) {
      if (before[index]?.layout === "") expect([name, after[index]?.layout]).toEqual([name, ""]);
    }
  });
});

describe.skipIf(requireTool("llvm-readobj") === undefined)("llvm-readobj", () => {
  it("reads the same imports and load configurations", () => {
    for (const name of peFixtures()) {
      // Release 14 can't read images whose sections have no VirtualSize, or absolute delay imports.
      if (/^virtual-size-0|absolute/.test(name)) continue;
      const output = execFileSync(
        "llvm-readobj",
        ["--coff-imports", "--coff-load-config", "--file-headers", peFixturePath(name)],
        { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
      );
      const libraries = [...output.matchAll(/^(?:Delay)?Import \{\n\s+Name: (.*)$/gm)];
      const slice = sliceOf(peFixture(name));
      expect([name, libraries.map((match) => match[1])]).toEqual([
        name,
        slice.importTables.map(({ library }) => library),
      ]);
      const machine = /Machine: (IMAGE_FILE_MACHINE_\w+)/.exec(output)?.[1];
      expect([name, machine]).toEqual([name, slice.machine]);
    }
  });
});

describe("pe-library", () => {
  it("reads the same headers", () => {
    for (const name of peFixtures()) {
      // It refuses files with symbols, and needs all of the data directory.
      if (/unstripped|few-directories/.test(name)) continue;
      const bytes = peFixture(name);
      const theirs = NtExecutable.from(bytes, { ignoreCert: true });
      const { header, sections } = parsePe(memorySource(bytes));
      expect([name, theirs.is32bit()]).toEqual([name, header.context.variant === "pe32"]);
      expect(theirs.getFileAlignment()).toBe(header.windows.FileAlignment);
      expect(theirs.getSectionAlignment()).toBe(header.windows.SectionAlignment);
      expect(theirs.newHeader.optionalHeader.checkSum).toBe(header.windows.CheckSum);
      expect(theirs.getAllSections().length).toBe(sections.length);
      const directory = theirs.newHeader.optionalHeaderDataDirectory;
      for (const index of [
        Format.ImageDirectoryEntry.Import,
        Format.ImageDirectoryEntry.Export,
        Format.ImageDirectoryEntry.Debug,
      ]) {
        const { address, size } = header.directories[index] ?? { address: 0, size: 0 };
        expect(directory.get(index)).toEqual({ virtualAddress: address, size });
      }
    }
  });
});

describe("pe-library's resources", () => {
  const RT_VERSION = 16;
  const theirsOf = (bytes: Uint8Array) =>
    NtExecutableResource.from(NtExecutable.from(bytes, { ignoreCert: true })).entries;

  it("are those that we find, byte for byte, also in a file that was changed", () => {
    const edits = [{ kind: "set-id", id: "a-name-that-needs-a-new-place-0123456789.dll" }] as const;
    const original = peFixture("resources");
    for (const bytes of [original, rewritten(pe, original, edits).bytes]) {
      const image = parsePe(memorySource(bytes));
      const [ours, ...others] = image.resources().filter(({ type }) => type === "RT_VERSION");
      const theirs = theirsOf(bytes).filter(({ type }) => type === RT_VERSION);
      expect(others).toEqual([]);
      expect(theirs).toHaveLength(1);
      const content = ours === undefined ? undefined : resourceBytes(image, ours, 1 << 16);
      expect(content).toEqual(new Uint8Array(theirs[0]?.bin ?? new ArrayBuffer(0)));
    }
  });

  it("are none where we find none", () => {
    for (const name of ["module-x86_64", "library-x86", "module-arm64"]) {
      expect(theirsOf(peFixture(name))).toEqual([]);
      expect(parsePe(memorySource(peFixture(name))).resources()).toEqual([]);
    }
  });
});

describe.skipIf(requireTool("osslsigncode") === undefined)("osslsigncode", () => {
  const verify = (path: string): string =>
    spawnSync("osslsigncode", ["verify", "-in", path], { encoding: "utf8" }).stdout;

  it.each(["signed", "signed-sha1", "signed-overlay", "signed-odd", "signed-stale"])(
    "agrees on the digest of %s",
    (name) => {
      const bytes = peFixture(name);
      const check = pe.contentCheck?.(bytes, bytes.length, nodeCompression);
      check?.add(bytes, 0);
      const file = pe.open(memorySource(bytes)).facts(() => false);
      const state = check?.complete(file).slices[0].signature;
      const output = verify(peFixturePath(name));
      expect(output).toContain("Calculated message digest");
      expect(state).toBe(output.includes("MISMATCH") ? "stale" : "valid");
    },
  );

  it("finds no signature in what was changed", () => {
    const path = join(scratchFolder(), "changed");
    const edits = [{ kind: "replace-dependency", from: "b.dll", to: "c.dll" }] as const;
    writeFileSync(path, rewritten(pe, peFixture("signed"), edits).bytes);
    expect(verify(path)).not.toContain("message digest");
  });
});
