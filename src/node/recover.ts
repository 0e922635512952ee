/** What a run that was killed left of a wheel: finished or undone, and removed. */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { bytesEqual } from "../bytes.ts";
import { RefusalError } from "../errors.ts";
import { projectOf } from "../wheel/filename.ts";
import type { Journal } from "./journal.ts";
import { readJournal, wheelOfJournal } from "./journal.ts";
import { isLockName, lockFiles, removeDeadLocks } from "./lock.ts";
import { isPlaceTemporary, removePlaceTemporaries, writeFully } from "./output.ts";
import { codeOf, flushFolder, removeFile, renameOver } from "./replace-file.ts";

export interface Recovered {
  readonly recovery: "completed" | "undone";
  /** The wheel's path now. */
  readonly path: string;
}

/**
 * Recovers what a killed run left of `path`, and waits for one that is at work. Where there is nothing it
 * costs one look into the folder.
 *
 * @param tidies also removes temporary files and locks of dead runs, which harm nobody.
 * @returns what became of the wheel; `undefined` when nothing was wrong with it.
 * @throws RefusalError EDT007 when another run keeps the wheel for long, EDT009 for a damaged journal.
 */
export async function recoverInPlace(
  path: string,
  tidies: boolean,
): Promise<Recovered | undefined> {
  const folder = dirname(path);
  const names = listOf(folder).filter((name) => name.includes(".wheelkit-"));
  const journals = names.filter((name) => concerns(join(folder, name), path));
  const rest = names.some((name) => isLockName(name) || isPlaceTemporary(path, name));
  if (journals.length === 0 && !(tidies && rest)) return undefined;
  let recovered: Recovered | undefined;
  for (const name of journals) {
    // The wheel's name before the edit: that may be all of it that is still to be changed.
    const old = join(folder, wheelOfJournal(name) ?? "");
    const lock = await lockFiles([old, path]);
    try {
      recovered = recoverFrom(join(folder, name), old) ?? recovered;
      removePlaceTemporaries(old, listOf(folder));
    } finally {
      lock.release();
    }
  }
  if (!tidies) return recovered;
  const lock = await lockFiles([path]);
  try {
    removePlaceTemporaries(path, listOf(folder));
    await removeDeadLocks(folder, listOf(folder));
  } finally {
    lock.release();
  }
  return recovered;
}

function listOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    // What is to be read there will say so.
    if (["ENOENT", "EACCES", "ENOTDIR"].includes(codeOf(error) ?? "")) return [];
    throw error;
  }
}

/** The wheel's own journal, or one by which a wheel got the name of this one. */
function concerns(journalPath: string, path: string): boolean {
  const old = wheelOfJournal(basename(journalPath));
  if (old === undefined) return false;
  if (old === basename(path)) return true;
  const journal = tryJournal(journalPath, path);
  return journal?.target === basename(path) && inodeOf(path) === journal.inode;
}

function tryJournal(journalPath: string, path: string): Journal | undefined {
  try {
    const journal = readJournal(journalPath, ownerOf(path));
    return journal === undefined || "damage" in journal ? undefined : journal;
  } catch {
    // Another wheel's, which this user may not read.
    return undefined;
  }
}

/** Acts upon a journal, and removes it. The caller holds the lock of `path`: its writer is dead. */
function recoverFrom(journalPath: string, path: string): Recovered | undefined {
  const journal = readJournal(journalPath, ownerOf(path));
  if (journal === undefined) return undefined;
  if ("damage" in journal) throw damaged(journalPath, journal.damage);
  if (projectOf(journal.target) !== projectOf(basename(path))) {
    throw damaged(journalPath, "it is to give the wheel the name of another project");
  }
  const outcome = finish(path, journal);
  removeFile(journalPath);
  flushFolder(dirname(path));
  return outcome;
}

function damaged(journalPath: string, damage: string): RefusalError {
  const name = basename(journalPath);
  return new RefusalError(
    "EDT009",
    `the journal \`${name}\` beside the wheel is damaged: ${damage}`,
    `look at the wheel with \`wheelkit audit\`; when it is sound, remove \`${name}\``,
  );
}

function finish(path: string, journal: Journal): Recovered | undefined {
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
    // Only the tail was written, from its beginning on.
    if (size < start + before.length || size > start + after.length) return undefined;
    const tail = new Uint8Array(size - start);
    readSync(fd, tail, 0, tail.length, start);
    if (bytesEqual(tail, before)) return { recovery: "undone", path };
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
  if (target !== path && inodeOf(target) === undefined) renameOver(path, target);
  return { recovery: "completed", path: target };
}

/** Every byte is the old one or the new one: a file that was changed otherwise is left alone. */
function isMixture(tail: Uint8Array, before: Uint8Array, after: Uint8Array): boolean {
  return tail.every((byte, at) => byte === before[at] || byte === after[at] || byte === 0);
}

/** Of a path that may name nothing. */
export function inodeOf(path: string): bigint | undefined {
  return statSync(path, { throwIfNoEntry: false, bigint: true })?.ino;
}

function ownerOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.uid;
}
