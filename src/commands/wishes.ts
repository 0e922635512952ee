/** What an audit was asked to leave out, and which of that it never came across. */
import type { SeenLibraries, Wish } from "../audit/had-effect.ts";
import { idleExclusions, matchedNothing, seenNoLibraries } from "../audit/had-effect.ts";
import type { Finding } from "../finding.ts";
import type { Io } from "../node/io.ts";
import { didYouMean } from "../suggest.ts";
import type { Options } from "./command.ts";
import type { Config } from "./config.ts";
import { type CommonOptions, listOption } from "./options.ts";

export interface Wishes {
  readonly exclude: readonly Wish[];
  /** Codes, or their beginnings, of findings that are left out. */
  readonly codes: readonly Wish[];
  /** Globs of `per-file-ignores`. */
  readonly paths: readonly Wish[];
}

/** What was left out, in all wheels of a run. */
export interface LeftOut extends SeenLibraries {
  readonly codes: Set<string>;
  readonly paths: Set<string>;
}

export function nothingLeftOut(): LeftOut {
  return { ...seenNoLibraries(), codes: new Set(), paths: new Set() };
}

/** Of an option whose values are separated, else of the settings' key of that name. */
export function exclusions(
  options: Options,
  config: Config,
  split: (text: string) => readonly string[],
  flags: readonly string[] = ["exclude"],
): readonly Wish[] {
  const given = flags.flatMap((flag) => listOption(options, flag)).flatMap(split);
  if (given.length > 0) return given.map((pattern) => optionWish("exclude", pattern));
  return (config.exclude ?? []).flatMap(split).map((pattern) => listWish("exclude", pattern));
}

export function readWishes(options: Options, config: Config, exclude: readonly Wish[]): Wishes {
  const upper = (wish: Wish): Wish => ({ ...wish, pattern: wish.pattern.toUpperCase() });
  const off = Object.entries(config.severity ?? {}).filter(([, level]) => level === "off");
  return {
    exclude,
    codes: [
      ...(config.ignore ?? []).map((code) => listWish("ignore", code)),
      ...listOption(options, "ignore").map((code) => optionWish("ignore", code)),
      ...off.map(([code]) => ({ pattern: code, spelled: `severity.${code} = "off"` })),
      ...listOption(options, "severity").flatMap((text) =>
        /=off$/.test(text)
          ? [{ pattern: text.replace(/=off$/, ""), spelled: `--severity ${text}` }]
          : [],
      ),
    ].map(upper),
    paths: Object.keys(config.perFileIgnores ?? {}).map((pattern) => ({
      pattern,
      spelled: `per-file-ignores."${pattern}"`,
    })),
  };
}

function optionWish(flag: string, pattern: string): Wish {
  return { pattern, spelled: `--${flag} ${pattern}` };
}

function listWish(key: string, pattern: string): Wish {
  return { pattern, spelled: `${key} = ["${pattern}"]` };
}

/** One warning for each wish that nothing in the wheels of a run answers to. */
export function idleWishes(
  wishes: Wishes,
  leftOut: LeftOut,
  findings: readonly Finding[],
): readonly string[] {
  const codes = new Set(findings.map(({ code }) => code));
  const paths = new Set(findings.flatMap(({ path }) => path ?? []));
  const near = ({ pattern }: Wish, names: ReadonlySet<string>): string | undefined =>
    names.has(pattern) ? undefined : didYouMean(pattern, names);
  return [
    ...idleExclusions(wishes.exclude, leftOut),
    ...wishes.codes
      .filter(({ pattern }) => ![...leftOut.codes].some((code) => code.startsWith(pattern)))
      .map((wish) => matchedNothing(wish, near(wish, codes))),
    ...wishes.paths
      .filter(({ pattern }) => !leftOut.paths.has(pattern))
      .map((wish) => matchedNothing(wish, near(wish, paths))),
  ];
}

export function reportIdle(
  warnings: readonly string[],
  { verbosity }: Pick<CommonOptions, "verbosity">,
  io: Pick<Io, "err">,
): void {
  if (verbosity < -1) return;
  for (const warning of warnings) io.err(`warning: ${warning}\n`);
}
