/** The gentlest steps that make a wheel as small as it must be. */
import { KNOWN_GPUS } from "../device-code/selection.ts";
import { ZSTD_DRIVER } from "./device-plan.ts";
import type { ShrinkSettings } from "./settings.ts";
import type { FileReport } from "./shrink.ts";

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
    rungs.push({ options: "--level best --repack", settings: best });
  }
  return rungs;
}

/** What has a price, each with all before it: the driver, PTX for older GPUs, the oldest GPUs. */
export function dearRungs(settings: ShrinkSettings, files: readonly FileReport[]): readonly Rung[] {
  const rungs: Rung[] = [];
  let device = { ...settings.device, effort: "best" as const };
  const add = (options: string): void => {
    const all = [...(rungs.at(-1)?.options.split(" ") ?? []), options].join(" ");
    rungs.push({ options: all, settings: { ...settings, repack: true, device } });
  };
  if (files.some(({ device: found }) => (found?.waiting ?? 0) > 0)) {
    device = { ...device, minDriver: ZSTD_DRIVER };
    add(`--min-driver=${ZSTD_DRIVER}`);
  }
  const rows = files.flatMap(({ device: found }) => found?.after ?? []);
  if (rows.some(({ target }) => target.startsWith("compute_")) && device.ptx === "all") {
    device = { ...device, ptx: "newest" };
    add("--ptx=newest");
  }
  if (device.keepArchs !== undefined) return rungs;
  const archs = new Set(
    rows.flatMap(({ target }) => /^sm_(\d+)/.exec(target)?.[1] ?? []).map(Number),
  );
  const sorted = [...archs].sort((a, b) => a - b);
  // The newest always stays.
  for (const next of sorted.slice(1)) {
    const dropArchs = KNOWN_GPUS.filter((gpu) => gpu < next);
    device = { ...device, dropArchs };
    const named = sorted.filter((arch) => arch < next).map((arch) => `sm_${arch}`);
    rungs.push({
      options:
        `${rungs.at(-1)?.options.replace(/ ?--drop-archs=\S+/, "") ?? ""} --drop-archs=${named.join(",")}`.trim(),
      settings: { ...settings, repack: true, device },
    });
  }
  return rungs;
}
