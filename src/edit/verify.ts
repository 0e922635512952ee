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

/** Which of two members such a finding names depends on their order. */
const OF_PAIRS: ReadonlySet<string> = new Set(["ZIP034", "EPT006"]);

function rootOf(path: string): string {
  const slash = path.indexOf("/");
  return slash === -1 ? path : path.slice(0, slash);
}

/** Contents that stay are not read again, so the cost does not depend on the wheel's size. */
export function compareFindings(
  before: Wheel,
  built: Built,
  options: Parameters<typeof openWheel>[3] = {},
): Compared {
  const { compression } = before;
  const result = openWheel(layoutSource(built.layout), built.file, compression, options);
  const origin = new Map<string, string>();
  for (const { path, from } of built.changes) {
    if (from === undefined) continue;
    origin.set(path, from);
    // Some rules speak of the folder at the root, or of one below it.
    origin.set(rootOf(path), rootOf(from));
  }
  const originOf = (path: string): string =>
    origin.get(path) ??
    (origin.get(rootOf(path)) ?? rootOf(path)) + path.slice(rootOf(path).length);
  const keyOf = ({ code, path }: Problem, from: (path: string) => string): string =>
    `${code}\0${path === undefined || OF_PAIRS.has(code) ? "" : from(path)}`;
  const count = new Map<string, number>();
  for (const problem of problemsOf(before)) {
    const key = keyOf(problem, (path) => path);
    count.set(key, (count.get(key) ?? 0) + 1);
  }
  const fresh: Problem[] = [];
  const kept: Problem[] = [];
  for (const problem of problemsOf(result)) {
    const key = keyOf(problem, originOf);
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
    return `defect carried over from the input: ${where}${printable(first?.message ?? "")}${others} [${code}]`;
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
