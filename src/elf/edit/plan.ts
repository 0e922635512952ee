/**
 * The ladder: from edits to a rewrite, by the cheapest way that keeps the file sound.
 *
 * A step is taken only when the ones before it can't hold what is needed; see `docs/elf-edit.md`
 * for what each one changes and why.
 */

import type { RefusalError } from "../../errors.ts";
import { emptyRewrite, type Rewrite, rewrittenSource } from "../../rewrite.ts";
import { DF, DF_1, DT, PF, PT } from "../constants.ts";
import type { ElfExpectation, ElfRewrite, ElfRung } from "../expectation.ts";
import { ElfPhdr } from "../layout.ts";
import type { ElfImage } from "../read/image.ts";
import { type Linkage, readLinkage, STRING_TAGS } from "../read/linkage.ts";
import { dynamicValue, refuse } from "../refuse.ts";
import { verifyElfRewrite } from "../verify/edit.ts";
import { nameFaults } from "../verify/names.ts";
import type { Cell } from "./cells.ts";
import { checkTables, checkTail } from "./check.ts";
import { type DynamicTarget, keptStrings, planTarget, type TargetEntry } from "./dynamic.ts";
import { type Content, emit } from "./emit.ts";
import { liveStrings } from "./live.ts";
import {
  cellAt,
  draftOf,
  growElsewhere,
  growInPlace,
  headersCell,
  place,
  type RoomDraft,
  type Site,
} from "./make-room.ts";
import { type RoomMap, readLayout } from "./movable.ts";
import { emptyRoles, type Roles } from "./placement.ts";
import { isProgram, isStaticProgram } from "./program.ts";
import { planStrings, type StringPlan } from "./strings.ts";
import type { ElfEdit } from "./types.ts";

/** Zero-filled memory (bytes) that is written into the file rather than adding a segment. */
const SMALL_BSS = 1 << 12;
/** And when a new segment's program header has no room in the table. */
const MEDIUM_BSS = 1 << 18;
/** And when the table can't be moved either. */
const LARGE_BSS = 1 << 24;

/**
 * Plans all edits of a file as one rewrite, and proves it. The same edits planned on the result
 * change nothing.
 *
 * @throws RefusalError (`elf-…`) when the file can't be changed safely.
 */
export function planElfEdit(image: ElfImage, edits: readonly ElfEdit[]): ElfRewrite {
  if (edits.length === 0)
    return { ...emptyRewrite(image.size), rung: "unchanged", expect: NOTHING };
  const model = readLinkage(image);
  const target = planTarget(model, edits);
  const { expect } = target;
  if (!target.changed) {
    return { ...emptyRewrite(model.source.size), rung: "unchanged", expect };
  }
  if (isStaticProgram(model) && target.entries.some(({ text }) => text !== undefined)) {
    throw refuse("not-dynamic", "the program is static: no loader would read the names");
  }
  checkTables(model);
  const [fault] = nameFaults(model, model.strings.size);
  if (fault !== undefined) throw refuse("layout", fault);
  const strings = stringsOf(model, target);
  let refusal: RefusalError | undefined;
  for (const way of waysFor(model, target)) {
    const found = planWay(model, target, strings, way);
    if (!("refusal" in found)) return found;
    refusal ??= found.refusal;
  }
  throw (
    refusal ??
    refuse(
      "no-room",
      "there is no room for the new names, and none can be made without moving code or data",
      "link it again with `-Wl,-z,separate-code` or with a placeholder RPATH",
    )
  );
}

