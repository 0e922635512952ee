/** Makes a wheel smaller on a draft of it, and says what each step gained. */
import { MAX_BINARIES } from "../audit/inspect/limits.ts";
import { isNative } from "../audit/inspect/task.ts";
import { printable } from "../bytes.ts";
import type { Draft } from "../edit/draft.ts";
import type { PatchJob, PreparedFile, Workshop } from "../edit/workshop.ts";
import { FormatError, RefusalError } from "../errors.ts";
import { matchesGlob } from "../glob.ts";
import type { NativeEdit } from "../native-edit.ts";
import type { Source } from "../source.ts";
import type { Wheel } from "../wheel/open.ts";
import type { ZipEntry } from "../zip/entry.ts";
import type { MemberTools } from "./dedupe.ts";
import { dedupe } from "./dedupe.ts";
import type { DeviceReport, PreparedDevice } from "./device-code.ts";
import { prepareDevice } from "./device-code.ts";
import type { DeviceTools } from "./device-tools.ts";
import type { Bytes, Gain, StepName } from "./gains.ts";
import { shareGain } from "./gains.ts";
import type { Found } from "./had-effect.ts";
import { readerFor } from "./reader.ts";
import type { ShrinkSettings } from "./settings.ts";
import { strippable, strippableBytes } from "./strippable.ts";
import { retagThin, shareOfOthers } from "./thin.ts";

export interface ShrinkInput {
  readonly draft: Draft;
  readonly wheel: Wheel;
  readonly workshop: Workshop;
  readonly tools: DeviceTools;
  readonly members: MemberTools;
}

/** What one member had and has. */
export interface FileReport {
  readonly path: string;
  readonly before: Bytes;
  /** `undefined`: it was left out. */
  readonly after: Bytes | undefined;
  /** What each step gained of it; shares within one file are estimates. */
  readonly gains: readonly Gain[];
  readonly device: DeviceReport | undefined;
}

/** Files whose content is to be held against what was planned when the wheel is written. */
export interface ExpectedFile {
  readonly path: string;
  readonly sha256: Uint8Array;
  readonly regions: PreparedDevice["expected"];
}

export interface Shrunk {
  readonly files: readonly FileReport[];
  readonly expected: readonly ExpectedFile[];
  readonly notes: readonly string[];
  /** Whether members that nothing changed are to be deflated again. */
  readonly repack: boolean;
  /** What was come across that options could act on. */
  readonly found: Found;
}

/** @throws RefusalError when a step can't be done. */
export async function shrinkWheel(input: ShrinkInput, settings: ShrinkSettings): Promise<Shrunk> {
  const { draft, wheel, workshop } = input;
  const files: FileReport[] = [];
  const notes: string[] = [];
  const left = new Set(dropped(wheel, settings));
  for (const entry of left) {
    draft.remove(entry.name);
    files.push(leftOut(entry, "drop"));
  }
  const libraries = natives(wheel).filter((entry) => !left.has(entry));
  const all = libraries.slice(0, MAX_BINARIES);
  if (libraries.length > all.length) {
    const rest = libraries.length - all.length;
    notes.push(
      `the wheel has more than the limit of ${MAX_BINARIES} native files: the ${rest} smallest stay as they are [ZIP030]`,
    );
  }
  const copies = settings.dedupe ? await dedupe(draft, all, input.members) : undefined;
  for (const entry of copies?.removed ?? []) files.push(leftOut(entry, "dedupe"));
  notes.push(...(copies?.notes ?? []));
  const thin = settings.thin === undefined ? undefined : retagThin(draft, settings.thin);
  const turn = oneAfterAnother();
  const works = all
    .filter((entry) => copies?.removed.includes(entry) !== true)
    .map((entry) => {
      const renames = copies?.edits.get(entry.name) ?? [];
      return workOf(entry, { settings, thin: thin?.arch, renames }, input, turn);
    });
  const patched = await workshop.patch(works.map(({ job }) => job));
  refuseNoGpu(
    settings,
    works.flatMap(({ state }) => state.device?.report ?? []),
  );
  const expected: ExpectedFile[] = [];
  for (const [index, { entry, state }] of works.entries()) {
    const { content, warnings = [] } = patched[index] ?? {};
    for (const warning of warnings) notes.push(`\`${printable(entry.name)}\` ${warning}`);
    const report = { ...reportOf(entry), device: state.device?.report };
    const after = content && { packed: content.packed.compressedSize, size: content.packed.size };
    const renamed = copies?.edits.has(entry.name) === true;
    const keeps = after !== undefined && !renamed && !isSmaller(after, bytesOf(entry));
    if (content === undefined || after === undefined || keeps) {
      files.push(unchanged(report));
      continue;
    }
    draft.place(entry.name, content);
    files.push({ ...report, after, gains: gainsOf(report, after, state, settings) });
    const regions = state.device?.expected ?? [];
    expected.push({ path: entry.name, sha256: content.sha256, regions });
  }
  const found: Found = {
    dropped: settings.drop.filter((glob) => [...left].some(({ name }) => matchesGlob(name, glob))),
    members: droppable(wheel).map(({ name }) => name),
    twins: copies?.groups ?? 0,
    thinned: thin?.retagged === true || works.some(({ state }) => state.thinned !== undefined),
  };
  return { files, expected, notes, repack: settings.repack, found };
}

