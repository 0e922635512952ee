/** Device code of one library: fewer entries, stored in less space, packed to the front of its region. */

import { isReadable, storedPayload } from "../device-code/codec.ts";
import type { DeviceContainer } from "../device-code/container.ts";
import type { DeviceEntry } from "../device-code/entry.ts";
import { targetName } from "../device-code/entry.ts";
import { encodeContainerHead, encodeEntry, FLAGS_AT } from "../device-code/repack.ts";
import type { OpenNative, Region } from "../format.ts";
import type { NativeEdit } from "../native-edit.ts";
import type { FileSource } from "../runtime.ts";
import type { Source } from "../source.ts";
import { sliceSource } from "../source.ts";
import { layoutSource } from "../zip/writer.ts";
import type { GpuChange, LibraryTraits } from "./device-plan.ts";
import {
  gpuChanges,
  isRecodable,
  keptEntries,
  mayUseZstd,
  refuseLostGpus,
  traitsOf,
} from "./device-plan.ts";
import type { DeviceRegion, DeviceRow, OtherCode } from "./inventory.ts";
import { deviceInventory, deviceRows } from "./inventory.ts";
import type { Recoded, RecodeJob } from "./recode.ts";
import type { DeviceSettings } from "./settings.ts";

/** What this needs of the place where it runs. */
export interface DeviceTools {
  /** On another thread, where there is one. */
  recode(job: RecodeJob): Promise<Recoded>;
  /** SHA-256 of a decoded payload, likewise. */
  decodedDigest(job: Pick<RecodeJob, "entry" | "stored">): Promise<Uint8Array>;
  /** SHA-256. */
  digest(bytes: Uint8Array): Uint8Array;
  /** Jobs that are worth having in the making at once. */
  readonly width: number;
  /** Collects bytes that may be too many for memory. */
  spool(): Spool;
  /** Called with the bytes (decoded) of each entry that is done. */
  progress(bytes: number): void;
}

export interface Spool {
  readonly size: number;
  add(bytes: Uint8Array): void;
  /** All bytes so far; closing it removes them. */
  source(): FileSource;
}

/** An entry as the result must have it. */
export interface ExpectedEntry {
  readonly entry: DeviceEntry;
  /** SHA-256 of the payload once decoded; of one that was not stored again as it is stored. */
  readonly sha256: Uint8Array;
  readonly decoded: boolean;
}

export interface DeviceReport {
  readonly before: readonly DeviceRow[];
  readonly after: readonly DeviceRow[];
  readonly others: readonly OtherCode[];
  /** Regions of which nothing was changed, and why. */
  readonly fixed: readonly {
    readonly region: string;
    readonly size: number;
    readonly reason: string;
  }[];
  readonly gpus: readonly GpuChange[];
  /** Bytes by which the regions shrank. */
  readonly dropped: number;
  readonly recoded: number;
  /** Debug information that was cleared inside of cubins. */
  readonly cleared: number;
  /** Bytes that zstd would save if drivers before 550 were given up: stored bytes of what it would take. */
  readonly waiting: number;
  /** Stored bytes of relocatable code for targets of which the linked code is there, too. */
  readonly linkedTwice: number;
}

export interface PreparedDevice {
  /** The file with its regions packed. */
  readonly source: Source;
  readonly edits: readonly NativeEdit[];
  readonly report: DeviceReport;
  /** The entries of the result by region. */
  readonly expected: readonly {
    readonly region: string;
    readonly entries: readonly ExpectedEntry[];
  }[];
  close(): void;
}

