/** The page of a rule, and the list of all. */
import { levelUnder, type Profile, type RuleInfo } from "../finding.ts";
import { document } from "./json.ts";
import type { Palette } from "./palette.ts";
import { LABEL } from "./reported.ts";
import { wrap } from "./wrap.ts";

export interface ExplainOptions {
  readonly palette: Palette;
  readonly width: number;
}

export type Rule = readonly [code: string, info: RuleInfo];

const OTHERS: readonly Exclude<Profile, "release">[] = ["pypi", "install", "pending"];

export function explainText(code: string, rule: RuleInfo, options: ExplainOptions): string {
  const { palette, width } = options;
  const lines = [
    palette.strong(`${code}: ${rule.title}`),
    "",
    levels(rule),
    "",
    ...wrap(rule.why, width),
    "",
    ...wrap(`${palette.info("fix")}: ${rule.mend}`, width),
    "",
    ...wrap(palette.faint(`source: ${rule.source}`), width),
  ];
  return `${lines.join("\n")}\n`;
}

function levelName(level: RuleInfo["level"]): string {
  return level === "off" ? level : LABEL[level];
}

/** `error; under pypi: warning`. */
export function levels(rule: RuleInfo): string {
  const other = OTHERS.filter((profile) => levelUnder(rule, profile) !== rule.level).map(
    (profile) => `under ${profile}: ${levelName(levelUnder(rule, profile))}`,
  );
  return [`level: ${levelName(rule.level)}`, ...other].join("; ");
}

export function listText(rules: readonly Rule[], { palette, width }: ExplainOptions): string {
  const lines: string[] = [];
  let family = "";
  for (const [code, { title, level }] of rules) {
    const current = familyOf(code);
    if (current !== family) {
      if (family !== "") lines.push("");
      lines.push(palette.strong(FAMILIES[current] ?? current));
      family = current;
    }
    lines.push(
      ...wrap(
        title,
        width,
        `  ${code}  ${levelName(level).padEnd(7)}  `,
        " ".repeat(code.length + 13),
      ),
    );
  }
  lines.push("", "`wheelkit explain CODE` says why a rule matters and how to fix what it finds");
  return `${lines.join("\n")}\n`;
}

export function rulesJson(rules: readonly Rule[]): string {
  return document("wheelkit.explain/1", {
    rules: rules.map(([code, rule]) => ({
      code,
      title: rule.title,
      level: rule.level,
      profiles: Object.fromEntries(OTHERS.map((profile) => [profile, levelUnder(rule, profile)])),
      why: rule.why,
      mend: rule.mend,
      source: rule.source,
    })),
  });
}

export function familyOf(code: string): string {
  return /^[A-Z]+/.exec(code)?.[0] ?? code;
}

/** What each family of rules is about. */
export const FAMILIES: Readonly<Record<string, string>> = {
  ZIP: "ZIP: the archive",
  NAM: "NAM: the file name",
  DST: "DST: the folders of the distribution",
  WHL: "WHL: the WHEEL file",
  MET: "MET: the METADATA file",
  REC: "REC: the RECORD file",
  EPT: "EPT: entry points",
  TAG: "TAG: is the platform tag true",
  LNK: "LNK: linking of native code",
  HRD: "HRD: hardening of native code",
  SIG: "SIG: signatures",
  ABI: "ABI: the interface to Python",
  INT: "INT: what could not be read",
  LKS: "LKS: the LINKS record",
  VAR: "VAR: variants",
  CON: "CON: the files of the wheel",
  EDT: "EDT: edits that are refused",
  EXP: "EXP: what the owner expects",
  SIZ: "SIZ: size",
  BAS: "BAS: compared with an earlier wheel",
};
