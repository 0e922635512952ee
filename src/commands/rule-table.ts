/** Everything that `explain` explains: the rules of the audit, and why an edit is refused. */
import { RULES } from "../audit/rules/table.ts";
import { EDIT_RULES } from "../edit/rules.ts";
import type { RuleInfo } from "../finding.ts";

export const EXPLAINED: Readonly<Record<string, RuleInfo>> = { ...RULES, ...EDIT_RULES };
