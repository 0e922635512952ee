/** One load command as plain data with the specification's names. */
import { toHex } from "../../bytes.ts";
import { hex } from "../../problems.ts";
import type { Struct } from "../../struct.ts";
import {
  BuildVersionCommand,
  DyldInfoCommand,
  DylibCommand,
  DysymtabCommand,
  EncryptionInfoCommand,
  EntryPointCommand,
  LinkeditDataCommand,
  NoteCommand,
  SourceVersionCommand,
  SymtabCommand,
  TwolevelHintsCommand,
  VersionMinCommand,
} from "../command-layout.ts";
import { LC } from "../constants.ts";
import type { MachoClass, MachoContext } from "../layout.ts";
import {
  platformConstantName,
  protectionText,
  sectionAttributeNames,
  sectionTypeName,
  segmentFlagNames,
  toolName,
} from "../names.ts";
import { isDylibLoad, padded } from "../read/dylib.ts";
import type { LoadCommand } from "../read/header.ts";
import type { MachoImage } from "../read/image.ts";
import { LINKEDIT_DATA } from "../read/linkedit.ts";
import type { Section, Segment } from "../read/segment.ts";
import { commandString } from "../read/strings.ts";
import { uuidText } from "../read/uuid.ts";
import { sourceVersionText, unpackVersion, versionText } from "../version.ts";

/** Offsets, sizes and counts are numbers; addresses and flags hex; versions and names text. */
export type CommandDump = { readonly cmd: string; readonly cmdsize: number } & Readonly<
  Record<string, unknown>
>;

export function dumpCommand(command: LoadCommand, image: MachoImage): CommandDump {
  const { name, bytes } = command;
  const head = { cmd: name, cmdsize: bytes.length };
  const segment = image.segments.find((each) => each.command === command);
  if (segment !== undefined) return { ...head, ...dumpSegment(segment) };
  return { ...head, ...dumpFields(command, image) };
}

function dumpFields(command: LoadCommand, image: MachoImage): object {
  const { cmd, bytes } = command;
  const { context } = image;
  if (isDylibLoad(cmd) || cmd === LC.LC_ID_DYLIB || cmd === LC.LC_PREBOUND_DYLIB) {
    const record = DylibCommand.read(padded(bytes), 0, context);
    return {
      name: commandString(command, context),
      timestamp: record.timestamp,
      current_version: version(record.current_version),
      compatibility_version: version(record.compatibility_version),
    };
  }
  if (STRINGS.has(cmd)) return { [STRINGS.get(cmd) ?? ""]: commandString(command, context) };
  if (LINKEDIT_DATA.has(cmd)) return rest(LinkeditDataCommand, bytes, context);
  switch (cmd) {
    case LC.LC_SYMTAB:
      return rest(SymtabCommand, bytes, context);
    case LC.LC_DYSYMTAB:
      return rest(DysymtabCommand, bytes, context);
    case LC.LC_DYLD_INFO:
    case LC.LC_DYLD_INFO_ONLY:
      return rest(DyldInfoCommand, bytes, context);
    case LC.LC_TWOLEVEL_HINTS:
      return rest(TwolevelHintsCommand, bytes, context);
    case LC.LC_ENCRYPTION_INFO:
    case LC.LC_ENCRYPTION_INFO_64:
      return rest(EncryptionInfoCommand, bytes, context);
    case LC.LC_MAIN: {
      const { entryoff, stacksize } = EntryPointCommand.read(padded(bytes), 0, context);
      return { entryoff: Number(entryoff), stacksize: Number(stacksize) };
    }
    case LC.LC_UUID:
      return { uuid: uuidText(padded(bytes).subarray(8, 24)) };
    case LC.LC_SOURCE_VERSION: {
      const record = SourceVersionCommand.read(padded(bytes), 0, context);
      return { version: sourceVersionText(record.version) };
    }
    case LC.LC_NOTE: {
      const { offset, size } = NoteCommand.read(padded(bytes), 0, context);
      return { offset: Number(offset), size: Number(size) };
    }
    case LC.LC_VERSION_MIN_MACOSX:
    case LC.LC_VERSION_MIN_IPHONEOS:
    case LC.LC_VERSION_MIN_TVOS:
    case LC.LC_VERSION_MIN_WATCHOS: {
      const record = VersionMinCommand.read(padded(bytes), 0, context);
      return { version: version(record.version), sdk: version(record.sdk) };
    }
    case LC.LC_BUILD_VERSION: {
      const record = BuildVersionCommand.read(padded(bytes), 0, context);
      const target = image.targets.find((each) => each.command === command);
      return {
        platform: platformConstantName(record.platform),
        minos: version(record.minos),
        sdk: version(record.sdk),
        tools: (target?.tools ?? []).map((tool) => ({
          tool: toolName(tool.tool),
          version: version(tool.version),
        })),
      };
    }
  }
  return { bytes: toHex(bytes.subarray(8, 8 + MAX_RAW)) };
}

/** Bytes of an unknown command that are printed. */
const MAX_RAW = 256;

/** The name of the one string. */
const STRINGS: ReadonlyMap<number, string> = new Map([
  [LC.LC_RPATH, "path"],
  [LC.LC_LOAD_DYLINKER, "name"],
  [LC.LC_ID_DYLINKER, "name"],
  [LC.LC_DYLD_ENVIRONMENT, "name"],
  [LC.LC_SUB_FRAMEWORK, "umbrella"],
  [LC.LC_SUB_CLIENT, "client"],
  [LC.LC_SUB_UMBRELLA, "sub_umbrella"],
  [LC.LC_SUB_LIBRARY, "sub_library"],
  [LC.LC_TARGET_TRIPLE, "triple"],
]);

function version(packed: number): string {
  return versionText(unpackVersion(packed));
}

/** All fields but the head's. */
function rest<Value extends object>(
  record: Struct<MachoClass, Value>,
  bytes: Uint8Array,
  context: MachoContext,
): object {
  const fields = Object.entries(
    record.read(padded(bytes, record.sizeOf(context.variant)), 0, context),
  );
  return Object.fromEntries(fields.filter(([name]) => name !== "cmd" && name !== "cmdsize"));
}

function dumpSegment(segment: Segment): object {
  return {
    segname: segment.name,
    vmaddr: hex(segment.vmaddr),
    vmsize: hex(segment.vmsize),
    fileoff: segment.fileoff,
    filesize: segment.filesize,
    maxprot: protectionText(segment.maxprot),
    initprot: protectionText(segment.initprot),
    flags: segmentFlagNames(segment.flags),
    sections: segment.sections.map(dumpSection),
  };
}

function dumpSection(section: Section): object {
  return {
    sectname: section.name,
    segname: section.segment,
    addr: hex(section.addr),
    size: hex(section.size),
    offset: section.offset,
    align: section.align,
    reloff: section.reloff,
    nreloc: section.nreloc,
    type: sectionTypeName(section.flags),
    attributes: sectionAttributeNames(section.flags),
    reserved1: section.reserved1,
    reserved2: section.reserved2,
  };
}
