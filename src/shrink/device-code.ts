/** Device code of one library: fewer entries, stored in less space, packed to the front of its region. */

import type { DeviceEntry } from "../device-code/entry.ts";
import { targetName } from "../device-code/entry.ts";
import { chosenEntry } from "../device-code/selection.ts";
import type { OpenNative, Region } from "../format.ts";
import type { NativeEdit } from "../native-edit.ts";
import type { Source } from "../source.ts";
import { layoutSource } from "../zip/writer.ts";
import type { ExpectedEntry, PackedRegion, RegionPlan } from "./device-pack.ts";
import { packRegion } from "./device-pack.ts";
import type { GpuChange, LibraryTraits } from "./device-plan.ts";
import {
  gpuChanges,
  isRecodable,
  keptEntries,
  mayUseZstd,
  refuseLostGpus,
  traitsOf,
} from "./device-plan.ts";
import type { DeviceTools } from "./device-tools.ts";
import type { Gain } from "./gains.ts";
import { sumOfGains } from "./gains.ts";
import type { DeviceRegion, DeviceRow, OtherCode } from "./inventory.ts";
import { deviceInventory, deviceRows } from "./inventory.ts";
import type { LeftOut } from "./left-out.ts";
import type { DeviceSettings } from "./settings.ts";

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
  /** About what was gained by leaving entries out, one for each step. */
  readonly left: readonly Gain[];
  /** Bytes by which payloads got smaller. */
  readonly recoded: number;
  /** Bytes of debug information that were cleared inside of cubins, and about what they would take stored. */
  readonly cleared: { readonly size: number; readonly stored: number };
  /** Bytes that zstd would save if drivers before 550 were given up: stored bytes of what it would take. */
  readonly waiting: number;
  /** The same before anything was done, whatever driver is asked for. */
  readonly driverBytes: number;
  /** GPUs of those to keep that find code in it. */
  readonly keptArchs: readonly number[];
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
  // Most files have none, and some need thousands of libraries.
  const dependencies =
    regions.length === 0
      ? []
      : native.facts(() => false).slices.flatMap((slice) => slice.dependencies);
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
      if (packed === undefined) continue;
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
      left: sumOfGains(done.flatMap(({ left }) => left)),
      recoded: done.reduce((sum, { recoded }) => sum + recoded, 0),
      cleared: {
        size: done.reduce((sum, { cleared }) => sum + cleared.size, 0),
        stored: done.reduce((sum, { cleared }) => sum + cleared.stored, 0),
      },
      waiting: waitingBytes(after, traits, settings),
      driverBytes: waitingBytes(entriesOf(regions), traits, { ...settings, minDriver: undefined }),
      keptArchs: (settings.keepArchs ?? []).filter((gpu) =>
        plans.some(({ kept }) => kept.some(({ before }) => chosenEntry(before, gpu) !== undefined)),
      ),
      linkedTwice: linkedTwice(plans, linkedTargets(regions)),
    },
    expected: done.map(({ plan, entries }) => ({ region: plan.region.region.name, entries })),
    close() {
      for (const close of closers) close();
    },
  };
}

function planRegion(
  region: DeviceRegion,
  all: readonly DeviceRegion[],
  settings: DeviceSettings,
): RegionPlan {
  const linked = settings.dropLinked && region.relocatable ? linkedTargets(all) : new Set<string>();
  const left: LeftOut[] = [];
  const kept = region.containers.slice(region.pinned).map((container) => {
    const before = container.entries;
    if (region.fixed !== null) return { container, before, after: before };
    const chosen = new Set(keptEntries(container, settings));
    const unlinked = [...chosen].filter(
      (entry) => entry.kind !== "sass" || !linked.has(targetName(entry)),
    );
    const after = unlinked.length === 0 ? [...chosen].slice(-1) : unlinked;
    const stays = new Set(after);
    for (const entry of before) {
      if (stays.has(entry)) continue;
      const byChoice = entry.kind === "ptx" ? "ptx" : "drop-archs";
      left.push({ entry, step: chosen.has(entry) ? "drop-linked-duplicates" : byChoice });
    }
    return { container, before, after };
  });
  return { region, kept, left };
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
export function waitingBytes(
  entries: readonly DeviceEntry[],
  traits: LibraryTraits,
  settings: DeviceSettings,
): number {
  const waiting = entries.filter(
    (entry) => isRecodable(entry) && entry.codec !== "zstd" && !mayUseZstd(entry, traits, settings),
  );
  return waiting.reduce((sum, { storedSize }) => sum + storedSize, 0);
}
