/** The options of `audit` and what they mean together with the settings file. */
import type { Command } from "commander";
import { type AuditOptions, DEFAULT_AUDIT_OPTIONS } from "../audit/audit.ts";
import type { Expectations } from "../audit/expectations.ts";
import { RULES } from "../audit/rules/table.ts";
import { UsageError } from "../errors.ts";
import type { Level } from "../finding.ts";
import type { Io } from "../node/io.ts";
import { tagArch } from "../policy/arch.ts";
import { didYouMean } from "../suggest.ts";
import { parsePlatformTag } from "../wheel/platform-tag.ts";
import type { Options } from "./command.ts";
import { type Config, FAIL_ON, PROFILES, SEVERITIES } from "./config.ts";
import {
  choice,
  collect,
  collectCommas,
  flagOption,
  listOption,
  offering,
  textOption,
} from "./options.ts";
import { addSearchOptions, excludedLibraries, nativeOptions } from "./search-options.ts";
import { readWishes, type Wishes } from "./wishes.ts";

export interface AuditSettings {
  readonly audit: AuditOptions;
  readonly expected: Expectations;
  /** An earlier wheel, and how much larger this one may be (0.1: a tenth). */
  readonly baseline: { readonly path: string; readonly growth: number } | undefined;
  readonly perFileIgnores: Readonly<Record<string, readonly string[]>>;
  readonly wishes: Wishes;
  readonly exitZero: boolean;
}

export function addAuditOptions(command: Command): void {
  command
    .optionsGroup("What is checked:")
    .option(
      "--profile <name>",
      "release (default), pypi, install, or pending: a wheel before repair",
      choice("--profile", PROFILES),
    )
    .option("--pending", "the same as --profile pending")
    .option("--select <codes>", "only these rules: ZIP,TAG004", collectCommas)
    .option("--ignore <codes>", "not these rules", collectCommas)
    .option("--no-hash", "structure only: no CRC, no hashes")
    .option("--expect-plat <tag>", "a platform tag that must be true")
    .option("--require-archs <archs>", "every native file must have these", collectCommas)
    .option("--max-size <size>", "largest wheel, as in 100MB or 80MiB")
    .option("--baseline <wheel>", "an earlier wheel: growth, lost files and exports")
    .optionsGroup("What makes it fail:")
    .option("--severity <code=level>", "error, warning, note or off; may repeat", collect)
    .option(
      "--fail-on <level>",
      "error (default), warning, note, never",
      offering(FAIL_ON, (text: string) => choice("--fail-on", FAIL_ON)(levelName(text))),
    )
    .option("--strict", "the same as --fail-on warning")
    .option("--exit-zero", "exit with 0 even if there are findings");
  addSearchOptions(command);
}

/** @throws UsageError for codes, levels and sizes that don't exist. */
export async function readAuditSettings(
  options: Options,
  config: Config,
  io: Io,
): Promise<AuditSettings> {
  if (flagOption(options, "pending") && (options.profile ?? "pending") !== "pending") {
    throw new UsageError("`--pending` means `--profile pending`, and another profile was given");
  }
  const profile = flagOption(options, "pending")
    ? "pending"
    : (PROFILES.find((name) => name === options.profile) ?? config.profile ?? "release");
  const select = codes(given(listOption(options, "select")) ?? config.select ?? []);
  const ignore = codes([...(config.ignore ?? []), ...listOption(options, "ignore")]);
  const severity = { ...config.severity, ...severities(listOption(options, "severity")) };
  codes(Object.keys(severity));
  const perFileIgnores = config.perFileIgnores ?? {};
  const baseline = textOption(options, "baseline");
  const growth = parsePercent(config.maxGrowth ?? "10%");
  for (const list of Object.values(perFileIgnores)) codes(list);
  return {
    audit: {
      ...DEFAULT_AUDIT_OPTIONS,
      hash: options.hash !== false,
      findings: { profile, select, ignore, severity },
      native: await nativeOptions(options, config, io),
      failOn: failOn(options, config),
    },
    expected: expectations(options, config),
    baseline: baseline === undefined ? undefined : { path: baseline, growth },
    perFileIgnores,
    wishes: readWishes(options, config, excludedLibraries(options, config)),
    exitZero: flagOption(options, "exitZero"),
  };
}

function failOn(options: Options, config: Config): Level | "never" {
  const wanted = FAIL_ON.find((level) => level === options.failOn);
  if (flagOption(options, "strict")) {
    if (wanted !== undefined && wanted !== "warning") {
      throw new UsageError("`--strict` means `--fail-on warning`, and another level was given");
    }
    return "warning";
  }
  return wanted ?? config.failOn ?? "error";
}

