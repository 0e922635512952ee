/** `wheelkit explain [CODE]` */
import type { CommandDeclaration } from "./command.ts";

export const command: CommandDeclaration = {
  description: "Explains a finding: what it means, why it matters, how to mend it.",
  examples: [{ what: "One rule", line: "wheelkit explain ZIP001" }],
  define(command) {
    command.argument("[code]", "code of a rule; without it, the list of all");
  },
  async run() {
    return 0;
  },
};
