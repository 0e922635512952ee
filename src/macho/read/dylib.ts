/** Loads of libraries, the file's own name, and the search paths. */
import type { DependencyHow } from "../../binary.ts";
import type { Problems } from "../../problems.ts";
import { DylibCommand, type DylibRecord, DylibUseCommand } from "../command-layout.ts";
import { DYLIB_USE, DYLIB_USE_MARKER, LC } from "../constants.ts";
import type { MachoContext } from "../layout.ts";
import type { LoadCommand } from "./header.ts";
import { commandString } from "./strings.ts";

export interface Dylib extends DylibRecord {
  readonly command: LoadCommand;
  /** The install name. */
  readonly path: string;
  readonly how: DependencyHow;
}

export interface Rpath {
  readonly command: LoadCommand;
  readonly path: string;
}

const HOW: Readonly<Record<number, DependencyHow>> = {
  [LC.LC_LOAD_DYLIB]: "required",
  [LC.LC_LOAD_WEAK_DYLIB]: "weak",
  [LC.LC_REEXPORT_DYLIB]: "reexport",
  [LC.LC_LOAD_UPWARD_DYLIB]: "upward",
  [LC.LC_LAZY_LOAD_DYLIB]: "lazy",
};

/** True for the commands that get a library ordinal. */
export function isDylibLoad(cmd: number): boolean {
  return HOW[cmd] !== undefined;
}

/** In load command order, which is that of the ordinals. Damaged ones have an empty path. */
export function parseDylibs(
  commands: readonly LoadCommand[],
  context: MachoContext,
  base: number,
  problems: Problems,
): readonly Dylib[] {
  return commands.flatMap((command) => {
    const how = HOW[command.cmd];
    if (how === undefined) return [];
    return [readDylib(command, how, context, base, problems)];
  });
}

/** LC_ID_DYLIB, the last one. */
export function parseId(
  commands: readonly LoadCommand[],
  context: MachoContext,
  base: number,
  problems: Problems,
): Dylib | null {
  const ids = commands.filter(({ cmd }) => cmd === LC.LC_ID_DYLIB);
  const id = ids.at(-1);
  if (id === undefined) return null;
  if (ids.length > 1) {
    problems.add("there is more than one LC_ID_DYLIB", {
      record: "LC_ID_DYLIB",
      offset: base + id.at,
    });
  }
  return readDylib(id, "required", context, base, problems);
}

function readDylib(
  command: LoadCommand,
  plain: DependencyHow,
  context: MachoContext,
  base: number,
  problems: Problems,
): Dylib {
  const size = DylibCommand.sizeOf(context.variant);
  const record = DylibCommand.read(padded(command.bytes, size), 0, context, base + command.at);
  const path = commandString(command, context);
  if (path === null || path === "") {
    problems.add("the name of the library is empty or outside of the load command", {
      record: command.name,
      field: "name",
      offset: base + command.at + 8,
      value: `${record.name}`,
    });
  }
  // Field by field: a wheel may have millions, and copying an object of unknown shape is ten times as slow.
  return {
    cmd: record.cmd,
    cmdsize: record.cmdsize,
    name: record.name,
    timestamp: record.timestamp,
    current_version: record.current_version,
    compatibility_version: record.compatibility_version,
    command,
    path: path ?? "",
    how: newHow(command, record, context) ?? plain,
  };
}

/** dylib_use_command says with flags what older files say with the command's number. */
function newHow(
  { cmd, bytes }: LoadCommand,
  { timestamp }: { readonly timestamp: number },
  context: MachoContext,
): DependencyHow | undefined {
  // The marker stands where others have a date; nearly all are others.
  if (timestamp !== DYLIB_USE_MARKER || cmd === LC.LC_ID_DYLIB) return undefined;
  const size = DylibUseCommand.sizeOf(context.variant);
  if (bytes.length < size) return undefined;
  const { nameoff, flags } = DylibUseCommand.read(bytes, 0, context);
  if (nameoff < size) return undefined;
  if ((flags & DYLIB_USE.DYLIB_USE_REEXPORT) !== 0) return "reexport";
  if ((flags & DYLIB_USE.DYLIB_USE_UPWARD) !== 0) return "upward";
  if ((flags & DYLIB_USE.DYLIB_USE_WEAK_LINK) !== 0) return "weak";
  return (flags & DYLIB_USE.DYLIB_USE_DELAYED_INIT) === 0 ? undefined : "lazy";
}

/** A command that is too short for its record reads as if zeros followed. */
export function padded(bytes: Uint8Array, size = 80): Uint8Array {
  if (bytes.length >= size) return bytes;
  const whole = new Uint8Array(size);
  whole.set(bytes);
  return whole;
}

export function parseRpaths(
  commands: readonly LoadCommand[],
  context: MachoContext,
  base: number,
  problems: Problems,
): readonly Rpath[] {
  const rpaths: Rpath[] = [];
  for (const command of commands) {
    if (command.cmd !== LC.LC_RPATH) continue;
    const path = commandString(command, context);
    if (path === null) {
      problems.add("the search path is outside of the load command", {
        record: command.name,
        field: "path",
        offset: base + command.at + 8,
      });
    } else rpaths.push({ command, path });
  }
  return rpaths;
}
