/**
 * What a command is: a file in this folder that exports `command`, listed in `index.ts`.
 *
 * `define` only declares; `run` gets plain values, does the work and returns the exit status. So a
 * command can be called in a test without a process.
 */
import type { Command } from "commander";
import type { Io } from "../node/io.ts";

/** Headings of `wheelkit --help`, by job, in this order. */
export const GROUPS = [
  "Look at wheels",
  "Make a wheel ready to publish",
  "Change a built wheel",
  "Set up",
] as const;
export type Group = (typeof GROUPS)[number];

/** Option values under commander's names: `--fail-on` is `failOn`. Read them with `options.ts`. */
export type Options = Readonly<Record<string, unknown>>;

export interface Invocation {
  /** `audit`; for a command with actions the action's name: `check` of `links check`. */
  readonly action: string;
  readonly args: readonly string[];
  readonly options: Options;
  /** Every option as given, in the order in which it was given, by its long name without dashes. */
  readonly sequence: readonly GivenOption[];
}

export interface GivenOption {
  readonly name: string;
  /** The text given; `undefined` for a flag. */
  readonly value: string | undefined;
}

export interface Example {
  /** What it does, in a few words. */
  readonly what: string;
  /** The whole line, beginning with `wheelkit`. */
  readonly line: string;
}

export interface CommandDeclaration {
  /** A paragraph under the usage line; it is wrapped to the width of the terminal. */
  readonly description: string;
  /** Two or three real ones, at the end of `--help`. */
  readonly examples: readonly Example[];
  /** By the action's name, where there are actions: at the end of that action's `--help`. */
  readonly actionExamples?: Readonly<Record<string, readonly Example[]>>;
  /** Adds arguments, options and, where there are any, actions (`command.command("check")`). */
  define(command: Command): void;
  /**
   * @param commands the whole table, for a command that speaks of the others.
   * @returns the exit status.
   */
  run(invocation: Invocation, io: Io, commands?: readonly CommandEntry[]): Promise<number>;
}

export interface CommandEntry {
  readonly name: string;
  /** One line for `wheelkit --help`. */
  readonly summary: string;
  readonly group: Group;
  /** Loads the command's file, so that a run pays for no other command. */
  load(): Promise<CommandDeclaration>;
}
