/** The report that a person reads: verdict first, then why, then what to do. */
import type { PolicyReason, TagInfo, WheelResult } from "../audit/result.ts";
import { printable } from "../bytes.ts";
import type { Finding, Level, Unverified } from "../finding.ts";
import { append } from "./append.ts";
import { type Cause, describeCause, foldReasons } from "./causes.ts";
import { filesText, groupFindings } from "./group.ts";
import type { Palette } from "./palette.ts";
import { platformLine, verdictOfAll, verdictWord, wheelCount } from "./platform-line.ts";
import { countFindings, LABEL, LEVELS, someOf } from "./reported.ts";
import { wrap } from "./wrap.ts";

export interface TextOptions {
  readonly palette: Palette;
  /** Columns. */
  readonly width: number;
  /** Nothing is left out or shortened, and notes are shown. */
  readonly verbose: boolean;
}

/** Causes, findings of one code and libraries shown before `… and n more`. */
const FEW = 4;

export function auditText(wheels: readonly WheelResult[], options: TextOptions): string {
  const blocks = wheels.map((wheel) => wheelText(wheel, options));
  if (wheels.length === 1) return blocks.join("");
  let text = "";
  blocks.forEach((block, index) => {
    // Wheels of which there is little to say stand close together.
    const long = block.includes("\n\n") || blocks[index - 1]?.includes("\n\n") === true;
    text += index > 0 && long ? `\n${block}` : block;
  });
  return `${text}\n${total(wheels, options)}`;
}

const PAINT = { ok: "good", open: "warning", FAIL: "error" } as const;

/** One wheel's block, with its line end. */
export function wheelText(wheel: WheelResult, options: TextOptions): string {
  const { palette, width } = options;
  const word = verdictWord(wheel);
  const lines: string[] = [
    `${palette[PAINT[word]](word)} ${palette.strong(printable(wheel.file))}`,
    ...wrap(`${platformLine(wheel)}; ${countsText(wheel.findings, options.verbose)}`, width, "  "),
  ];
  const sections = [
    causesText(wheel, options),
    externalText(wheel, options),
    ...LEVELS.map((level) => findingsText(wheel.findings, level, options)),
    unverifiedText(wheel.unverified, options),
  ];
  for (const section of sections) if (section.length > 0) lines.push("", ...section);
  return `${lines.join("\n")}\n`;
}

/** Notes are only shown with `-v`, and the line says so. */
function countsText(findings: readonly Finding[], verbose: boolean): string {
  if (findings.length === 0) return "no finding";
  if (verbose) return countFindings(findings);
  const grave = countFindings(findings, ["error", "warning"]);
  const notes = countFindings(findings, ["info"]);
  const verdict = grave === "" ? "no error or warning" : grave;
  return notes === "" ? verdict : `${verdict}; ${notes} (-v)`;
}

function total(wheels: readonly WheelResult[], { palette }: TextOptions): string {
  const failed = wheels.filter(({ ok }) => !ok).length;
  const counts = countFindings(
    wheels.flatMap(({ findings }) => findings),
    ["error", "warning"],
  );
  const [first = "", ...more] = verdictOfAll(wheels).split("; ");
  const verdict = failed > 0 ? palette.error(first) : more.length > 0 ? first : palette.good(first);
  const parts = [verdict, counts, ...more];
  return `${wheelCount(wheels)}: ${parts.filter((part) => part !== "").join("; ")}\n`;
}

/** Which file and library cost which policy; by default only those that the verdict turns on. */
function causesText(wheel: WheelResult, options: TextOptions): readonly string[] {
  const { palette, width, verbose } = options;
  const all = foldReasons(wheel.platform.reasons);
  const outside = new Set(wheel.external.map(({ name }) => name));
  // Where errors name the libraries and symbols, this would say it twice.
  const explained = wheel.findings.some(
    ({ code, level }) => level === "error" && (code.startsWith("TAG") || code === "LNK001"),
  );
  // Libraries from outside have a list of their own.
  const listed = ({ reason: { why, library } }: Cause): boolean =>
    why === "library" && library !== undefined && outside.has(library);
  const limit = limitOf(wheel, all, listed);
  const causes = all.filter(
    (cause) =>
      verbose ||
      (!listed(cause) && (cause.policy === limit || (!explained && matters(wheel, cause.reason)))),
  );
  if (causes.length === 0) return [];
  const lines = [palette.strong("ruled out")];
  const shown = verbose ? causes : causes.slice(0, FEW);
  for (const cause of shown) {
    const cost = palette.strong(describeCost(wheel, cause.policy, all));
    const why = describeCause(cause, verbose ? Number.POSITIVE_INFINITY : 3);
    lines.push(...wrap(`${cost}: ${why}`, width, "  ", "    "));
  }
  return [...lines, ...more(causes.length - shown.length, "  ")];
}

/**
 * A cause matters when it rules out a policy that the file name claims, or, where a repair could
 * reach more than the wheel supports, that one.
 */
function matters({ platform: { truthful, tags } }: WheelResult, lost: PolicyReason): boolean {
  const { claimed, supported, reachable } = tags;
  const wanted: TagInfo[] = [];
  if (truthful === false) wanted.push(...claimed);
  if (reachable !== null && reachable.tag !== supported?.tag) wanted.push(reachable);
  if (reachable === null && supported?.promises === false) return true;
  return wanted.some(({ rank }) => rank <= lost.rank);
}

