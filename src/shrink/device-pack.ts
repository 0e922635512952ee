/** A region of device code, written anew: its containers from the front, with the entries that stay. */
import type { DeviceContainer } from "../device-code/container.ts";
import type { DeviceEntry } from "../device-code/entry.ts";
import { encodeContainerHead, encodeEntry, FLAGS_AT } from "../device-code/repack.ts";
import { digestOf } from "../digest.ts";
import { inOrder } from "../in-order.ts";
import type { FileSource } from "../runtime.ts";
import type { Source } from "../source.ts";
import { readInto, sliceSource } from "../source.ts";
import { chooseMethods } from "./device-methods.ts";
import type { LibraryTraits } from "./device-plan.ts";
import type { DeviceTools, HeldRecoded, Spool } from "./device-tools.ts";
import type { Gain } from "./gains.ts";
import type { DeviceRegion } from "./inventory.ts";
import type { LeftOut } from "./left-out.ts";
import { leftOutGains } from "./left-out.ts";
import type { Recoded } from "./recode.ts";
import type { DeviceSettings } from "./settings.ts";

/** An entry as the result must have it. */
export interface ExpectedEntry {
  readonly entry: DeviceEntry;
  /** SHA-256 of the payload once decoded; of one that was not stored again as it is stored. */
  readonly sha256: Uint8Array;
  readonly decoded: boolean;
}

/** A region with the entries that stay of each container that may be moved. */
export interface RegionPlan {
  readonly region: DeviceRegion;
  readonly kept: readonly {
    readonly container: DeviceContainer;
    readonly before: readonly DeviceEntry[];
    readonly after: readonly DeviceEntry[];
  }[];
  /** What is not kept. */
  readonly left: readonly LeftOut[];
}

export interface PackedRegion {
  readonly plan: RegionPlan;
  readonly content: FileSource;
  readonly moved: readonly { readonly from: number; readonly to: number }[];
  readonly entries: readonly ExpectedEntry[];
  /** About what was gained by leaving entries out. */
  readonly left: readonly Gain[];
  /** Bytes by which payloads got smaller, however that was done. */
  readonly recoded: number;
  /** Bytes of debug information that were cleared, and about what they would take as payloads are stored. */
  readonly cleared: { readonly size: number; readonly stored: number };
}

/** `undefined` when nothing of the region is to change. */
export async function packRegion(
  source: Source,
  plan: RegionPlan,
  traits: LibraryTraits,
  settings: DeviceSettings,
  tools: DeviceTools,
): Promise<PackedRegion | undefined> {
  const { start, size } = plan.region.region;
  const region = sliceSource(source, start, size);
  const stay = plan.kept.flatMap(({ after }) => after);
  const methods = await chooseMethods(region, stay, traits, settings, tools);
  if (plan.left.length === 0 && stay.every((entry) => methods(entry) === undefined))
    return undefined;
  const spool = tools.spool();
  const moved: { from: number; to: number }[] = [];
  const entries: ExpectedEntry[] = [];
  let recoded = 0;
  const cleared = { size: 0, stored: 0 };
  const make = async (entry: DeviceEntry): Promise<HeldRecoded | undefined> => {
    const codec = methods(entry);
    const result = codec && (await tools.recode(region, { entry, codec, ...settings }));
    tools.progress(entry.size);
    return result;
  };
  const results = inOrder(stay, tools.width, make, (left) => left?.release());
  try {
    for (const entry of keepPinned(region, plan.region, spool, tools)) entries.push(entry);
    const align = alignmentOf(plan.region.containers);
    for (const { container, after } of plan.kept) {
      const gap = (align - (spool.size % align)) % align;
      if (gap > 0) spool.add(new Uint8Array(gap));
      const head = spool.size;
      moved.push({ from: container.start, to: head });
      // How much follows is known when it is there.
      spool.add(encodeContainerHead(region, container, 0));
      const body = spool.size;
      for (const entry of after) {
        const { value } = await results.next();
        const at = spool.size;
        entries.push(addEntry(region, entry, value ?? undefined, spool, tools));
        cleared.size += value?.cleared.size ?? 0;
        cleared.stored += value?.cleared.stored ?? 0;
        value?.release();
        recoded += entry.headerSize + entry.payloadSize - (spool.size - at);
      }
      spool.put(encodeContainerHead(region, container, spool.size - body), head);
    }
  } catch (error) {
    spool.source().close();
    throw error;
  } finally {
    await results.return(undefined);
  }
  const left = leftOutGains(region, plan.left, tools.compression);
  return { plan, content: spool.source(), moved, entries, left, recoded, cleared };
}

/** The containers that stay where they are, as they are. */
function keepPinned(
  region: Source,
  { containers, pinned }: DeviceRegion,
  spool: Spool,
  tools: DeviceTools,
): readonly ExpectedEntry[] {
  const stay = containers.slice(0, pinned);
  copy(region, 0, stay.at(-1)?.end ?? 0, spool);
  return stay.flatMap(({ entries }) => entries.map((entry) => asItIs(region, entry, tools)));
}

/** MSVC puts containers on multiples of 16, which drivers may count on; others on multiples of 8. */
function alignmentOf(containers: readonly DeviceContainer[]): number {
  return containers.every(({ start }) => start % 16 === 0) ? 16 : 8;
}

function addEntry(
  region: Source,
  entry: DeviceEntry,
  result: Recoded | undefined,
  spool: Spool,
  tools: DeviceTools,
): ExpectedEntry {
  const payload = result?.payload;
  if (result === undefined || payload === undefined) {
    copy(region, entry.start, entry.start + entry.headerSize + entry.payloadSize, spool);
    return asItIs(region, entry, tools);
  }
  const { head, padding } = encodeEntry(region, entry, payload);
  spool.add(head);
  spool.add(payload.bytes);
  if (padding.length > 0) spool.add(padding);
  const now: DeviceEntry = {
    ...entry,
    codec: payload.codec,
    flags: new DataView(head.buffer).getUint32(FLAGS_AT, true),
    storedSize: payload.bytes.length,
    payloadSize: payload.bytes.length + padding.length,
  };
  return { entry: now, sha256: result.sha256, decoded: true };
}

/** An entry that must be stored as it is stored now. */
function asItIs(region: Source, entry: DeviceEntry, tools: DeviceTools): ExpectedEntry {
  return { entry, sha256: storedDigest(region, entry, tools), decoded: false };
}

/** SHA-256 of the payload as it is stored. */
export function storedDigest(
  region: Source,
  { start, headerSize, storedSize }: DeviceEntry,
  { hasher }: Pick<DeviceTools, "hasher">,
): Uint8Array {
  return digestOf(sliceSource(region, start + headerSize, storedSize), hasher());
}

const CHUNK = 1 << 20;

function copy(region: Source, start: number, end: number, spool: Spool): void {
  const buffer = new Uint8Array(Math.min(CHUNK, end - start));
  for (let at = start; at < end; at += buffer.length) {
    const bytes = buffer.subarray(0, end - at);
    readInto(region, at, bytes);
    spool.add(bytes);
  }
}
