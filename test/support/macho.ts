/** Reading and editing Mach-O files that lie in memory. */
import { expect } from "vitest";
import { concatBytes } from "../../src/bytes.ts";
import { RefusalError } from "../../src/errors.ts";
import type { FormatTools, NativeRewrite } from "../../src/format.ts";
import { type MachoFile, type MachoSlice, macho } from "../../src/macho/index.ts";
import { type MachoImage, parseMacho } from "../../src/macho/read/image.ts";
import type { NativeEdit } from "../../src/native-edit.ts";
import { nodeCompression } from "../../src/node/compression.ts";
import { applyRewrite, isUnchanged } from "../../src/rewrite.ts";
import { memorySource } from "../../src/source.ts";

export const TOOLS: FormatTools = nodeCompression;

export function named(name: string): FormatTools {
  return { ...TOOLS, name };
}

export function factsOf(bytes: Uint8Array): MachoFile {
  return macho.open(memorySource(bytes)).facts(() => true);
}

/** The facts with the signatures' pages looked at. */
export function checkedFacts(bytes: Uint8Array, chunk: number = bytes.length): MachoFile {
  const check = macho.contentCheck?.(bytes.subarray(0, 1 << 16), bytes.length, TOOLS);
  for (let at = 0; at < bytes.length; at += chunk) {
    check?.add(bytes.subarray(at, at + chunk), at);
  }
  const facts = factsOf(bytes);
  return check?.complete(facts) ?? facts;
}

/** The only slice, or that of an architecture. */
export function sliceOf(file: MachoFile, arch?: string): MachoSlice {
  const found = file.slices.find((slice) => arch === undefined || slice.arch === arch);
  if (found === undefined) throw new Error(`no slice for ${arch}`);
  return found;
}

export function imageOf(bytes: Uint8Array, arch?: string): MachoImage {
  const found = parseMacho(memorySource(bytes)).slices.find(
    (slice) => arch === undefined || slice.arch === arch,
  );
  if (found?.kind !== "image") throw new Error(`no slice for ${arch}`);
  return found;
}

/** The result of edits, unproved. */
export function rewritten(
  bytes: Uint8Array,
  edits: readonly NativeEdit[],
  tools: FormatTools = TOOLS,
): Uint8Array {
  const source = memorySource(bytes);
  return concatBytes([...applyRewrite(source, macho.rewrite(source, edits, tools))]);
}

export interface Edited {
  readonly bytes: Uint8Array;
  readonly rewrite: NativeRewrite;
}

/** Edits, proves that a second time changes nothing, and that the signatures are right. */
export function edited(
  bytes: Uint8Array,
  edits: readonly NativeEdit[],
  tools: FormatTools = TOOLS,
): Edited {
  const source = memorySource(bytes);
  const rewrite = macho.rewrite(source, edits, tools);
  const result = concatBytes([...applyRewrite(source, rewrite)]);
  const again = macho.rewrite(memorySource(result), edits, tools);
  expect(isUnchanged(again)).toBe(true);
  for (const { signature } of checkedFacts(result).slices) {
    expect(signature.faults).toEqual([]);
    expect(signature.valid).not.toBe(false);
  }
  return { bytes: result, rewrite };
}

/** The refusal of edits. */
export function refusal(bytes: Uint8Array, edits: readonly NativeEdit[]): RefusalError {
  try {
    macho.rewrite(memorySource(bytes), edits, TOOLS);
  } catch (error) {
    if (error instanceof RefusalError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

export function dependenciesOf(slice: MachoSlice): readonly string[] {
  return slice.dependencies.map(({ name }) => name);
}

/** `name` to the library that it is bound to. */
export function bindings(slice: MachoSlice): Readonly<Record<string, string>> {
  return Object.fromEntries(
    slice.imports.map(({ name, library, lookup }) => [name, library ?? lookup]),
  );
}
