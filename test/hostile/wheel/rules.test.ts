/** For each rule wheels that break just that rule, at the levels that it promises, and wheels that pass. */
import { describe, expect, it } from "vitest";
import type { Profile } from "../../../src/finding.ts";
import { WHEEL_RULES } from "../../../src/wheel/rules.ts";
import { findingsOf } from "../../support/wheel-check.ts";
import type { CaseTable } from "./cases.ts";
import { metadata, variant } from "./cases.ts";
import { CONTENT_CASES } from "./content-cases.ts";
import { ENTRY_POINT_CASES } from "./entry-point-cases.ts";
import { LAYOUT_CASES } from "./layout-cases.ts";
import { METADATA_CASES, OLD_LICENSES } from "./metadata-cases.ts";
import { NAME_CASES } from "./name-cases.ts";
import { RECORD_CASES } from "./record-cases.ts";
import { VARIANT_CASES } from "./variant-cases.ts";
import { WHEEL_FILE_CASES } from "./wheel-file-cases.ts";

const TABLES: readonly CaseTable[] = [
  NAME_CASES,
  LAYOUT_CASES,
  WHEEL_FILE_CASES,
  METADATA_CASES,
  OLD_LICENSES,
  RECORD_CASES,
  ENTRY_POINT_CASES,
  VARIANT_CASES,
  CONTENT_CASES,
];

describe.each(TABLES.flatMap((table) => Object.entries(table)))(
  "%s",
  (code, { breaks, passes }) => {
    it.each(breaks)("is broken by: $what", ({ wheel, level, says, also = [], ...levels }) => {
      const findings = findingsOf(wheel);
      const own = findings.filter((finding) => finding.code === code);
      expect(own.map((finding) => finding.level)).toContain(level);
      if (says !== undefined)
        expect(own.map((finding) => finding.message).join("\n")).toContain(says);
      const others = findings.filter(
        (finding) =>
          finding.code !== code && finding.level !== "info" && !also.includes(finding.code),
      );
      expect(others).toEqual([]);
      for (const finding of own) {
        expect(finding.message).not.toMatch(/undefined|\.$|\n/);
        expect(finding.hint ?? "a hint").not.toMatch(/undefined|\.$/);
      }
      for (const profile of ["pypi", "install", "pending"] as const satisfies Profile[]) {
        const wanted = levels[profile];
        if (wanted === undefined) continue;
        const found = findingsOf(wheel, profile).filter((finding) => finding.code === code);
        expect(
          found.map((finding) => finding.level),
          profile,
        ).toContain(wanted);
      }
    });

    it.each(passes)("lets pass: $what", ({ wheel }) => {
      const findings = findingsOf(wheel);
      expect(findings.filter((finding) => finding.code === code)).toEqual([]);
      expect(findings.filter((finding) => finding.level !== "info")).toEqual([]);
    });
  },
);

// The LKS rules have a table of their own, and VAR005 is about several wheels.
it("has cases for every rule that is not off", () => {
  const tested = new Set(TABLES.flatMap((table) => Object.keys(table)));
  const missing = Object.entries(WHEEL_RULES)
    .filter(
      ([code, rule]) => rule.level !== "off" && !/^LKS|^VAR005/.test(code) && !tested.has(code),
    )
    .map(([code]) => code);
  expect(missing).toEqual([]);
});

it("lets markers on variants pass in a wheel with a label", () => {
  const lines = ["variant_label != 'null'", "'x86_64' in variant_namespaces"];
  const { files, ...wheel } = variant("x86_64_v3", { x86_64: { level: ["v3"] } });
  const found = findingsOf({
    ...wheel,
    files: {
      ...files,
      "%/METADATA": metadata(lines.map((marker) => `Requires-Dist: a; ${marker}`).join("\n")),
    },
  });
  expect(found.map(({ code }) => code)).toEqual(["NAM001"]);
});