/** Tries the ladder's steps with these dynamic entries. */
function planWay(
  model: Linkage,
  target: DynamicTarget,
  strings: StringPlan,
  way: Way,
): ElfRewrite | { readonly refusal: RefusalError | undefined } {
  const { expect } = target;
  const content = (count: number, entries: readonly TargetEntry[], moves: boolean): Content => ({
    entries: withOffsets(entries, strings),
    slots: count,
    // The section may be longer than DT_STRSZ says, and a name may lie in what it has more.
    stringSize: model.strings.size + strings.appended.length,
    strings,
    files: [...target.files].map(([index, file]) => ({
      at: model.versionNeeds[index]?.at ?? 0,
      vn_file: strings.offsets.get(file) ?? 0,
    })),
    orderVersions: target.files.size > 0 || moves,
    clearStack: target.clearStack,
  });
  const notes = [...way.notes, ...stringNotes(strings)];
  const { slots: capacity } = model.dynamic;
  const extra = slotsMissing(model, way.entries.length);
  const finish = (rung: ElfRung, rewrite: Rewrite): ElfRewrite => ({ ...rewrite, rung, expect });
  const faultOf = (rewrite: ElfRewrite): RefusalError | undefined => {
    const [first] = verifyElfRewrite(model.source, rewrittenSource(model.source, rewrite), rewrite);
    return first === undefined ? undefined : refuse("verify", `the file would be wrong: ${first}`);
  };
  if (strings.appended.length === 0 && extra === 0) {
    const draft: RoomDraft = { strips: [], extended: null, fresh: null, steps: [] };
    const rewrite = emit(
      model,
      null,
      draft,
      emptyRoles(),
      content(capacity, way.entries, false),
      notes,
    );
    const found = finish("in-place", rewrite);
    const wrong = faultOf(found);
    return wrong === undefined ? found : { refusal: wrong };
  }

  const layout = readLayout(model);
  checkTail(model, layout.tail);
  const needs = { strings: strings.appended.length, extra, count: way.entries.length + 1 };
  let refusal: RefusalError | undefined;
  for (const step of ladder(layout, way.cheaply)) {
    const { rung } = step;
    const found = attempt(model, layout, needs, step);
    if (found === undefined) continue;
    if ("refusal" in found) {
      refusal ??= found.refusal;
      continue;
    }
    const count = found.roles.dynamic === null ? capacity + found.grown : needs.count + SPARE;
    const rewrite = emit(
      model,
      layout,
      found.draft,
      found.roles,
      content(count, way.entries, true),
      notes,
    );
    const stays = rung === "gap" && rewrite.size === model.source.size;
    const result = finish(stays ? rungOf(found.draft) : rung, rewrite);
    // Section headers that contradict what the loader goes by mislead one rung and not another.
    const wrong = faultOf(result);
    if (wrong === undefined) return result;
    refusal ??= wrong;
  }
  return { refusal };
}

/** Of a file that nothing was asked of: a static program has none of it. */
const NOTHING: ElfExpectation = {
  soname: null,
  needed: [],
  rpath: null,
  runpath: null,
  versionFiles: [],
};

/** Spare slots of a dynamic section that had to move: the next edit finds room. */
const SPARE = 4;

interface Needs {
  readonly strings: number;
  readonly extra: number;
  readonly count: number;
}

interface Found {
  readonly draft: RoomDraft;
  readonly roles: Roles;
  /** Entries by which the dynamic section grew where it is. */
  readonly grown: number;
}

interface Step {
  readonly rung: ElfRung;
  readonly sites: readonly Site[];
  /** The program header table may be put elsewhere. */
  readonly moveHeaders: boolean;
}

/** @param cheaply without the steps that cost more than what they would keep is worth. */
function ladder(layout: RoomMap, cheaply: boolean): readonly Step[] {
  const load = layout.lanes.at(-1)?.load;
  const bss = load === undefined ? 0 : Number(load.p_memsz - BigInt(load.p_filesz));
  const extendable =
    load !== undefined &&
    load.p_offset + load.p_filesz === layout.tail &&
    (load.p_flags & PF.PF_R) !== 0;
  const extend: Step = { rung: "extended", sites: ["gap", "extend"], moveHeaders: false };
  const append: Step = { rung: "new-segment", sites: ["gap", "new"], moveHeaders: false };
  const steps: Step[] = [{ rung: "gap", sites: ["gap"], moveHeaders: false }];
  if (extendable && bss <= SMALL_BSS) steps.push(extend);
  steps.push(append);
  if (extendable && bss > SMALL_BSS && bss <= MEDIUM_BSS) steps.push(extend);
  if (cheaply) return steps;
  steps.push({ ...append, moveHeaders: true });
  if (extendable && bss > MEDIUM_BSS && bss <= LARGE_BSS) steps.push(extend);
  return steps;
}

