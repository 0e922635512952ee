/**
 * Proof after a rewrite: the result is parsed again and compared with the original.
 *
 * What the loader relies on is checked here, whatever the plan meant to do.
 */

import { bytesEqual } from "../../bytes.ts";
import { FormatError } from "../../errors.ts";
import { isUnchanged, matchesRewrite, type Rewrite } from "../../rewrite.ts";
import type { Source } from "../../source.ts";
import { checksumAt, checksumOf } from "../checksum.ts";
import { isDwarf } from "../facts/summary.ts";
import { sectionName } from "../read/coff-symbols.ts";
import { type Exports, forwardersOf } from "../read/exports.ts";
import { type PeImage, parsePe } from "../read/image.ts";
import type { ImportedSymbol } from "../read/thunks.ts";
import { cutFaults } from "./cut.ts";
import type { PeExpectation } from "./expectation.ts";
import { layoutFaults } from "./layout.ts";
import { memoryFaults, sameSectionOf } from "./same.ts";

/**
 * Empty when the result is sound.
 *
 * @param before the file that the rewrite was planned for.
 * @param after the result: a file, or `rewrittenSource(before, rewrite)`.
 * @param content also compare every byte of `after` with what was planned: for a file that was
 *   written and read back.
 */
export function verifyPeRewrite(
  before: Source,
  after: Source,
  rewrite: Rewrite,
  { expect, content = false }: { readonly expect: PeExpectation; readonly content?: boolean },
): readonly string[] {
  if (after.size !== rewrite.size) {
    return [`the result has ${after.size} bytes instead of ${rewrite.size}`];
  }
  try {
    const faults: string[] = [];
    if (content && !matchesRewrite(before, after, rewrite)) {
      faults.push("bytes differ that were not to be changed");
    }
    if (isUnchanged(rewrite)) return faults;
    const old = parsePe(before);
    const now = parsePe(after);
    const known = layoutFaults(old);
    faults.push(...layoutFaults(now).filter((fault) => !known.includes(fault)));
    faults.push(
      ...memoryFaults(old, now, rewrite, expect.cuts),
      ...headerFaults(old, now),
      ...sectionFaults(old, now),
    );
    faults.push(...symbolFaults(old, now), ...overlayFaults(old, now));
    faults.push(...expectationFaults(now, expect), ...cutFaults(old, now, expect.cuts));
    const newProblem = now.problems.list.find(
      ({ message }) => !old.problems.list.some((each) => each.message === message),
    );
    if (newProblem !== undefined) faults.push(newProblem.message);
    return faults;
  } catch (error) {
    if (error instanceof FormatError) return [error.message];
    throw error;
  }
}

/** Fields of the headers that no edit changes, the checksum, and the signature that must be gone. */
function headerFaults(old: PeImage, now: PeImage): string[] {
  const faults: string[] = [];
  const same = (what: string, a: number | bigint, b: number | bigint): void => {
    if (a !== b) faults.push(`${what} changed`);
  };
  same("Machine", old.header.file.Machine, now.header.file.Machine);
  same("TimeDateStamp", old.header.file.TimeDateStamp, now.header.file.TimeDateStamp);
  same(
    "AddressOfEntryPoint",
    old.header.optional.AddressOfEntryPoint,
    now.header.optional.AddressOfEntryPoint,
  );
  const { windows } = old.header;
  for (const key of UNCHANGED) same(key, windows[key], now.header.windows[key]);
  if (now.certificates !== null) faults.push("a signature is left that holds no longer");
  const stored = now.header.windows.CheckSum;
  if ((stored === 0) !== (windows.CheckSum === 0)) faults.push("the checksum came or went");
  else if (stored !== 0 && stored !== checksumOf(now.source, checksumAt(now.header))) {
    faults.push("the checksum is wrong");
  }
  return faults;
}

const UNCHANGED = [
  "ImageBase",
  "SectionAlignment",
  "FileAlignment",
  "Subsystem",
  "DllCharacteristics",
  "MajorSubsystemVersion",
  "MinorSubsystemVersion",
  "LoaderFlags",
  "NumberOfRvaAndSizes",
] as const;

/** Only debug information may be missing, and no section may lie elsewhere in memory. */
function sectionFaults(old: PeImage, now: PeImage): string[] {
  const faults: string[] = [];
  for (const section of old.sections) {
    if (sameSectionOf(old, now, section) !== undefined) continue;
    const name = sectionName(old.source, section, old.coff);
    if (!isDwarf(name)) faults.push(`section \`${name}\` is missing`);
  }
  const added = now.sections.length - old.sections.length;
  if (added > 1) faults.push("more than one section was added");
  return faults;
}

