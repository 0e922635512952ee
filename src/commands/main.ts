/** From argv to an exit status. */

import type { Command, CommanderError, Option } from "commander";
import { addTo } from "../add-to.ts";
import { UsageError } from "../errors.ts";
import type { Io } from "../node/io.ts";
import { palette, useColor, type When } from "../node/terminal.ts";
import { versionLine } from "../node/version-line.ts";
import { styleMessages } from "../report/messages.ts";
import { didYouMean } from "../suggest.ts";
import {
  type CommandDeclaration,
  type CommandEntry,
  type Example,
  type GivenOption,
  GROUPS,
  type Invocation,
} from "./command.ts";
import { describeFailure, STATUS } from "./failure.ts";
import { COMMANDS } from "./index.ts";
import { addCommonOptions, COMMON_GROUP, whenOption } from "./options.ts";

/** @param argv without the interpreter and the script. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(argv, io);
  } catch (error) {
    const failure = describeFailure(error);
    (await onTerminal(io, "auto")).err(failure.text);
    return failure.status;
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  const [first, ...rest] = argv;
  if (first === undefined) {
    io.err(overview());
    return STATUS.usage;
  }
  if (first === "--help" || first === "-h") {
    io.out(overview());
    return STATUS.done;
  }
  if (first === "--version" || first === "-V") {
    io.out(versionLine());
    return STATUS.done;
  }
  if (first === "help") {
    const [topic] = rest;
    if (topic === undefined) {
      io.out(overview());
      return STATUS.done;
    }
    return runCommand(findCommand(topic), ["--help"], io);
  }
  // auditwheel takes `-v` there and nowhere else.
  const at = argv.findIndex((arg) => !/^(-[vq]+|--verbose|--quiet)$/.test(arg));
  const command = argv[at];
  if (at > 0 && command !== undefined) {
    return dispatch([command, ...argv.slice(0, at), ...argv.slice(at + 1)], io);
  }
  if (first.startsWith("-") && first !== "-") {
    throw new UsageError(
      `unknown option \`${first}\` before the command`,
      `options follow the command: \`wheelkit audit ${first} …\``,
    );
  }
  return runCommand(findCommand(first), rest, io);
}

function findCommand(name: string): CommandEntry {
  const entry = COMMANDS.find((candidate) => candidate.name === name);
  if (entry !== undefined) return entry;
  const isFile = /\.(whl|so|dylib|dll|pyd)$/.test(name) || name.includes("/");
  throw new UsageError(
    `there is no command \`${name}\``,
    didYouMean(
      name,
      COMMANDS.map((candidate) => candidate.name),
    ) ??
      (isFile
        ? `to judge a wheel: \`wheelkit audit ${name}\``
        : "`wheelkit --help` lists the commands"),
  );
}

/** `wheelkit --help`. */
export function overview(): string {
  const lines = [
    "Audit, repair and edit Python wheels of every platform, from any machine",
    "",
    "Usage: wheelkit COMMAND [OPTIONS] …",
  ];
  const width = Math.max(...COMMANDS.map(({ name }) => name.length)) + 2;
  for (const group of GROUPS) {
    const members = COMMANDS.filter((entry) => entry.group === group);
    if (members.length === 0) continue;
    lines.push("", `${group}:`);
    for (const { name, summary } of members) lines.push(`  ${name.padEnd(width)}${summary}`);
  }
  lines.push(
    "",
    "Options:",
    "  -h, --help     this text; `wheelkit COMMAND --help` for a command",
    "  -V, --version  the version",
    "",
    "Exit status: 0 done, 1 findings, 2 usage, 3 refused, 4 not a wheel, 70 a bug",
    "",
  );
  return lines.join("\n");
}

async function runCommand(entry: CommandEntry, argv: readonly string[], io: Io): Promise<number> {
  const [{ Command: Builder }, declaration] = await Promise.all([
    import("commander"),
    entry.load(),
  ]);
  const root = new Builder(`wheelkit ${entry.name}`);
  const sequence: GivenOption[] = [];
  let invocation: Invocation | undefined;
  build(root, entry, declaration, io, sequence, (action, leaf) => {
    invocation = {
      action,
      args: leaf.processedArgs.flat().filter((value) => typeof value === "string"),
      options: leaf.optsWithGlobals(),
      sequence,
    };
  });
  try {
    await root.parseAsync(argv, { from: "user" });
  } catch (error) {
    if (!isCommanderError(error)) throw error;
    if (error.exitCode === 0) return STATUS.done;
    // `wheelkit links` without an action: the help is all that there is to say.
    if (error.code === "commander.help") return STATUS.usage;
    throw usageError(error, entry);
  }
  if (invocation === undefined) return STATUS.usage;
  const colored = await onTerminal(io, whenOption(invocation.options, "color"));
  return declaration.run(invocation, colored, COMMANDS);
}