/** @throws RefusalError (`shrink-gpu-lost`) when nobody who is to keep code has any. */
function refuseNoGpu(
  { device: { keepArchs } }: ShrinkSettings,
  all: readonly DeviceReport[],
): void {
  const some = all.some(({ before }) => before.length > 0);
  if (keepArchs === undefined || !some || all.some((each) => each.keptArchs.length > 0)) return;
  throw new RefusalError(
    "shrink-gpu-lost",
    `GPUs of ${keepArchs.map((gpu) => `sm_${gpu}`).join(", ")} find no code that they can run`,
    "`wheelkit show --device-code` lists what there is",
  );
}

/** The members that may be left out: never those of dist-info. */
function droppable({ index }: Wheel): readonly ZipEntry[] {
  return index.entries.filter(
    ({ name, directory }) => !directory && !/^[^/]+\.dist-info\//.test(name),
  );
}

function dropped(wheel: Wheel, { drop }: ShrinkSettings): readonly ZipEntry[] {
  if (drop.length === 0) return [];
  return droppable(wheel).filter(({ name }) => drop.some((glob) => matchesGlob(name, glob)));
}

/** Native files, the largest first, so that what takes longest begins first. */
export function natives({ index, source, compression }: Wheel): readonly ZipEntry[] {
  const access = { source, compression };
  return index.entries
    .filter((entry) => !entry.directory && !entry.broken && entry.size > 0)
    .filter((entry) => isNative(access, entry))
    .sort((a, b) => b.size - a.size);
}

/** What is needed of device code when its bytes are written. */
type DoneDevice = Pick<PreparedDevice, "report" | "expected">;

interface Work {
  readonly entry: ZipEntry;
  readonly job: PatchJob;
  /** Filled in when the job is done; `strippable` only where device code shrank too. */
  readonly state: {
    device: DoneDevice | undefined;
    strippable: Bytes | undefined;
    /** The part of the file that other architectures take. */
    thinned: number | undefined;
  };
}

interface Wish {
  readonly settings: ShrinkSettings;
  /** The architecture of fat files that stays. */
  readonly thin: string | undefined;
  readonly renames: readonly NativeEdit[];
}

function workOf(
  entry: ZipEntry,
  { settings, thin, renames }: Wish,
  { tools, wheel }: Pick<ShrinkInput, "tools" | "wheel">,
  turn: Turn,
): Work {
  const state: Work["state"] = { device: undefined, strippable: undefined, thinned: undefined };
  const edits: NativeEdit[] = [...renames];
  if (settings.strip) edits.push({ kind: "strip", level: "all", optional: true });
  const prepare = async (source: Source): Promise<PreparedFile> => {
    try {
      return await look(source);
    } catch (error) {
      throw namedRefusal(entry.name, error);
    }
  };
  const look = async (source: Source): Promise<PreparedFile> => {
    const reader = readerFor(source);
    const nothing = { source, edits: [], close: () => {} };
    if (reader === undefined) return nothing;
    const native = reader.open(source);
    const prepared = await turn(() => prepareDevice(source, native, settings.device, tools));
    const { report, expected } = prepared;
    state.device = { report, expected };
    if (settings.strip && hasShrunk(report)) {
      state.strippable = strippableBytes(strippable(source, native), wheel.compression);
    }
    if (thin === undefined || reader.name !== "macho") return prepared;
    state.thinned = shareOfOthers(native, thin);
    const keep: NativeEdit = { kind: "keep-archs", archs: [thin] };
    return { ...prepared, edits: [...prepared.edits, keep] };
  };
  return { entry, job: { path: entry.name, edits, from: entry, prepare }, state };
}

