/** For which GPUs a native member has code; looked for only where the wheel makes promises about it. */
import { type DeviceCode, readDeviceCode, walkDeviceCode } from "../../device-code/container.ts";
import { targetName } from "../../device-code/entry.ts";
import { readOffloadCode } from "../../device-code/offload-bundle.ts";
import { AMD, LINKED, OPAQUE, RELOCATABLE } from "../../device-code/sections.ts";
import { streamDeviceCode } from "../../device-code/stream.ts";
import type { DeviceTargets } from "../../device-code/targets.ts";
import type { Region } from "../../format.ts";
import type { Source } from "../../source.ts";
import { sliceSource } from "../../source.ts";
import type { Access, MemberTask } from "./task.ts";

/** Regions of device code among those of a file. */
export function deviceRegions(regions: readonly Region[]): readonly Region[] {
  const kinds = [LINKED, RELOCATABLE, AMD, OPAQUE];
  return regions.filter(({ name, size }) => size > 0 && kinds.some((kind) => kind.has(name)));
}

export function deviceTargets(source: Source, regions: readonly Region[]): DeviceTargets {
  const found = collector();
  for (const { name, start, size } of regions) {
    const region = sliceSource(source, start, size);
    if (isNvidia(name)) found.add(readDeviceCode(region));
    else if (AMD.has(name)) found.addAmd(region);
    else found.addUnread();
  }
  return found.targets();
}

/** The same of a member that is too large to keep: one pass for each region. */
export async function streamedTargets(
  access: Access,
  task: MemberTask,
  regions: readonly Region[],
): Promise<DeviceTargets> {
  const found = collector();
  for (const { name, start, size } of regions) {
    if (!isNvidia(name)) {
      found.addUnread();
      continue;
    }
    const code = streamDeviceCode(walkDeviceCode(size), start);
    await access.stream(task, (bytes, offset) => code.add(bytes, offset));
    found.add(code.result());
  }
  return found.targets();
}

function isNvidia(section: string): boolean {
  return LINKED.has(section) || RELOCATABLE.has(section);
}

function collector() {
  const names = new Set<string>();
  let partly = false;
  return {
    add(code: DeviceCode | undefined): void {
      if (code === undefined || code.unread !== null) partly = true;
      for (const { entries } of code?.containers ?? []) {
        for (const entry of entries) names.add(targetName(entry));
      }
    },
    addAmd(region: Source): void {
      const { bundles, unread } = readOffloadCode(region);
      if (unread !== null || bundles.some(({ compressed }) => compressed)) partly = true;
      for (const { target } of bundles.flatMap(({ entries }) => entries)) {
        const [gpu] = /gfx[0-9a-f]+/.exec(target) ?? [];
        if (gpu !== undefined) names.add(gpu);
      }
    },
    addUnread(): void {
      partly = true;
    },
    targets: (): DeviceTargets => ({ targets: [...names].sort(), partly }),
  };
}