/** The same symbols are imported into the same slots and exported at the same addresses. */
function symbolFaults(old: PeImage, now: PeImage): string[] {
  const faults: string[] = [];
  const imported = (image: PeImage): readonly string[] =>
    image.imports().map(({ FirstThunk, symbols }) => `${FirstThunk} ${symbolsText(symbols)}`);
  const delayed = (image: PeImage): readonly string[] =>
    image
      .delayImports()
      .map(
        ({ base, ImportAddressTableRVA, symbols }) =>
          `${ImportAddressTableRVA - base} ${symbolsText(symbols)}`,
      );
  const [was, is] = [imported(old), imported(now)];
  // What is new among the imports is what was delayed: the same symbols for the same slots.
  const early = is.slice(was.length);
  if (
    !sameList(was, is.slice(0, was.length)) ||
    !early.every((each) => delayed(old).includes(each))
  ) {
    faults.push("the imported symbols changed");
  }
  if (!sameList(delayed(old), delayed(now))) faults.push("the delay imports changed");
  const bound = now.imports().some(({ TimeDateStamp }) => TimeDateStamp !== 0);
  if (bound && now.boundImports().length !== old.boundImports().length) {
    faults.push("imports are bound, but not listed as bound");
  }
  const [before, after] = [old.exports(), now.exports()];
  if ((before === null) !== (after === null)) faults.push("the export directory came or went");
  else if (before !== null && after !== null) faults.push(...exportFaults(old, before, now, after));
  return faults;
}

function symbolsText(symbols: readonly ImportedSymbol[]): string {
  return symbols.map(({ name, ordinal }) => name ?? `#${ordinal}`).join(" ");
}

function exportFaults(old: PeImage, before: Exports, now: PeImage, after: Exports): string[] {
  const indexes = (image: PeImage, exports: Exports): ReadonlySet<number> =>
    new Set(forwardersOf(exports, image.memory, image.problems).map(({ index }) => index));
  const forwarded = indexes(old, before);
  const forwardedNow = indexes(now, after);
  const sameAddresses =
    before.functions.length === after.functions.length &&
    before.functions.every((rva, index) =>
      forwarded.has(index) ? forwardedNow.has(index) : rva === after.functions[index],
    );
  const faults: string[] = [];
  if (!sameAddresses || forwarded.size !== forwardedNow.size) {
    faults.push("the exported addresses changed");
  }
  const sameNames =
    before.Base === after.Base &&
    sameList([...before.names], [...after.names]) &&
    sameList([...before.nameOrdinals], [...after.nameOrdinals]);
  if (!sameNames) faults.push("the exported names changed");
  return faults;
}

const CHUNK = 1 << 20;

/** What is not COFF symbols is still there, byte for byte. */
function overlayFaults(old: PeImage, now: PeImage): string[] {
  if (old.overlay.kind !== "other") return [];
  const { start, end } = old.overlay;
  // They follow the sections, which move only when the headers grow.
  const at = start + now.header.windows.SizeOfHeaders - old.header.windows.SizeOfHeaders;
  const faults = ["the bytes after the last section changed"];
  if (now.source.size - at < end - start) return faults;
  for (let offset = 0; offset < end - start; offset += CHUNK) {
    const part = Math.min(CHUNK, end - start - offset);
    const same = bytesEqual(
      old.source.read(start + offset, part),
      now.source.read(at + offset, part),
    );
    if (!same) return faults;
  }
  return [];
}

function expectationFaults(now: PeImage, expect: PeExpectation): string[] {
  const exports = now.exports();
  const found: Omit<PeExpectation, "cuts"> = {
    imports: now.imports().map(({ library }) => library),
    delayImports: now.delayImports().map(({ library }) => library),
    forwarders:
      exports === null
        ? []
        : forwardersOf(exports, now.memory, now.problems).map(({ text }) => text),
    id: exports?.library ?? null,
  };
  const faults: string[] = [];
  const list = (what: string, a: readonly string[], b: readonly string[]): void => {
    if (!sameList(a, b)) faults.push(`${what} are ${a.join(", ")} instead of ${b.join(", ")}`);
  };
  list("the imported DLLs", found.imports, expect.imports);
  list("the delay-imported DLLs", found.delayImports, expect.delayImports);
  list("the forwarders", found.forwarders, expect.forwarders);
  if (found.id !== expect.id) faults.push(`the name is ${found.id} instead of ${expect.id}`);
  return faults;
}

function sameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index]);
}
