/** The gentlest steps that make a wheel as small as it must be. */
import { KNOWN_GPUS } from "../device-code/selection.ts";
import type { DeviceReport } from "./device-code.ts";
import { ZSTD_DRIVER } from "./device-plan.ts";
import type { ShrinkSettings } from "./settings.ts";

export interface Rung {
  /** The options that ask for the same. */
  readonly options: string;
  readonly settings: ShrinkSettings;
}

/** What loses nothing, the cheapest first. */
export function gentleRungs(settings: ShrinkSettings): readonly Rung[] {
  const { device } = settings;
  const best = { ...settings, repack: true, device: { ...device, effort: "best" as const } };
  const rungs: Rung[] = [{ options: "the steps that were asked for", settings }];
  if (device.effort !== "best" || !settings.repack) {
    rungs.push({ options: bestOptions(settings), settings: best });
  }
  return rungs;
}

/** By default the best level deflates all members again; beside named steps that is another one. */
function bestOptions({ strip, device }: ShrinkSettings): string {
  return strip && device.recompress ? "--level=best" : "--repack --level=best";
}

/** What has a price, each with all before it: the driver, PTX for older GPUs, the oldest GPUs. */
export function dearRungs(
  settings: ShrinkSettings,
  devices: readonly Pick<DeviceReport, "after" | "waiting">[],
): readonly Rung[] {
  const rungs: Rung[] = [];
  let device = { ...settings.device, effort: "best" as const };
  const add = (options: string): void => {
    const before = rungs.at(-1)?.options ?? bestOptions(settings);
    rungs.push({
      options: `${before} ${options}`,
      settings: { ...settings, repack: true, device },
    });
  };
  if (devices.some(({ waiting }) => waiting > 0)) {
    device = { ...device, minDriver: ZSTD_DRIVER };
    add(`--min-driver=${ZSTD_DRIVER}`);
  }
  const rows = devices.flatMap(({ after }) => after);
  if (rows.some(({ target }) => target.startsWith("compute_")) && device.ptx === "all") {
    device = { ...device, ptx: "newest" };
    add("--ptx=newest");
  }
  if (device.keepArchs !== undefined) return rungs;
  const archs = new Set(
    rows.flatMap(({ target }) => /^sm_(\d+)/.exec(target)?.[1] ?? []).map(Number),
  );
  const sorted = [...archs].sort((a, b) => a - b);
  const [oldest = 0] = sorted;
  // The newest always stays.
  for (const next of sorted.slice(1)) {
    const dropArchs = KNOWN_GPUS.filter((gpu) => gpu < next);
    device = { ...device, dropArchs };
    // GPUs between two of the wheel's run the older one's code.
    const named = dropArchs.filter((gpu) => gpu >= oldest).map((gpu) => `sm_${gpu}`);
    rungs.push({
      options: `${(rungs.at(-1)?.options ?? bestOptions(settings)).replace(/ --drop-archs=\S+/, "")} --drop-archs=${named.join(",")}`,
      settings: { ...settings, repack: true, device },
    });
  }
  return rungs;
}
