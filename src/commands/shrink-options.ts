/** The options of `shrink`, and what they ask for. */
import type { Command } from "commander";
import { UsageError } from "../errors.ts";
import type { DeviceSettings, ShrinkSettings } from "../shrink/settings.ts";
import type { Options } from "./command.ts";
import {
  choice,
  collect,
  collectCommas,
  flagOption,
  integer,
  listOption,
  numberOption,
  textOption,
} from "./options.ts";
import { DRIVERS, LEVELS, PTX } from "./shrink-choices.ts";

export function addShrinkOptions(command: Command): void {
  const add = (flags: string, text: string, group: string) => {
    const option = command.createOption(flags, text).helpGroup(group);
    command.addOption(option);
    return option;
  };
  const safe = "Steps that lose nothing (all of them by default):";
  add("--strip", "leave out symbols and debug data that are not needed to run", safe);
  add("--recompress-device-code", "store GPU code so that it takes less space", safe);
  add("--repack", "deflate other files again where that is smaller", safe);
  const lossy = "Steps that leave something out:";
  add("--keep-archs <list>", "GPUs that must run it as before: sm_80,sm_90", lossy).argParser(
    collectCommas,
  );
  add("--drop-archs <list>", "GPUs for which native code is left out", lossy).argParser(
    collectCommas,
  );
  add("--ptx <which>", "PTX to keep: all, newest or none", lossy).argParser(choice("--ptx", PTX));
  add("--drop <glob>", "leave out members; may repeat", lossy).argParser(collect);
  add("--dedupe", "of equal libraries keep one, and write links for the others", lossy);
  add("--thin <arch>", "of universal2 libraries keep one architecture", lossy);
  add("--strip-device-debug", "clear line tables inside of GPU code", lossy);
  add("--drop-linked-duplicates", "leave out GPU code to link where it is linked already", lossy);
  const limits = "Limits:";
  add("--min-driver <n>", "oldest driver that must run it: 550 reads zstd", limits).argParser(
    integer("--min-driver", DRIVERS.least, DRIVERS.most),
  );
  add("--target-size <size>", "the gentlest steps that reach it: 100MB", limits);
  add("--level <level>", "fast or best", limits).argParser(choice("--level", LEVELS));
}

export interface ShrinkRequest {
  readonly settings: ShrinkSettings;
  /** Bytes; `undefined`: as small as the steps make it. */
  readonly targetSize: number | undefined;
}

/** @throws UsageError for values that mean nothing. */
export function readShrink(options: Options): ShrinkRequest {
  const [strip, recompress, repack] = [
    flagOption(options, "strip"),
    flagOption(options, "recompressDeviceCode"),
    flagOption(options, "repack"),
  ];
  const all = !strip && !recompress && !repack;
  const effort = textOption(options, "level") === "best" ? "best" : "fast";
  const keep = listOption(options, "keepArchs").map(archOf);
  const drop = listOption(options, "dropArchs").map(archOf);
  if (keep.length > 0 && drop.length > 0) {
    throw new UsageError(
      "`--keep-archs` and `--drop-archs` contradict each other",
      "what is not to be kept is dropped",
    );
  }
  const ptx = PTX.find((each) => each === textOption(options, "ptx"));
  const device: DeviceSettings = {
    recompress: all || recompress,
    effort,
    minDriver: numberOption(options, "minDriver"),
    keepArchs: keep.length > 0 ? keep : undefined,
    dropArchs: drop,
    ptx: ptx ?? (keep.length > 0 ? "newest" : "all"),
    stripDebug: flagOption(options, "stripDeviceDebug"),
    dropLinked: flagOption(options, "dropLinkedDuplicates"),
  };
  const target = textOption(options, "targetSize");
  return {
    settings: {
      strip: all || strip,
      device,
      thin: textOption(options, "thin"),
      dedupe: flagOption(options, "dedupe"),
      drop: listOption(options, "drop"),
      // At its fast level a wheel that others made would hardly get smaller.
      repack: repack || (all && effort === "best"),
    },
    targetSize: target === undefined ? undefined : sizeOf(target),
  };
}

/** 90 for `sm_90`, `90` or `9.0`. */
function archOf(text: string): number {
  const found = /^(?:sm_|compute_)?(\d{1,2})\.?(\d)[af]?$/.exec(text);
  if (found !== null) return Number(found[1]) * 10 + Number(found[2]);
  throw new UsageError(`\`${text}\` names no GPU architecture`, "write it as `sm_90`");
}

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 1 << 10,
  Mi: 1 << 20,
  Gi: 1 << 30,
};

/** Bytes of `100MB`, `95.5MiB`, `1G`. */
function sizeOf(text: string): number {
  const found = /^(\d+(?:\.\d+)?)\s*(k|M|G|Ki|Mi|Gi)?B?$/.exec(text.trim());
  const unit = UNITS[found?.[2] ?? ""];
  if (found === null || unit === undefined) {
    throw new UsageError(`\`${text}\` is not a size`, "write it as `100MB` or `95MiB`");
  }
  return Math.floor(Number(found[1]) * unit);
}
