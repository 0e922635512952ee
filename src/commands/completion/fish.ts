/** Completions for fish. */
import type { CommandNode, OptionNode } from "../command-tree.ts";

export function fishCompletion(tree: readonly CommandNode[]): string {
  const lines = [
    "# fish completion for wheelkit",
    "complete -c wheelkit -n __fish_use_subcommand -s h -l help -d 'help'",
    "complete -c wheelkit -n __fish_use_subcommand -s V -l version -d 'version'",
  ];
  for (const node of tree) {
    const { name, summary, options, actions, arguments: args } = node;
    lines.push(`complete -c wheelkit -n __fish_use_subcommand -f -a ${name} -d ${quote(summary)}`);
    const inside = `__fish_seen_subcommand_from ${name}`;
    const names = actions.map((action) => action.name).join(" ");
    const outside =
      names === "" ? inside : `${inside}; and not __fish_seen_subcommand_from ${names}`;
    for (const word of args[0]?.values ?? []) {
      lines.push(`complete -c wheelkit -n '${inside}' -f -a ${word}`);
    }
    for (const option of options) lines.push(optionLine(inside, option));
    for (const action of actions) {
      const within = `${inside}; and __fish_seen_subcommand_from ${action.name}`;
      lines.push(
        `complete -c wheelkit -n '${outside}' -f -a ${action.name} -d ${quote(action.summary)}`,
      );
      const own = action.options.filter((option) => !isIn(options, option));
      for (const option of own) lines.push(optionLine(within, option));
    }
  }
  return `${lines.join("\n")}\n`;
}

function isIn(options: readonly OptionNode[], { names }: OptionNode): boolean {
  return options.some((option) => option.names.join() === names.join());
}

function optionLine(condition: string, option: OptionNode): string {
  const parts = [`complete -c wheelkit -n '${condition}'`];
  for (const name of option.names) {
    parts.push(name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`);
  }
  if (option.values.length > 0) parts.push(`-x -a ${quote(option.values.join(" "))}`);
  else if (option.value !== undefined) parts.push("-r");
  parts.push(`-d ${quote(option.description)}`);
  return parts.join(" ");
}

/** Between single quotes fish only looks at quotes and backslashes. */
function quote(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
