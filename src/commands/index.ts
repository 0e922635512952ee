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
    name: "show",
    summary: "Facts of a wheel or a library: tags, binaries, dependencies, symbols",
    group: "Look at wheels",
    load: async () => (await import("./show.ts")).command,
  },
  {
    name: "diff",
    summary: "What differs between two wheels, and what provably does not",
    group: "Look at wheels",
    load: async () => (await import("./diff.ts")).command,
  },
  {
    name: "explain",
    summary: "What a finding means, why it matters, how to fix it",
    group: "Look at wheels",
    load: async () => (await import("./explain.ts")).command,
  },
  {
    name: "repair",
    summary: "Make a wheel self-contained and truthfully tagged",
    group: "Make a wheel ready to publish",
    load: async () => (await import("./repair.ts")).command,
  },
  {
    name: "fuse",
    summary: "One macOS wheel for two kinds of processors out of two",
    group: "Make a wheel ready to publish",
    load: async () => (await import("./fuse.ts")).command,
  },
  {
    name: "shrink",
    summary: "Make a wheel smaller: symbols, debug data, code for GPUs",
    group: "Make a wheel ready to publish",
    load: async () => (await import("./shrink.ts")).command,
  },
  {
    name: "edit",
    summary: "Change version, requirements, metadata and files of built wheels",
    group: "Change a built wheel",
    load: async () => (await import("./edit.ts")).command,
  },
  {
    name: "tags",
    summary: "Change tags and build number",
    group: "Change a built wheel",
    load: async () => (await import("./tags.ts")).command,
  },
  {
    name: "links",
    summary: "Check, list and change the LINKS record of symbolic links",
    group: "Change a built wheel",
    load: async () => (await import("./links.ts")).command,
  },
  {
    name: "completion",
    summary: "Completion of commands and options for a shell",
    group: "Set up",
    load: async () => (await import("./completion.ts")).command,
  },
];