/** @throws RefusalError when a GPU would lose its code, FormatError when a payload is damaged. */
export async function prepareDevice(
  source: Source,
  native: OpenNative,
  settings: DeviceSettings,
  tools: DeviceTools,
): Promise<PreparedDevice> {
  const { regions, others } = deviceInventory(source, native);
  const dependencies = native.facts(() => false).slices.flatMap(({ dependencies }) => dependencies);
  const traits = traitsOf(
    regions.flatMap(({ containers }) => containers),
    dependencies.map(({ name }) => name),
  );
  const plans = regions.map((region) => planRegion(region, regions, settings));
  // Relocatable code is linked, not chosen by a driver.
  const chosen = plans.filter(({ region }) => !region.relocatable);
  const gpus = gpuChanges(chosen.flatMap(({ kept }) => kept));
  refuseLostGpus(gpus, settings);
  const closers: (() => void)[] = [];
  const done: PackedRegion[] = [];
  try {
    for (const plan of plans) {
      if (plan.region.fixed !== null) continue;
      const packed = await packRegion(source, plan, traits, settings, tools);
      closers.push(() => packed.content.close());
      if (packed.content.size < plan.region.region.size) done.push(packed);
    }
  } catch (error) {
    for (const close of closers) close();
    throw error;
  }
  const entriesOf = (list: readonly DeviceRegion[]): readonly DeviceEntry[] =>
    list.flatMap(({ containers }) => containers.flatMap(({ entries }) => entries));
  const fixed = regions.filter((region) => region.fixed !== null);
  const result = done.length === 0 ? source : overlay(source, done);
  const unchanged = regions.filter((region) => !done.some((each) => each.plan.region === region));
  const after = [
    ...entriesOf(unchanged),
    ...done.flatMap(({ entries }) => entries.map(({ entry }) => entry)),
  ];
  return {
    source: result,
    edits: done.map(({ plan, moved, content }) => ({
      kind: "cut",
      region: plan.region.region.name,
      size: content.size,
      moved,
    })),
    report: {
      before: deviceRows(entriesOf(regions)),
      after: deviceRows(after),
      others,
      fixed: fixed.map(({ region, fixed: reason }) => ({
        region: region.name,
        size: region.size,
        reason: reason ?? "",
      })),
      gpus,
      dropped: done.reduce((sum, { dropped }) => sum + dropped, 0),
      recoded: done.reduce((sum, { recoded }) => sum + recoded, 0),
      cleared: done.reduce((sum, { cleared }) => sum + cleared, 0),
      waiting: waitingBytes(after, traits, settings),
      linkedTwice: linkedTwice(plans, linkedTargets(regions)),
    },
    expected: done.map(({ plan, entries }) => ({ region: plan.region.region.name, entries })),
    close() {
      for (const close of closers) close();
    },
  };
}

interface RegionPlan {
  readonly region: DeviceRegion;
  readonly kept: readonly {
    readonly container: DeviceContainer;
    readonly before: readonly DeviceEntry[];
    readonly after: readonly DeviceEntry[];
  }[];
}

function planRegion(
  region: DeviceRegion,
  all: readonly DeviceRegion[],
  settings: DeviceSettings,
): RegionPlan {
  const linked = settings.dropLinked && region.relocatable ? linkedTargets(all) : new Set<string>();
  const kept = region.containers.slice(region.pinned).map((container) => {
    const before = container.entries;
    if (region.fixed !== null) return { container, before, after: before };
    const chosen = keptEntries(container, settings);
    const after = chosen.filter((entry) => entry.kind !== "sass" || !linked.has(targetName(entry)));
    return { container, before, after: after.length === 0 ? chosen.slice(-1) : after };
  });
  return { region, kept };
}

/** Targets of the cubins that need no linking any more. */
function linkedTargets(regions: readonly DeviceRegion[]): ReadonlySet<string> {
  const targets = new Set<string>();
  for (const { relocatable, containers } of regions) {
    if (relocatable) continue;
    for (const { entries } of containers) {
      for (const entry of entries) if (entry.kind === "sass") targets.add(targetName(entry));
    }
  }
  return targets;
}

function linkedTwice(plans: readonly RegionPlan[], linked: ReadonlySet<string>): number {
  let sum = 0;
  for (const { region, kept } of plans) {
    if (!region.relocatable || region.fixed !== null) continue;
    for (const entry of kept.flatMap(({ after }) => after)) {
      if (entry.kind === "sass" && linked.has(targetName(entry))) sum += entry.storedSize;
    }
  }
  return sum;
}

interface PackedRegion {
  readonly plan: RegionPlan;
  readonly content: FileSource;
  readonly moved: readonly { readonly from: number; readonly to: number }[];
  readonly entries: readonly ExpectedEntry[];
  readonly dropped: number;
  readonly recoded: number;
  readonly cleared: number;
}

