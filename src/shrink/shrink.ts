/** Makes a wheel smaller on a draft of it, and says what each step gained. */
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
import { readerFor } from "./reader.ts";
import type { ShrinkSettings } from "./settings.ts";
import { strippable, strippableBytes } from "./strippable.ts";
import { retagThin } from "./thin.ts";

export interface ShrinkInput {
  readonly draft: Draft;
  readonly wheel: Wheel;
  readonly workshop: Workshop;
  readonly tools: DeviceTools;
  readonly members: MemberTools;
}

/** Bytes in the archive and installed. */
export interface Bytes {
  readonly packed: number;
  readonly size: number;
}

/** What one member had and has. */
export interface FileReport {
  readonly path: string;
  readonly before: Bytes;
  /** `undefined`: it was left out. */
  readonly after: Bytes | undefined;
  /** Bytes that stripping took out of the file, and that they took in the archive. */
  readonly stripped: Bytes;
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
}

/** @throws RefusalError when a step can't be done. */
export async function shrinkWheel(input: ShrinkInput, settings: ShrinkSettings): Promise<Shrunk> {
  const { draft, wheel, workshop } = input;
  const files: FileReport[] = [];
  const notes: string[] = [];
  const left = new Set(dropped(wheel, settings));
  for (const entry of left) {
    draft.remove(entry.name);
    files.push({ ...reportOf(entry), after: undefined });
  }
  const all = natives(wheel).filter((entry) => !left.has(entry));
  const copies = settings.dedupe ? await dedupe(draft, all, input.members) : undefined;
  for (const entry of copies?.removed ?? []) files.push({ ...reportOf(entry), after: undefined });
  notes.push(...(copies?.notes ?? []));
  if (settings.thin !== undefined) retagThin(draft, settings.thin);
  const turn = oneAfterAnother();
  const works = all
    .filter((entry) => copies?.removed.includes(entry) !== true)
    .map((entry) => workOf(entry, settings, copies?.edits.get(entry.name) ?? [], input, turn));
  const patched = await workshop.patch(works.map(({ job }) => job));
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
    files.push({ ...report, after, stripped: strippedBytes(report, after, state) });
    const regions = state.device?.expected ?? [];
    expected.push({ path: entry.name, sha256: content.sha256, regions });
  }
  return { files, expected, notes, repack: settings.repack };
}

/** The members that the globs name, RECORD and its folder never. */
function dropped(wheel: Wheel, { drop }: ShrinkSettings): readonly ZipEntry[] {
  if (drop.length === 0) return [];
  return wheel.index.entries.filter(
    ({ name, directory }) =>
      !directory &&
      !/^[^/]+\.dist-info\//.test(name) &&
      drop.some((glob) => matchesGlob(name, glob)),
  );
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
  readonly state: { device: DoneDevice | undefined; strippable: Bytes | undefined };
}

function workOf(
  entry: ZipEntry,
  settings: ShrinkSettings,
  renames: readonly NativeEdit[],
  { tools, wheel }: Pick<ShrinkInput, "tools" | "wheel">,
  turn: Turn,
): Work {
  const state: Work["state"] = { device: undefined, strippable: undefined };
  const edits: NativeEdit[] = [...renames];
  if (settings.thin !== undefined) edits.push({ kind: "keep-archs", archs: [settings.thin] });
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
    if (settings.strip && report.dropped + report.recoded > 0) {
      state.strippable = strippableBytes(strippable(source, native), wheel.compression);
    }
    return prepared;
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
    "shrink the wheel without `--recompress-device-code`",
  );
}

/**
 * How much of a file's gain is due to stripping. Beside device code, of the download it is judged by
 * samples.
 */
function strippedBytes(
  { before, device }: FileReport,
  after: Bytes,
  { strippable }: Work["state"],
): Bytes {
  const gained = { packed: before.packed - after.packed, size: before.size - after.size };
  const ofDevice = (device?.dropped ?? 0) + (device?.recoded ?? 0);
  if (ofDevice === 0) return gained;
  const { packed, size } = strippable ?? { packed: 0, size: 0 };
  return {
    packed: Math.min(packed, Math.max(0, gained.packed)),
    size: Math.min(size, Math.max(0, gained.size)),
  };
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
  const nothing = { packed: 0, size: 0 };
  return {
    path: entry.name,
    before: bytesOf(entry),
    after: bytesOf(entry),
    stripped: nothing,
    device: undefined,
  };
}

/** What was tried and made nothing smaller is not done. */
function unchanged(report: FileReport): FileReport {
  const { device } = report;
  if (device === undefined) return report;
  const none = { dropped: 0, recoded: 0, cleared: 0, gpus: [] };
  return { ...report, device: { ...device, ...none, after: device.before } };
}
