/** Every rule of wheelkit: one table, from which findings, `explain` and the docs are made. */
import type { RuleInfo } from "../../finding.ts";
import { WHEEL_RULES } from "../../wheel/rules.ts";
import { ZIP_RULES } from "../../zip/rules.ts";
import { EXPECTATION_RULES } from "./expectations.ts";
import { NATIVE_RULES } from "./texts.ts";

export type RuleCode =
  | keyof typeof ZIP_RULES
  | keyof typeof WHEEL_RULES
  | keyof typeof NATIVE_RULES
  | keyof typeof EXPECTATION_RULES;

export const RULES: Readonly<Record<RuleCode, RuleInfo>> = {
  ...ZIP_RULES,
  ...WHEEL_RULES,
  ...NATIVE_RULES,
  ...EXPECTATION_RULES,
};

const BY_CODE: Readonly<Record<string, RuleInfo>> = RULES;

/** `undefined` for what is no rule of the audit. */
export function ruleOf(code: string): RuleInfo | undefined {
  return Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
}