function expectations(options: Options, config: Config): Expectations {
  const platform = textOption(options, "expectPlat") ?? config.expectPlat;
  const archs = given(listOption(options, "requireArchs")) ?? config.requireArchs;
  const size = textOption(options, "maxSize") ?? config.maxSize;
  if (platform !== undefined) checkPlatformTag(platform);
  archs?.forEach(checkArch);
  return {
    ...(platform === undefined ? {} : { platform }),
    ...(archs === undefined ? {} : { archs: archs.flatMap(expandArchs) }),
    ...(size === undefined ? {} : { maxSize: parseSize(size) }),
  };
}

/** A misspelt tag would fail every wheel. */
function checkPlatformTag(text: string): void {
  const tag = parsePlatformTag(text);
  if (tag.kind !== "other") return;
  const names = ["manylinux1", "manylinux2010", "manylinux2014"];
  throw new UsageError(
    `\`--expect-plat\`: \`${text}\` is not a platform tag`,
    names.includes(text) || /^(?:many|musl)linux_[0-9]+_[0-9]+$/.test(text)
      ? `did you mean \`${text}_x86_64\`?`
      : "for example `--expect-plat manylinux_2_28_x86_64`",
  );
}

function checkArch(text: string): void {
  if (OTHER_ARCHS.includes(text) || tagArch(text).arch !== "unknown") return;
  throw new UsageError(
    `\`--require-archs\`: \`${text}\` is not an architecture`,
    didYouMean(text, [...OTHER_ARCHS, "x86_64", "i686", "aarch64", "arm64", "armv7l"]) ??
      "for example `--require-archs x86_64,aarch64`",
  );
}

/** Names that only macOS and Windows use, and delocate's groups. */
const OTHER_ARCHS: readonly string[] = ["universal2", "intel", "arm64e", "amd64", "ppc"];

/** `note` is what the reports call the level that `info` names in JSON. */
function levelName(text: string): string {
  return text === "note" ? "info" : text;
}

/** delocate's groups. */
function expandArchs(arch: string): readonly string[] {
  if (arch === "universal2") return ["arm64", "x86_64"];
  if (arch === "intel") return ["i386", "x86_64"];
  return [arch];
}

function given(list: readonly string[]): readonly string[] | undefined {
  return list.length === 0 ? undefined : list;
}

/** Codes (`ZIP001`) or their beginnings (`ZIP`), checked against the table. */
function codes(list: readonly string[]): readonly string[] {
  const known = Object.keys(RULES);
  return list.map((text) => {
    const code = text.toUpperCase();
    if (code !== "" && known.some((candidate) => candidate.startsWith(code))) return code;
    throw new UsageError(
      `there is no rule \`${text}\``,
      didYouMean(text, known) ?? "`wheelkit explain` lists the rules",
    );
  });
}

function severities(list: readonly string[]): Readonly<Record<string, Level | "off">> {
  const result: Record<string, Level | "off"> = {};
  for (const text of list) {
    const [code = "", wanted = ""] = text.split("=");
    const level = SEVERITIES.find((candidate) => candidate === levelName(wanted));
    if (level === undefined) {
      throw new UsageError(
        `\`--severity ${text}\` is not CODE=LEVEL`,
        didYouMean(wanted, SEVERITIES) ?? "for example `--severity HRD004=off`",
      );
    }
    result[code.toUpperCase()] = level;
  }
  return result;
}

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
};

/** Bytes of `100MB` (decimal), `80MiB` (binary), `5000`. */
export function parseSize(text: string): number {
  const match = /^([0-9]+(?:\.[0-9]+)?)\s*([kmg]i?)?b?$/i.exec(text.trim());
  const unit = UNITS[(match?.[2] ?? "").toLowerCase()];
  if (match?.[1] === undefined || unit === undefined) {
    throw new UsageError(`\`${text}\` is not a size`, "for example `100MB`, `80MiB` or `5000`");
  }
  return Math.floor(Number(match[1]) * unit);
}

/** 0.1 of `10%`. */
function parsePercent(text: string): number {
  const digits = /^([0-9]+(?:\.[0-9]+)?)\s*%$/.exec(text.trim())?.[1];
  if (digits === undefined)
    throw new UsageError(`\`max-growth\` takes a percentage, not \`${text}\``);
  return Number(digits) / 100;
}
