/**
 * Options that mean the same in every command, and how a command reads any option.
 *
 * commander hands over untyped values; the readers here check them, so that `run` needs no cast.
 */
import type { Command } from "commander";
import { UsageError } from "../errors.ts";
import { WHENS, type When } from "../node/terminal.ts";
import { didYouMean } from "../suggest.ts";
import type { Options } from "./command.ts";

/** Heading of the options that every command has. */
export const COMMON_GROUP = "Common options:";

/** `-q`, `-v`, `--color`, `--progress`, `--config`: every command has them. */
export function addCommonOptions(command: Command): void {
  const add = (flags: string, text: string) =>
    command.createOption(flags, text).helpGroup(COMMON_GROUP);
  command
    .addOption(add("-q, --quiet", "print less to stderr").argParser(count).default(0, ""))
    .addOption(add("-v, --verbose", "more detail").argParser(count).default(0, ""))
    .addOption(add("--color <when>", "auto, always or never").argParser(choice("--color", WHENS)))
    .addOption(
      add("--progress <when>", "auto, always or never").argParser(choice("--progress", WHENS)),
    )
    .addOption(add("--config <file>", "settings from this file"))
    .addOption(add("--no-config", "no settings file"));
}

/** `-j, --jobs`. */
export function addJobsOption(command: Command): void {
  const option = command.createOption(
    "-j, --jobs <n>",
    "number of threads (default: available cores)",
  );
  command.addOption(option.argParser(integer("--jobs", 1, 1024)).helpGroup(COMMON_GROUP));
}

/** `-f, --format` (repeatable, `FORMAT=FILE`) and `-o, --output`. Read them with `outputs.ts`. */
export function addReportOptions(command: Command, formats: readonly string[]): void {
  command
    .optionsGroup("Report:")
    .option(
      "-f, --format <format>",
      `${formats.join(", ")}; or FORMAT=FILE; may repeat`,
      // `html (with --sizes)` is one word and a remark.
      offering(
        formats.map((format) => format.replace(/ .*/, "")),
        (text: string, earlier: unknown) => collect(text, earlier),
      ),
    )
    .option("-o, --output <file>", "write the report to this file");
}

/** `-w, --wheel-dir`, `-n, --dry-run`, `--source-date-epoch`: commands that write wheels. */
export function addWriteOptions(command: Command): void {
  command
    .optionsGroup("Result:")
    .option("-w, --wheel-dir <dir>", "where results go", "wheelhouse")
    .option("-n, --dry-run", "say what would be done")
    .option(
      "--source-date-epoch <n>",
      "time of new and changed members, in seconds",
      integer("--source-date-epoch", 0, Number.MAX_SAFE_INTEGER),
    );
}

/** `--in-place`: `edit`, `tags`, `links`. */
export function addInPlaceOption(command: Command): void {
  command.option("--in-place", "replace the input");
}

export interface CommonOptions {
  /** `-v` counts up, `-q` down. */
  readonly verbosity: number;
  readonly color: When;
  readonly progress: When;
  /** A file; `null`: none is read; `undefined`: the usual places. */
  readonly config: string | null | undefined;
}

export function commonOptions(options: Options): CommonOptions {
  const config = options.config;
  return {
    verbosity: (numberOption(options, "verbose") ?? 0) - (numberOption(options, "quiet") ?? 0),
    color: whenOption(options, "color"),
    progress: whenOption(options, "progress"),
    config: config === false ? null : typeof config === "string" ? config : undefined,
  };
}

export function textOption(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

export function numberOption(options: Options, name: string): number | undefined {
  const value = options[name];
  return typeof value === "number" ? value : undefined;
}

export function flagOption(options: Options, name: string): boolean {
  return options[name] === true;
}

/** A repeatable option; empty when it was not given. */
export function listOption(options: Options, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

export function whenOption(options: Options, name: string): When {
  return WHENS.find((when) => when === options[name]) ?? "auto";
}

// Parsers for commander's `argParser`.

/** Says which values a parser takes, for completion in a shell: {@link offeredValues}. */
export function offering<Parser extends (text: string, earlier: unknown) => unknown>(
  values: readonly string[],
  parser: Parser,
): Parser {
  return Object.assign(parser, { values });
}

export function offeredValues(parser: object | undefined): readonly string[] {
  const values = parser !== undefined && "values" in parser ? parser.values : undefined;
  return Array.isArray(values) ? values.filter((value) => typeof value === "string") : [];
}

/** One value out of a few. */
export function choice<T extends string>(flag: string, values: readonly T[]): (text: string) => T {
  return offering(values, (text) => {
    const value = values.find((candidate) => candidate === text);
    if (value === undefined) {
      throw new UsageError(
        `\`${text}\` is not a value of \`${flag}\``,
        didYouMean(text, values) ?? `it takes ${enumerate(values)}`,
      );
    }
    return value;
  });
}

/** A whole number in a range, both ends included. */
export function integer(flag: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) {
      const range = most >= Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
      throw new UsageError(`\`${flag}\` takes a whole number, ${range}, not \`${text}\``);
    }
    return value;
  };
}

/** Every value of a repeatable option, in order. */
export function collect(text: string, earlier: unknown): readonly string[] {
  return Array.isArray(earlier) ? [...earlier, text] : [text];
}

/** Like {@link collect}, and a value may hold several, separated by commas. */
export function collectCommas(text: string, earlier: unknown): readonly string[] {
  const values = text.split(",").map((value) => value.trim());
  const known = Array.isArray(earlier) ? earlier : [];
  return [...known, ...values.filter((value) => value !== "")];
}

/** How often a flag was given. */
function count(_: string, earlier: unknown): number {
  return (typeof earlier === "number" ? earlier : 0) + 1;
}

/** `a`, `b` or `c`. */
export function enumerate(values: readonly string[]): string {
  const quoted = values.map((value) => `\`${value}\``);
  const last = quoted.pop() ?? "";
  return quoted.length === 0 ? last : `${quoted.join(", ")} or ${last}`;
}
