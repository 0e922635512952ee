import { expect, it } from "vitest";
import { WHEEL_RULES } from "../../../src/wheel/rules.ts";

it.each(Object.entries(WHEEL_RULES))("%s is explained in full sentences", (code, rule) => {
  expect(code).toMatch(/^[A-Z]{3}\d{3}$/);
  expect(rule.title).toMatch(/[^.]$/);
  expect(rule.why).toMatch(/^(?:[A-Z`]|pip |uv ).*\.$/s);
  expect(rule.mend).toMatch(/^(?:[A-Z`]|pip |uv ).*\.$/s);
  expect(rule.source).not.toBe("");
  const [first = ""] = rule.mend.split(/(?<=\.)\s/);
  expect(first.length).toBeLessThan(160);
  for (const text of [rule.title, rule.why, rule.mend])
    expect((text.match(/`/g) ?? []).length % 2).toBe(0);
});
