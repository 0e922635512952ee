/**
 * Settings: `wheelkit.toml`, or `[tool.wheelkit]` of `pyproject.toml` with the same keys.
 *
 * What the command line says wins. An unknown key is an error, because a misspelt one would
 * silently weaken an audit.
 */

import { UsageError } from "../errors.ts";
import type { Level, Profile } from "../finding.ts";
import { type ConfigFile, findConfig, readConfig } from "../node/find-config.ts";
import type { Io } from "../node/io.ts";
import { isTable, type Table } from "../tables.ts";
import type { Options } from "./command.ts";
import { tableReader } from "./config-table.ts";
import { enumerate } from "./options.ts";
import { readShrinkTable } from "./shrink-config.ts";

export const PROFILES: readonly Profile[] = ["release", "pypi", "install", "pending"];
export const FAIL_ON: readonly (Level | "never")[] = ["error", "warning", "info", "never"];
export const SEVERITIES: readonly (Level | "off")[] = ["error", "warning", "info", "off"];

/** Settings of `audit`, and of `shrink`; `undefined` where the file says nothing. */
export interface Config {
  readonly profile: Profile | undefined;
  readonly select: readonly string[] | undefined;
  readonly ignore: readonly string[] | undefined;
  readonly severity: Readonly<Record<string, Level | "off">> | undefined;
  readonly failOn: Level | "never" | undefined;
  readonly expectPlat: string | undefined;
  readonly requireArchs: readonly string[] | undefined;
  readonly maxSize: string | undefined;
  readonly maxGrowth: string | undefined;
  readonly exclude: readonly string[] | undefined;
  readonly ldpaths: readonly string[] | undefined;
  /** Glob of member paths to the codes that are ignored there. */
  readonly perFileIgnores: Readonly<Record<string, readonly string[]>> | undefined;
  /** What `[shrink]` says, as the options that would say it. */
  readonly shrink: Options | undefined;
}

export const NO_CONFIG: Config = {
  profile: undefined,
  select: undefined,
  ignore: undefined,
  severity: undefined,
  failOn: undefined,
  expectPlat: undefined,
  requireArchs: undefined,
  maxSize: undefined,
  maxGrowth: undefined,
  exclude: undefined,
  ldpaths: undefined,
  perFileIgnores: undefined,
  shrink: undefined,
};

const KEYS = [
  "profile",
  "select",
  "ignore",
  "severity",
  "fail-on",
  "expect-plat",
  "require-archs",
  "max-size",
  "max-growth",
  "exclude",
  "ldpaths",
  "per-file-ignores",
  "shrink",
] as const;

/**
 * @param config a file that the user named, `null` for none, `undefined` for the usual places.
 * @throws UsageError for a file that can't be read or holds what we don't know.
 */
export async function loadConfig(config: string | null | undefined, io: Io): Promise<Config> {
  if (config === null) return NO_CONFIG;
  const file = config === undefined ? findConfig(io.cwd) : openNamed(config);
  return file === undefined ? NO_CONFIG : await parseConfig(file, config !== undefined);
}

function openNamed(path: string): ConfigFile {
  try {
    return readConfig(path);
  } catch {
    throw new UsageError(`the settings file \`${path}\` can't be read`);
  }
}

export async function parseConfig(file: ConfigFile, named = true): Promise<Config> {
  const { parse, TomlError } = await import("smol-toml");
  let root: unknown;
  try {
    root = parse(file.text);
  } catch (error) {
    // A broken pyproject.toml that nobody pointed us to is its owner's business.
    if (
      !named &&
      file.table === "tool.wheelkit" &&
      !/^\s*\[+\s*tool\s*\.\s*wheelkit/m.test(file.text)
    ) {
      return NO_CONFIG;
    }
    const [first = ""] = (error instanceof Error ? error.message : "").split("\n");
    const line = error instanceof TomlError ? `, line ${error.line}` : "";
    throw new UsageError(`\`${file.path}\`${line}: no valid TOML: ${first}`);
  }
  let table: unknown = root;
  if (file.table === "tool.wheelkit") {
    const tool = isTable(root) ? root.tool : undefined;
    table = isTable(tool) ? tool.wheelkit : undefined;
    if (table === undefined) {
      if (!named) return NO_CONFIG;
      throw new UsageError(`\`${file.path}\` has no \`[tool.wheelkit]\``);
    }
  }
  if (!isTable(table))
    throw new UsageError(`\`tool.wheelkit\` in \`${file.path}\` must be a table`);
  return readTable(table, file.path);
}

function readTable(table: Table, path: string): Config {
  const { text, list, oneOf, map } = tableReader(table, KEYS, path);
  const size = table["max-size"];
  return {
    profile: oneOf("profile", PROFILES),
    select: list("select"),
    ignore: list("ignore"),
    severity: map("severity", enumerate(SEVERITIES), (value) =>
      SEVERITIES.find((level) => level === value || (level === "info" && value === "note")),
    ),
    failOn: text("fail-on") === "note" ? "info" : oneOf("fail-on", FAIL_ON),
    expectPlat: text("expect-plat"),
    requireArchs: list("require-archs"),
    maxSize: typeof size === "number" ? String(size) : text("max-size"),
    maxGrowth: text("max-growth"),
    exclude: list("exclude"),
    ldpaths: list("ldpaths"),
    perFileIgnores: map("per-file-ignores", "a list of codes", (value) =>
      Array.isArray(value) && value.every((item) => typeof item === "string") ? value : undefined,
    ),
    shrink: readShrinkTable(table.shrink, path),
  };
}
