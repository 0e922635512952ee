/** `[shrink]` of the settings: the options of `shrink` by their names, without the dashes. */

import { UsageError } from "../errors.ts";
import type { Spelling } from "../shrink/had-effect.ts";
import { isTable } from "../tables.ts";
import type { Options } from "./command.ts";
import { tableReader } from "./config-table.ts";
import { DRIVERS, LEVELS, PTX } from "./shrink-choices.ts";

/** Steps of which the ones that are named are the only ones. */
const SAFE_STEPS = {
  strip: "strip",
  "recompress-device-code": "recompressDeviceCode",
  repack: "repack",
};
const FLAGS = {
  ...SAFE_STEPS,
  dedupe: "dedupe",
  "strip-device-debug": "stripDeviceDebug",
  "drop-linked-duplicates": "dropLinkedDuplicates",
};
const LISTS = { "keep-archs": "keepArchs", "drop-archs": "dropArchs", drop: "drop" };
const OTHERS = ["ptx", "thin", "min-driver", "target-size", "level"];

/** @throws UsageError for what `shrink` has no option for. */
export function readShrinkTable(value: unknown, path: string): Options | undefined {
  if (value === undefined) return undefined;
  if (!isTable(value)) throw new UsageError(`\`shrink\` in \`${path}\` must be a table`);
  const keys = [...Object.keys(FLAGS), ...Object.keys(LISTS), ...OTHERS];
  const reader = tableReader(value, keys, path, "shrink.");
  const options: Record<string, unknown> = {};
  for (const [key, name] of Object.entries(FLAGS)) options[name] = reader.flag(key);
  for (const [key, name] of Object.entries(LISTS)) options[name] = reader.list(key);
  options.ptx = reader.oneOf("ptx", PTX);
  options.level = reader.oneOf("level", LEVELS);
  options.thin = reader.text("thin");
  const driver = value["min-driver"];
  const { least, most } = DRIVERS;
  if (driver !== undefined) {
    const isVersion = typeof driver === "number" && Number.isInteger(driver);
    if (!isVersion || driver < least || driver > most) {
      throw reader.fault("min-driver", `a whole number, ${least} to ${most}`);
    }
    options.minDriver = driver;
  }
  const size = value["target-size"];
  options.targetSize = typeof size === "number" ? String(size) : reader.text("target-size");
  return options;
}

/**
 * The options of a run: what the command line says wins. Steps that lose nothing, and the two lists of
 * GPUs, are each one choice: who names one of them on the command line takes back the others.
 */
export function withShrinkSettings(given: Options, settings: Options | undefined): Options {
  if (settings === undefined) return given;
  const groups = [Object.values(SAFE_STEPS), ["keepArchs", "dropArchs"]];
  const overruled = groups
    .filter((group) => group.some((name) => given[name] !== undefined))
    .flat();
  const rest = Object.entries(settings).filter(
    ([name, value]) =>
      value !== undefined && !overruled.includes(name) && given[name] === undefined,
  );
  return { ...given, ...Object.fromEntries(rest) };
}

/** How options of a run were given: on the command line, or in the settings. */
export function spelling(given: Options, merged: Options): Spelling {
  return (key, value) => {
    const name = key.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    const set = merged[name];
    if (set === undefined || set === false) return undefined;
    const shown = value ?? (set === true ? "" : String(set));
    if (given[name] !== undefined) return shown === "" ? `--${key}` : `--${key} ${shown}`;
    return `shrink.${key} = ${shown === "" ? "true" : shown}`;
  };
}
