/** A completion function for bash, from that of macOS (3.2) on; it needs nothing else. */
import type { CommandNode } from "../command-tree.ts";

export function bashCompletion(tree: readonly CommandNode[]): string {
  return `# bash completion for wheelkit
_wheelkit() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  local command="" action="" at
  for ((at = 1; at < COMP_CWORD; at++)); do
    case "\${COMP_WORDS[at]}" in
      -*) ;;
      *)
        if [[ -z $command ]]; then command="\${COMP_WORDS[at]}"
        elif [[ -z $action ]]; then action="\${COMP_WORDS[at]}"; fi
        ;;
    esac
  done
  COMPREPLY=()
  # Values of an option.
  case "$command $before" in
${valueCases(tree)}
  esac
  # Without a word here bash completes file names.
  local words=""
  case "$command" in
    "") words="${["--help", "--version", "help", ...tree.map(({ name }) => name)].join(" ")}" ;;
${tree.map(commandCase).join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _wheelkit wheelkit
`;
}

/** Each option with known values ends the function. */
function valueCases(tree: readonly CommandNode[]): string {
  const cases: string[] = [];
  for (const { name, options, actions } of tree) {
    const all = [options, ...actions.map((action) => action.options)].flat();
    const seen = new Set<string>();
    for (const option of all) {
      const names = option.names.filter((each) => !seen.has(each));
      if (option.value === undefined || names.length === 0) continue;
      for (const each of names) seen.add(each);
      const pattern = names.map((each) => `"${name} ${each}"`).join("|");
      const words = option.values.join(" ");
      const reply = words === "" ? "" : `COMPREPLY=($(compgen -W "${words}" -- "$word")); `;
      cases.push(`    ${pattern}) ${reply}return ;;`);
    }
  }
  return cases.join("\n");
}

function commandCase({ name, options, actions, arguments: args }: CommandNode): string {
  const all = [options, ...actions.map((action) => action.options)].flat();
  const flags = [...new Set(all.flatMap(({ names }) => names))].join(" ");
  const first = [...actions.map((action) => action.name), ...(args[0]?.values ?? [])].join(" ");
  const plain = first === "" ? "" : ` elif [[ -z $action ]]; then words="${first}";`;
  return `    ${name}) if [[ $word == -* ]]; then words="${flags}";${plain} fi ;;`;
}
