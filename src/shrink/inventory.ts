/** The device code of a native file: which regions hold it, what is in them, what may be changed. */
import type { DeviceContainer } from "../device-code/container.ts";
import { readDeviceCode } from "../device-code/container.ts";
import type { DeviceEntry } from "../device-code/entry.ts";
import { targetName } from "../device-code/entry.ts";
import { readOffloadCode } from "../device-code/offload-bundle.ts";
import { AMD, LINKED, OPAQUE, RELOCATABLE, WRAPPERS } from "../device-code/sections.ts";
import { readWrappers, WRAPPER_DATA } from "../device-code/wrapper.ts";
import { RefusalError } from "../errors.ts";
import type { OpenNative, Region } from "../format.ts";
import type { Source } from "../source.ts";
import { sliceSource } from "../source.ts";

export interface DeviceRegion {
  readonly region: Region;
  /** Relocatable: to be linked at run time or before, not to be run as it is. */
  readonly relocatable: boolean;
  readonly containers: readonly DeviceContainer[];
  /** So many containers at the beginning stay as they are: no pointer leads to them, but code may. */
  readonly pinned: number;
  /** Why nothing of it may be changed; else `null`. */
  readonly fixed: string | null;
}

/** Device code that is only listed. */
export interface OtherCode {
  readonly region: string;
  /** `hipv4-amdgcn-amd-amdhsa--gfx942`; `opaque`. */
  readonly target: string;
  readonly size: number;
}

export interface DeviceInventory {
  readonly regions: readonly DeviceRegion[];
  readonly others: readonly OtherCode[];
}

export function deviceInventory(source: Source, native: OpenNative): DeviceInventory {
  const all = native.regions().filter(({ size }) => size > 0);
  const regions = all
    .filter(({ name }) => LINKED.has(name) || RELOCATABLE.has(name))
    .map((region) => readRegion(source, native, region, all));
  return { regions, others: all.flatMap((region) => otherCode(source, region)) };
}

function readRegion(
  source: Source,
  native: OpenNative,
  region: Region,
  all: readonly Region[],
): DeviceRegion {
  const relocatable = RELOCATABLE.has(region.name);
  const { containers, unread } = readDeviceCode(sliceSource(source, region.start, region.size));
  const reason = unread?.reason ?? bombReason(region, containers);
  const found: Reached =
    reason === undefined
      ? reached(source, native, region, containers, all)
      : { pinned: 0, fixed: reason };
  return { region, relocatable, containers, ...found };
}

/** Bytes that all payloads of a region give once they are decoded, whatever it takes stored. */
const ALWAYS = 1 << 30;
/** Bytes for each stored one: of whole libraries 25 is the most that was met. */
const MAX_RATIO = 100;

/** Many payloads, each of a size that may be, can still be made to cost hours. */
function bombReason(region: Region, containers: readonly DeviceContainer[]): string | undefined {
  let size = 0;
  for (const { entries } of containers) for (const entry of entries) size += entry.size;
  return size > Math.max(ALWAYS, region.size * MAX_RATIO)
    ? `its payloads would give ${size} bytes`
    : undefined;
}

type Reached = Pick<DeviceRegion, "pinned" | "fixed">;

/**
 * Everything that leads into the region must be a wrapper's pointer to the start of a container.
 * NVIDIA's own libraries have a first container that nothing leads to.
 */
function reached(
  source: Source,
  native: OpenNative,
  region: Region,
  containers: readonly DeviceContainer[],
  all: readonly Region[],
): Reached {
  const fixed = (reason: string): Reached => ({ pinned: 0, fixed: reason });
  if (native.pointersInto === undefined) {
    return fixed("its pointers can't be followed in this format");
  }
  const starts = new Set(containers.map(({ start }) => start));
  const found = new Set<number>();
  const slots = wrapperSlots(source, all);
  try {
    for (const { at, target } of native.pointersInto(region)) {
      if (!slots.has(at)) return fixed("something else than a wrapper leads into it");
      if (!starts.has(target)) return fixed("a wrapper leads to where no container begins");
      found.add(target);
    }
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error;
    return fixed(error.message);
  }
  const first = containers.findIndex(({ start }) => found.has(start));
  const pinned = first < 0 ? containers.length : first;
  const lost = containers.slice(pinned).filter(({ start }) => !found.has(start)).length;
  return lost === 0
    ? { pinned, fixed: null }
    : fixed(`${lost} containers are reached by no wrapper`);
}

/** File offsets of the containers' addresses in all wrappers. */
function wrapperSlots(source: Source, all: readonly Region[]): ReadonlySet<number> {
  const slots = new Set<number>();
  for (const { name, start, size } of all) {
    if (!WRAPPERS.has(name)) continue;
    for (const wrapper of readWrappers(sliceSource(source, start, size))) {
      slots.add(start + wrapper.start + WRAPPER_DATA);
    }
  }
  return slots;
}

function otherCode(source: Source, region: Region): readonly OtherCode[] {
  const { name, start, size } = region;
  if (OPAQUE.has(name)) return [{ region: name, target: "opaque", size }];
  if (!AMD.has(name)) return [];
  const { bundles, unread } = readOffloadCode(sliceSource(source, start, size));
  const sizes = new Map<string, number>();
  for (const entry of bundles.flatMap(({ entries }) => entries)) {
    sizes.set(entry.target, (sizes.get(entry.target) ?? 0) + entry.size);
  }
  if (unread !== null) sizes.set("opaque", unread.end - unread.start);
  return [...sizes].map(([target, bytes]) => ({ region: name, target, size: bytes }));
}

/** A row of `show --device-code`. */
export interface DeviceRow {
  readonly target: string;
  readonly codec: string;
  readonly entries: number;
  /** Bytes as they are stored, headers included. */
  readonly stored: number;
  /** Bytes once decoded. */
  readonly size: number;
}

/** Entries by target and method, sorted. */
export function deviceRows(entries: readonly DeviceEntry[]): readonly DeviceRow[] {
  const rows = new Map<string, DeviceRow>();
  for (const entry of entries) {
    const target = targetName(entry);
    const key = `${target} ${entry.codec}`;
    const { entries: count, stored, size } = rows.get(key) ?? { entries: 0, stored: 0, size: 0 };
    rows.set(key, {
      target,
      codec: entry.codec,
      entries: count + 1,
      stored: stored + entry.headerSize + entry.payloadSize,
      size: size + entry.size,
    });
  }
  return [...rows.values()].sort(
    (a, b) => compareTargets(a.target, b.target) || (a.codec < b.codec ? -1 : 1),
  );
}

function compareTargets(a: string, b: string): number {
  const [prefix = "", number = ""] = a.split("_");
  const [otherPrefix = "", otherNumber = ""] = b.split("_");
  if (prefix !== otherPrefix) return prefix > otherPrefix ? -1 : 1;
  return (
    Number.parseInt(number, 10) - Number.parseInt(otherNumber, 10) ||
    (number < otherNumber ? -1 : 1)
  );
}
