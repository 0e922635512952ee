import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { completeVerdict } from "../../../src/audit/verdict.ts";
import { auditGithub } from "../../../src/report/github.ts";
import { auditHtml } from "../../../src/report/html.ts";
import { auditJson } from "../../../src/report/json.ts";
import { auditJunit } from "../../../src/report/junit.ts";
import { auditMarkdown } from "../../../src/report/markdown.ts";
import { PLAIN } from "../../../src/report/palette.ts";
import type { Reported } from "../../../src/report/reported.ts";
import { auditSarif } from "../../../src/report/sarif.ts";
import { auditText } from "../../../src/report/text.ts";
import { columns } from "../../../src/report/wrap.ts";
import { expectGolden } from "../../support/golden.ts";
import { CLEAN, FAILING, HOSTILE } from "../../support/results.ts";

const BOTH: readonly Reported[] = [
  { uri: `dist/${FAILING.file}`, result: FAILING },
  { uri: `dist/${CLEAN.file}`, result: CLEAN },
];
const EVIL: readonly Reported[] = [{ uri: "dist/evil.whl", result: HOSTILE }];
const RULE = {
  title: "hash in RECORD differs",
  level: "error",
  why: "Installers trust it.",
  mend: "Write RECORD again.",
  source: "PEP 376",
} as const;
const CONTEXT = {
  rules: { REC004: RULE },
  digest: (text: string): string => createHash("sha256").update(text).digest("hex"),
};

function text(verbose: boolean, wheels = [FAILING, CLEAN]): string {
  return auditText(wheels, { palette: PLAIN, width: 80, verbose });
}

describe("the reports of one failing and one clean wheel", () => {
  it.each([
    ["text", text(false)],
    ["verbose.text", text(true)],
    ["json", [...auditJson([FAILING, CLEAN])].join("")],
    ["github", auditGithub(BOTH, { titles: CONTEXT.rules, verbose: false })],
    ["junit.xml", auditJunit(BOTH, ["ZIP", "REC"], "error")],
    ["markdown.md", auditMarkdown(BOTH)],
    ["page.html", auditHtml(BOTH)],
    ["sarif.json", auditSarif(BOTH, CONTEXT)],
  ])("%s", (name, actual) => expectGolden(`report/${name}`, actual));
});

describe("text", () => {
  it("keeps to 80 columns where no word is longer", () => {
    for (const line of text(false).split("\n")) expect(columns(line)).toBeLessThanOrEqual(80);
  });

  it("says little of a clean wheel", () => {
    expect(text(false, [CLEAN])).toBe(
      "ok clean-2.0-cp312-cp312-manylinux_2_17_x86_64.whl\n" +
        "  manylinux_2_17_x86_64, as claimed; no finding\n",
    );
  });

  it("says of a wheel that is still to get its tag what rules out older ones", () => {
    const reason = {
      policy: "manylinux_2_31",
      rank: 20_031,
      path: "clean/_x.so",
      why: "symbol-version",
      library: "libc.so.6",
      version: "GLIBC_2.34",
      symbols: ["dlsym"],
    } as const;
    const older = { ...reason, policy: "manylinux_2_12", rank: 20_012, version: "GLIBC_2.14" };
    const report = (...claimed: readonly string[]): string => {
      const supported = "manylinux_2_34_x86_64";
      const reasons = [reason, older];
      const platform = completeVerdict({
        ...CLEAN.platform,
        claimed,
        supported,
        reachable: supported,
        reasons,
      });
      return text(false, [{ ...CLEAN, platform }]);
    };
    expect(report("linux_x86_64").split("\n\n")[1]).toBe(
      "ruled out\n" +
        "  manylinux_2_31 and older: GLIBC_2.34 of libc.so.6 (dlsym); needed by\n" +
        "    clean/_x.so\n",
    );
    expect(report("manylinux_2_34_x86_64")).not.toContain("ruled out");
  });

  it("names the first of many files with one finding, and all of them with -v", () => {
    expect(text(false)).toContain("7 files (demo/a.py, demo/b.py, demo/c.py and 4 more)");
    expect(text(true)).toContain("demo/f.py, demo/g.py)");
  });
});

describe("names that come from a wheel", () => {
  const outputs = {
    text: text(true, [HOSTILE]),
    github: auditGithub(EVIL, { titles: {}, verbose: true }),
    junit: auditJunit(EVIL, [], "error"),
    markdown: auditMarkdown(EVIL),
    html: auditHtml(EVIL),
  };

  it.each(Object.entries(outputs))("%s prints no control or direction character", (_, output) => {
    expect(output.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it("can't forge a line", () => {
    for (const output of Object.values(outputs)) {
      for (const line of output.split("\n")) expect(line).not.toMatch(/^::error::x/);
    }
  });

  it("can't forge markup", () => {
    expect(outputs.junit).not.toContain("<b>");
    expect(outputs.html).not.toContain("<b>");
    expect(outputs.markdown.replace(/`+[^\n]*?`+/g, "")).not.toContain("<b>");
  });
});

describe("what could not be read", () => {
  const unread = [{ uri: "dist/gone.whl", message: "there is no file `dist/gone.whl`" }];

  it.each([
    ["github", auditGithub([], { titles: {}, verbose: false }, unread)],
    ["junit", auditJunit([], [], "error", unread)],
    ["markdown", auditMarkdown([], unread)],
    ["html", auditHtml([], unread)],
    ["sarif", auditSarif([], { ...CONTEXT, unread })],
  ])("is in the %s report", (_, output) => {
    expect(output).toContain("dist/gone.whl");
  });
});

describe("sarif", () => {
  it("keeps a finding's fingerprint when only version and numbers change", () => {
    const later = {
      ...FAILING,
      file: "demo-1.1-cp312-cp312-manylinux_2_17_x86_64.whl",
      version: "1.1",
      findings: FAILING.findings.map((finding) => ({
        ...finding,
        message: finding.message.replace("2.34", "2.35"),
      })),
    };
    const prints = (wheels: readonly Reported[]): readonly string[] =>
      [...auditSarif(wheels, CONTEXT).matchAll(/"wheelkit\/v1": "([0-9a-f]{64})"/g)].map(
        ([, print]) => print ?? "",
      );
    const before = prints([{ uri: "dist/a.whl", result: FAILING }]);
    expect(before.length).toBe(FAILING.findings.length);
    expect(new Set(before).size).toBe(before.length);
    expect(prints([{ uri: "dist/b.whl", result: later }])).toEqual(before);
  });
});
