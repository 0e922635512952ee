/** Each number in the first headers of a native file, made absurd: read or refused, and soon. */
import { describe, expect, it } from "vitest";
import { FormatError, RefusalError } from "../../../src/errors.ts";
import type { Format } from "../../../src/format.ts";
import type { NativeEdit } from "../../../src/native-edit.ts";
import { nodeCompression } from "../../../src/node/compression.ts";
import { interestingSymbol } from "../../../src/policy/interest.ts";
import { applyRewrite } from "../../../src/rewrite.ts";
import { memorySource } from "../../../src/source.ts";
import { FORMAT_CASES } from "../../support/formats.ts";
import { timed } from "../../support/quick.ts";

/** Fixtures of different shapes, by format. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  elf: ["bare", "module-x86_64", "linker-lld", "module-i686", "relr"],
  macho: ["liba-arm64", "liba-fat", "rich-x86_64-chained"],
  pe: ["library-x86_64", "delay-x86", "tls"],
};
const ABSURD: readonly number[] = [0xffffffff, 0x7fffffff, 0x80000000, 0, 1, 0x10000];
/** Bytes that are tried; every number is, with values that take turns. */
const HEADERS = 1024;
/** Milliseconds, on a busy machine. */
const SOON = 3000;

function attempt(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof FormatError || error instanceof RefusalError)) throw error;
  }
}

function readAll(format: Format, bytes: Uint8Array): void {
  const open = format.open(memorySource(bytes));
  open.facts(interestingSymbol);
  open.symbols("imports");
  open.symbols("exports");
  open.regions();
  open.dump();
}

function editAll(format: Format, bytes: Uint8Array, edits: readonly NativeEdit[]): void {
  const source = memorySource(bytes);
  const rewrite = format.rewrite(source, edits, { ...nodeCompression, name: "x.so" });
  let size = 0;
  for (const part of applyRewrite(source, rewrite)) size += part.length;
  expect(size).toBe(rewrite.size);
}

describe.each(FORMAT_CASES)("an absurd number in a file of the format $format.name", (each) => {
  const { format, words } = each;
  const long: NativeEdit = { kind: "set-id", id: words.id };
  const paths: readonly NativeEdit[] =
    words.searchPaths.length === 0 ? [] : [{ kind: "set-search-paths", paths: words.searchPaths }];

  it.each(FILES[format.name] ?? [])("is read past or refused: %s", (name) => {
    const whole = each.bytes(name);
    for (let at = 0; at + 4 <= Math.min(whole.length, HEADERS); at += 4) {
      const value = ABSURD[(at / 4) % ABSURD.length] ?? 0;
      const bytes = Uint8Array.from(whole);
      new DataView(bytes.buffer).setUint32(at, value, true);
      if (!format.matches(bytes.subarray(0, 64))) continue;
      const { took } = timed(SOON, () => {
        attempt(() => readAll(format, bytes));
        attempt(() => editAll(format, bytes, [long, ...paths]));
        attempt(() => editAll(format, bytes, [{ kind: "strip", level: "all" }]));
      });
      expect(took, `${at}: ${value}`).toBeLessThan(SOON);
    }
  });
});

/** Offsets of sections, segments and tables that lead into the load commands, or out of the file. */
describe("a Mach-O file whose header has to grow", () => {
  const { format, bytes } = FORMAT_CASES.find(({ format: { name } }) => name === "macho") ?? {};
  it.each([
    ["liba-arm64", 152, 1],
    ["rich-x86_64-chained", 152, 0xffffffff],
    ["rich-x86_64-chained", 312, 0],
    ["rich-x86_64-chained", 784, 0],
  ])("is refused: %s with %i: %i", (name, at, value) => {
    const file = bytes?.(name) ?? new Uint8Array();
    new DataView(file.buffer).setUint32(at, value, true);
    const edits: readonly NativeEdit[] = [
      { kind: "set-id", id: "averyveryverylongnameindeedforthis.so" },
      { kind: "set-search-paths", paths: ["$ORIGIN/../x.libs"] },
    ];
    expect(format).toBeDefined();
    if (format !== undefined) attempt(() => editAll(format, file, edits));
  });
});
