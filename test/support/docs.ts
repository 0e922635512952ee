/** The pages in docs/ that are made from the code: one for each command and each rule. */

import type { CommandEntry } from "../../src/commands/command.ts";
import { GROUPS } from "../../src/commands/command.ts";
import { COMMANDS } from "../../src/commands/index.ts";
import { main } from "../../src/commands/main.ts";
import { EXPLAINED } from "../../src/commands/rule-table.ts";
import type { RuleInfo } from "../../src/finding.ts";
import { FAMILIES, familyOf, levels } from "../../src/report/explain.ts";
import { fakeIo } from "./io.ts";
import { manPage } from "./man-page.ts";

/** Path below docs/ and text of every generated page. */
export async function generatedPages(): Promise<ReadonlyMap<string, string>> {
  const pages = new Map<string, string>();
  for (const entry of COMMANDS) pages.set(`commands/${entry.name}.md`, await commandPage(entry));
  pages.set("commands/README.md", commandIndex());
  pages.set("wheelkit.1", await manPage());
  for (const [code, rule] of Object.entries(EXPLAINED)) {
    pages.set(`rules/${code}.md`, rulePage(code, rule));
  }
  pages.set("rules/README.md", ruleIndex());
  return pages;
}

async function commandPage(entry: CommandEntry): Promise<string> {
  const io = fakeIo();
  await main([entry.name, "--help"], io);
  const help = io.written.out.trimEnd();
  return `# wheelkit ${entry.name}\n\n${entry.summary}.\n\n\`\`\`text\n${help}\n\`\`\`\n`;
}

function commandIndex(): string {
  const lines = ["# Commands"];
  for (const group of GROUPS) {
    const members = COMMANDS.filter((entry) => entry.group === group);
    if (members.length === 0) continue;
    lines.push("", `## ${group}`, "");
    for (const { name, summary } of members) lines.push(`- [${name}](${name}.md): ${summary}`);
  }
  return `${lines.join("\n")}\n`;
}

function rulePage(code: string, rule: RuleInfo): string {
  const family = FAMILIES[familyOf(code)] ?? familyOf(code);
  return [
    `# ${code}: ${rule.title}`,
    "",
    `Family ${family}; ${levels(rule)}`,
    "",
    "## Why it matters",
    "",
    rule.why,
    "",
    "## How to fix it",
    "",
    rule.mend,
    "",
    "## Source",
    "",
    rule.source,
    "",
  ].join("\n");
}

function ruleIndex(): string {
  const lines = [
    "# Rules",
    "",
    "What `wheelkit audit` checks. `wheelkit explain CODE` prints the same pages.",
    "The level is that of the `release` profile.",
  ];
  let family = "";
  for (const [code, { title, level }] of Object.entries(EXPLAINED)) {
    if (familyOf(code) !== family) {
      family = familyOf(code);
      lines.push(
        "",
        `## ${FAMILIES[family] ?? family}`,
        "",
        "| rule | level | what |",
        "|---|---|---|",
      );
    }
    lines.push(`| [${code}](${code}.md) | ${level} | ${title} |`);
  }
  return `${lines.join("\n")}\n`;
}
