/** The facts of PE files, and of what we made of them, beside those that pefile reads. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { NativeEdit } from "../../../src/native-edit.ts";
import { nodeCompression } from "../../../src/node/compression.ts";
import { type PeSlice, pe } from "../../../src/pe/index.ts";
import { parsePe } from "../../../src/pe/read/image.ts";
import { forEachRelocation } from "../../../src/pe/read/relocations.ts";
import { memorySource } from "../../../src/source.ts";
import { rewritten } from "../../support/formats.ts";
import { peFixture, peFixturePath, peFixtures } from "../../support/pe-fixtures.ts";
import { type PefileFacts, readByPefile } from "../../support/pe-oracle.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { hasPython } from "../../support/tools.ts";

function sliceOf(bytes: Uint8Array): PeSlice {
  const check = pe.contentCheck?.(bytes.subarray(0, 1 << 16), bytes.length, nodeCompression);
  if (check === undefined) throw new Error("no check");
  check.add(bytes, 0);
  return check.complete(pe.open(memorySource(bytes)).facts(() => false)).slices[0];
}

/** pefile takes only some characters for those of a DLL's name. */
const UNREADABLE: ReadonlySet<string> = new Set(["name-blank"]);

function compare(name: string, bytes: Uint8Array, theirs: PefileFacts): void {
  const slice = sliceOf(bytes);
  const image = parsePe(memorySource(bytes));
  const ours = slice.importTables.map(({ library, how, names, ordinals }) => ({
    library,
    how,
    symbols: [...names, ...ordinals.map((ordinal) => `#${ordinal}`)],
  }));
  const tables = (list: PefileFacts["imports"], how: string): readonly object[] =>
    list.map(([library, symbols]) => ({ library, how, symbols }));
  let relocations = 0;
  forEachRelocation(image, () => {
    relocations++;
  });
  if (!UNREADABLE.has(name)) {
    const wanted = [...tables(theirs.imports, "required"), ...tables(theirs.delayed, "delay")];
    expect([name, ours]).toEqual([name, wanted]);
  }
  const forwarders = slice.exports.forwarders.map(({ library, symbol }) => `${library}.${symbol}`);
  const right = theirs.checksum === theirs.right ? "right" : "wrong";
  expect([name, { ...slice, relocations, forwarders }]).toEqual([
    name,
    expect.objectContaining({
      id: theirs.id,
      machine: theirs.machine,
      exportCount: theirs.exports.length,
      forwarders: theirs.exports.flatMap(([, , forwarder]) => forwarder ?? []),
      boundImports: theirs.bound,
      checksum: { stored: theirs.checksum, state: theirs.checksum === 0 ? "zero" : right },
      relocations,
    }),
  ]);
  expect([name, relocations]).toEqual([name, theirs.relocations]);
  expect(
    image.sections.map((each) => [
      each.VirtualAddress,
      each.VirtualSize,
      each.PointerToRawData,
      each.SizeOfRawData,
    ]),
  ).toEqual(theirs.sections);
  expect(image.header.windows).toMatchObject({
    SizeOfImage: theirs.sizeOfImage,
    SizeOfHeaders: theirs.sizeOfHeaders,
  });
  expect(image.debug().map(({ Type, PointerToRawData }) => [Type, PointerToRawData])).toEqual(
    theirs.debug.map(([type, offset]) => [type, offset]),
  );
  expect(image.resources().length).toBe(theirs.resources.length);
}

describe.skipIf(!hasPython())("pefile", () => {
  it("reads the same facts", () => {
    const names = peFixtures();
    const theirs = readByPefile(names.map(peFixturePath));
    expect(theirs.length).toBe(names.length);
    for (const [index, name] of names.entries()) {
      const facts = theirs[index];
      if (facts !== undefined) compare(name, peFixture(name), facts);
    }
  }, 60_000);

  it("reads the same facts in what was renamed and stripped, and has no new complaint", () => {
    const folder = scratchFolder();
    const names: string[] = [];
    for (const name of peFixtures()) {
      const [slice] = pe.open(memorySource(peFixture(name))).facts(() => false).slices;
      const edits: NativeEdit[] = [
        { kind: "strip", level: "all", optional: true },
        ...slice.dependencies.map(({ name: from }): NativeEdit => {
          const to = `${from.replace(/\.\w+$/, "").replaceAll(" ", "_")}-0123456789abcdef.dll`;
          return { kind: "replace-dependency", from, to };
        }),
      ];
      if (slice.hybrid === "arm64x") continue;
      writeFileSync(join(folder, name), rewritten(pe, peFixture(name), edits).bytes);
      names.push(name);
    }
    const before = readByPefile(names.map(peFixturePath));
    const after = readByPefile(names.map((name) => join(folder, name)));
    for (const [index, name] of names.entries()) {
      const facts = after[index];
      if (facts === undefined) throw new Error(`nothing of ${name}`);
      compare(name, new Uint8Array(readFileSync(join(folder, name))), facts);
      const known = new Set(before[index]?.warnings.map(withoutNumbers));
      const fresh = facts.warnings
        .map(withoutNumbers)
        .filter((each) => each !== "" && !known.has(each));
      expect([name, fresh]).toEqual([name, []]);
      for (const [, offset, mapped] of facts.debug) {
        if (mapped !== null) expect([name, offset]).toEqual([name, mapped]);
      }
    }
  }, 60_000);
});

function withoutNumbers(text: string): string {
  // Small files are mostly zeros.
  return /makes up/.test(text) ? "" : text.replace(/0x[0-9a-f]+|\d+/gi, "N");
}
