/** From problems to findings: level, hint, selection, order. */
import { compareText } from "../bytes.ts";
import type { Finding, FindingFacts, Level, Problem, Profile } from "../finding.ts";
import { levelUnder } from "../finding.ts";
import type { RuleCode } from "./rules/table.ts";
import { RULES } from "./rules/table.ts";

export interface FindingOptions {
  readonly profile: Profile;
  /** Codes or prefixes to report; empty: all. */
  readonly select: readonly string[];
  /** Codes or prefixes to leave out; wins over `select`. */
  readonly ignore: readonly string[];
  /** Level of single codes, over the table's. */
  readonly severity: Readonly<Record<string, Level | "off">>;
  /** Told the code of each problem that `ignore` or a severity leaves out. */
  readonly onLeftOut?: (code: string) => void;
}

export const DEFAULT_FINDING_OPTIONS: FindingOptions = {
  profile: "release",
  select: [],
  ignore: [],
  severity: {},
};

const RANK: Readonly<Record<Level, number>> = { error: 3, warning: 2, info: 1 };

/** True when `level` is at or above `threshold`. */
export function atLeast(level: Level, threshold: Level): boolean {
  return RANK[level] >= RANK[threshold];
}

export function isRuleCode(code: string): code is RuleCode {
  return Object.hasOwn(RULES, code);
}

/** Findings sorted by path (the wheel itself first), code and offset, without repetitions. */
export function toFindings(
  problems: readonly Problem[],
  options: FindingOptions = DEFAULT_FINDING_OPTIONS,
): readonly Finding[] {
  const findings: Finding[] = [];
  for (const problem of problems) {
    const level = levelOf(problem, options);
    if (level === "off") continue;
    const hint = problem.hint ?? generalHint(problem.code);
    findings.push({
      code: problem.code,
      level,
      ...(problem.path === undefined ? {} : { path: problem.path }),
      message: problem.message,
      ...(hint === undefined ? {} : { hint }),
      ...(problem.at === undefined ? {} : { at: problem.at }),
      ...(problem.facts === undefined ? {} : { facts: bounded(problem.facts) }),
    });
  }
  findings.sort(compareFindings);
  return shorten(
    findings.filter((finding, index) => {
      const before = findings[index - 1];
      return before === undefined || !same(before, finding);
    }),
  );
}

/** Items of a list that a finding carries as data. */
const FACT_ITEMS = 100;

function bounded(facts: FindingFacts): FindingFacts {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [
      name,
      typeof value === "object" ? value.slice(0, FACT_ITEMS) : value,
    ]),
  );
}

/** Findings of one code and level that are listed; a hostile wheel can have 200,000. */
const LISTED = 1000;

/** The first of each kind, and one finding for the others. */
function shorten(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length <= LISTED) return findings;
  const kinds = new Map<string, { readonly finding: Finding; count: number }>();
  const listed = findings.filter((finding) => {
    const key = `${finding.code} ${finding.level}`;
    const kind = kinds.get(key) ?? { finding, count: 0 };
    kinds.set(key, kind);
    kind.count++;
    return kind.count <= LISTED;
  });
  if (listed.length === findings.length) return findings;
  for (const { finding, count } of kinds.values()) {
    if (count <= LISTED) continue;
    const { code, level } = finding;
    listed.push({ code, level, message: `${count - LISTED} more cases of this are not shown` });
  }
  return listed.sort(compareFindings);
}

function levelOf(problem: Problem, options: FindingOptions): Level | "off" {
  const { code } = problem;
  if (options.select.length > 0 && !matches(code, options.select)) return "off";
  const wanted = options.severity[code];
  const level = wanted === undefined || wanted === "off" ? usualLevel(problem, options) : wanted;
  if (level === "off") return level;
  if (wanted !== "off" && !matches(code, options.ignore)) return level;
  options.onLeftOut?.(code);
  return "off";
}

function usualLevel(problem: Problem, options: FindingOptions): Level | "off" {
  const { code } = problem;
  const ofCase =
    (options.profile === "release" ? undefined : problem.profiles?.[options.profile]) ??
    problem.level;
  const ofRule = isRuleCode(code) ? levelUnder(RULES[code], options.profile) : "error";
  if (ofRule === "off") return options.select.includes(code) ? (ofCase ?? "info") : "off";
  return ofCase ?? ofRule;
}

function matches(code: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => code.startsWith(prefix));
}

/** The first sentence of the rule's remedy. */
function generalHint(code: string): string | undefined {
  if (!isRuleCode(code)) return undefined;
  const [first] = RULES[code].mend.split(/(?<=\.)\s/);
  // A hint goes on from `hint:`; a name that begins with capitals stays.
  return first?.replace(/\.$/, "").replace(/^[A-Z](?=[a-z]* )/, (letter) => letter.toLowerCase());
}

function compareFindings(a: Finding, b: Finding): number {
  return (
    compareText(a.path ?? "", b.path ?? "") ||
    compareText(a.code, b.code) ||
    (a.at?.offset ?? -1) - (b.at?.offset ?? -1) ||
    compareText(a.message, b.message)
  );
}

function same(a: Finding, b: Finding): boolean {
  return compareFindings(a, b) === 0 && a.level === b.level;
}
