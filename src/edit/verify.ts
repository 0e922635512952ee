/** Holds an edited wheel to the rules, before a byte of it is written. */
import { toFindings } from "../audit/findings.ts";
import { printable } from "../bytes.ts";
import { RefusalError } from "../errors.ts";
import type { Finding, Problem } from "../finding.ts";
import { checkWheel } from "../wheel/check.ts";
import type { Wheel } from "../wheel/open.ts";
import { openWheel } from "../wheel/open.ts";
import { parsePlatformTag } from "../wheel/platform-tag.ts";
import { checkNames } from "../zip/index.ts";
import { layoutSource } from "../zip/writer.ts";
import type { Built } from "./assemble.ts";

/** What a wheel may have, and no edit may bring in. */
const NOT_BY_EDIT: ReadonlySet<string> = new Set(["EPT004", "DST010"]);

export interface Compared {
  /** What the edit brought in: findings of the result that the input does not have. */
  readonly fresh: readonly Finding[];
  /** What both have. */
  readonly kept: readonly Finding[];
}

/** Contents that stay are not read again, so the cost does not depend on the wheel's size. */
export function compareFindings(
  before: Wheel,
  built: Built,
  options: Parameters<typeof openWheel>[3] = {},
): Compared {
  const { compression } = before;
  const result = openWheel(layoutSource(built.layout), built.file, compression, options);
  const origin = new Map(
    built.changes.flatMap(({ path, from }) => (from === undefined ? [] : [[path, from] as const])),
  );
  const count = new Map<string, number>();
  for (const { code, path } of problemsOf(before)) {
    const key = `${code}\0${path ?? ""}`;
    count.set(key, (count.get(key) ?? 0) + 1);
  }
  const fresh: Problem[] = [];
  const kept: Problem[] = [];
  for (const problem of problemsOf(result)) {
    const { code, path } = problem;
    const key = `${code}\0${path === undefined ? "" : (origin.get(path) ?? path)}`;
    const left = count.get(key) ?? 0;
    count.set(key, left - 1);
    (left <= 0 ? fresh : kept).push(problem);
  }
  return { fresh: toFindings(fresh), kept: toFindings(kept) };
}

/** What is wrong with a wheel that is passed on as it is. */
export function findingsOf(wheel: Wheel): readonly Finding[] {
  return toFindings(problemsOf(wheel));
}

/**
 * @param allowed codes that the edit asked for and that are told but not refused.
 * @returns findings that are worth a warning.
 * @throws RefusalError with the code of the first rule that the result would break.
 */
export function refuseInvalid(
  findings: readonly Finding[],
  allowed: readonly string[] = [],
): readonly Finding[] {
  const grave = findings.find(
    ({ code, level }) => !allowed.includes(code) && (level === "error" || NOT_BY_EDIT.has(code)),
  );
  if (grave !== undefined) {
    throw new RefusalError(
      grave.code,
      `the edited wheel would break a rule: ${grave.message}`,
      grave.hint,
    );
  }
  return findings.filter(({ level }) => level !== "info");
}

/** Damage that the input had and the result has, one line for each rule. */
export function carriedOver(findings: readonly Finding[]): readonly string[] {
  const grave = findings.filter(({ level }) => level === "error");
  const codes = [...new Set(grave.map(({ code }) => code))];
  return codes.map((code) => {
    const [first, ...more] = grave.filter((finding) => finding.code === code);
    const where = first?.path === undefined ? "" : `\`${printable(first.path)}\`: `;
    const others = more.length === 0 ? "" : ` (and ${more.length} more)`;
    return `the input has this defect, and so has the result: ${where}${printable(first?.message ?? "")}${others} [${code}]`;
  });
}

function problemsOf(wheel: Wheel): readonly Problem[] {
  const { index } = wheel;
  const nativeMembers = new Set(
    index.entries
      .filter(({ name }) => /\.(so|pyd|dll|dylib)(\.|$)/.test(name))
      .map(({ name }) => name),
  );
  const { model, problems } = checkWheel({
    filename: wheel.file,
    entries: index.entries,
    read: (path) => wheel.read(path),
    nativeMembers,
  });
  const families = model.tags.map(
    (tag) => parsePlatformTag(tag.slice(tag.lastIndexOf("-") + 1)).kind,
  );
  const targets = {
    windows: families.includes("win"),
    macos: families.includes("macosx"),
    any: families.includes("any"),
  };
  return [...index.problems, ...problems, ...checkNames(index, targets)];
}
