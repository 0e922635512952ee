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
  readFileSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { bytesEqual } from "../bytes.ts";
import { RefusalError } from "../errors.ts";
import type { ArchiveLayout } from "../zip/writer.ts";
import { layoutSource, unchangedPrefix } from "../zip/writer.ts";
import { registerCleanup } from "./cleanup.ts";
import { openFile } from "./file.ts";
import { decodeJournal, encodeJournal, type Journal } from "./journal.ts";
import type { Original } from "./output.ts";
import {
  codeOf,
  flushFolder,
  isRunning,
  removeFile,
  renameOver,
  temporaryName,
  writeArchive,
  writeFully,
} from "./output.ts";

export type InPlaceWay = "unchanged" | "copy" | "reflink" | "journal";

/** A tail of at most this many bytes goes through the journal. */
const TAIL_LIMIT = 32 << 20;
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

/**
 * Makes `original.path` hold `layout` and gives it the name `target` (which may be its own).
 *
 * @throws RefusalError when another process is editing the wheel, or `target` belongs to another file.
 */
export async function replaceInPlace(
  layout: ArchiveLayout,
  original: Original,
  target: string,
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
  const start = unchangedPrefix(layout, source);
  if (start === layout.size && layout.size === source.size) {
    if (renamed) renameOver(path, target);
    return "unchanged";
  }
  const { mode, nlink } = statSync(path);
  if (tailStart(layout, original) !== undefined) {
    if (cloneAndRename(layout, original, target, start)) return "reflink";
    // Under another name of the same file the old wheel must stay what it is.
    const mayOverwrite = nlink === 1 && layout.size >= source.size;
    if (mayOverwrite && writeTail(layout, original, target, start)) return "journal";
  }
  await writeArchive(layout, target, { original, mode });
  if (renamed) unlinkSync(path);
  return "copy";
}

/** @returns false where the file system shares no blocks. */
function cloneAndRename(
  layout: ArchiveLayout,
  original: Original,
  target: string,
  start: number,
): boolean {
  const temporary = temporaryName(target);
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
    renameOver(temporary, target);
    if (target !== original.path) unlinkSync(original.path);
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
    inode: ino,
    target: basename(target),
    start,
    before: source.read(start, source.size - start),
    after: layoutSource(layout).read(start, layout.size - start),
  };
  const folder = dirname(path);
  try {
    if (!createJournal(journalPath, encodeJournal(journal))) return false;
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
function createJournal(journalPath: string, bytes: Uint8Array): boolean {
  const temporary = temporaryName(journalPath);
  const done = registerCleanup(() => removeFile(temporary));
  const fd = openSync(temporary, "wx", 0o600);
  try {
    writeFully(fd, bytes, 0);
    fsyncSync(fd);
    linkSync(temporary, journalPath);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === "EEXIST") throw busy(journalPath);
    if (code === "EPERM" || code === "ENOTSUP" || code === "ENOSYS") return false;
    throw error;
  } finally {
    closeSync(fd);
    removeFile(temporary);
    done();
  }
}

export type Recovery = "completed" | "undone";

/**
 * Mends what a killed run left of `path`. Every command that is about to read a wheel may call it:
 * without a journal it costs one failed look-up.
 *
 * @returns what was done and the wheel's name now; `undefined` when there was nothing to mend.
 * @throws RefusalError when the run that wrote the journal is still at work.
 */
export function recoverInPlace(
  path: string,
): { readonly recovery: Recovery; readonly path: string } | undefined {
  const journalPath = journalOf(path);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(journalPath);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  const journal = decodeJournal(bytes);
  if (journal !== undefined && journal.pid !== process.pid && isRunning(journal.pid)) {
    throw busy(journalPath);
  }
  const outcome = journal === undefined ? undefined : finish(path, journal);
  removeFile(journalPath);
  flushFolder(dirname(path));
  return outcome;
}

function finish(
  path: string,
  journal: Journal,
): { readonly recovery: Recovery; readonly path: string } | undefined {
  const target = join(dirname(path), journal.target);
  const { start, before, after } = journal;
  // The rename came last: under its new name the wheel is finished.
  if (target !== path && inodeOf(target) === journal.inode) {
    return { recovery: "completed", path: target };
  }
  // Another file lies there now: the journal has nothing to say about it.
  if (inodeOf(path) !== journal.inode) return undefined;
  const fd = openSync(path, "r+");
  try {
    const { size } = fstatSync(fd);
    const tail = new Uint8Array(Math.max(0, Math.min(size - start, after.length)));
    readSync(fd, tail, 0, tail.length, start);
    if (size === start + before.length && bytesEqual(tail, before)) {
      return { recovery: "undone", path };
    }
    if (!bytesEqual(tail, after)) {
      if (!isMixture(tail, before, after)) return undefined;
      writeFully(fd, before, start);
      ftruncateSync(fd, start + before.length);
      fsyncSync(fd);
      return { recovery: "undone", path };
    }
  } finally {
    closeSync(fd);
  }
  if (target !== path && inodeOf(target) === undefined) renameSync(path, target);
  return { recovery: "completed", path: target };
}

/** Every byte is the old one or the new one: a file that was changed otherwise is left alone. */
function isMixture(tail: Uint8Array, before: Uint8Array, after: Uint8Array): boolean {
  return tail.every((byte, at) => byte === before[at] || byte === after[at] || byte === 0);
}

export function journalOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.wheelkit-journal`);
}

function busy(journalPath: string): RefusalError {
  return new RefusalError(
    "EDT007",
    "another run of wheelkit is editing this wheel",
    `wait for it; when there is none, remove \`${basename(journalPath)}\``,
  );
}

function inodeOf(path: string): bigint | undefined {
  return statSync(path, { throwIfNoEntry: false, bigint: true })?.ino;
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
