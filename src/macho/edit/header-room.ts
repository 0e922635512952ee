/** Making the load commands fit between the header and the first content. */

import { BuildVersionCommand } from "../command-layout.ts";
import { LC } from "../constants.ts";
import { LoadCommandHead, type MachoContext } from "../layout.ts";
import { commandName } from "../names.ts";
import { type Command, totalSize, withFields } from "./commands.ts";

export interface Fitted {
  readonly commands: readonly Command[];
  readonly notes: readonly string[];
}

/** What loaders and debuggers do without, the least useful first. Its data stays where it is. */
const DISPENSABLE: readonly number[] = [
  LC.LC_SOURCE_VERSION,
  LC.LC_DATA_IN_CODE,
  LC.LC_SEGMENT_SPLIT_INFO,
  LC.LC_DYLIB_CODE_SIGN_DRS,
  LC.LC_LINKER_OPTIMIZATION_HINT,
  LC.LC_BUILD_VERSION,
  LC.LC_FUNCTION_STARTS,
];

/**
 * Drops as little as needed.
 *
 * @param room bytes for load commands.
 * @param steps how many kinds of {@link DISPENSABLE} may be dropped.
 * @returns `undefined` when they don't fit.
 */
export function fitCommands(
  commands: readonly Command[],
  room: number,
  context: MachoContext,
  steps: number = DISPENSABLE.length,
): Fitted | undefined {
  let kept = commands;
  const notes: string[] = [];
  for (let step = 0; totalSize(kept) > room; step++) {
    const cmd = DISPENSABLE[step];
    if (cmd === undefined || step >= steps) return undefined;
    const less =
      cmd === LC.LC_BUILD_VERSION
        ? kept.map((command) => withoutTools(command, context))
        : kept.filter((command) => command.cmd !== cmd);
    if (totalSize(less) === totalSize(kept)) continue;
    notes.push(
      cmd === LC.LC_BUILD_VERSION
        ? "LC_BUILD_VERSION lost the names of the tools to make room"
        : `${commandName(cmd)} was dropped to make room`,
    );
    kept = less;
  }
  return { commands: kept, notes };
}

/** The list of the tools that made the file says nothing to a loader. */
function withoutTools(command: Command, context: MachoContext): Command {
  const size = BuildVersionCommand.sizeOf(context.variant);
  if (command.cmd !== LC.LC_BUILD_VERSION || command.bytes.length <= size) return command;
  const shorter = { ...command, bytes: command.bytes.subarray(0, size) };
  return withFields(shorter, (bytes) => {
    LoadCommandHead.set(bytes, 0, context, { cmdsize: size });
    BuildVersionCommand.set(bytes, 0, context, { ntools: 0 });
  });
}

/** Bytes that are missing after everything dispensable was dropped. */
export function missingBytes(
  commands: readonly Command[],
  room: number,
  context: MachoContext,
): number {
  const bare = commands
    .filter(({ cmd }) => cmd === LC.LC_BUILD_VERSION || !DISPENSABLE.includes(cmd))
    .map((command) => withoutTools(command, context));
  return Math.max(0, totalSize(bare) - room);
}