/**
 * Of a wheel tagged `linux_*`, which is still to get its tag: the newest policy lost to what a
 * repair can't change. No finding says what that was.
 */
function limitOf(
  { platform: { tags } }: WheelResult,
  all: readonly Cause[],
  listed: (cause: Cause) => boolean,
): string | undefined {
  const { claimed, reachable } = tags;
  const untagged = claimed.length > 0 && claimed.every(({ promises }) => !promises);
  if (!untagged || reachable === null) return undefined;
  return all.find((cause) => !listed(cause))?.policy;
}

/** The newest policy that is lost; the older ones go with it. */
function describeCost({ platform }: WheelResult, lost: string, all: readonly Cause[]): string {
  // Nothing but `linux` is left: then the worst causes cost every policy there is.
  const every = platform.tags.supported?.promises === false && lost === all[0]?.policy;
  return every ? `every ${platform.family} tag` : `${lost} and older`;
}

function externalText(wheel: WheelResult, options: TextOptions): readonly string[] {
  const { palette, width, verbose } = options;
  const { external } = wheel;
  const said = wheel.findings.some(({ code, level }) => code === "LNK001" && level !== "info");
  if (external.length === 0 || (said && !verbose)) return [];
  const lines = [palette.strong("libraries from outside the wheel, which a repair must graft")];
  const shown = verbose ? external : external.slice(0, 2 * FEW);
  for (const { name, neededBy, found } of shown) {
    const place = found === null ? "" : `, found at ${printable(found)}`;
    lines.push(
      ...wrap(
        `${palette.strong(printable(name))}, needed by ${someOf(neededBy, verbose ? neededBy.length : 2)}${place}`,
        width,
        "  ",
        "    ",
      ),
    );
  }
  return [...lines, ...more(external.length - shown.length, "  ")];
}

function findingsText(
  all: readonly Finding[],
  level: Level,
  options: TextOptions,
): readonly string[] {
  const findings = all.filter((finding) => finding.level === level);
  if (findings.length === 0) return [];
  if (level === "info" && !options.verbose) return [];
  const lines: string[] = [];
  const byCode = new Map<string, Finding[]>();
  for (const finding of findings) {
    const group = byCode.get(finding.code);
    if (group === undefined) byCode.set(finding.code, [finding]);
    else group.push(finding);
  }
  for (const [code, group] of byCode) append(lines, groupText(code, group, level, options));
  return lines;
}

/** Files of one finding that are named. */
const NAMED_FILES = 3;

/** Findings of one code; a hint that they share stands once, behind the last. */
function groupText(
  code: string,
  findings: readonly Finding[],
  level: Level,
  { palette, width, verbose }: TextOptions,
): readonly string[] {
  const lines: string[] = [];
  const group = groupFindings(findings);
  const shown = verbose || group.length <= FEW + 1 ? group : group.slice(0, FEW);
  const label = palette[level](LABEL[level]);
  shown.forEach((finding, index) => {
    const { paths } = finding;
    const files = printable(filesText(paths, verbose ? paths.length : NAMED_FILES));
    const where = paths.length === 0 ? "" : `${palette.strong(files)}: `;
    const offset = finding.at?.offset;
    const at =
      verbose && offset !== undefined
        ? palette.faint(` (${printable(finding.at?.record ?? "")} at offset ${offset})`)
        : "";
    const text = `${label}[${code}] ${where}${printable(finding.message)}${at}`;
    lines.push(...wrap(text, width, "", "  "));
    const next = shown[index + 1];
    if (finding.hint !== undefined && finding.hint !== next?.hint && index < shown.length) {
      const hint = `${palette.info("hint")}: ${printable(finding.hint)}`;
      lines.push(...wrap(hint, width, "  ", "        "));
    }
  });
  return [...lines, ...more(group.length - shown.length, "  ", ` of ${code}`)];
}

/** What could not be decided, folded by cause. */
function unverifiedText(items: readonly Unverified[], options: TextOptions): readonly string[] {
  const { palette, width, verbose } = options;
  const folded = new Map<string, { code: string; why: string; paths: string[] }>();
  for (const { code, path, why } of items) {
    const key = `${code}\0${why}`;
    const entry = folded.get(key) ?? { code, why, paths: [] };
    if (path !== undefined) entry.paths.push(path);
    folded.set(key, entry);
  }
  const entries = [...folded.values()];
  const shown = verbose ? entries : entries.slice(0, FEW);
  const lines: string[] = [];
  for (const { code, why, paths } of shown) {
    const where =
      paths.length === 0 ? "" : `${palette.strong(someOf(paths, verbose ? paths.length : 2))}: `;
    lines.push(
      ...wrap(
        `${palette.warning("unverified")}[${code}] ${where}${printable(why)}`,
        width,
        "",
        "  ",
      ),
    );
  }
  return [...lines, ...more(entries.length - shown.length, "  ")];
}

function more(count: number, indent: string, of = ""): readonly string[] {
  return count > 0 ? [`${indent}… and ${count} more${of}; -v shows all`] : [];
}
