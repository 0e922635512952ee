/**
 * The table of commands. To add one: write `src/commands/<name>.ts` that exports
 * `command: CommandDeclaration`, and list it here with a lazy import, in the order of `--help`.
 */
import type { CommandEntry } from "./command.ts";

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "audit",
    summary: "Judge wheels: archive, metadata, hashes, platform tag, libraries",
    group: "Look at wheels",
    load: async () => (await import("./audit.ts")).command,
  },
  {
    name: "explain",
    summary: "What a finding means, why it matters, how to mend it",
    group: "Look at wheels",
    load: async () => (await import("./explain.ts")).command,
  },
];