/** Messages on a terminal are coloured and broken into lines. */
async function onTerminal(io: Io, when: When): Promise<Io> {
  if (!io.errTerminal) return io;
  const colors = await palette(useColor(when, io.env, true));
  return { ...io, err: (text) => io.err(styleMessages(text, colors, io.columns)) };
}

function build(
  root: Command,
  entry: CommandEntry,
  declaration: CommandDeclaration,
  io: Io,
  sequence: GivenOption[],
  onRun: (action: string, leaf: Command) => void,
): void {
  const width = Math.min(100, Math.max(60, io.columns));
  root
    // Line ends are the width's business; an empty line ends a paragraph.
    .description(declaration.description.replace(/([^\n])\n(?=[^\n])/g, "$1 "))
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureHelp({ minWidthToWrap: 20, groupItems: commonLast })
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => io.err(text),
      outputError: () => {},
      getOutHelpWidth: () => width,
      getErrHelpWidth: () => width,
    })
    .addHelpOption(helpOption(root));
  declaration.define(root);
  addCommonOptions(root);
  root.addHelpText("after", `\n${examples(declaration.examples)}`);
  for (const leaf of leaves(root)) {
    if (leaf !== root) leaf.copyInheritedSettings(root).addHelpOption(helpOption(leaf));
    const own = declaration.actionExamples?.[leaf.name()];
    if (leaf !== root && own !== undefined) leaf.addHelpText("after", `\n${examples(own)}`);
    for (const option of leaf.options) watch(leaf, option.name(), sequence);
    if (leaf.commands.length > 0) continue;
    leaf.action(() => onRun(leaf === root ? entry.name : leaf.name(), leaf));
  }
}

/** Groups in the order of their first option, but what every command has at the end. */
function commonLast<T extends Command | Option>(
  _unsorted: readonly T[],
  visible: readonly T[],
  groupOf: (item: T) => string,
): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of visible) {
    const heading = groupOf(item);
    addTo(groups, heading, item);
  }
  const common = groups.get(COMMON_GROUP);
  if (common !== undefined) {
    groups.delete(COMMON_GROUP);
    groups.set(COMMON_GROUP, common);
  }
  return groups;
}

function helpOption(command: Command): Option {
  return command.createOption("-h, --help", "this text").helpGroup(COMMON_GROUP);
}

function watch(leaf: Command, name: string, sequence: GivenOption[]): void {
  leaf.on(`option:${name}`, (value: unknown) => {
    sequence.push({ name, value: typeof value === "string" ? value : undefined });
  });
}

function leaves(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(leaves)];
}

function examples(list: readonly Example[]): string {
  const lines = ["Examples:"];
  for (const { what, line } of list) lines.push(`  # ${what}`, `  ${line}`, "");
  lines.pop();
  return lines.join("\n");
}

function isCommanderError(error: unknown): error is CommanderError {
  return (
    error instanceof Error &&
    "code" in error &&
    typeof error.code === "string" &&
    error.code.startsWith("commander.") &&
    "exitCode" in error
  );
}

/** commander's messages in our words: `error: unknown option '--foo'\n(Did you mean --bar?)`. */
function usageError(error: CommanderError, entry: CommandEntry): UsageError {
  const [first = "", ...more] = error.message.replace(/^error: /, "").split("\n");
  const near = /\(Did you mean (?:one of )?(.*)\?\)/.exec(more.join(" "))?.[1];
  const message = first.replaceAll("'", "`").replace(/\.$/, "");
  return new UsageError(
    message,
    near === undefined
      ? `\`wheelkit ${entry.name} --help\` shows the usage`
      : `did you mean ${near
          .split(", ")
          .map((name) => `\`${name}\``)
          .join(" or ")}?`,
  );
}
