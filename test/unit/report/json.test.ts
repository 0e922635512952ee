import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { auditJson } from "../../../src/report/json.ts";
import { schemaErrors } from "../../support/json-schema.ts";
import { CLEAN, FAILING, HOSTILE } from "../../support/results.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const SCHEMA = JSON.parse(readFileSync(`${ROOT}docs/schema/audit.schema.json`, "utf8"));

describe("the JSON of an audit", () => {
  it.each([
    ["a failing wheel", FAILING],
    ["a clean wheel", CLEAN],
    ["a hostile wheel", HOSTILE],
  ])("of %s fits its schema", (_, wheel) => {
    expect(schemaErrors(SCHEMA, JSON.parse(auditJson([wheel])))).toEqual([]);
  });

  it("of real runs fits its schema", () => {
    const golden = `${ROOT}test/golden/cli/`;
    const names = readdirSync(golden).filter((name) => name.startsWith("wheelkit_audit_-f_json"));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      const text = readFileSync(golden + name, "utf8").replace(/^[\s\S]*?--- stdout\n/, "");
      expect(schemaErrors(SCHEMA, JSON.parse(text))).toEqual([]);
    }
  });

  it("is refused by the schema when a key or value is not of it", () => {
    const bad = JSON.parse(auditJson([CLEAN]));
    bad.wheels[0].extra = 1;
    bad.wheels[0].platform.family = "beos";
    delete bad.wheels[0].ok;
    expect(schemaErrors(SCHEMA, bad)).toEqual([
      "/wheels/0: lacks ok",
      "/wheels/0: unknown key extra",
      "/wheels/0/platform/family: beos not allowed",
    ]);
  });

  it("does not say where the loader looked, which depends on the host", () => {
    const [binary] = FAILING.binaries;
    if (binary === undefined) throw new Error("no binary");
    const [first, ...rest] = binary.dependencies;
    if (first === undefined) throw new Error("no dependency");
    const traced = {
      ...first,
      trace: [{ via: "ldpaths", place: "/home/me/lib", found: "no" as const }],
    };
    const wheel = { ...FAILING, binaries: [{ ...binary, dependencies: [traced, ...rest] }] };
    expect(auditJson([wheel])).not.toContain("/home/me");
  });
});