function attempt(
  model: Linkage,
  layout: RoomMap,
  needs: Needs,
  { sites, moveHeaders }: Step,
): Found | { readonly refusal: RefusalError } | undefined {
  const draft = draftOf(layout);
  let dynamic: Cell | null = null;
  let grown = 0;
  if (needs.extra > 0) {
    const cell = cellAt(draft, model.dynamic.offset);
    const { entrySize } = model.dynamic;
    const end = model.dynamic.offset + model.dynamic.slots * entrySize;
    const exact = cell?.origin?.end === end;
    if (cell !== undefined && exact && growInPlace(draft, cell, needs.extra * entrySize, sites)) {
      grown = needs.extra;
    } else {
      const size = (needs.count + SPARE) * entrySize;
      dynamic = { name: ".dynamic", origin: null, size, align: 16, movable: false, moved: true };
      if (!place(draft, dynamic, sites, true)) return undefined;
      draft.steps.push("the dynamic section moved");
    }
  }
  let strings: Cell | null = null;
  if (needs.strings > 0) {
    const cell = cellAt(draft, model.strings.offset);
    const exact =
      cell?.origin?.start === model.strings.offset &&
      cell.origin.end === model.strings.offset + model.strings.size;
    if (cell === undefined || !exact) return undefined;
    const stays = growInPlace(draft, cell, needs.strings, sites);
    if (!stays && !growElsewhere(draft, cell, needs.strings, sites)) return undefined;
    strings = cellAt(draft, model.strings.offset) ?? freshCell(draft, model.strings.offset);
  }
  let headers: Cell | null = null;
  if (draft.fresh !== null && !model.segments.some(({ p_type }) => p_type === PT.PT_NULL)) {
    const stride = ElfPhdr.sizeOf(model.header.context.variant);
    const cell = headersCell(draft);
    if (cell === undefined || !growInPlace(draft, cell, stride, sites)) {
      if (!moveHeaders) return undefined;
      if (isProgram(model)) {
        return {
          refusal: refuse(
            "no-room",
            "the program headers of this program have no room for one more, and kernels before 5.18 don't find them elsewhere",
          ),
        };
      }
      const size = (model.segments.length + 1) * stride;
      headers = {
        name: "moved program headers",
        origin: null,
        size,
        align: 8,
        movable: false,
        moved: true,
      };
      if (!place(draft, headers, ["new"], false)) return undefined;
      draft.steps.push("the program headers moved");
    }
  }
  return { draft, roles: { strings, dynamic, headers }, grown };
}

function freshCell(draft: RoomDraft, offset: number): Cell | null {
  const found = draft.fresh?.cells.find(({ origin }) => {
    return origin !== null && offset >= origin.start && offset < origin.end;
  });
  return found ?? null;
}

/** Whether room came from behind a segment or from padding between its tables. */
function rungOf(draft: RoomDraft): ElfRung {
  const grew = draft.strips.some(({ cells, gaps, load }) => {
    const size = cells.reduce((sum, cell, index) => sum + cell.size + (gaps[index]?.size ?? 0), 0);
    return load !== null && size > load.p_filesz;
  });
  return grew ? "gap" : "padding";
}

/** Entries that the dynamic section may have, and how far one goes to find room for them. */
interface Way {
  readonly entries: readonly TargetEntry[];
  readonly notes: readonly string[];
  /** Another way is left: only the cheap steps are taken. */
  readonly cheaply: boolean;
}

/** Slots that these entries need and the section does not have. */
function slotsMissing({ dynamic }: Linkage, entries: number): number {
  const { slots, outside } = dynamic;
  return outside && entries <= slots ? 0 : Math.max(0, entries + 1 - slots);
}

