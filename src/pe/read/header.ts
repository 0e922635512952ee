/** The headers at the beginning of a PE file, up to the section table. */
import { FormatError } from "../../errors.ts";
import { hex } from "../../problems.ts";
import type { Source } from "../../source.ts";
import {
  DIRECTORY,
  DIRECTORY_COUNT,
  IMAGE_DOS_SIGNATURE,
  IMAGE_NT_SIGNATURE,
  OPTIONAL_MAGIC,
} from "../constants.ts";
import {
  type FileHeader,
  type OptionalHeader,
  type PeContext,
  PeDirectory,
  PeFileHeader,
  PeOptionalHeader,
  PeWindowsHeader,
  PLAIN,
  type WindowsHeader,
} from "../layout.ts";

/** Bytes of the MS-DOS header. */
export const DOS_HEADER_SIZE = 64;
/** Byte offset of e_lfanew, which says where the signature lies. */
export const LFANEW_AT = 60;
/** A header further in than this is no header of a real file; the loader's own limit is 256 MB. */
const MAX_LFANEW = 1 << 28;

export interface Directory {
  /** Index in the data directory. */
  readonly index: number;
  /** File offset of the entry. */
  readonly at: number;
  /** RVA; of the security directory a file offset. */
  readonly address: number;
  /** Bytes. */
  readonly size: number;
}

export interface PeHeader {
  /** e_lfanew: file offset of the signature `PE\0\0`. */
  readonly lfanew: number;
  readonly context: PeContext;
  readonly file: FileHeader;
  /** File offset of IMAGE_FILE_HEADER. */
  readonly fileAt: number;
  readonly optional: OptionalHeader;
  /** File offset of IMAGE_OPTIONAL_HEADER. */
  readonly optionalAt: number;
  readonly windows: WindowsHeader;
  /** File offset of the optional header from ImageBase on. */
  readonly windowsAt: number;
  /** As many entries as NumberOfRvaAndSizes and the size of the header allow. */
  readonly directories: readonly Directory[];
  /** File offset of the section table. */
  readonly sectionsAt: number;
}

/** True when the first bytes are those of a PE file. A text may begin with `MZ`: the signature counts where it is in `head`. */
export function matches(head: Uint8Array): boolean {
  if (head[0] !== 0x4d || head[1] !== 0x5a || head.length < DOS_HEADER_SIZE) return false;
  const lfanew = new DataView(head.buffer, head.byteOffset, head.byteLength).getUint32(
    LFANEW_AT,
    true,
  );
  if (lfanew < 4 || lfanew > MAX_LFANEW) return false;
  for (const [index, byte] of [0x50, 0x45, 0, 0].entries()) {
    const found = head[lfanew + index];
    if (found !== undefined && found !== byte) return false;
  }
  return true;
}

/** @throws FormatError when it is not a PE file, or is cut in its headers. */
export function parseHeader(source: Source): PeHeader {
  const dos = source.read(0, DOS_HEADER_SIZE);
  const view = new DataView(dos.buffer, dos.byteOffset, dos.byteLength);
  const magic = view.getUint16(0, true);
  if (magic !== IMAGE_DOS_SIGNATURE) {
    throw headerError("the file does not begin with MZ", "e_magic", 0, magic);
  }
  const lfanew = view.getUint32(LFANEW_AT, true);
  const nt = source.read(lfanew, 4 + PeFileHeader.sizeOf("pe"));
  const signature = new DataView(nt.buffer, nt.byteOffset, 4).getUint32(0, true);
  if (signature !== IMAGE_NT_SIGNATURE) {
    throw headerError("there is no PE signature", "e_lfanew", LFANEW_AT, lfanew);
  }
  const fileAt = lfanew + 4;
  const file = PeFileHeader.read(nt, 4, PLAIN, lfanew);
  const optionalAt = fileAt + PeFileHeader.sizeOf("pe");
  const { SizeOfOptionalHeader } = file;
  const bytes = source.read(optionalAt, SizeOfOptionalHeader);
  const optional = PeOptionalHeader.read(bytes, 0, PLAIN, optionalAt);
  const context = contextOf(optional, optionalAt);
  const start = windowsStart(context);
  const windows = PeWindowsHeader.read(bytes, start, context, optionalAt);
  return {
    lfanew,
    context,
    file,
    fileAt,
    optional,
    optionalAt,
    windows,
    windowsAt: optionalAt + start,
    directories: directoriesOf(bytes, start + PeWindowsHeader.sizeOf(context.variant), {
      count: windows.NumberOfRvaAndSizes,
      base: optionalAt,
    }),
    sectionsAt: optionalAt + SizeOfOptionalHeader,
  };
}

/** Where ImageBase lies in the optional header: PE32 has BaseOfData before it. */
function windowsStart({ variant }: PeContext): number {
  return PeOptionalHeader.sizeOf("pe") + (variant === "pe32" ? 4 : 0);
}

function contextOf({ Magic }: OptionalHeader, at: number): PeContext {
  switch (Magic) {
    case OPTIONAL_MAGIC.IMAGE_NT_OPTIONAL_HDR32_MAGIC:
      return { variant: "pe32", littleEndian: true };
    case OPTIONAL_MAGIC.IMAGE_NT_OPTIONAL_HDR64_MAGIC:
      return { variant: "pe32plus", littleEndian: true };
  }
  throw new FormatError("the optional header is neither PE32 nor PE32+", {
    format: "pe",
    record: "IMAGE_OPTIONAL_HEADER",
    field: "Magic",
    offset: at,
    value: hex(Magic),
  });
}

function directoriesOf(
  bytes: Uint8Array,
  start: number,
  { count, base }: { readonly count: number; readonly base: number },
): readonly Directory[] {
  const stride = PeDirectory.sizeOf("pe");
  const fits = Math.floor(Math.max(0, bytes.length - start) / stride);
  const directories: Directory[] = [];
  for (let index = 0; index < Math.min(count, fits, DIRECTORY_COUNT); index++) {
    const at = start + index * stride;
    const entry = PeDirectory.read(bytes, at, PLAIN, base);
    directories.push({ index, at: base + at, address: entry.VirtualAddress, size: entry.Size });
  }
  return directories;
}

/** Whether the address of that entry is one in memory: a signature's is a file offset. */
export function isMapped(index: number): boolean {
  return index !== DIRECTORY.IMAGE_DIRECTORY_ENTRY_SECURITY;
}

/** The entry of that index, if the file has it and it is not empty. */
export function directoryOf({ directories }: PeHeader, index: number): Directory | undefined {
  const found = directories[index];
  return found === undefined || found.address === 0 ? undefined : found;
}

function headerError(problem: string, field: string, offset: number, value: number): FormatError {
  return new FormatError(problem, {
    format: "pe",
    record: "IMAGE_DOS_HEADER",
    field,
    offset,
    value: hex(value),
  });
}