/** Runs work when the work before it is done. */
type Turn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Device code keeps all threads busy, and several libraries at once would only take more memory. */
function oneAfterAnother(): Turn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work, work);
    last = result;
    return result;
  };
}

/** The same with the name of the member; damaged code is nothing to write again. */
function namedRefusal(path: string, error: unknown): unknown {
  const name = `\`${printable(path)}\``;
  if (error instanceof RefusalError) {
    return new RefusalError(error.code, `${name}: ${error.message}`, error.hint);
  }
  if (!(error instanceof FormatError)) return error;
  return new RefusalError(
    `${error.place.format}-damaged`,
    `${name}: ${error.message}`,
    "symbols alone are left out with `--strip`",
  );
}

function hasShrunk({ left, recoded }: DeviceReport): boolean {
  return left.length > 0 || recoded > 0;
}

/**
 * What each step gained of a file. Architectures of a fat file deflate alike; beside device code,
 * what symbols took of the download is judged by samples.
 */
function gainsOf(
  { before, device }: FileReport,
  after: Bytes,
  { strippable, thinned }: Work["state"],
  { strip, dedupe, device: { recompress } }: ShrinkSettings,
): readonly Gain[] {
  const gained = { packed: before.packed - after.packed, size: before.size - after.size };
  const shares: Gain[] = [];
  const add = (step: StepName, packed: number, size: number): void => {
    if (packed > 0 || size > 0) shares.push({ step, gained: { packed, size } });
  };
  if (thinned !== undefined) add("thin", before.packed * thinned, before.size * thinned);
  if (device === undefined || !hasShrunk(device)) {
    // Of a file that was only told other names, what changed is due to that.
    const rest = strip ? "strip" : dedupe ? "dedupe" : undefined;
    return shareGain(gained, shares, rest);
  }
  add("strip", strippable?.packed ?? 0, strippable?.size ?? 0);
  shares.push(...device.left);
  const { stored } = device.cleared;
  // Where nothing else was stored again, all of it is due to what was cleared.
  add(
    "strip-device-debug",
    recompress ? stored : device.recoded,
    recompress ? stored : device.recoded,
  );
  return shareGain(
    gained,
    shares,
    recompress && device.recoded > 0 ? "recompress-device-code" : undefined,
  );
}

function bytesOf({ compressedSize, size }: ZipEntry): Bytes {
  return { packed: compressedSize, size };
}

/** The download counts first; it may grow by next to nothing where the installed file gets much smaller. */
function isSmaller(after: Bytes, before: Bytes): boolean {
  const grown = after.packed - before.packed;
  if (grown < 0) return true;
  const gained = before.size - after.size;
  return gained > 0 && grown <= Math.min(gained / 8, before.packed / 1000);
}

function reportOf(entry: ZipEntry): FileReport {
  const bytes = bytesOf(entry);
  return { path: entry.name, before: bytes, after: bytes, gains: [], device: undefined };
}

function leftOut(entry: ZipEntry, step: StepName): FileReport {
  const gains = [{ step, gained: bytesOf(entry) }];
  return { ...reportOf(entry), after: undefined, gains };
}

/** What was tried and made nothing smaller is not done. */
function unchanged(report: FileReport): FileReport {
  const { device } = report;
  if (device === undefined) return report;
  const none = { left: [], recoded: 0, cleared: { size: 0, stored: 0 }, gpus: [] };
  return { ...report, device: { ...device, ...none, after: device.before } };
}
