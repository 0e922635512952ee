/** mach_header, and the load commands behind it as they are. */
import { FormatError } from "../../errors.ts";
import type { Problems } from "../../problems.ts";
import type { Source } from "../../source.ts";
import { archOf } from "../arch.ts";
import { MAGIC } from "../constants.ts";
import {
  type Header,
  headerSize,
  LoadCommandHead,
  MachHeader,
  type MachoClass,
  type MachoContext,
} from "../layout.ts";
import { commandName } from "../names.ts";

export interface LoadCommand {
  readonly index: number;
  readonly cmd: number;
  readonly name: string;
  /** Byte offset from the slice's start. */
  readonly at: number;
  /** All `cmdsize` bytes. */
  readonly bytes: Uint8Array;
}

export interface MachoHeader {
  readonly header: Header;
  readonly context: MachoContext;
  readonly bits: 32 | 64;
  readonly arch: string;
  readonly commands: readonly LoadCommand[];
  /** Where the load commands end, from the slice's start. */
  readonly commandsEnd: number;
}

/** Real files have some hundred; each costs an object. */
const MAX_COMMANDS = 1 << 16;
/** Bytes; the largest real headers have some ten thousand. */
const MAX_COMMAND_BYTES = 1 << 24;

function contextOf(head: Uint8Array, base: number): MachoContext {
  const magic = head.length < 4 ? 0 : new DataView(head.buffer, head.byteOffset).getUint32(0);
  const context = CONTEXTS[magic];
  if (context === undefined) {
    throw new FormatError("this is not a Mach-O file", {
      format: "macho",
      record: "mach_header",
      field: "magic",
      offset: base,
      value: `0x${magic.toString(16)}`,
    });
  }
  return context;
}

const CONTEXTS: Readonly<Record<number, MachoContext>> = {
  [MAGIC.MH_MAGIC]: { variant: "macho32", littleEndian: false },
  [MAGIC.MH_CIGAM]: { variant: "macho32", littleEndian: true },
  [MAGIC.MH_MAGIC_64]: { variant: "macho64", littleEndian: false },
  [MAGIC.MH_CIGAM_64]: { variant: "macho64", littleEndian: true },
};

/** Bytes to read so that {@link readHead} finds the header. */
export const HEAD_SIZE = 32;

/** The header alone. */
export function readHead(
  head: Uint8Array,
  base: number,
): { readonly header: Header; readonly context: MachoContext } {
  const context = contextOf(head, base);
  return { header: MachHeader.read(head, 0, context, base), context };
}

/**
 * @param source one slice.
 * @param base its offset in the file: for errors.
 * @throws FormatError when the header or the list of load commands is damaged.
 */
export function parseHeader(source: Source, base: number, problems: Problems): MachoHeader {
  const { header, context } = readHead(source.read(0, Math.min(HEAD_SIZE, source.size)), base);
  const start = headerSize(context.variant);
  const { sizeofcmds, ncmds } = header;
  const place = (field: keyof Header): { readonly field: string; readonly offset: number } => ({
    field,
    offset: base + MachHeader.offsetOf(context.variant, field),
  });
  if (start + sizeofcmds > source.size || sizeofcmds > MAX_COMMAND_BYTES) {
    throw new FormatError(
      `${sizeofcmds} bytes of load commands do not fit in the ${source.size} bytes of the file`,
      { format: "macho", record: "mach_header", ...place("sizeofcmds"), value: `${sizeofcmds}` },
    );
  }
  if (ncmds > MAX_COMMANDS) {
    throw new FormatError(`more than ${MAX_COMMANDS} load commands`, {
      format: "macho",
      record: "mach_header",
      ...place("ncmds"),
      value: `${ncmds}`,
    });
  }
  const area = source.read(start, sizeofcmds);
  const { commands, end } = splitCommands(area, ncmds, start, base, context, problems);
  if (end !== start + sizeofcmds) {
    problems.add("the load commands are shorter than the header says, so dyld rejects the file", {
      record: "mach_header",
      ...place("sizeofcmds"),
      value: `${sizeofcmds}`,
    });
  }
  return {
    header,
    context,
    bits: context.variant === "macho64" ? 64 : 32,
    arch: archOf(header.cputype, header.cpusubtype),
    commands,
    commandsEnd: start + sizeofcmds,
  };
}

function splitCommands(
  area: Uint8Array,
  count: number,
  start: number,
  base: number,
  context: MachoContext,
  problems: Problems,
): { readonly commands: readonly LoadCommand[]; readonly end: number } {
  const commands: LoadCommand[] = [];
  const step = commandAlign(context.variant);
  let at = 0;
  for (let index = 0; index < count; index++) {
    const { cmd, cmdsize } = LoadCommandHead.read(area, at, context, base + start);
    const name = commandName(cmd);
    const place = {
      record: name,
      field: "cmdsize",
      offset: base + start + at + 4,
      value: `${cmdsize}`,
    };
    if (cmdsize < 8 || at + cmdsize > area.length) {
      throw new FormatError(
        cmdsize < 8
          ? "a load command has 8 bytes or more"
          : "the load command ends behind the others",
        { format: "macho", ...place },
      );
    }
    if (cmdsize % step !== 0) {
      problems.add(`the size is not a multiple of ${step}, so dyld rejects the file`, place);
    }
    commands.push({ index, cmd, name, at: start + at, bytes: area.subarray(at, at + cmdsize) });
    at += cmdsize;
  }
  return { commands, end: start + at };
}

/** Sizes of load commands are multiples of this. */
export function commandAlign(variant: MachoClass): 4 | 8 {
  return variant === "macho64" ? 8 : 4;
}
