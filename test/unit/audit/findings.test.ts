import { expect, it } from "vitest";
import { toFindings } from "../../../src/audit/findings.ts";
import type { Problem } from "../../../src/finding.ts";

function problems(count: number, code: string): readonly Problem[] {
  return Array.from({ length: count }, (_, index) => ({
    code,
    path: `demo/${String(index).padStart(6, "0")}`,
    message: "is bad",
  }));
}

it("lists a thousand findings of one kind, and counts the others", () => {
  const findings = toFindings([...problems(1005, "LNK001"), ...problems(3, "TAG002")]);
  expect(findings).toHaveLength(1004);
  expect(findings[0]).toEqual({
    code: "LNK001",
    level: "error",
    message: "5 more cases of this are not shown",
  });
  expect(findings.at(-1)?.path).toBe("demo/000999");
  expect(findings.filter(({ code }) => code === "TAG002")).toHaveLength(3);
});

it("lists all of a thousand", () => {
  expect(toFindings(problems(1000, "LNK001"))).toHaveLength(1000);
});
