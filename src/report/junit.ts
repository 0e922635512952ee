/**
 * JUnit XML as CI servers read it: a suite for each wheel, a case for each family of rules, a
 * failure for what fails the audit, `skipped` for what could not be decided.
 */
import type { WheelResult } from "../audit/result.ts";
import type { Finding, Level } from "../finding.ts";
import { append } from "./append.ts";
import { LABEL, LEVELS, plural, type Reported, type Unread } from "./reported.ts";
import { xmlText } from "./xml.ts";

/** Families that every wheel is judged by, even when nothing is found. */
export function ruleFamilies(codes: readonly string[]): readonly string[] {
  return [...new Set(codes.map(familyOf))].sort();
}

export function auditJunit(
  wheels: readonly Reported[],
  families: readonly string[],
  failOn: Level | "never",
  unread: readonly Unread[] = [],
): string {
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>'];
  const suites = wheels.map(({ result }) => suite(result, families, failOn));
  const tests = suites.reduce((sum, { tests }) => sum + tests, 0);
  const failures = suites.reduce((sum, { failures }) => sum + failures, 0);
  const errors = unread.length === 0 ? "" : ` errors="${unread.length}"`;
  lines.push(
    `<testsuites name="wheelkit audit" tests="${tests + unread.length}" failures="${failures}"${errors}>`,
  );
  for (const { lines: inner } of suites) append(lines, inner);
  if (unread.length > 0) {
    lines.push(`  <testsuite name="input" tests="${unread.length}" failures="0"${errors}>`);
    for (const { uri, message } of unread) {
      lines.push(
        `    <testcase classname="input" name="${xmlText(uri ?? message)}">`,
        `      <error type="input" message="${xmlText(message)}"/>`,
        "    </testcase>",
      );
    }
    lines.push("  </testsuite>");
  }
  lines.push("</testsuites>");
  return `${lines.join("\n")}\n`;
}

interface Suite {
  readonly lines: readonly string[];
  readonly tests: number;
  readonly failures: number;
}

function suite(wheel: WheelResult, families: readonly string[], failOn: Level | "never"): Suite {
  const all = ruleFamilies([
    ...families,
    ...wheel.findings.map(({ code }) => code),
    ...wheel.unverified.map(({ code }) => code),
  ]);
  const lines: string[] = [];
  let failures = 0;
  let skipped = 0;
  for (const family of all) {
    const findings = wheel.findings.filter(({ code }) => familyOf(code) === family);
    const failing = findings.filter(({ level }) => fails(level, failOn));
    const open = wheel.unverified.filter(({ code }) => familyOf(code) === family);
    const inner: string[] = [];
    if (failing.length > 0) {
      failures++;
      const [first] = failing;
      const message =
        failing.length === 1 ? (first?.message ?? "") : plural(failing.length, "finding");
      inner.push(
        `      <failure type="${xmlText(first?.code ?? family)}" message="${xmlText(message)}">`,
        ...failing.map((finding) => xmlText(line(finding))),
        "      </failure>",
      );
    } else if (open.length > 0) {
      skipped++;
      inner.push(`      <skipped message="${xmlText(open[0]?.why ?? "")}"/>`);
    }
    const rest = findings.filter((finding) => !failing.includes(finding));
    if (rest.length > 0) {
      inner.push("      <system-out>", ...rest.map((finding) => xmlText(line(finding))));
      inner.push("      </system-out>");
    }
    const head = `    <testcase classname="${xmlText(wheel.file)}" name="${xmlText(family)}"`;
    if (inner.length === 0) lines.push(`${head}/>`);
    else lines.push(`${head}>`, ...inner, "    </testcase>");
  }
  const counts = `tests="${all.length}" failures="${failures}" skipped="${skipped}"`;
  return {
    lines: [`  <testsuite name="${xmlText(wheel.file)}" ${counts}>`, ...lines, "  </testsuite>"],
    tests: all.length,
    failures,
  };
}

function line({ level, code, path, message, hint }: Finding): string {
  const where = path === undefined ? "" : `${path}: `;
  return `${LABEL[level]}[${code}] ${where}${message}${hint === undefined ? "" : ` (hint: ${hint})`}`;
}

/** `ZIP` of `ZIP001`. */
function familyOf(code: string): string {
  return /^[A-Z]+/.exec(code)?.[0] ?? code;
}

function fails(level: Level, failOn: Level | "never"): boolean {
  return failOn !== "never" && LEVELS.indexOf(level) <= LEVELS.indexOf(failOn);
}
