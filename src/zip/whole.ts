/** Checks of the archive as a whole. */
import type { Source } from "../source.ts";
import type { Add } from "./collect.ts";
import { bytesText, hex32 } from "./collect.ts";
import type { Directory } from "./directory.ts";
import type { EntryDraft } from "./draft.ts";
import type { ArchiveEnd } from "./end.ts";
import type { ZipEntry } from "./entry.ts";
import { CENTRAL_HEADER } from "./layout.ts";
import type { ZipLimits } from "./limits.ts";
import { unixMode } from "./members.ts";

/** PyPI's constants for ZIP028. */
const BOMB_SIZE = 64 << 20;
const BOMB_RATIO = 50;

export function checkWhole(
  source: Source,
  end: ArchiveEnd,
  entries: readonly ZipEntry[],
  limits: ZipLimits,
  add: Add,
): void {
  checkBomb(source, entries, limits, add);
  if (end.comment.length > 0) {
    add({
      code: "ZIP029",
      message: `the archive has a comment of ${bytesText(end.comment.length)}`,
      level: "warning",
    });
  }
  checkTar(source, add);
  checkModes(entries, add);
  checkTimes(entries, add);
  checkOrder(entries, add);
}

function checkBomb(
  source: Source,
  entries: readonly ZipEntry[],
  limits: ZipLimits,
  add: Add,
): void {
  const total = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (total > BOMB_SIZE && total / source.size > BOMB_RATIO) {
    add({
      code: "ZIP028",
      message: `the archive unpacks to ${bytesText(total)}, ${Math.floor(total / source.size)} times its size`,
    });
  }
  if (total > limits.total) {
    add({
      code: "ZIP030",
      message: `the archive unpacks to ${bytesText(total)}, the limit is ${limits.total}`,
    });
  }
}

const TAR_BLOCK = 512;
const TAR_CHECKSUM = 148;