async function packRegion(
  source: Source,
  plan: RegionPlan,
  traits: LibraryTraits,
  settings: DeviceSettings,
  tools: DeviceTools,
): Promise<PackedRegion> {
  const { start, size } = plan.region.region;
  const region = sliceSource(source, start, size);
  const spool = tools.spool();
  const moved: { from: number; to: number }[] = [];
  const entries: ExpectedEntry[] = [];
  let [dropped, recoded, cleared] = [0, 0, 0];
  const jobs = plan.kept.flatMap(({ after }) => after);
  const skipped = await isCompressedBest(region, jobs, traits, settings, tools);
  const results = inOrder(jobs, tools.width, async (entry) => {
    const job = recodeJob(region, entry, traits, settings, skipped);
    const result = job === undefined ? undefined : await tools.recode(job);
    tools.progress(entry.size);
    return result;
  });
  try {
    entries.push(...keepPinned(region, plan.region, spool, tools));
    const align = alignmentOf(plan.region.containers);
    for (const { container, before, after } of plan.kept) {
      const gap = (align - (spool.size % align)) % align;
      if (gap > 0) spool.add(new Uint8Array(gap));
      moved.push({ from: container.start, to: spool.size });
      const parts: Uint8Array[] = [];
      for (const entry of after) {
        const { value } = await results.next();
        const part = partOf(region, entry, value, tools);
        cleared += value?.cleared ?? 0;
        recoded += entry.headerSize + entry.payloadSize - part.bytes.length;
        parts.push(part.bytes);
        entries.push(part.expected);
      }
      for (const entry of before) {
        if (!after.includes(entry)) dropped += entry.headerSize + entry.payloadSize;
      }
      const body = parts.reduce((sum, part) => sum + part.length, 0);
      spool.add(encodeContainerHead(region, container, body));
      for (const part of parts) spool.add(part);
    }
  } catch (error) {
    spool.source().close();
    throw error;
  } finally {
    await results.return(undefined);
  }
  return { plan, content: spool.source(), moved, entries, dropped, recoded, cleared };
}

/** The containers that stay where they are, as they are. */
function keepPinned(
  region: Source,
  { containers, pinned }: DeviceRegion,
  spool: Spool,
  { digest }: DeviceTools,
): readonly ExpectedEntry[] {
  const stay = containers.slice(0, pinned);
  const end = stay.at(-1)?.end ?? 0;
  for (let at = 0; at < end; at += CHUNK) {
    spool.add(region.read(at, Math.min(CHUNK, end - at)).slice());
  }
  return stay.flatMap(({ entries }) =>
    entries.map((entry) => ({
      entry,
      sha256: digest(storedPayload(region, entry).slice()),
      decoded: false,
    })),
  );
}

const CHUNK = 1 << 20;

/** MSVC puts containers on multiples of 16, which drivers may count on; others on multiples of 8. */
function alignmentOf(containers: readonly DeviceContainer[]): number {
  return containers.every(({ start }) => start % 16 === 0) ? 16 : 8;
}

function partOf(
  region: Source,
  entry: DeviceEntry,
  result: Recoded | undefined,
  { digest }: DeviceTools,
): { readonly bytes: Uint8Array; readonly expected: ExpectedEntry } {
  const payload = result?.payload;
  if (result === undefined || payload === undefined) {
    const bytes = region.read(entry.start, entry.headerSize + entry.payloadSize).slice();
    const stored = bytes.subarray(entry.headerSize, entry.headerSize + entry.storedSize);
    return { bytes, expected: { entry, sha256: digest(stored), decoded: false } };
  }
  const bytes = encodeEntry(region, entry, payload);
  const now: DeviceEntry = {
    ...entry,
    codec: payload.codec,
    flags: new DataView(bytes.buffer).getUint32(FLAGS_AT, true),
    storedSize: payload.codec === "raw" ? bytes.length - entry.headerSize : payload.bytes.length,
    payloadSize: bytes.length - entry.headerSize,
  };
  return { bytes, expected: { entry: now, sha256: result.sha256, decoded: true } };
}

