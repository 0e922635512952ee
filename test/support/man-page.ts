/** The man page, from the table of commands. */
import type { CommandNode, OptionNode } from "../../src/commands/command-tree.ts";
import { commandTree } from "../../src/commands/command-tree.ts";
import { COMMANDS } from "../../src/commands/index.ts";
import { VERSION } from "../../src/version.ts";

const STATUS: readonly (readonly [string, string])[] = [
  ["0", "done; for audit: no finding at or above --fail-on"],
  ["1", "audit: findings; links check, diff --exit-code: problems or differences"],
  ["2", "usage: unknown option, bad value, bad configuration, no such file"],
  ["3", "refused: it can't be done safely or at all; nothing was written"],
  ["4", "the input is not a readable wheel"],
  ["70", "a bug in wheelkit"],
  ["130, 143", "interrupted; temporary files are gone"],
];

export async function manPage(): Promise<string> {
  const tree = await commandTree(COMMANDS);
  const lines = [
    `.TH WHEELKIT 1 "" "wheelkit ${VERSION}" "User Commands"`,
    ".SH NAME",
    "wheelkit \\- audit, repair and edit Python wheels of every platform",
    ".SH SYNOPSIS",
    ".B wheelkit",
    "\\fICOMMAND\\fR [\\fIOPTIONS\\fR] ...",
    ".SH COMMANDS",
    ...tree.flatMap(({ name, summary }) => [".TP", `.B ${roff(name)}`, roff(summary)]),
    ...tree.flatMap((node) => commandSection(node)),
    ".SH EXIT STATUS",
    ...STATUS.flatMap(([status, meaning]) => [".TP", `.B ${status}`, roff(meaning)]),
  ];
  return `${lines.join("\n")}\n`;
}

function commandSection(node: CommandNode): readonly string[] {
  const title = `.SH ${roff(node.name.toUpperCase())}`;
  return [
    title,
    ...usage(node, node.name),
    ".PP",
    ...node.description.split("\n").map(roff),
    ...node.arguments.flatMap(({ usage: name, description }) => [
      ".TP",
      `.I ${roff(name)}`,
      roff(description),
    ]),
    ...node.options.flatMap(optionLines),
    ...node.actions.flatMap((action) => [
      `.SS ${roff(`${node.name} ${action.name}`)}`,
      ...usage(action, `${node.name} ${action.name}`),
      ".PP",
      roff(action.summary),
      ...action.options
        .filter((option) => !node.options.some(({ names }) => names.join() === option.names.join()))
        .flatMap(optionLines),
    ]),
    ...node.examples.flatMap(({ what, line }) => [
      ".PP",
      `${roff(what)}:`,
      ".PP",
      ".RS",
      ".nf",
      roff(line),
      ".fi",
      ".RE",
    ]),
  ];
}

function usage({ arguments: args }: CommandNode, name: string): readonly string[] {
  const words = args.map((argument) => `\\fI${roff(argument.usage)}\\fR`).join(" ");
  return [".PP", `.B wheelkit ${roff(name)}`, `[options] ${words}`.trim()];
}

function optionLines({ names, value, description }: OptionNode): readonly string[] {
  const flags = names.map((name) => `\\fB${roff(name)}\\fR`).join(", ");
  return [
    ".TP",
    value === undefined ? flags : `${flags} \\fI${roff(value)}\\fR`,
    roff(description) || "\\&",
  ];
}

/** A dot or quote at the start of a line would be a request. */
function roff(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^(?=[.'])/, "\\&");
}
