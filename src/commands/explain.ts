/** `wheelkit explain [CODE]` */
import { UsageError } from "../errors.ts";
import type { RuleInfo } from "../finding.ts";
import type { Io } from "../node/io.ts";
import { palette, useColor } from "../node/terminal.ts";
import { explainText, listText, rulesJson } from "../report/explain.ts";
import { didYouMean } from "../suggest.ts";
import type { CommandDeclaration, Invocation } from "./command.ts";
import { STATUS } from "./failure.ts";
import { addReportOptions, commonOptions } from "./options.ts";
import { wantedOutputs, writeOutputs } from "./outputs.ts";
import { EXPLAINED } from "./rule-table.ts";

const FORMATS = ["text", "json"] as const;

export const command: CommandDeclaration = {
  description: "Explains a finding: what it means, why it matters, how to fix it.",
  examples: [
    { what: "One rule", line: "wheelkit explain ZIP003" },
    { what: "All rules of a family", line: "wheelkit explain TAG" },
    { what: "Every rule, for a script", line: "wheelkit explain --format json" },
  ],
  define(command) {
    command.argument("[code...]", "rules or families of rules; without any, the list of all");
    addReportOptions(command, FORMATS);
  },
  run,
};

async function run({ args, options }: Invocation, io: Io): Promise<number> {
  const common = commonOptions(options);
  const outputs = wantedOutputs(options, FORMATS);
  const rules = chosen(args);
  await writeOutputs(outputs, io, async (format, toTerminal) => {
    if (format === "json") return rulesJson(rules);
    const textOptions = {
      palette: await palette(useColor(common.color, io.env, toTerminal)),
      width: toTerminal ? Math.min(100, io.columns) : 80,
    };
    const all = Object.keys(EXPLAINED);
    const exact = args.length > 0 && args.every((code) => all.includes(code.toUpperCase()));
    return exact || rules.length === 1
      ? rules.map(([code, rule]) => explainText(code, rule, textOptions)).join("\n\n")
      : listText(rules, textOptions);
  });
  return STATUS.done;
}

/** In the order in which they were named, each once. */
function chosen(texts: readonly string[]): readonly (readonly [string, RuleInfo])[] {
  if (texts.length === 0) return Object.entries(EXPLAINED);
  return [...new Map(texts.flatMap(named))];
}

function named(text: string): readonly (readonly [string, RuleInfo])[] {
  const all = Object.entries(EXPLAINED);
  const code = text.toUpperCase();
  const exact = all.filter(([known]) => known === code);
  const rules = exact.length > 0 ? exact : all.filter(([known]) => known.startsWith(code));
  if (rules.length > 0) return rules;
  const known = all.map(([name]) => name);
  throw new UsageError(
    `there is no rule \`${text}\``,
    didYouMean(text, known) ?? "`wheelkit explain` lists the rules",
  );
}
