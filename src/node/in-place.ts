/**
 * Replaces a wheel by its edited self, writing only what changes where that can be done safely.
 *
 * Three ways, and what is left when the process is killed between any two system calls:
 *
 * - `copy`: a new file, renamed over the old one. Old or new. For wheels of which little stays,
 *   and for small ones.
 * - `reflink`: the same, but the file system shares the blocks that stay (btrfs, XFS, APFS). Old or
 *   new, and only the tail is written.
 * - `journal`: the rest of the world. The old and the new tail go to a journal beside the wheel, the
 *   journal is flushed to the disk, and then ONE write lays the new tail over the old one. The new
 *   file is never shorter than the old one (the plan pads it), so no second call is needed and the
 *   wheel holds the old bytes or the new ones. A kill inside that write, or a loss of power, can
 *   leave a mixture: the next run that finds the journal mends it (see {@link recoverInPlace}).
 *   When the name changes too, the rename comes last.
 */
import {
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  openSync,
  renameSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { basename, dirname } from "node:path";
import { bytesEqual } from "../bytes.ts";
import { RefusalError } from "../errors.ts";
import type { ArchiveLayout } from "../zip/writer.ts";
import { layoutSource, unchangedPrefix } from "../zip/writer.ts";
import { registerCleanup } from "./cleanup.ts";
import { openFile } from "./file.ts";
import { encodeJournal, type Journal, journalOf, TAIL_LIMIT } from "./journal.ts";
import { lockFiles } from "./lock.ts";
import type { Original } from "./output.ts";
import { temporaryName, writeArchive, writeFully } from "./output.ts";
import { inodeOf } from "./recover.ts";
import { codeOf, flushFolder, removeFile, renameOver } from "./replace-file.ts";
import { runToken } from "./run-identity.ts";
import { InputChanged, type WitnessedFile } from "./witness.ts";

export type InPlaceWay = "unchanged" | "copy" | "reflink" | "journal";

/** Below this the whole file is as cheap as its tail. */
const COPY_LIMIT = 1 << 20;

/**
 * Where the tail that a replacement must rewrite begins, or `undefined` when the whole file has to
 * be copied: then the layout need not be as long as the original.
 */
export function tailStart(layout: ArchiveLayout, original: Original): number | undefined {
  const shared = unchangedPrefix(layout, original.source);
  const tail = Math.max(layout.size, original.source.size) - shared;
  return original.source.size <= COPY_LIMIT || tail > TAIL_LIMIT || tail > shared
    ? undefined
    : shared;
}

/** The wheel as it was planned from. */
export interface WitnessedOriginal extends Original {
  readonly source: WitnessedFile;
}

/**
 * Makes `original.path` hold `layout` and gives it the name `target` (which may be its own).
 *
 * @throws InputChanged when the wheel is no longer the one that was read; RefusalError when another
 *   process keeps it for long, or `target` belongs to another file.
 */
export async function replaceInPlace(
  layout: ArchiveLayout,
  original: WitnessedOriginal,
  target: string,
): Promise<InPlaceWay> {
  const { path, source } = original;
  const start = unchangedPrefix(layout, source);
  const same = start === layout.size && layout.size === source.size;
  if (same && target === path) {
    source.check();
    return "unchanged";
  }
  const lock = await lockFiles([path, target]);
  try {
    // From here on no other run changes it. Any other program would have to do so this very moment.
    source.check();
    return await replaceLocked(layout, original, target, same ? undefined : start);
  } finally {
    lock.release();
  }
}

/** @param start where the two begin to differ; `undefined`: nowhere. */
async function replaceLocked(
  layout: ArchiveLayout,
  original: WitnessedOriginal,
  target: string,
  start: number | undefined,
): Promise<InPlaceWay> {
  const { path, source } = original;
  const renamed = target !== path;
  if (renamed && inodeOf(target) !== undefined && inodeOf(target) !== inodeOf(path)) {
    if (!holds(target, layout)) {
      throw new RefusalError(
        "EDT006",
        `\`${basename(target)}\` exists already`,
        "move it away, or write the result to another folder with `--wheel-dir`",
      );
    }
    // A run that was killed had only this left to do.
    unlinkSync(path);
    return "unchanged";
  }
  if (start === undefined) {
    renameOver(path, target);
    return "unchanged";
  }
  const { mode, nlink } = statSync(path);
  if (tailStart(layout, original) !== undefined) {
    if (cloneAndRename(layout, original, target, start)) return "reflink";
    // Under another name of the same file the old wheel must stay what it is.
    const mayOverwrite = nlink === 1 && layout.size >= source.size;
    if (mayOverwrite && writeTail(layout, original, target, start)) return "journal";
  }
  const temporary = temporaryName(path, "-p");
  const verify = (_: string, copy: number): void => {
    source.checkCopy(layout, copy);
    source.check();
  };
  await writeArchive(layout, target, { original, mode, temporary, verify });
  removeOldName(path, target);
  return "copy";
}

/** Where the names differ in the case of letters alone, they may be one: then nothing is left to remove. */
function removeOldName(path: string, target: string): void {
  if (target !== path && inodeOf(path) !== inodeOf(target)) removeFile(path);
}

/** @returns false where the file system shares no blocks. */
function cloneAndRename(
  layout: ArchiveLayout,
  original: WitnessedOriginal,
  target: string,
  start: number,
): boolean {
  const temporary = temporaryName(original.path, "-p");
  const done = registerCleanup(() => removeFile(temporary));
  try {
    try {
      copyFileSync(
        original.path,
        temporary,
        constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL,
      );
    } catch {
      return false;
    }
    const fd = openSync(temporary, "r+");
    try {
      ftruncateSync(fd, start);
      writeFully(fd, layoutSource(layout).read(start, layout.size - start), start);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    original.source.check();
    renameOver(temporary, target);
    removeOldName(original.path, target);
    flushFolder(dirname(target));
    return true;
  } finally {
    removeFile(temporary);
    done();
  }
}

/**
 * Synchronous from beginning to end, so that a signal's handler can't run in the middle.
 *
 * @returns false where the file system has no hard links, by which a journal appears at once.
 */
function writeTail(
  layout: ArchiveLayout,
  original: Original,
  target: string,
  start: number,
): boolean {
  const { path, source } = original;
  const fd = openSync(path, "r+");
  const { ino } = fstatSync(fd, { bigint: true });
  const journalPath = journalOf(path);
  const journal: Journal = {
    pid: process.pid,
    token: runToken(),
    inode: ino,
    target: basename(target),
    start,
    before: source.read(start, source.size - start),
    after: layoutSource(layout).read(start, layout.size - start),
  };
  const folder = dirname(path);
  try {
    if (!createJournal(path, encodeJournal(journal))) return false;
    flushFolder(folder);
    try {
      writeFully(fd, journal.after, start);
      fsyncSync(fd);
    } catch (error) {
      // A full disk: the old tail's blocks are still the file's own.
      writeFully(fd, journal.before, start);
      ftruncateSync(fd, start + journal.before.length);
      fsyncSync(fd);
      removeFile(journalPath);
      throw error;
    }
  } finally {
    closeSync(fd);
  }
  if (target !== path) renameSync(path, target);
  removeFile(journalPath);
  flushFolder(folder);
  return true;
}

/** The journal appears whole or not at all, and only one process can make it. */
function createJournal(path: string, bytes: Uint8Array): boolean {
  const temporary = temporaryName(path, "-p");
  const done = registerCleanup(() => removeFile(temporary));
  const fd = openSync(temporary, "wx", 0o600);
  try {
    writeFully(fd, bytes, 0);
    fsyncSync(fd);
    linkSync(temporary, journalOf(path));
    return true;
  } catch (error) {
    const code = codeOf(error);
    // Of a run that died since this one looked: the next look finds it.
    if (code === "EEXIST") throw new InputChanged();
    // Windows says EISDIR of a function that a FAT file system does not have.
    if (["EPERM", "ENOTSUP", "ENOSYS", "EISDIR"].includes(code ?? "")) return false;
    throw error;
  } finally {
    closeSync(fd);
    removeFile(temporary);
    done();
  }
}

const COMPARE_BYTES = 4 << 20;

/** True when the file is the layout, byte for byte. */
function holds(path: string, layout: ArchiveLayout): boolean {
  const file = openFile(path);
  try {
    if (file.size !== layout.size) return false;
    const wanted = layoutSource(layout);
    for (let at = 0; at < file.size; at += COMPARE_BYTES) {
      const size = Math.min(COMPARE_BYTES, file.size - at);
      if (!bytesEqual(file.read(at, size), wanted.read(at, size))) return false;
    }
    return true;
  } finally {
    file.close();
  }
}