/** ZIP041: a tar header at offset 0, by its checksum as tar readers know it. */
function checkTar(source: Source, add: Add): void {
  if (source.size < TAR_BLOCK) return;
  const block = source.read(0, TAR_BLOCK);
  const field = block.subarray(TAR_CHECKSUM, TAR_CHECKSUM + 8);
  const text = String.fromCharCode(...field);
  const digits = /^[ \0]*([0-7]{1,7})[ \0]*$/.exec(text)?.[1];
  if (digits === undefined) return;
  let unsigned = 8 * 0x20;
  let signed = 8 * 0x20;
  for (const [index, byte] of block.entries()) {
    if (index >= TAR_CHECKSUM && index < TAR_CHECKSUM + 8) continue;
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  const checksum = Number.parseInt(digits, 8);
  if (checksum !== unsigned && checksum !== signed) return;
  add({
    code: "ZIP041",
    message: "the file is also a tar archive: its first block is a tar header",
  });
}

/** ZIP008: reports a name that `earlier` had already. */
export function reportDuplicate(earlier: EntryDraft, entry: EntryDraft, add: Add): void {
  const same =
    earlier.crc32 === entry.crc32 &&
    earlier.size === entry.size &&
    earlier.externalAttributes === entry.externalAttributes &&
    earlier.headerOffset !== entry.headerOffset;
  add({
    code: "ZIP008",
    path: entry.name,
    message: `the name occurs more than once in the central directory${same ? ", with the same content" : ""}`,
    at: { record: CENTRAL_HEADER.name, field: "name", offset: entry.at + 46 },
    ...(same ? { profiles: { install: "warning" } } : {}),
  });
}

/** For one finding that stands for several members. */
function andOthers(count: number): string {
  if (count === 1) return "";
  return count === 2 ? ", and so is 1 other" : `, and so are ${count - 1} others`;
}

const SCRIPT = /^[^/]+\.data\/scripts\/[^/]+$/;
/** Files that nobody runs, whatever built the wheel. */
const DATA = /\.dist-info\/|\.(?:txt|md|rst|json|h|hpp|pxd|pyi|typed|html|css|png|svg|csv|toml)$/;

function isScript(name: string): boolean {
  return name.includes(".data/scripts/") && SCRIPT.test(name);
}

/** ZIP033, the mild part, and ZIP044: one problem for all members concerned. */
function checkModes(entries: readonly ZipEntry[], add: Add): void {
  const writable: string[] = [];
  const executable: string[] = [];
  const idle: string[] = [];
  const directories: string[] = [];
  for (const entry of entries) {
    if (entry.directory) {
      directories.push(entry.name);
      continue;
    }
    const mode = unixMode(entry);
    if (mode === undefined || mode === 0) continue;
    if ((mode & 0o022) === 0o020) writable.push(entry.name);
    if ((mode & 0o111) !== 0 && DATA.test(entry.name)) executable.push(entry.name);
    if ((mode & 0o111) === 0 && isScript(entry.name)) idle.push(entry.name);
  }
  const tell = (code: "ZIP033" | "ZIP044", names: readonly string[], what: string): void => {
    const [path] = names;
    if (path === undefined) return;
    add({ code, path, message: `the member is ${what}${andOthers(names.length)}`, level: "info" });
  };
  tell("ZIP033", writable, "writable for its group");
  tell("ZIP033", executable, "executable although it is data");
  tell("ZIP033", idle, "a script that is not executable");
  tell("ZIP044", directories, "a directory entry");
}

/** ZIP042: impossible times, and times or hosts that vary. */
function checkTimes(entries: readonly ZipEntry[], add: Add): void {
  const times = new Map<number, boolean>();
  const hosts = new Set<number>();
  let first: ZipEntry | undefined;
  let wrong = 0;
  for (const entry of entries) {
    const { dosDate, dosTime } = entry;
    const time = dosDate * 0x10000 + dosTime;
    let valid = times.get(time);
    if (valid === undefined) {
      valid = validTime(dosDate, dosTime);
      times.set(time, valid);
    }
    hosts.add(entry.versionMadeBy);
    if (valid) continue;
    first ??= entry;
    wrong++;
  }
  if (first !== undefined) {
    add({
      code: "ZIP042",
      path: first.name,
      message: `the member's time is not valid (date ${hex32(first.dosDate)}, time ${hex32(first.dosTime)})${andOthers(wrong)}`,
    });
  }
  if (times.size > 1) {
    add({ code: "ZIP042", message: `the members have ${times.size} different times` });
  }
  if (hosts.size > 1) {
    add({
      code: "ZIP042",
      message: `the members were made by ${hosts.size} different systems or versions`,
    });
  }
}

function validTime(date: number, time: number): boolean {
  const month = (date >> 5) & 0xf;
  const day = date & 0x1f;
  const days = new Date(Date.UTC(1980 + (date >> 9), month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > days) return false;
  return time >> 11 < 24 && ((time >> 5) & 0x3f) < 60 && (time & 0x1f) < 30;
}

const INFO = /^[^/]+\.dist-info\//;
/** RECORD, which nothing but its signatures may follow. */
const LAST = /^[^/]+\.dist-info\/RECORD(?:\.jws|\.p7s)?$/;

/** ZIP043; `entries` are in physical order. */
function checkOrder(entries: readonly ZipEntry[], add: Add): void {
  let inInfo = false;
  let hasRecord = false;
  let after: ZipEntry | undefined;
  for (const entry of entries) {
    const isInfo = entry.name.includes(".dist-info/") && INFO.test(entry.name);
    if (isInfo) {
      inInfo = true;
      hasRecord ||= LAST.test(entry.name);
    } else if (inInfo) {
      after ??= entry;
    }
  }
  if (!inInfo) return;
  const last = entries.at(-1);
  if (after !== undefined) {
    add({ code: "ZIP043", path: after.name, message: "the member follows the `.dist-info` files" });
  } else if (hasRecord && last !== undefined && !LAST.test(last.name)) {
    add({ code: "ZIP043", path: last.name, message: "the member follows RECORD" });
  }
}

/** ZIP045. */
export function checkDirectoryOrder(directory: Directory, add: Add): void {
  const { entries } = directory;
  const index = entries.findIndex(
    (entry, at) => entry.headerOffset < (entries[at - 1]?.headerOffset ?? 0),
  );
  const entry = entries[index];
  if (entry === undefined) return;
  add({
    code: "ZIP045",
    path: entry.name,
    message: "the central directory lists the member behind one that follows it in the file",
    at: { record: CENTRAL_HEADER.name, offset: entry.at },
  });
}
