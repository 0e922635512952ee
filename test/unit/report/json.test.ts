import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { auditJson } from "../../../src/report/json.ts";

import { CLEAN, FAILING, HOSTILE } from "../../support/results.ts";
import { SCHEMAS, schemaErrors } from "../../support/schemas.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

describe("the JSON of every command", () => {
  const golden = `${ROOT}test/golden/cli/`;
  const printed = readdirSync(golden).flatMap((name) => {
    const text = readFileSync(golden + name, "utf8").replace(/^[\s\S]*?--- stdout\n/, "");
    const [json = ""] = text.split("\n--- stderr");
    return json.startsWith("{") && json.includes('"schema": "wheelkit.')
      ? [{ name, document: JSON.parse(json) }]
      : [];
  });

  it.each(printed)("fits its schema: $name", ({ document }) => {
    expect(schemaErrors(document)).toEqual([]);
  });

  it("has a schema, and each schema a command that was run", () => {
    const names = printed.map(({ document }) => document.schema.replace(/^wheelkit\.|\/1$/g, ""));
    expect([...new Set(names)].sort()).toEqual([...SCHEMAS.keys()].sort());
  });
});

describe("the JSON of an audit", () => {
  it.each([
    ["a failing wheel", FAILING],
    ["a clean wheel", CLEAN],
    ["a hostile wheel", HOSTILE],
  ])("of %s fits its schema", (_, wheel) => {
    expect(schemaErrors(JSON.parse([...auditJson([wheel])].join("")))).toEqual([]);
  });

  it("is refused by the schema when a key or value is not of it", () => {
    const bad = JSON.parse([...auditJson([CLEAN])].join(""));
    bad.wheels[0].extra = 1;
    bad.wheels[0].platform.family = "beos";
    delete bad.wheels[0].ok;
    expect(schemaErrors(bad).map((error) => error.replace(/ \{.*/, ""))).toEqual([
      "/wheels/0: must have required property 'ok'",
      "/wheels/0: must NOT have additional properties",
      "/wheels/0/platform/family: must be equal to one of the allowed values",
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
    expect([...auditJson([wheel])].join("")).not.toContain("/home/me");
  });
});
