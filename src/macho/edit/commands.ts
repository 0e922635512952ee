/** Load commands to be. */
import { encodeUtf8 } from "../../bytes.ts";
import { DylibCommand, LinkeditDataCommand } from "../command-layout.ts";
import { LC } from "../constants.ts";
import { LoadCommandHead, type MachoContext, SegmentCommand } from "../layout.ts";
import { isDylibLoad } from "../read/dylib.ts";
import { commandAlign, type LoadCommand } from "../read/header.ts";
import { commandString } from "../read/strings.ts";
import { refuse } from "./refuse.ts";

/** One load command of the result. */
export interface Command {
  readonly cmd: number;
  readonly bytes: Uint8Array;
  /** The one of the original that it is, or was made from. */
  readonly origin: LoadCommand | null;
}

export function commandsOf(commands: readonly LoadCommand[]): readonly Command[] {
  return commands.map((command) => ({ cmd: command.cmd, bytes: command.bytes, origin: command }));
}

export function totalSize(commands: readonly Command[]): number {
  return commands.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

/** Bytes of a name that a loader takes. */
const MAX_PATH = 1023;

/** @throws RefusalError for a text that no load command can hold. */
export function checkText(text: string, what: string): void {
  if (text === "" || text.includes("\0")) {
    throw refuse("name", `${what} is ${text === "" ? "empty" : "not a name: it has a NUL"}`);
  }
  const size = encodeUtf8(text).length;
  if (size > MAX_PATH) {
    throw refuse("name", `${what} has ${size} bytes, and loaders take ${MAX_PATH}`);
  }
}

/**
 * The load of a library with another name; the fixed part before it is kept, whatever its size.
 *
 * @throws RefusalError when the old name is outside of the command.
 */
export function withString(command: Command, text: string, context: MachoContext): Command {
  const { bytes } = command;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = view.getUint32(8, context.littleEndian);
  if (start < DylibCommand.sizeOf(context.variant) || start >= bytes.length) {
    throw refuse("layout", "the name of a library is outside of its load command");
  }
  return { ...command, bytes: encodeString(bytes.subarray(0, start), text, context) };
}

function encodeString(head: Uint8Array, text: string, context: MachoContext): Uint8Array {
  const string = encodeUtf8(text);
  const step = commandAlign(context.variant);
  const size = Math.ceil((head.length + string.length + 1) / step) * step;
  const bytes = new Uint8Array(size);
  bytes.set(head);
  bytes.set(string, head.length);
  LoadCommandHead.set(bytes, 0, context, { cmdsize: size });
  return bytes;
}

export function stringOf({ cmd, bytes }: Command, context: MachoContext): string {
  return commandString({ index: 0, cmd, name: "", at: 0, bytes }, context) ?? "";
}

/** Timestamp that linkers put where none is meant. */
const TIMESTAMP = 2;
/** 1.0.0 */
const VERSION = 0x1_0000;

export function newDylib(cmd: number, path: string, context: MachoContext): Command {
  const head = DylibCommand.encode(context, {
    cmd,
    cmdsize: 0,
    name: DylibCommand.sizeOf(context.variant),
    timestamp: TIMESTAMP,
    current_version: VERSION,
    compatibility_version: VERSION,
  });
  return { cmd, bytes: encodeString(head, path, context), origin: null };
}

const RPATH_HEAD = 12;

export function newRpath(path: string, context: MachoContext): Command {
  const head = new Uint8Array(RPATH_HEAD);
  const view = new DataView(head.buffer);
  view.setUint32(0, LC.LC_RPATH, context.littleEndian);
  view.setUint32(8, RPATH_HEAD, context.littleEndian);
  return { cmd: LC.LC_RPATH, bytes: encodeString(head, path, context), origin: null };
}

const UUID_SIZE = 24;

export function newUuid(uuid: Uint8Array, context: MachoContext): Command {
  const bytes = new Uint8Array(UUID_SIZE);
  LoadCommandHead.set(bytes, 0, context, { cmd: LC.LC_UUID, cmdsize: UUID_SIZE });
  bytes.set(uuid.subarray(0, 16), 8);
  return { cmd: LC.LC_UUID, bytes, origin: null };
}

/** Bytes that a signature needs in the header. */
const SIGNATURE_COMMAND_SIZE = 16;

export function newSignature(context: MachoContext): Command {
  const bytes = LinkeditDataCommand.encode(context, {
    cmd: LC.LC_CODE_SIGNATURE,
    cmdsize: SIGNATURE_COMMAND_SIZE,
    dataoff: 0,
    datasize: 0,
  });
  return { cmd: LC.LC_CODE_SIGNATURE, bytes, origin: null };
}

/** The command with other values in some fields. */
export function withFields(command: Command, change: (bytes: Uint8Array) => void): Command {
  const bytes = command.bytes.slice();
  change(bytes);
  return { ...command, bytes };
}

/** True for a command that is `__LINKEDIT`. */
export function isLinkedit({ cmd, bytes }: Command, context: MachoContext): boolean {
  const segment = context.variant === "macho64" ? LC.LC_SEGMENT_64 : LC.LC_SEGMENT;
  if (cmd !== segment || bytes.length < SegmentCommand.sizeOf(context.variant)) return false;
  return LINKEDIT.every((byte, index) => bytes[8 + index] === byte);
}

const LINKEDIT: readonly number[] = [...encodeUtf8("__LINKEDIT\0")];

/** True for loads of libraries. */
export function isDependency({ cmd }: Command): boolean {
  return isDylibLoad(cmd);
}
