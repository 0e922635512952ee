/** A completion function for zsh. */
import type { CommandNode, OptionNode } from "../command-tree.ts";

export function zshCompletion(tree: readonly CommandNode[]): string {
  return `#compdef wheelkit
_wheelkit() {
  local curcontext="$curcontext" state line
  local -a commands
  _arguments -C '(- *)'{-h,--help}'[help]' '(- *)'{-V,--version}'[version]' \\
    '1: :->command' '*:: :->rest'
  case $state in
    command)
      commands=(
${tree.map((node) => `        ${described(node)}`).join("\n")}
      )
      _describe command commands
      ;;
    rest)
      case $words[1] in
${tree.map((node) => commandCase(node)).join("\n")}
      esac
      ;;
  esac
}
if [[ $funcstack[1] == _wheelkit ]]; then
  _wheelkit "$@"
else
  compdef _wheelkit wheelkit
fi
`;
}

function described({ name, summary }: CommandNode): string {
  return quote(`${name}:${summary.replaceAll(":", "\\:")}`);
}

function commandCase(node: CommandNode): string {
  const { name, actions } = node;
  if (actions.length === 0) {
    return `        ${name})\n          ${argumentsCall(node, "            ")}\n          ;;`;
  }
  const cases = actions.map(
    (action) =>
      `            ${action.name})\n              ${argumentsCall(action, "                ")}\n              ;;`,
  );
  return `        ${name})
          if (( CURRENT == 2 )); then
            commands=(${actions.map(described).join(" ")})
            _describe action commands
            return
          fi
          shift words
          (( CURRENT-- ))
          case $words[1] in
${cases.join("\n")}
          esac
          ;;`;
}

function argumentsCall({ options, arguments: args }: CommandNode, indent: string): string {
  const [first] = args;
  const words = first?.values ?? [];
  const rest =
    words.length > 0 ? quote(`1:${first?.usage ?? ""}:(${words.join(" ")})`) : "'*:file:_files'";
  const specs = [...options.map(optionSpec), rest];
  return `_arguments -s -S \\\n${specs.map((spec) => indent + spec).join(" \\\n")}`;
}

/** `'*'{-f,--format}'[text]:format:(text json)'`: every option may repeat. */
function optionSpec({ names, value, values, description }: OptionNode): string {
  const text = description.replace(/[[\]:\\]/g, "\\$&");
  let rest = `[${text}]`;
  if (value !== undefined) {
    const hint = value.replace(/[<>[\]]/g, "").replaceAll(":", "\\:");
    rest += `:${hint}:${values.length > 0 ? `(${values.join(" ")})` : "_files"}`;
  }
  const flags = names.length > 1 ? `'*'{${names.join(",")}}` : `'*'${names[0] ?? ""}`;
  return flags + quote(rest);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
