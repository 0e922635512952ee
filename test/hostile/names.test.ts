/** Sixty hostile names, of wheels and of their members, through every command and every report. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { wheelkit, wheelkitWith } from "../support/commands.ts";
import { scratchFolder } from "../support/scratch.ts";
import { buildWheel, wheelFileName } from "../support/wheel-builder.ts";

const ESC = "\u001b";
/** Each is a piece of a name; none has a `/` or NUL, which no file name can have. */
const PIECES: Readonly<Record<string, string>> = {
  // What drives a terminal.
  "clears the screen": `${ESC}[2J`,
  "moves up": `${ESC}[9A`,
  colours: `${ESC}[31mred${ESC}[0m`,
  "sets the title": `${ESC}]0;pwned\u0007`,
  "is a hyperlink": `${ESC}]8;;x:y${ESC}\\x${ESC}]8;;${ESC}\\`,
  rings: "\u0007",
  "goes back": "abc\b\b\bxyz",
  returns: "safe\revil",
  "feeds a line": "a\nb",
  "feeds a form": "a\fb",
  "is a C1 sequence": "\u009b2J",
  "is a C1 command": "\u009d0;x\u009c",
  deletes: "a\u007f",
  "shifts out": "\u000e",
  tabs: "a\tb",
  // What looks like another name.
  "runs backwards": "\u202egnp.exe",
  isolates: "\u2066a\u2069",
  "joins without width": "de\u200dmo",
  "has no width": "de\u200bmo",
  "is a byte order mark": "\ufeffdemo",
  "is a soft hyphen": "de\u00admo",
  "separates lines": "a\u2028b",
  "separates paragraphs": "a\u2029b",
  "is a tag character": "a\u{e0041}",
  "is private": "\ue000",
  "is a lone accent": "\u0301",
  "is wide": "ｄｅｍｏ",
  "is another alphabet": "dеmo",
  "is a surrogate pair": "\u{1f600}",
  // What forges lines of a log and commands of CI.
  "is a command of GitHub": "\n::error::x",
  "sets an output": "\n::set-output name=x::y",
  "stops commands": "\n::stop-commands::x",
  "is a command of Azure": "\n##vso[task.setvariable variable=x]y",
  "is a command of TeamCity": "\n##teamcity[buildStop]",
  "is a message of its own": "\nerror: x",
  "ends a percent escape": "%0A::error::x",
  // What is markup.
  "is a script": "<script>alert(1)<",
  "is an image": "<img src=x onerror=alert(1)>",
  "closes an attribute": '" onmouseover="x',
  "is an entity": "&lt;b&gt;",
  "ends CDATA": "]]>",
  "is a comment": "<!-- x",
  "is a link": "[x](javascript:alert(1))",
  "is a picture": "![x](http:x)",
  "is an address": "www.example.org",
  "is a reference": "[x]: y",
  "is a row of a table": "a|b|c",
  "ends a code span": "a`b",
  "is a code block": "```x",
  "is a heading": "# x",
  "mentions somebody": "@everyone",
  "is emphasis": "**x** __y__ ~~z~~",
  "is a placeholder": "{0}{1}",
  "is a template": "${{ github.token }}",
  // What other programs read.
  "is a formula": "=cmd|x!A1",
  "is an option": "--output=x",
  "is a shell command": "$(id)`id`;id|id&",
  quotes: "'\"",
  "is a format": "%s%n%x",
  "is a property": "__proto__",
  "is long": "a".repeat(180),
};

const CONTROL = /[\p{Cc}\p{Cf}\u2028\u2029]/u;

