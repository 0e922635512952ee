/** What `llvm-objdump --macho --private-headers` says of a file, as plain data with the specification's names. */
import type { LayoutProblem } from "../../binary.ts";
import { toHex } from "../../bytes.ts";
import { hex } from "../../problems.ts";
import {
  blobName,
  cpuTypeName,
  fileTypeName,
  headerFlagNames,
  signatureFlagNames,
} from "../names.ts";
import type { ArchiveSlice, MachoBinary, MachoImage } from "../read/image.ts";
import { cmsOf } from "../read/signature.ts";
import { type CommandDump, dumpCommand } from "./dump-command.ts";

export interface SliceDump {
  readonly arch: string;
  readonly header: object | null;
  readonly commands: readonly CommandDump[];
  readonly chainedFixups: object | null;
  readonly signature: object | null;
  readonly problems: readonly LayoutProblem[];
}

export interface MachoDump {
  readonly fat: object | null;
  readonly slices: readonly SliceDump[];
  readonly problems: readonly LayoutProblem[];
}

export function dumpMacho({ fat, slices, problems }: MachoBinary): MachoDump {
  return {
    fat:
      fat === null
        ? null
        : {
            magic: fat.kind === "fat" ? "FAT_MAGIC" : "FAT_MAGIC_64",
            nfat_arch: fat.entries.length,
            architectures: fat.entries.map((entry) => ({
              arch: entry.arch,
              cputype: cpuTypeName(entry.cputype),
              cpusubtype: hex(entry.cpusubtype),
              offset: entry.offset,
              size: entry.size,
              align: entry.align,
            })),
          },
    slices: slices.map(dumpSlice),
    problems,
  };
}

function dumpSlice(slice: MachoImage | ArchiveSlice): SliceDump {
  if (slice.kind === "archive") {
    return {
      arch: slice.arch,
      header: null,
      commands: [],
      chainedFixups: null,
      signature: null,
      problems: [],
    };
  }
  const { header, context } = slice;
  return {
    arch: slice.arch,
    header: {
      magic: `MH_MAGIC${slice.bits === 64 ? "_64" : ""}`,
      byteOrder: context.littleEndian ? "little endian" : "big endian",
      cputype: cpuTypeName(header.cputype),
      cpusubtype: hex(header.cpusubtype),
      filetype: fileTypeName(header.filetype),
      ncmds: header.ncmds,
      sizeofcmds: header.sizeofcmds,
      flags: headerFlagNames(header.flags),
    },
    commands: slice.commands.map((command) => dumpCommand(command, slice)),
    chainedFixups: dumpChained(slice),
    signature: dumpSignature(slice),
    problems: slice.problems,
  };
}

function dumpChained(image: MachoImage): object | null {
  const chained = image.chained();
  if (chained === null) return null;
  return {
    ...chained.header,
    imports: chained.imports.map(({ name, ordinal, weak }) => ({
      name,
      lib_ordinal: ordinal,
      weak_import: weak,
    })),
  };
}

function dumpSignature(image: MachoImage): object | null {
  const signature = image.signature();
  if (signature === null) return null;
  return {
    blobs: signature.blobs.map(({ slot, magic, bytes }) => ({
      slot: hex(slot),
      magic: blobName(magic),
      length: bytes.length,
    })),
    codeDirectories: signature.directories.map((directory) => ({
      version: hex(directory.version),
      flags: signatureFlagNames(directory.flags),
      identifier: directory.identifier,
      team: directory.team,
      codeLimit: directory.limit,
      hashType: directory.hashType,
      hashSize: directory.hashSize,
      pageSize: directory.pageSize,
      nSpecialSlots: directory.nSpecialSlots,
      nCodeSlots: directory.nCodeSlots,
      execSegment:
        directory.execSegment === null
          ? null
          : {
              base: directory.execSegment.base,
              limit: directory.execSegment.limit,
              flags: hex(directory.execSegment.flags),
            },
      specialHashes: toHex(
        directory.bytes.subarray(
          directory.hashOffset - directory.nSpecialSlots * directory.hashSize,
          directory.hashOffset,
        ),
      ),
    })),
    cms: cmsOf(signature).length,
    faults: signature.faults,
  };
}
