/** `wheelkit completion bash|zsh|fish|powershell` */
import type { Io } from "../node/io.ts";
import type { CommandDeclaration, CommandEntry, Invocation } from "./command.ts";
import { commandTree } from "./command-tree.ts";
import { bashCompletion } from "./completion/bash.ts";
import { fishCompletion } from "./completion/fish.ts";
import { powershellCompletion } from "./completion/powershell.ts";
import { zshCompletion } from "./completion/zsh.ts";
import { STATUS } from "./failure.ts";
import { choice } from "./options.ts";

const SHELLS = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
  powershell: powershellCompletion,
} as const;
const NAMES = ["bash", "zsh", "fish", "powershell"] as const;

export const command: CommandDeclaration = {
  description:
    "Prints a script that makes a shell complete the commands and options of wheelkit. Nothing is\nchanged; where the script goes is up to the shell. For PowerShell, put\n`wheelkit completion powershell | Out-String | Invoke-Expression` into $PROFILE.",
  examples: [
    {
      what: "bash with bash-completion; without, source it in ~/.bashrc",
      line: "wheelkit completion bash > ~/.local/share/bash-completion/completions/wheelkit",
    },
    {
      what: "zsh, into a folder of $fpath",
      line: "wheelkit completion zsh > ~/.zfunc/_wheelkit",
    },
    {
      what: "fish",
      line: "wheelkit completion fish > ~/.config/fish/completions/wheelkit.fish",
    },
  ],
  define(command) {
    command.argument("<shell>", "bash, zsh, fish or powershell", choice("completion", NAMES));
  },
  run,
};

async function run(
  { args }: Invocation,
  io: Io,
  commands: readonly CommandEntry[] = [],
): Promise<number> {
  const shell = NAMES.find((name) => name === args[0]);
  if (shell === undefined) return STATUS.usage;
  io.out(SHELLS[shell](await commandTree(commands)));
  return STATUS.done;
}