/** Nothing but line feeds, and no line that a CI runner takes for a command. */
function expectPlain(text: string, what: string): void {
  expect(text.replaceAll("\n", "").match(CONTROL), what).toBe(null);
  for (const line of text.split("\n")) {
    expect(line, what).not.toMatch(/^\s*(?:::|##vso\[|##teamcity\[)/);
  }
}

const REPORTS = ["text", "json", "sarif", "github", "junit", "markdown", "html"];

it("are sixty", () => {
  expect(Object.keys(PIECES).length).toBeGreaterThanOrEqual(60);
});

describe("members with hostile names", () => {
  // Each with a defect of its own, so that every report names it.
  const files = Object.values(PIECES).map((piece, at) => `demo/${at}${piece}/aux.py`);
  const build = (): string => {
    const path = join(scratchFolder(), wheelFileName());
    const extra = files.map((name) => ({ name, data: "x" }));
    writeFileSync(path, buildWheel({ extra }));
    return path;
  };

  it("are named in every report of an audit, and can't leave their place in any", async () => {
    const path = build();
    const folder = scratchFolder();
    const formats = REPORTS.flatMap((format) => ["-f", `${format}=${join(folder, format)}`]);
    const { status, out, err } = await wheelkit("audit", "--no-config", "-v", ...formats, path);
    expect([status, out]).toEqual([1, ""]);
    expectPlain(err, "err");
    for (const format of REPORTS) {
      const text = readFileSync(join(folder, format), "utf8");
      if (format === "github") {
        const lines = text.split("\n").filter((line) => line !== "");
        const own = /^::(?:error|warning|notice) file=[^:,]*,title=[^:]*::|^(?:ok|open|FAIL) demo-/;
        for (const line of lines) expect(line).toMatch(own);
        expect(text.replaceAll("\n", "").match(CONTROL)).toBe(null);
      } else expectPlain(text, format);
      if (format === "json" || format === "sarif") expect(() => JSON.parse(text)).not.toThrow();
      if (format === "sarif") {
        const messages = [...text.matchAll(/"text": "(.*)"/g)].map(([, each]) =>
          JSON.parse(`"${each}"`),
        );
        for (const each of messages) expect(each).not.toMatch(/(?<!\\)\[[^\]]*(?<!\\)\]\(/);
      }
      if (format === "html" || format === "junit") expect(text).not.toMatch(/<(?:script|img|b)\b/);
      if (format === "markdown") {
        const prose = text.replaceAll(/`[^`\n]*`/g, "");
        expect(prose).not.toMatch(/<(?!br>)|(?<!\\)\]\((?!\\)|(?<!\\)@everyone|www\.e/);
      }
    }
  });

  it.each([
    ["audit", "--no-config", "-v"],
    ["audit", "--no-config", "-f", "json"],
    ["show"],
    ["show", "-f", "json"],
    ["links", "list"],
    ["links", "check", "-f", "json"],
    ["edit", "--set", "Keywords=x", "-n"],
    ["edit", "--canonical", "-n", "-v"],
    ["tags", "--build", "1", "-n"],
    ["repair", "-n"],
    ["edit", "--remove-file", "demo/x", "-n"],
  ])("are harmless on a terminal after %s %s %s", async (...argv) => {
    for (const outTerminal of [true, false]) {
      const { status, out, err } = await wheelkitWith({ outTerminal }, ...argv, build());
      expect(status, err).toBeLessThan(5);
      expectPlain(out.replaceAll(/\u001b\[[0-9;]*m/g, ""), argv.join(" "));
      expectPlain(err.replaceAll(/\u001b\[[0-9;]*m/g, ""), argv.join(" "));
    }
  });

  it("are harmless in a comparison", async () => {
    const path = build();
    const other = join(scratchFolder(), wheelFileName());
    const changed = files.map((name) => ({ name, data: "y" }));
    writeFileSync(other, buildWheel({ extra: changed }));
    for (const format of ["text", "json", "in-toto"]) {
      const { out, err } = await wheelkit("diff", "-v", "-f", format, path, other);
      expect(out.length).toBeGreaterThan(1000);
      expectPlain(out + err, format);
    }
  });
});

describe.each(Object.entries(PIECES))("a wheel whose name %s", (_, piece) => {
  const file = `demo-1.0-1${piece}-py3-none-any.whl`;
  const refused = /[\p{Cc}\p{Cf}\u2028\u2029\\]/u.test(piece);

  it.each([
    ["audit", "--no-config"],
    ["audit", "--no-config", "-f", "github"],
    ["audit", "--no-config", "-f", "json"],
    ["show"],
    ["links", "check"],
    ["edit", "--set", "Keywords=x"],
    ["tags", "--build", "1"],
    ["repair"],
  ])("is harmless to %s", async (...argv) => {
    const folder = scratchFolder();
    mkdirSync(join(folder, "in"));
    const path = join(folder, "in", file);
    writeFileSync(path, buildWheel());
    const out = join(folder, "out");
    const writes = ["edit", "tags", "repair"].includes(argv[0] ?? "");
    const ran = await wheelkitWith(
      { outTerminal: true },
      ...argv,
      ...(writes ? ["-w", out] : []),
      path,
    );
    expect(ran.status, ran.err).toBeLessThan(5);
    const said = (ran.out + ran.err).replaceAll(/\u001b\[[0-9;]*m/g, "");
    if (argv.includes("github")) expect(said.replaceAll("\n", "").match(CONTROL)).toBe(null);
    else expectPlain(said, argv.join(" "));
    if (writes && refused) {
      expect([ran.status, existsSync(out)]).toEqual([3, false]);
      expect(ran.err).toContain("[NAM008]");
      expect(readdirSync(join(folder, "in"))).toEqual([file]);
    }
  });
});
