/** What may be asked of any native file, done to all slices of a Mach-O file in one transaction. */
import { FormatError, RefusalError } from "../../errors.ts";
import type { FormatTools, NativeRewrite } from "../../format.ts";
import type { NativeEdit } from "../../native-edit.ts";
import {
  composeRewrites,
  emptyRewrite,
  isUnchanged,
  type Rewrite,
  rewriteOf,
  rewrittenSource,
  type Splice,
} from "../../rewrite.ts";
import type { Source } from "../../source.ts";
import {
  type ArchiveSlice,
  type MachoBinary,
  type MachoImage,
  parseMacho,
  parseSlice,
} from "../read/image.ts";
import { stripSlice } from "../strip/strip.ts";
import { verifyMachoRewrite } from "../verify/edit.ts";
import type { FileExpectation, SliceExpectation } from "../verify/expectation.ts";
import { type FatMember, layOutFat } from "./fat-file.ts";
import { growHeader, wantsRoom } from "./grow.ts";
import { refuse } from "./refuse.ts";
import { planSlice, type SlicePlan, type SliceRequest } from "./slice.ts";

type Slice = MachoImage | ArchiveSlice;

interface PlannedSlice {
  readonly slice: Slice;
  readonly rewrite: Rewrite;
  readonly expect: SliceExpectation;
  readonly warnings: readonly string[];
}

/**
 * Chooses slices, strips them, and changes names and paths of what is left; signs what it changed.
 *
 * @throws RefusalError (`macho-…`) when it can't be done safely, FormatError when the file is damaged.
 */
export function rewriteMacho(
  source: Source,
  edits: readonly NativeEdit[],
  tools: FormatTools,
): NativeRewrite {
  const cut = edits.find(({ kind }) => kind === "cut");
  if (cut?.kind === "cut") throw refuse("cut", `nothing can be cut out of \`${cut.region}\``);
  const binary = parseMacho(source);
  const kept = keptSlices(binary, edits);
  const planned = kept.map((slice) => {
    const own = edits.filter(
      (edit) => !("arch" in edit) || edit.arch === undefined || edit.arch === slice.arch,
    );
    return planOne(slice, own, tools);
  });
  const warnings = planned.flatMap((each) => each.warnings);
  const rewrite = assemble(binary, planned);
  if (isUnchanged(rewrite)) return { ...emptyRewrite(source.size), warnings };
  const expect: FileExpectation = {
    fat: binary.fat !== null && (kept.length > 1 || kept.length === binary.slices.length),
    slices: planned.map((each) => each.expect),
  };
  const faults = verifyMachoRewrite(source, rewrittenSource(source, rewrite), rewrite, expect);
  if (faults.length > 0) {
    throw refuse("unproved", `the result is not sound: ${faults.join("; ")}`);
  }
  return { ...rewrite, warnings };
}

function keptSlices({ slices }: MachoBinary, edits: readonly NativeEdit[]): readonly Slice[] {
  const edit = edits.findLast(({ kind }) => kind === "keep-archs");
  if (edit?.kind !== "keep-archs") return slices;
  const kept = slices.filter(({ arch }) => edit.archs.includes(arch));
  if (kept.length > 0) return kept;
  throw refuse(
    "archs",
    `the file has ${slices.map(({ arch }) => arch).join(", ")}, and none of ${edit.archs.join(", ")}`,
  );
}

