/** Checks of single members that need nothing but their headers. */
import type { FieldRef } from "../errors.ts";
import type { Add, ZipProblem } from "./collect.ts";
import { bytesText, hex32, NOT_PYPI } from "./collect.ts";
import type { EntryDraft } from "./draft.ts";
import type { ZipEntry } from "./entry.ts";
import type { CentralHeader, LocalHeader } from "./layout.ts";
import {
  CENTRAL_HEADER,
  DEFLATED,
  FLAG_ENCRYPTED,
  FLAG_MASKED,
  FLAG_PATCHED,
  FLAG_STRONG_ENCRYPTION,
  FLAG_UTF8,
  HOST_MACOS,
  HOST_UNIX,
  STORED,
} from "./layout.ts";
import type { ZipLimits } from "./limits.ts";

const ENCRYPTION = FLAG_ENCRYPTED | FLAG_STRONG_ENCRYPTION | FLAG_MASKED;
/** The version that CPython and uv can extract, times ten. */
const MAX_VERSION = 63;
/** The version of zip64, times ten. */
const ZIP64_VERSION = 45;
/** No deflate stream unpacks to more than this many times its size. */
const MAX_RATIO = 1032;

/** Types of a Unix mode. */
const S_IFMT = 0o170000;
const S_IFREG = 0o100000;
const S_IFDIR = 0o040000;
const TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [0o120000, "symbolic link"],
  [0o060000, "block device"],
  [0o020000, "character device"],
  [0o010000, "named pipe"],
  [0o140000, "socket"],
]);
const DOS_DIRECTORY = 0x10;

/** True when the content can be read. */
export function checkMember(
  entry: EntryDraft,
  local: LocalHeader | undefined,
  limits: ZipLimits,
  add: Add,
): boolean {
  const { name } = entry;
  let readable = true;
  const report = (
    code: ZipProblem["code"],
    message: string,
    field: keyof CentralHeader & string,
    more: Partial<ZipProblem> = {},
  ): void => {
    add({ code, path: name, message, at: fieldOf(entry, field), ...more });
  };

  const flags = entry.flags | (local?.flags ?? 0);
  if (entry.method !== STORED && entry.method !== DEFLATED) {
    report("ZIP020", `the compression method is ${entry.method}`, "method");
    readable = false;
  }
  if ((flags & ENCRYPTION) !== 0) {
    report("ZIP021", "the member is encrypted", "flags");
    readable = false;
  }
  if ((flags & FLAG_PATCHED) !== 0) {
    report("ZIP021", "the member is compressed patched data", "flags");
    readable = false;
  }
  const version = Math.max(entry.versionNeeded & 0xff, (local?.version_needed ?? 0) & 0xff);
  if (version > ZIP64_VERSION) {
    report(
      "ZIP022",
      `version ${Math.floor(version / 10)}.${version % 10} is needed to extract the member`,
      "version_needed",
      version <= MAX_VERSION ? { level: "warning" } : localOnly(entry.versionNeeded & 0xff),
    );
  }
  if (!entry.ascii) checkEncoding(entry, local, add);
  if (!entry.broken && !checkSizes(entry, report)) readable = false;
  checkType(entry, report);
  checkCaps(entry, limits, add);
  return readable;
}

/** CPython, and so PyPI, only looks at the directory's version. */
function localOnly(central: number): Partial<ZipProblem> {
  return central > MAX_VERSION ? {} : { profiles: NOT_PYPI };
}

/** ZIP017: UTF-8, and declared as such in both headers. */
function checkEncoding(entry: EntryDraft, local: LocalHeader | undefined, add: Add): void {
  const at = { record: CENTRAL_HEADER.name, field: "name", offset: entry.at + 46 };
  if (!entry.utf8) {
    add({ code: "ZIP017", path: entry.name, message: "the name is not UTF-8", at });
    return;
  }
  const flags = entry.flags & (local?.flags ?? FLAG_UTF8);
  if ((flags & FLAG_UTF8) !== 0) return;
  add({
    code: "ZIP017",
    path: entry.name,
    message: "the name is not ASCII, but flag bit 11 (UTF-8) is not set in both headers",
    at: fieldOf(entry, "flags"),
    // CPython, and so PyPI, decodes by the directory's flag.
    ...((entry.flags & FLAG_UTF8) === 0 ? {} : { profiles: NOT_PYPI }),
  });
}

type Report = (
  code: ZipProblem["code"],
  message: string,
  field: keyof CentralHeader & string,
  more?: Partial<ZipProblem>,
) => void;

