/**
 * Findings are data with a stable code; their texts live in one table.
 *
 * A layer (archive, wheel, binaries) reports a {@link Problem}. The audit turns problems into
 * {@link Finding}s: level by profile and configuration, hint from the rule's text.
 */
import type { FieldRef } from "./errors.ts";

export type Level = "error" | "warning" | "info";
/** `off`: the rule stays silent under this profile unless it is selected by its full code. */
export type RuleLevel = Level | "off";
export type Profile = "release" | "pypi" | "install" | "pending";

/** The case of a finding as data: `library`, `symbols`, `arch`, … Sizes are in bytes. */
export type FindingFacts = Readonly<Record<string, string | number | readonly string[]>>;

/** What a check reports. `message` says what is wrong here, in one sentence without a full stop. */
export interface Problem<Code extends string = string> {
  readonly code: Code;
  /** Path of the member concerned; none for the wheel as a whole. */
  readonly path?: string;
  readonly message: string;
  /** How to mend this case, where the rule's general text says too little. */
  readonly hint?: string;
  readonly at?: FieldRef;
  readonly facts?: FindingFacts;
  /** Only where one rule has graver and milder cases; else the table decides. */
  readonly level?: Level;
  /** Only where a profile judges this case otherwise than the rule's other cases. */
  readonly profiles?: Partial<Readonly<Record<Exclude<Profile, "release">, Level>>>;
}

export interface Finding {
  readonly code: string;
  readonly level: Level;
  readonly path?: string;
  readonly message: string;
  readonly hint?: string;
  readonly at?: FieldRef;
  readonly facts?: FindingFacts;
}

/** Something a rule could not decide: never silently passed. */
export interface Unverified {
  readonly code: string;
  readonly path?: string;
  readonly why: string;
}

/** The documentation of one rule: `wheelkit explain`, the pages in docs/, SARIF. */
export interface RuleInfo {
  /** A sentence fragment that names the defect, for example `data descriptor`. */
  readonly title: string;
  /** Level under `release`, and under the other profiles where it differs. */
  readonly level: RuleLevel;
  readonly profiles?: Partial<Readonly<Record<Exclude<Profile, "release">, RuleLevel>>>;
  /** Why it matters: who is hurt, and how. Full sentences. */
  readonly why: string;
  /** How to mend it. Full sentences, the first one short enough to be a hint. */
  readonly mend: string;
  /**
   * What becomes of it where a wheel is written. `refuse`: none is written, for nobody could say what
   * it holds. `fixes`: it is right in the result. `passes`: a repaired wheel may have it, for it
   * depends on what the user asked for. Absent: the result has it only where the input has it.
   */
  readonly repair?: "refuse" | "fixes" | "passes";
  /** With `refuse`: what to do about it first, where building the wheel again is not all. */
  readonly repairHint?: string;
  /** The rule's source: a PEP, a specification's section, a known defect. */
  readonly source: string;
}

export function levelUnder(rule: RuleInfo, profile: Profile): RuleLevel {
  return profile === "release" ? rule.level : (rule.profiles?.[profile] ?? rule.level);
}