/**
 * All entries, as far as no loader does without; then without the counts that save it a comparison for
 * each relocation.
 */
function waysFor(model: Linkage, target: DynamicTarget): readonly Way[] {
  const first = without(model, target.entries, DISPENSABLE);
  const second = without(model, first.entries, COUNTS);
  if (second.notes.length === 0) return [{ ...first, cheaply: false }];
  const notes = [...first.notes, ...second.notes];
  return [
    { ...first, cheaply: true },
    { ...second, notes, cheaply: false },
  ];
}

/** Drops as many of these as there are slots missing. */
function without(
  model: Linkage,
  all: readonly TargetEntry[],
  dispensable: readonly Dispensable[],
): Pick<Way, "entries" | "notes"> {
  const notes: string[] = [];
  let entries = all;
  for (const { tag, name, needless } of dispensable) {
    if (slotsMissing(model, entries.length) === 0) break;
    if (!needless(model)) continue;
    const kept = entries.filter(({ d_tag }) => d_tag !== tag);
    if (kept.length < entries.length) notes.push(`${name} gave its slot: loaders do without it`);
    entries = kept;
  }
  return { entries, notes };
}

interface Dispensable {
  readonly tag: number;
  readonly name: string;
  needless(model: Linkage): boolean;
}

/** Entries that change nothing for any loader, the least useful first. */
const DISPENSABLE: readonly Dispensable[] = [
  // Only a program's is filled in for debuggers.
  { tag: DT.DT_DEBUG, name: "DT_DEBUG", needless: (model) => !isProgram(model) },
  { tag: DT.DT_BIND_NOW, name: "DT_BIND_NOW", needless: bindsNow },
  {
    tag: DT.DT_FLAGS,
    name: "DT_FLAGS",
    needless: (model) =>
      dynamicValue(model.dynamic.entries, DT.DT_FLAGS) === BigInt(DF.DF_BIND_NOW) &&
      bindsNow(model),
  },
];

/** The counts let the loader skip a comparison for each relocation. */
const COUNTS: readonly Dispensable[] = [
  { tag: DT.DT_RELACOUNT, name: "DT_RELACOUNT", needless: () => true },
  { tag: DT.DT_RELCOUNT, name: "DT_RELCOUNT", needless: () => true },
];

/** DT_FLAGS_1 says it once more. */
function bindsNow(model: Linkage): boolean {
  const flags = dynamicValue(model.dynamic.entries, DT.DT_FLAGS_1) ?? 0n;
  return (flags & BigInt(DF_1.DF_1_NOW)) !== 0n;
}

function stringsOf(model: Linkage, target: DynamicTarget): StringPlan {
  const wanted = [
    ...target.entries.flatMap(({ text }) => (text === undefined ? [] : [text])),
    ...target.files.values(),
  ];
  const kept = keptStrings(target.entries);
  const versionFiles = model.versionNeeds
    .filter((_, index) => !target.files.has(index))
    .map(({ vn_file }) => vn_file);
  const live = liveStrings(model, [...kept, ...versionFiles]);
  const freed = model.dynamic.entries
    .filter(({ d_tag }) => STRING_TAGS.has(d_tag))
    .map(({ d_val }) => Number(d_val));
  return planStrings(model.strings, live, freed, wanted);
}

function withOffsets(
  entries: readonly TargetEntry[],
  strings: StringPlan,
): (TargetEntry & { readonly d_val: bigint })[] {
  return entries.map((entry) => {
    if (entry.text === undefined) return entry;
    return { ...entry, d_val: BigInt(strings.offsets.get(entry.text) ?? 0) };
  });
}

function stringNotes({ reused, buried, added, appended }: StringPlan): string[] {
  const notes: string[] = [];
  if (reused > 0) notes.push(`${reused} names were there already`);
  if (buried > 0) notes.push(`${buried} names went where unused ones were`);
  if (added > 0) notes.push(`${added} new names need ${appended.length} bytes`);
  return notes;
}
