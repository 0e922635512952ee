/** The table of commands with their options as data: what completion and the man page are made from. */
import type { Command, Option } from "commander";
import type { CommandDeclaration, CommandEntry, Example } from "./command.ts";
import { addCommonOptions, offeredValues } from "./options.ts";

export interface CommandNode {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  readonly description: string;
  readonly arguments: readonly ArgumentNode[];
  readonly options: readonly OptionNode[];
  /** `check` of `links check`. */
  readonly actions: readonly CommandNode[];
  readonly examples: readonly Example[];
}

export interface ArgumentNode {
  /** As in the usage line: `<wheel...>`, `[code...]`. */
  readonly usage: string;
  readonly description: string;
  /** Words that it takes; empty: anything, files mostly. */
  readonly values: readonly string[];
}

export interface OptionNode {
  /** `-f`, `--format`: as they are typed. */
  readonly names: readonly string[];
  /** `<format>`; `undefined` for a flag. */
  readonly value: string | undefined;
  /** Words that it takes; empty: anything. */
  readonly values: readonly string[];
  readonly description: string;
}

/** Loads every command. */
export async function commandTree(
  commands: readonly CommandEntry[],
): Promise<readonly CommandNode[]> {
  const { Command: Builder } = await import("commander");
  return await Promise.all(
    commands.map(async (entry) => {
      const declaration = await entry.load();
      const root = new Builder(entry.name);
      declaration.define(root);
      addCommonOptions(root);
      return nodeOf(root, entry, declaration);
    }),
  );
}

function nodeOf(
  root: Command,
  { name, summary }: CommandEntry,
  { description, examples, actionExamples = {} }: CommandDeclaration,
): CommandNode {
  const common = optionsOf(root);
  const actions = root.commands.map((leaf) => ({
    name: leaf.name(),
    summary: leaf.description(),
    description: leaf.description(),
    arguments: argumentsOf(leaf),
    options: [...optionsOf(leaf), ...common],
    actions: [],
    examples: actionExamples[leaf.name()] ?? [],
  }));
  const options = [...common, HELP];
  return { name, summary, description, arguments: argumentsOf(root), options, actions, examples };
}

const HELP: OptionNode = {
  names: ["-h", "--help"],
  value: undefined,
  values: [],
  description: "this text",
};

function argumentsOf(command: Command): readonly ArgumentNode[] {
  return command.registeredArguments.map((argument) => {
    const inner = argument.name() + (argument.variadic ? "..." : "");
    return {
      usage: argument.required ? `<${inner}>` : `[${inner}]`,
      description: argument.description,
      values: argument.argChoices ?? offeredValues(argument.parseArg),
    };
  });
}

function optionsOf(command: Command): readonly OptionNode[] {
  return command.options
    .filter(({ hidden }) => !hidden)
    .map((option: Option) => ({
      names: [option.short, option.long].filter((name) => name !== undefined),
      value: /[<[].*[>\]]/.exec(option.flags)?.[0],
      values: option.argChoices ?? offeredValues(option.parseArg),
      description: option.description,
    }));
}
