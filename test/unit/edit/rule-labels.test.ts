/** What the rules' table says of a defect is what becomes of it where a wheel is written. */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { RULES, ruleOf } from "../../../src/audit/rules/table.ts";
import { wheelkit } from "../../support/commands.ts";
import { elfFixture } from "../../support/elf-fixtures.ts";
import { scratchFolder } from "../../support/scratch.ts";
import type { WheelSpec } from "../../support/wheel-builder.ts";
import { buildWheel, wheelFileName } from "../../support/wheel-builder.ts";

const CODE = "demo/__init__.py";
const changed =
  (change: (row: string) => string) =>
  (lines: readonly string[]): readonly string[] =>
    lines.map((row) => (row.startsWith(`${CODE},`) ? change(row) : row));

/** A wheel with each defect. */
const DEFECTS: Readonly<Record<string, WheelSpec>> = {
  REC003: { record: (lines) => lines.filter((row) => !row.startsWith(`${CODE},`)) },
  REC004: { record: (lines) => [`demo/gone.py,sha256=${"A".repeat(43)},1`, ...lines] },
  REC005: { record: changed((row) => row.replace(/sha256=[^,]*/, "")) },
  REC006: {
    files: { [CODE]: "1\n" },
    record: changed((row) => row.replace(/sha256=[^,]*/, `md5=${md5Of("1\n")}`)),
  },
  REC007: { record: changed((row) => row.replace(/(sha256=[^,]*)/, "$1=")) },
  REC009: { record: changed((row) => row.replace(/[0-9]+$/, "")) },
  LNK023: {
    tag: "py3-none-manylinux_2_17_x86_64",
    files: { "demo/tool": elfFixture("program-pie") },
    members: { "demo/tool": { mode: 0o100644 } },
  },
};

function md5Of(text: string): string {
  return createHash("md5").update(text).digest("base64url");
}

async function codesOf(path: string): Promise<readonly string[]> {
  const { out } = await wheelkit("audit", "-f", "json", path);
  const { wheels } = JSON.parse(out);
  return wheels[0].findings.map(({ code }: { readonly code: string }) => code);
}

describe("a rule that is fixed", () => {
  const fixed = Object.entries(RULES).flatMap(([code, { repair }]) =>
    repair === "fixes" ? [code] : [],
  );

  it("has a wheel below", () => {
    expect(Object.keys(DEFECTS)).toEqual(fixed);
  });

  it.each(fixed)("%s is broken by the input and not by the result", async (code) => {
    const folder = scratchFolder();
    const spec = DEFECTS[code] ?? {};
    const path = join(folder, wheelFileName(spec));
    writeFileSync(path, buildWheel(spec));
    expect(await codesOf(path)).toContain(code);
    const ran = await wheelkit("repair", "-w", join(folder, "out"), path);
    expect(ran.status, ran.err).toBe(0);
    if (code.startsWith("REC")) expect(ran.err).toContain("RECORD");
    expect(await codesOf(ran.out.trim())).not.toContain(code);
  });
});

describe("a hint of a refusal", () => {
  it("stands only with rules under which nothing is written", () => {
    const hinted = Object.entries(RULES).filter(([, rule]) => rule.repairHint !== undefined);
    expect(hinted.length).toBeGreaterThan(3);
    for (const [code] of hinted) expect([code, ruleOf(code)?.repair]).toEqual([code, "refuse"]);
  });
});
