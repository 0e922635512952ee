/**
 * Proof after a rewrite: the result is parsed again and compared with the original.
 *
 * What loaders and kernels rely on is checked here, whatever the plan meant to do.
 */
import { FormatError } from "../../errors.ts";
import type { FormatTools } from "../../format.ts";
import { isUnchanged, matchesRewrite, movedRange, type Rewrite } from "../../rewrite.ts";
import type { Source } from "../../source.ts";
import { EntryPointCommand } from "../command-layout.ts";
import { LC } from "../constants.ts";
import { padded } from "../read/dylib.ts";
import { type ArchiveSlice, type MachoImage, parseMacho } from "../read/image.ts";
import { hashFaults } from "../read/page-hashes.ts";
import { uuidsOf } from "../read/uuid.ts";
import type { FileExpectation, SliceExpectation } from "./expectation.ts";
import { grownFaults } from "./grown.ts";
import { layoutFaults } from "./layout.ts";
import { contentFaults, type SameBytes, sameContent, tableFaults } from "./same.ts";
import { strippedFaults, symbolFaults } from "./symbols.ts";

export interface VerifyOptions {
  /** Also compare every byte of `after` with what was planned: for a result that was read back. */
  readonly content?: boolean;
  /** Also hash every page. */
  readonly tools?: FormatTools;
}

/**
 * Empty when the result is sound.
 *
 * @param before the file that the rewrite was planned for.
 * @param after the result: a file, or `rewrittenSource(before, rewrite)`.
 */
export function verifyMachoRewrite(
  before: Source,
  after: Source,
  rewrite: Rewrite,
  expect: FileExpectation,
  { content = false, tools }: VerifyOptions = {},
): string[] {
  if (after.size !== rewrite.size) {
    return [`the result has ${after.size} bytes instead of ${rewrite.size}`];
  }
  if (content && !matchesRewrite(before, after, rewrite)) {
    return ["bytes differ that were not to be changed"];
  }
  if (isUnchanged(rewrite)) return [];
  const [only] = expect.slices;
  if (only?.slice.kind === "archive" && !expect.fat) {
    // A static library that was taken out of a fat file is no Mach-O file.
    const { source } = only.slice;
    const whole = source.size === after.size && sameContent(source, 0, after, 0, after.size);
    return whole ? [] : ["bytes differ that were not to be changed"];
  }
  try {
    const now = parseMacho(after);
    if ((now.fat !== null) !== expect.fat || now.slices.length !== expect.slices.length) {
      return ["the result has other slices"];
    }
    return expect.slices.flatMap((each, index) => {
      const slice = now.slices[index];
      if (slice === undefined) return ["a slice is missing"];
      const faults = sliceFaults(each, slice, rewrite, tools);
      return now.fat === null ? faults : faults.map((fault) => `${slice.arch}: ${fault}`);
    });
  } catch (error) {
    if (error instanceof FormatError) return [error.message];
    throw error;
  }
}

function sliceFaults(
  { slice: old, changed }: SliceExpectation,
  now: MachoImage | ArchiveSlice,
  rewrite: Rewrite,
  tools: FormatTools | undefined,
): string[] {
  const same: SameBytes = (offset, place, size) =>
    movedRange(rewrite, old.base + offset, size) === now.base + place ||
    sameContent(old.source, offset, now.source, place, size);
  if (changed === null) {
    const whole = old.source.size === now.source.size && same(0, 0, old.source.size);
    return whole ? [] : ["bytes differ that were not to be changed"];
  }
  if (old.kind === "archive" || now.kind === "archive") return ["a static library changed"];
  const known = layoutFaults(old);
  const renumbered = changed.ordinals.some((ordinal, index) => ordinal !== index);
  const tables = new Set<string>();
  if (renumbered) for (const name of WITH_ORDINALS) tables.add(name);
  if (changed.stripped) for (const name of OF_SYMBOLS) tables.add(name);
  if (changed.shift > 0) for (const name of WITH_ADDRESSES) tables.add(name);
  return [
    ...layoutFaults(now).filter((fault) => !known.includes(fault)),
    ...identityFaults(old, now, changed.shift),
    ...nameFaults(changed.names, now),
    ...(changed.shift > 0 ? grownFaults(old, now, changed.shift) : contentFaults(old, now, same)),
    ...tableFaults(old, now, tables, same),
    ...(renumbered || changed.shift > 0
      ? symbolFaults(old, now, changed.ordinals, changed.shift > 0)
      : []),
    ...(changed.stripped ? strippedFaults(old, now, changed.ordinals) : []),
    ...signatureFaults(now, changed.signed, tools),
  ];
}

const WITH_ORDINALS: readonly string[] = [
  "symbol table",
  "bind opcodes",
  "lazy bind opcodes",
  "chained fixups",
  "export trie",
];
const WITH_ADDRESSES: readonly string[] = [
  "symbol table",
  "export trie",
  "chained fixups",
  "function starts",
  "data in code",
];
const OF_SYMBOLS: readonly string[] = [
  "symbol table",
  "symbol names",
  "indirect symbols",
  "external relocations",
];

/** LC_MAIN, or the registers of LC_UNIXTHREAD. */
function entryOf({ commands, context }: MachoImage, shift = 0n): string {
  const main = commands.find(({ cmd }) => cmd === LC.LC_MAIN);
  if (main !== undefined) {
    const { entryoff, stacksize } = EntryPointCommand.read(padded(main.bytes), 0, context);
    return `${entryoff + shift} ${stacksize}`;
  }
  const thread = commands.find(({ cmd }) => cmd === LC.LC_UNIXTHREAD);
  return thread === undefined ? "" : thread.bytes.join(" ");
}

/** The same architecture, systems, entry point, and UUID where there was one. */
function identityFaults(old: MachoImage, now: MachoImage, shift: number): string[] {
  const faults: string[] = [];
  const { cputype, cpusubtype, filetype } = old.header;
  const { header } = now;
  if (header.cputype !== cputype || header.cpusubtype !== cpusubtype) {
    faults.push("the architecture changed");
  }
  if (header.filetype !== filetype) faults.push("the file type changed");
  const systems = ({ targets }: MachoImage): string =>
    targets.map(({ platform, minos, sdk }) => `${platform} ${minos} ${sdk}`).join(", ");
  if (systems(old) !== systems(now)) faults.push("the systems that it is built for changed");
  const [uuid] = uuidsOf(old.commands);
  if (uuid !== undefined && uuidsOf(now.commands)[0] !== uuid) faults.push("the UUID changed");
  if (entryOf(now) !== entryOf(old, BigInt(shift))) faults.push("the entry point changed");
  return faults;
}

function nameFaults(
  names: NonNullable<SliceExpectation["changed"]>["names"],
  { id, dylibs, rpaths }: MachoImage,
): string[] {
  const found = {
    id: id?.path ?? null,
    dependencies: dylibs.map(({ path }) => path),
    rpaths: rpaths.map(({ path }) => path),
  };
  return JSON.stringify(found) === JSON.stringify(names)
    ? []
    : [`the names are ${JSON.stringify(found)} instead of ${JSON.stringify(names)}`];
}

function signatureFaults(
  image: MachoImage,
  signed: boolean,
  tools: FormatTools | undefined,
): string[] {
  const signature = image.signature();
  if (signature === null) return signed ? ["there is no signature"] : [];
  if (!signed) return ["the old signature is still there"];
  if (signature.faults.length > 0 || tools === undefined) return [...signature.faults];
  return hashFaults(image.source, signature, tools);
}
