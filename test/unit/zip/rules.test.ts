import { describe, expect, test } from "vitest";
import type { Level, Profile } from "../../../src/finding.ts";
import { ZIP_RULES } from "../../../src/zip/rules.ts";
import { CASES, CLEAN, PASSES } from "../../hostile/zip-cases.ts";
import { LINUX, verdict } from "../../support/zip-verdict.ts";

const PROFILES: readonly Profile[] = ["release", "pypi", "install"];

describe("each rule on an archive that breaks it", () => {
  for (const [at, each] of CASES.entries()) {
    test(`${at} ${each.code}: ${each.what}`, () => {
      for (const [index, profile] of PROFILES.entries()) {
        const { findings } = verdict(each.archive, { ...each.options, profile });
        const levels = findings.filter(({ code }) => code === each.code).map(({ level }) => level);
        expect(gravest(levels), profile).toBe(each.levels[index]);
      }
      const errors = verdict(each.archive, each.options).codes("error");
      const own = each.levels[0] === "error" ? [each.code] : [];
      expect(errors).toEqual([...own, ...(each.also ?? [])].sort());
    });
  }

  test("all rules have a case", () => {
    const codes = new Set<string>(CASES.map(({ code }) => code));
    expect(Object.keys(ZIP_RULES).filter((code) => !codes.has(code))).toEqual([]);
  });
});

describe("each rule on an archive that just passes", () => {
  for (const { code, what, archive, options } of PASSES) {
    test(`${code}: ${what}`, () => {
      const { findings } = verdict(archive, { targets: LINUX, ...options });
      const graver = findings.filter((each) => each.code === code && each.level !== "info");
      expect(graver).toEqual([]);
    });
  }

  test("all rules have a case", () => {
    const codes = new Set<string>(PASSES.map(({ code }) => code));
    expect(Object.keys(ZIP_RULES).filter((code) => !codes.has(code))).toEqual([]);
  });
});

test("a clean wheel has nothing to say", () => {
  for (const profile of PROFILES) expect(verdict(CLEAN, { profile }).findings).toEqual([]);
});

test("every message names no other member unescaped and ends without a full stop", () => {
  for (const each of CASES) {
    for (const finding of verdict(each.archive, each.options).findings) {
      expect(finding.message).not.toMatch(/[\x00-\x1f]|\.$/);
      expect(finding.message.length).toBeGreaterThan(10);
    }
  }
});

function gravest(levels: readonly Level[]): Level | "-" {
  for (const level of ["error", "warning", "info"] as const)
    if (levels.includes(level)) return level;
  return "-";
}
