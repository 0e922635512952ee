import { readdirSync, rmSync } from "node:fs";
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