/** ZIP026: false when no data can have these sizes. */
function checkSizes(entry: EntryDraft, report: Report): boolean {
  const { size, compressedSize } = entry;
  if (entry.method === STORED && size !== compressedSize) {
    report(
      "ZIP026",
      `the stored member takes ${bytesText(compressedSize)} and unpacks to ${size}`,
      "compressed_size",
    );
    return false;
  }
  if (compressedSize === 0 && size !== 0) {
    report("ZIP026", `no data are said to unpack to ${bytesText(size)}`, "compressed_size");
    return false;
  }
  if (size > compressedSize * MAX_RATIO) {
    report(
      "ZIP026",
      `${bytesText(compressedSize)} can't unpack to ${size}: deflate reaches ${MAX_RATIO} : 1 at most`,
      "uncompressed_size",
    );
    return false;
  }
  if (size === 0 && entry.crc32 !== 0) {
    report("ZIP026", `the empty member has the CRC-32 ${hex32(entry.crc32)}`, "crc32");
    return false;
  }
  return true;
}

/** ZIP027, ZIP032, ZIP033. */
function checkType(entry: EntryDraft, report: Report): void {
  const { directory } = entry;
  const mode = unixMode(entry);
  const type = (mode ?? foreignMode(entry)) & S_IFMT;
  const special = type !== 0 && type !== S_IFREG && type !== S_IFDIR;
  if (special) {
    const what = TYPE_NAMES.get(type) ?? `file of the type 0o${type.toString(8)}`;
    report("ZIP032", `the member is a ${what}`, "external_attributes");
  } else {
    const dosDirectory = (entry.externalAttributes & DOS_DIRECTORY) !== 0;
    if (directory && type === S_IFREG) {
      report("ZIP027", "the name is a directory's, the mode a file's", "external_attributes");
    } else if (!directory && (type === S_IFDIR || (type === 0 && dosDirectory))) {
      report(
        "ZIP027",
        "the attributes are a directory's, but the name does not end in `/`",
        "external_attributes",
      );
    }
  }
  if (directory && (entry.size !== 0 || entry.crc32 !== 0)) {
    report("ZIP027", `the directory has ${bytesText(entry.size)} of data`, "uncompressed_size");
  } else if (directory && entry.compressedSize !== 0) {
    report(
      "ZIP027",
      `the empty directory takes ${bytesText(entry.compressedSize)}`,
      "compressed_size",
      { level: "warning" },
    );
  }
  if (mode !== undefined && !special && (mode & 0o7002) !== 0) {
    report(
      "ZIP033",
      `the mode 0${(mode & 0o7777).toString(8)} has ${describeBits(mode)}`,
      "external_attributes",
    );
  }
}

function describeBits(mode: number): string {
  const bits: string[] = [];
  if ((mode & 0o4000) !== 0) bits.push("set-user-id");
  if ((mode & 0o2000) !== 0) bits.push("set-group-id");
  if ((mode & 0o1000) !== 0) bits.push("the sticky bit");
  if ((mode & 0o002) !== 0) bits.push("write permission for everybody");
  return bits.join(", ");
}

/** The mode in the external attributes, or `undefined` where the host keeps none there. */
export function unixMode(
  entry: Pick<ZipEntry, "versionMadeBy" | "externalAttributes">,
): number | undefined {
  const host = entry.versionMadeBy >> 8;
  return host === HOST_UNIX || host === HOST_MACOS ? entry.externalAttributes >>> 16 : undefined;
}

/** 7-Zip makes links for DOS, unzip for Atari and BeOS: what looks like a link anywhere counts. */
function foreignMode({ externalAttributes }: Pick<ZipEntry, "externalAttributes">): number {
  const mode = externalAttributes >>> 16;
  return TYPE_NAMES.has(mode & S_IFMT) ? mode : 0;
}

const SMALL_FILES = /^[^/]+\.dist-info\/(?:METADATA|WHEEL|entry_points\.txt)$/;
const RECORD = /^[^/]+\.dist-info\/RECORD$/;

function checkCaps(entry: EntryDraft, limits: ZipLimits, add: Add): void {
  const { name, nameLength, size } = entry;
  if (nameLength > limits.name) {
    add({
      code: "ZIP030",
      path: name,
      message: `the name of ${bytesText(nameLength)} is over the limit of ${bytesText(limits.name)}`,
    });
  }
  // No smaller file is over any cap.
  if (size <= Math.min(limits.metadata, limits.record)) return;
  const small = SMALL_FILES.test(name);
  if (!small && !RECORD.test(name)) return;
  const cap = small ? limits.metadata : limits.record;
  if (size > cap) {
    add({
      code: "ZIP030",
      path: name,
      message: `the file of ${bytesText(size)} is over the limit of ${bytesText(cap)}`,
    });
  }
}

function fieldOf(entry: EntryDraft, field: keyof CentralHeader & string): FieldRef {
  return {
    record: CENTRAL_HEADER.name,
    field,
    offset: entry.at + CENTRAL_HEADER.offsetOf("zip", field),
  };
}
