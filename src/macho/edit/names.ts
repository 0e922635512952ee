/** What the load commands shall say after the edits: pure, before anything is placed. */
import { addTo } from "../../add-to.ts";
import type { DependencyHow } from "../../binary.ts";
import type { NativeEdit } from "../../native-edit.ts";
import { LC, MH } from "../constants.ts";
import type { MachoContext } from "../layout.ts";
import { isDylibLoad } from "../read/dylib.ts";
import type { MachoImage } from "../read/image.ts";
import {
  type Command,
  checkText,
  commandsOf,
  isDependency,
  newDylib,
  newRpath,
  stringOf,
  withString,
} from "./commands.ts";
import { refuse } from "./refuse.ts";

export interface NamePlan {
  readonly commands: readonly Command[];
  /** The new ordinal of each old one, the first at index 1; 0: the library is gone. */
  readonly ordinals: readonly number[];
  readonly changed: boolean;
  readonly notes: readonly string[];
}

/** Edits that change load commands with names. */
export const NAME_EDITS: ReadonlySet<NativeEdit["kind"]> = new Set([
  "set-id",
  "replace-dependency",
  "remove-dependency",
  "add-dependency",
  "set-search-paths",
]);

/** @throws RefusalError when a name can't be written, or a slice may not have what is asked for. */
export function planNames(image: MachoImage, edits: readonly NativeEdit[]): NamePlan {
  const { context } = image;
  const notes: string[] = [];
  let commands = commandsOf(image.commands);
  commands = setId(commands, edits, image);
  commands = replaceDependencies(commands, edits, context);
  commands = removeDependencies(commands, edits, context);
  commands = addDependencies(commands, edits, context);
  commands = setRpaths(commands, edits, context);
  const merged = mergeEqual(commands, image, notes);
  const touched = edits.some(
    (edit) => edit.kind === "replace-dependency" && names(image, edit.from),
  );
  const asked = !sameCommands(commands, image);
  return {
    commands: merged.commands,
    ordinals: newOrdinals(merged.commands, merged.into, image.commands),
    changed: asked || (touched && !sameCommands(merged.commands, image)),
    notes,
  };
}

function names({ dylibs }: MachoImage, path: string): boolean {
  return dylibs.some((each) => each.path === path);
}

function sameCommands(commands: readonly Command[], image: MachoImage): boolean {
  return (
    commands.length === image.commands.length &&
    commands.every(({ bytes, origin }, index) => {
      return origin === image.commands[index] && bytes === origin?.bytes;
    })
  );
}

/** Of several edits of one kind the last one counts. */
function setId(
  commands: readonly Command[],
  edits: readonly NativeEdit[],
  { context, header }: MachoImage,
): readonly Command[] {
  const edit = edits.findLast((each) => each.kind === "set-id");
  if (edit?.kind !== "set-id") return commands;
  checkText(edit.id, "the new install name");
  if (header.filetype !== MH.MH_DYLIB) {
    throw refuse(
      "id",
      "only a dynamic library has an install name, and dyld refuses others with one",
    );
  }
  if (commands.every(({ cmd }) => cmd !== LC.LC_ID_DYLIB)) {
    const first = commands.findIndex(isDependency);
    const at = first < 0 ? commands.length : first;
    return commands.toSpliced(at, 0, newDylib(LC.LC_ID_DYLIB, edit.id, context));
  }
  return commands.map((command) => {
    return command.cmd === LC.LC_ID_DYLIB ? renamed(command, edit.id, context) : command;
  });
}

function renamed(command: Command, text: string, context: MachoContext): Command {
  return stringOf(command, context) === text ? command : withString(command, text, context);
}

/** All at once: a name that an edit gives is not what another one looks for. */
function replaceDependencies(
  commands: readonly Command[],
  edits: readonly NativeEdit[],
  context: MachoContext,
): readonly Command[] {
  const wanted = new Map<string, string>();
  for (const edit of edits) {
    if (edit.kind !== "replace-dependency") continue;
    checkText(edit.to, "the new name of a dependency");
    wanted.set(edit.from, edit.to);
  }
  if (wanted.size === 0) return commands;
  return commands.map((command) => {
    if (!isDependency(command)) return command;
    const to = wanted.get(stringOf(command, context));
    return to === undefined ? command : renamed(command, to, context);
  });
}

function removeDependencies(
  commands: readonly Command[],
  edits: readonly NativeEdit[],
  context: MachoContext,
): readonly Command[] {
  const unwanted = new Set(
    edits.flatMap((edit) => (edit.kind === "remove-dependency" ? [edit.name] : [])),
  );
  if (unwanted.size === 0) return commands;
  const kept = commands.filter(
    (command) => !isDependency(command) || !unwanted.has(stringOf(command, context)),
  );
  if (kept.length < commands.length && !kept.some(isDependency)) {
    throw refuse("dependencies", "the file would load no library at all, which dyld refuses");
  }
  return kept;
}