function planOne(slice: Slice, edits: readonly NativeEdit[], tools: FormatTools): PlannedSlice {
  if (slice.kind === "archive") {
    const warnings = checkArchive(slice, edits);
    const rewrite = emptyRewrite(slice.source.size);
    return { slice, rewrite, expect: { slice, changed: null }, warnings };
  }
  const sign = edits.find(({ kind }) => kind === "sign");
  if (sign?.kind === "sign" && sign.optional === true) return planSigned(slice, edits, tools);
  const request = { image: slice, edits, tools, signature: slice.signature() };
  const { rewrite: stripped, warnings } = planStrip(slice, edits);
  if (stripped === null) {
    return withExpectation(slice, planWithRoom({ ...request, dirty: false }), warnings);
  }
  const image = parseSlice(rewrittenSource(slice.source, stripped), slice.base);
  const plan = planWithRoom({ ...request, image, dirty: true });
  const rewrite = composeRewrites(stripped, plan.rewrite);
  if (rewrite.size >= slice.source.size) {
    // A new signature may take more than a few symbols gave.
    const plain = planWithRoom({ ...request, dirty: false });
    if (isUnchanged(plain.rewrite)) return withExpectation(slice, plain, warnings);
  }
  return withExpectation(slice, { ...plan, rewrite }, warnings, true);
}

/** Without a signature of its own where none can be made. */
function planSigned(
  slice: MachoImage,
  edits: readonly NativeEdit[],
  tools: FormatTools,
): PlannedSlice {
  const others = edits.filter(({ kind }) => kind !== "sign");
  try {
    return planOne(slice, [...others, { kind: "sign" }], tools);
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error;
    const plain = planOne(slice, others, tools);
    const warning = `${slice.arch} was not signed: ${error.message}`;
    return { ...plain, warnings: [...plain.warnings, warning] };
  }
}

/** Pages that a header may grow by: names of many kilobytes. */
const GROWTH: readonly number[] = [1, 4, 16];

/** Grows the header where nothing else helps. */
function planWithRoom(request: SliceRequest): SlicePlan {
  try {
    return planSlice(request);
  } catch (error) {
    if (!wantsRoom(error)) throw error;
    for (const pages of GROWTH) {
      const plan = planGrown(request, pages, error);
      if (plan !== undefined) return plan;
    }
    throw error;
  }
}

function planGrown(
  request: SliceRequest,
  pages: number,
  reason: RefusalError,
): SlicePlan | undefined {
  const { image } = request;
  try {
    const grown = growHeader(image, pages);
    const larger = parseSlice(rewrittenSource(image.source, grown), image.base);
    const plan = planSlice({ ...request, image: larger, dirty: true });
    const shift = larger.room - image.room;
    return { ...plan, shift, rewrite: composeRewrites(grown, plan.rewrite) };
  } catch (error) {
    if (wantsRoom(error)) return undefined;
    if (!(error instanceof RefusalError)) throw error;
    throw new RefusalError(
      reason.code,
      `${reason.message}, and the header can't grow: ${error.message}`,
      reason.hint,
    );
  }
}

/** A static library has no load commands; what changes nothing is not refused. */
function checkArchive({ arch }: ArchiveSlice, edits: readonly NativeEdit[]): readonly string[] {
  const warnings: string[] = [];
  for (const edit of edits) {
    const added = edit.kind === "set-id" || edit.kind === "add-dependency";
    const paths = edit.kind === "set-search-paths" && edit.paths.length > 0;
    if (added || paths) throw refuse("kind", `the slice for ${arch} is a static library`);
    if (edit.kind !== "strip") continue;
    if (edit.optional !== true) throw refuse("strip", "static libraries are not stripped");
    warnings.push(`${arch} was not stripped: it is a static library`);
  }
  return warnings;
}

function withExpectation(
  slice: Slice,
  { rewrite, ordinals, names, signed, shift, warnings }: SlicePlan,
  before: readonly string[],
  stripped = false,
): PlannedSlice {
  const changed = isUnchanged(rewrite) ? null : { ordinals, names, signed, stripped, shift };
  return { slice, rewrite, expect: { slice, changed }, warnings: [...before, ...warnings] };
}