function recodeJob(
  region: Source,
  entry: DeviceEntry,
  traits: LibraryTraits,
  settings: DeviceSettings,
  skipsZstd: boolean,
): RecodeJob | undefined {
  const { recompress, effort, stripDebug } = settings;
  const clears = stripDebug && entry.kind === "sass";
  if (!(recompress || clears) || !isRecodable(entry) || !isReadable(entry)) return undefined;
  const codecs = codecsFor(entry, traits, settings, clears);
  const skips = entry.codec === "zstd" && skipsZstd && !clears;
  if (codecs.length === 0 || skips) return undefined;
  return { entry, stored: storedPayload(region, entry).slice(), codecs, effort, stripDebug };
}

/** zstd where drivers read it; else LZ4, which is slow and gains little on what is LZ4 already. */
function codecsFor(
  entry: DeviceEntry,
  traits: LibraryTraits,
  settings: DeviceSettings,
  clears: boolean,
): readonly ("lz4" | "zstd")[] {
  if (mayUseZstd(entry, traits, settings)) return ["zstd"];
  if (entry.codec === "raw" || clears || settings.effort === "best") return ["lz4"];
  return [];
}

/** Entries that are tried before all that zstd made are stored again. */
const PROBES = 12;
/** Less than this part is not worth the time. */
const WORTH = 0.01;

/** True when what zstd made is as small as it gets: a few entries say so for all. */
async function isCompressedBest(
  region: Source,
  entries: readonly DeviceEntry[],
  traits: LibraryTraits,
  settings: DeviceSettings,
  tools: DeviceTools,
): Promise<boolean> {
  const made = entries.filter((entry) => entry.codec === "zstd" && isReadable(entry));
  if (!settings.recompress || made.length <= PROBES) return false;
  const step = made.length / PROBES;
  const chosen = Array.from({ length: PROBES }, (_, index) => made[Math.floor(index * step)]);
  let [before, gained] = [0, 0];
  const jobs = chosen.filter((entry) => entry !== undefined);
  for await (const [stored, gain] of inOrder(jobs, tools.width, async (entry) => {
    const job = recodeJob(region, entry, traits, { ...settings, stripDebug: false }, false);
    const result = job === undefined ? undefined : await tools.recode(job);
    const now = result?.payload?.bytes.length ?? entry.storedSize;
    return [entry.storedSize, entry.storedSize - now] as const;
  })) {
    before += stored;
    gained += gain;
  }
  return gained < before * WORTH;
}

/** Results in the order of the jobs, of which `width` are in the making at once. */
async function* inOrder<Job, Result>(
  jobs: readonly Job[],
  width: number,
  work: (job: Job) => Promise<Result>,
): AsyncGenerator<Result, undefined> {
  const running: Promise<Result>[] = [];
  try {
    for (const job of jobs) {
      running.push(work(job));
      const first = running.length >= width ? running.shift() : undefined;
      if (first !== undefined) yield await first;
    }
    for (let first = running.shift(); first !== undefined; first = running.shift()) {
      yield await first;
    }
  } finally {
    await Promise.allSettled(running);
  }
  return undefined;
}

/** The file with new bytes at the beginning of regions. */
function overlay(source: Source, regions: readonly PackedRegion[]): Source {
  const pieces: { source: Source; start: number; size: number }[] = [];
  let at = 0;
  const ordered = [...regions].sort((a, b) => startOf(a) - startOf(b));
  for (const each of ordered) {
    const start = startOf(each);
    pieces.push({ source, start: at, size: start - at });
    pieces.push({ source: each.content, start: 0, size: each.content.size });
    at = start + each.content.size;
  }
  pieces.push({ source, start: at, size: source.size - at });
  return layoutSource({ pieces: pieces.filter(({ size }) => size > 0), size: source.size });
}

function startOf({
  plan,
}: {
  readonly plan: { readonly region: { readonly region: Region } };
}): number {
  return plan.region.region.start;
}

/** Stored bytes of entries that zstd would make smaller if the drivers that read it were asked for. */
function waitingBytes(
  entries: readonly DeviceEntry[],
  traits: LibraryTraits,
  settings: DeviceSettings,
): number {
  const waiting = entries.filter(
    (entry) => isRecodable(entry) && entry.codec !== "zstd" && !mayUseZstd(entry, traits, settings),
  );
  return waiting.reduce((sum, { storedSize }) => sum + storedSize, 0);
}
