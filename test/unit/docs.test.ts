import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { EXPLAINED } from "../../src/commands/rule-table.ts";
import { FAMILIES, familyOf } from "../../src/report/explain.ts";
import { generatedPages } from "../support/docs.ts";
import { expectGolden } from "../support/golden.ts";

const DOCS = fileURLToPath(new URL("../../docs/", import.meta.url));

describe("docs/", () => {
  let pages: ReadonlyMap<string, string> = new Map();
  beforeAll(async () => {
    pages = await generatedPages();
  });

  it("holds the pages that the code says (`npm run docs` writes them)", () => {
    for (const [path, text] of pages) expectGolden(`../../docs/${path}`, text);
  });

  it("holds no page of a rule or command that is gone", () => {
    for (const folder of ["commands", "rules"]) {
      for (const name of readdirSync(DOCS + folder)) {
        const path = `${folder}/${name}`;
        if (process.env.UPDATE_GOLDEN && !pages.has(path)) rmSync(DOCS + path);
        else expect([...pages.keys()]).toContain(path);
      }
    }
  });
});

describe("docs/safety.md", () => {
  const page = readFileSync(`${DOCS}safety.md`, "utf8");
  const tests = [...page.matchAll(/\]\((\.\.\/test\/[^)]+)\)/g)].map(([, path = ""]) => path);

  it("names tests that there are, each by its name", () => {
    expect(tests.length).toBeGreaterThan(12);
    for (const path of tests) {
      expect(existsSync(DOCS + path), path).toBe(true);
      expect(page).toContain(`[${path.slice(path.lastIndexOf("/") + 1)}](${path})`);
    }
  });

  it("names every test of hostile files and names, and the variables that make them longer", () => {
    const folder = fileURLToPath(new URL("../hostile/", import.meta.url));
    // Those of the rules and hints have pages of their own.
    const own = ["hints-executed.test.ts", "zip-confusion.test.ts"];
    const top = readdirSync(folder).filter((name) => name.endsWith(".test.ts"));
    const missing = top.filter((name) => !own.includes(name) && !page.includes(`[${name}]`));
    expect(missing).toEqual([]);
    for (const [name, test] of [
      ["WHEELKIT_PAIRS", "edit-writers"],
      ["WHEELKIT_KILLS", "edit-kill-everywhere"],
    ]) {
      expect(page).toContain(name);
      const path = new URL(`../e2e/${test}.test.ts`, import.meta.url);
      expect(readFileSync(path, "utf8")).toContain(`process.env.${name}`);
    }
  });

  it("promises a section with tests for each of its tables and lists but the limits", () => {
    const sections = page.split(/^## /m).slice(1);
    for (const section of sections) {
      const [title = ""] = section.split("\n");
      if (title !== "Limits") expect(section, title).toContain("Shown by: [");
    }
  });
});

describe("the rule table", () => {
  it.each(Object.entries(EXPLAINED))("%s is written to be read", (code, rule) => {
    expect(FAMILIES[familyOf(code)]).toBeDefined();
    expect(rule.title).not.toMatch(/\.$/);
    expect(rule.title.length).toBeLessThanOrEqual(70);
    expect(rule.why).toMatch(/^\S.*[.!]$/s);
    expect(rule.mend).toMatch(/^\S.*[.!]$/s);
    expect(rule.source).not.toBe("");
  });
});
