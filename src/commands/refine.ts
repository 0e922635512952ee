/** What only the command knows, laid over a result: expectations and ignores for single files. */

import type { Engine } from "../audit/audit.ts";
import type { Shape } from "../audit/baseline.ts";
import { checkExpectations } from "../audit/expectations.ts";
import { atLeast, toFindings } from "../audit/findings.ts";
import type { WheelResult } from "../audit/result.ts";
import { compareText } from "../bytes.ts";
import type { Finding, Problem } from "../finding.ts";
import type { AuditSettings } from "./audit-options.ts";
import type { LeftOut } from "./wishes.ts";

/** @param shape what `--baseline` compares of the wheel; none where the archive can't be read. */
export async function refine(
  wheel: WheelResult,
  shape: Shape | undefined,
  settings: AuditSettings,
  engine: Engine,
  leftOut: LeftOut,
): Promise<WheelResult> {
  const { audit, expected, baseline, perFileIgnores } = settings;
  const problems: Problem[] = [...checkExpectations(wheel, expected)];
  if (baseline !== undefined && shape !== undefined) {
    const { checkBaseline } = await import("./baseline.ts");
    problems.push(...(await checkBaseline(shape, baseline, engine)));
  }
  const ignored = await ignoredFindings(wheel.findings, perFileIgnores, leftOut.paths);
  const kept = wheel.findings.filter((finding) => !ignored.has(finding));
  return withProblems(ignored.size === 0 ? wheel : { ...wheel, findings: kept }, problems, audit);
}

/** The result with further problems, in the order of findings. */
export function withProblems(
  wheel: WheelResult,
  problems: readonly Problem[],
  audit: AuditSettings["audit"],
): WheelResult {
  const findings = [...wheel.findings, ...toFindings(problems, audit.findings)].sort(
    (a, b) =>
      compareText(a.path ?? "", b.path ?? "") ||
      compareText(a.code, b.code) ||
      (a.at?.offset ?? -1) - (b.at?.offset ?? -1),
  );
  const { failOn } = audit;
  const ok = failOn === "never" || !findings.some(({ level }) => atLeast(level, failOn));
  return { ...wheel, ok, findings };
}

async function ignoredFindings(
  findings: readonly Finding[],
  perFile: AuditSettings["perFileIgnores"],
  used: Set<string>,
): Promise<ReadonlySet<Finding>> {
  const ignored = new Set<Finding>();
  const patterns = Object.entries(perFile);
  if (patterns.length === 0 || findings.length === 0) return ignored;
  const { default: picomatch } = await import("picomatch");
  for (const [pattern, codes] of patterns) {
    const matches = picomatch(pattern, { dot: true });
    for (const finding of findings) {
      if (finding.path === undefined || !matches(finding.path)) continue;
      if (!codes.some((code) => finding.code.startsWith(code))) continue;
      ignored.add(finding);
      used.add(pattern);
    }
  }
  return ignored;
}