function planStrip(
  image: MachoImage,
  edits: readonly NativeEdit[],
): { readonly rewrite: Rewrite | null; readonly warnings: readonly string[] } {
  const edit = edits.find(({ kind }) => kind === "strip");
  if (edit?.kind !== "strip") return { rewrite: null, warnings: [] };
  try {
    const rewrite = stripSlice(image, edit.level);
    return { rewrite: isUnchanged(rewrite) ? null : rewrite, warnings: [] };
  } catch (error) {
    const expected = error instanceof RefusalError || error instanceof FormatError;
    if (!expected || edit.optional !== true) throw error;
    return { rewrite: null, warnings: [`${image.arch} was not stripped: ${error.message}`] };
  }
}

/** The slices' rewrites as one of the whole file. */
function assemble(binary: MachoBinary, planned: readonly PlannedSlice[]): Rewrite {
  const { source, fat } = binary;
  const notes = planned.flatMap(({ rewrite, slice }) =>
    rewrite.notes.map((note) => (fat === null ? note : `${slice.arch}: ${note}`)),
  );
  const splices = planned.flatMap(({ rewrite, slice }) => shifted(rewrite, slice.base));
  if (fat === null) return rewriteOf(source, splices, notes);
  const all = planned.length === binary.slices.length;
  if (all && planned.every(({ rewrite }) => rewrite.size === rewrite.sourceSize)) {
    return rewriteOf(source, splices, notes);
  }
  const ordered = [...planned].sort((a, b) => a.slice.base - b.slice.base);
  const only = planned.length === 1 && !all;
  if (only) {
    const thin = gaps(source, ordered, { header: NOTHING, offsets: [0] });
    return rewriteOf(source, [...splices, ...thin], notes);
  }
  return rewriteOf(source, [...splices, ...fatSplices(binary, planned, ordered)], notes);
}

function shifted({ splices }: Rewrite, base: number): readonly Splice[] {
  return splices.map((splice) => ({ ...splice, at: splice.at + base }));
}

/** A new header, and as much padding before each slice as its alignment asks for. */
function fatSplices(
  { source, fat, slices }: MachoBinary,
  planned: readonly PlannedSlice[],
  ordered: readonly PlannedSlice[],
): readonly Splice[] {
  const members = ordered.map(({ slice, rewrite }): FatMember => {
    const entry = fat?.entries[slices.indexOf(slice)];
    if (entry === undefined) throw new RangeError("a slice of a fat file has an entry");
    return { ...entry, align: Math.min(entry.align, MAX_ALIGN), size: rewrite.size };
  });
  const entries = planned.map((each) => ordered.indexOf(each));
  const { header, offsets } = layOutFat(members, fat?.kind ?? "fat", entries);
  return gaps(source, ordered, { header, offsets });
}

/** `lipo` takes no larger ones. */
const MAX_ALIGN = 15;

/** What lies before, between and after the slices that stay gives way to a header and padding. */
function gaps(
  source: Source,
  ordered: readonly PlannedSlice[],
  { header, offsets }: { readonly header: Uint8Array; readonly offsets: readonly number[] },
): readonly Splice[] {
  const splices: Splice[] = [];
  let oldEnd = 0;
  let newEnd = 0;
  for (const [index, { slice, rewrite }] of ordered.entries()) {
    const offset = offsets[index] ?? 0;
    const bytes = new Uint8Array(index === 0 ? offset : 0);
    if (index === 0) bytes.set(header);
    const remove = slice.base - oldEnd;
    const zeros = index === 0 ? 0 : offset - newEnd;
    if (index === 0 || remove !== zeros) {
      splices.push({ at: oldEnd, remove, zeros, bytes, what: "fat header" });
    }
    oldEnd = slice.base + slice.source.size;
    newEnd = offset + rewrite.size;
  }
  if (oldEnd < source.size) {
    const remove = source.size - oldEnd;
    splices.push({ at: oldEnd, remove, zeros: 0, bytes: NOTHING, what: "other slices" });
  }
  return splices;
}

const NOTHING: Uint8Array = new Uint8Array();