function addDependencies(
  commands: readonly Command[],
  edits: readonly NativeEdit[],
  context: MachoContext,
): readonly Command[] {
  let result = commands;
  for (const edit of edits) {
    if (edit.kind !== "add-dependency") continue;
    checkText(edit.name, "the name of a dependency");
    const there = result.some(
      (each) => isDependency(each) && stringOf(each, context) === edit.name,
    );
    if (there) continue;
    const last = result.findLastIndex((each) => isDependency(each) || each.cmd === LC.LC_ID_DYLIB);
    const at = last < 0 ? result.length : last + 1;
    result = result.toSpliced(at, 0, newDylib(LC.LC_LOAD_DYLIB, edit.name, context));
  }
  return result;
}

/** Paths that are there already keep their load commands. */
function setRpaths(
  commands: readonly Command[],
  edits: readonly NativeEdit[],
  context: MachoContext,
): readonly Command[] {
  const edit = edits.findLast((each) => each.kind === "set-search-paths");
  if (edit?.kind !== "set-search-paths") return commands;
  for (const path of edit.paths) checkText(path, "a search path");
  const wanted = [...new Set(edit.paths)];
  const old = commands.filter(({ cmd }) => cmd === LC.LC_RPATH);
  const known = old.map((command) => stringOf(command, context));
  if (known.length === wanted.length && known.every((path, index) => path === wanted[index])) {
    return commands;
  }
  const fresh = wanted.map((path) => old[known.indexOf(path)] ?? newRpath(path, context));
  const first = commands.findIndex(({ cmd }) => cmd === LC.LC_RPATH);
  const rest = commands.filter(({ cmd }) => cmd !== LC.LC_RPATH);
  return rest.toSpliced(first < 0 ? rest.length : first, 0, ...fresh);
}

interface Merged {
  readonly commands: readonly Command[];
  /** The load that stands for one that is gone. */
  readonly into: ReadonlyMap<Command, Command>;
}

/** The strongest kind of load stands for all: what is re-exported must stay so. */
const STRENGTH: Readonly<Record<DependencyHow, number>> = {
  reexport: 5,
  required: 4,
  upward: 3,
  lazy: 2,
  weak: 1,
  delay: 0,
  forwarder: 0,
};

/** dyld refuses a file with two equal loads or two equal search paths: one of each stays. */
function mergeEqual(commands: readonly Command[], image: MachoImage, notes: string[]): Merged {
  const { context } = image;
  const strength = ({ origin }: Command): number => {
    const dylib = image.dylibs.find(({ command }) => command === origin);
    return STRENGTH[dylib?.how ?? "required"];
  };
  const groups = new Map<string, Command[]>();
  for (const command of commands) {
    const rpath = command.cmd === LC.LC_RPATH;
    if (!rpath && !isDependency(command)) continue;
    const key = `${rpath ? "rpath" : "load"} ${stringOf(command, context)}`;
    addTo(groups, key, command);
  }
  const into = new Map<Command, Command>();
  /** What is put in the place of a group's first command. */
  const places = new Map<Command, Command>();
  for (const group of groups.values()) {
    const [first] = group;
    if (first === undefined || group.length === 1) continue;
    const strongest = group.reduce((a, b) => (strength(b) > strength(a) ? b : a));
    for (const command of group) into.set(command, strongest);
    places.set(first, strongest);
    notes.push(`${group.length} load commands for \`${stringOf(first, context)}\` became one`);
  }
  const kept = commands.flatMap((command) => {
    const place = places.get(command);
    if (place !== undefined) return [place];
    return into.has(command) ? [] : [command];
  });
  return { commands: kept, into };
}

/** Follows each dependency of the original to its place in the result. */
function newOrdinals(
  commands: readonly Command[],
  into: ReadonlyMap<Command, Command>,
  old: MachoImage["commands"],
): readonly number[] {
  const places = new Map<MachoImage["commands"][number], number>();
  const now = commands.filter(isDependency);
  for (const [index, { origin }] of now.entries())
    if (origin !== null) places.set(origin, index + 1);
  for (const [gone, kept] of into) {
    if (gone.origin === null) continue;
    const index = now.indexOf(kept);
    if (index >= 0) places.set(gone.origin, index + 1);
  }
  const loads = old.filter(({ cmd }) => isDylibLoad(cmd));
  return [0, ...loads.map((command) => places.get(command) ?? 0)];
}
