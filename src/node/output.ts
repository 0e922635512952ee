/**
 * Writes an archive so that its name never shows half of it: a temporary file in the destination
 * folder, checked, then renamed into place.
 */
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { UsageError } from "../errors.ts";
import type { Source } from "../source.ts";
import type { ArchiveLayout } from "../zip/writer.ts";
import { readPiece, readPieceInto, sizeOf, unchangedPrefix } from "../zip/writer.ts";
import { registerCleanup } from "./cleanup.ts";
import { immediate } from "./immediate.ts";
import { makeFolders } from "./make-folders.ts";
import { codeOf, flushFolder, removeFile, renameOver } from "./replace-file.ts";
import { lifeOf, RUN_PATTERN, runToken } from "./run-identity.ts";

/** The file that a layout takes pieces from. */
export interface Original {
  readonly path: string;
  readonly source: Source;
}

/** A copy of the original that another thread makes. */
export interface BegunCopy {
  /** Where the copy is, beside the result. */
  readonly temporary: string;
  /** Resolves when the copy is whole; rejects with the system's error. */
  finished(): Promise<void>;
}

export interface OutputOptions {
  /** Lets the system copy the beginning that does not change, as a reflink where it can. */
  readonly original?: Original;
  /** A copy of the original that was begun before: its file becomes the result. */
  readonly headStart?: BegunCopy;
  /** Permissions of the result; default: those of a new file, or of the original with leave to write. */
  readonly mode?: number;
  /** Called with the finished file before it gets its name; what it throws stops everything. */
  readonly verify?: (path: string, descriptor: number) => void | Promise<void>;
  /** Name of the temporary file, which must be unused; default: one of its own. */
  readonly temporary?: string;
  /** Called with the bytes written so far. */
  readonly onProgress?: (done: number) => void;
}

/** Bytes handed to the system at once. */
const CHUNK = 4 << 20;
/** Long pieces are copied through one buffer of this size. */
const COPY = 1 << 20;
/** Small results are always flushed to the disk; large ones only when they replace a file. */
const FLUSH_LIMIT = 64 << 20;
/** A shared beginning of at least this size is copied by the system. */
const SYSTEM_COPY = 1 << 20;

/**
 * Writes `layout` to `path`; the folder is made where it is missing.
 *
 * @throws the system's error, and then nothing of the result is left.
 */
export async function writeArchive(
  layout: ArchiveLayout,
  path: string,
  options: OutputOptions = {},
): Promise<void> {
  makeFolder(dirname(path));
  removeStaleTemporaries(dirname(path));
  const { headStart } = options;
  const write = async (temporary: string): Promise<void> => {
    const descriptor = openCopy(layout, temporary, options);
    try {
      await writePieces(layout, descriptor.fd, descriptor.done, options.onProgress);
      if (options.mode !== undefined) fchmodSync(descriptor.fd, options.mode & 0o7777);
      if (layout.size <= FLUSH_LIMIT || exists(path)) fsyncSync(descriptor.fd);
      // Last of all: what changes the input meanwhile must be noticed.
      await options.verify?.(temporary, descriptor.fd);
    } finally {
      closeSync(descriptor.fd);
    }
    renameOver(temporary, path);
    flushFolder(dirname(path));
  };
  if (headStart === undefined) {
    return await withTemporary(options.temporary ?? temporaryName(path), write);
  }
  await headStart.finished();
  await write(headStart.temporary);
}

/**
 * @returns the first folder that had to be made, if any.
 * @throws UsageError when a file is in the way; else the system's error.
 */
export function makeFolder(folder: string): string | undefined {
  try {
    return makeFolders(folder);
  } catch (error) {
    if (!["EEXIST", "ENOTDIR"].includes(codeOf(error) ?? "")) throw error;
    throw new UsageError(`\`${folder}\` can't be a folder for results: a file is in the way`);
  }
}

/** Writes a small file in the same way. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await writeArchive({ pieces: [{ bytes }], size: bytes.length }, path);
}

/** Writes a text that is made while it is written, in the same way. */
export async function writeText(path: string, chunks: Iterable<string>): Promise<void> {
  makeFolder(dirname(path));
  removeStaleTemporaries(dirname(path));
  await withTemporary(temporaryName(path), async (temporary) => {
    const fd = openSync(temporary, "wx", 0o666);
    try {
      for (const chunk of chunks) writeFileSync(fd, chunk);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameOver(temporary, path);
    flushFolder(dirname(path));
  });
}

/** Removes what is left under the name at the end, at an error and on a signal. */
async function withTemporary<T>(
  temporary: string,
  use: (temporary: string) => Promise<T>,
): Promise<T> {
  const remove = (): void => removeFile(temporary);
  const done = registerCleanup(remove);
  try {
    return await use(temporary);
  } finally {
    remove();
    done();
  }
}

/**
 * `.NAME.wheelkit-PID-TOKEN-RANDOM.tmp` beside `path`.
 *
 * @param mark `-p` for what is to take the place of `path` itself: only who has its lock makes those.
 */
export function temporaryName(path: string, mark: "" | "-p" = ""): string {
  const random = randomBytes(4).toString("hex");
  return join(dirname(path), `${prefixOf(path)}${process.pid}-${runToken()}-${random}${mark}.tmp`);
}

/** The name may be as long as the file system takes; the part that is ours is what counts. */
function prefixOf(path: string): string {
  return `.${basename(path).slice(0, 180)}.wheelkit-`;
}

/** Milliseconds after which a file of a run that can't be seen from here is taken for one of a dead run. */
export const STALE_AFTER: number = 24 * 3600 * 1000;

/**
 * Removes temporary files of runs that were killed: of this machine at once, and after a day those of
 * others, whose processes can't be seen from here.
 */
export function removeStaleTemporaries(folder: string): void {
  for (const name of readdirSync(folder)) {
    const [, pid = "", token = ""] = TEMPORARY.exec(name) ?? [];
    if (pid === "") continue;
    const life = lifeOf(Number(pid), token, folder);
    if (life === "alive") continue;
    const path = join(folder, name);
    try {
      if (life === "dead" || Date.now() - statSync(path).mtimeMs > STALE_AFTER) unlinkSync(path);
    } catch {
      // Somebody else's, or gone: no concern of this run.
    }
  }
}

/**
 * Removes what runs left that were to replace `path`. The caller holds its lock, so there are no others.
 *
 * @param names of the folder.
 */
export function removePlaceTemporaries(path: string, names: readonly string[]): void {
  for (const name of names) if (isPlaceTemporary(path, name)) removeFile(join(dirname(path), name));
}

export function isPlaceTemporary(path: string, name: string): boolean {
  const [, pid = "", token = "", mark] = TEMPORARY.exec(name) ?? [];
  if (mark !== "-p" || !name.startsWith(prefixOf(path))) return false;
  return lifeOf(Number(pid), token, dirname(path)) !== "alive";
}

const TEMPORARY = new RegExp(`^\\..*\\.wheelkit-${RUN_PATTERN}-[0-9a-f]{8}(-p)?\\.tmp$`);

/** Opens the temporary file with as much of the result in it as the system could copy itself. */
function openCopy(
  layout: ArchiveLayout,
  temporary: string,
  { original, headStart }: OutputOptions,
): { readonly fd: number; readonly done: number } {
  const shared = original === undefined ? 0 : unchangedPrefix(layout, original.source);
  if (headStart === undefined) {
    // The whole file is copied and then cut, which pays when most of it stays.
    if (original === undefined || shared < SYSTEM_COPY || shared < original.source.size / 2) {
      return { fd: openSync(temporary, "wx+", 0o666), done: 0 };
    }
    copyFileSync(original.path, temporary, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  }
  // The copy of a file that is only for reading is such a file, too.
  chmodSync(temporary, statSync(temporary).mode | 0o200);
  const fd = openSync(temporary, "r+");
  ftruncateSync(fd, shared);
  return { fd, done: shared };
}

/** Writes what lies behind the first `done` bytes, in chunks, whatever the size of the pieces. */
async function writePieces(
  layout: ArchiveLayout,
  fd: number,
  done: number,
  onProgress: ((done: number) => void) | undefined,
): Promise<void> {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let position = done;
  const flush = (): void => {
    writeFully(fd, merge(waiting), position);
    position += waitingBytes;
    waiting = [];
    waitingBytes = 0;
    onProgress?.(position);
  };
  let buffer: Uint8Array | undefined;
  let offset = 0;
  for (const piece of layout.pieces) {
    const size = sizeOf(piece);
    let at = Math.max(0, Math.min(size, done - offset));
    // One buffer for all that is long, whatever the memory that a new one each time would take.
    while (size - at >= COPY) {
      if (waitingBytes > 0) flush();
      buffer ??= new Uint8Array(COPY);
      readPieceInto(piece, at, buffer);
      writeFully(fd, buffer, position);
      position += COPY;
      at += COPY;
      onProgress?.(position);
      await immediate();
    }
    while (at < size) {
      const bytes = readPiece(piece, at, Math.min(CHUNK, size - at));
      at += bytes.length;
      waiting.push(bytes);
      waitingBytes += bytes.length;
      if (waitingBytes < CHUNK) continue;
      flush();
      // Lets signals through.
      await immediate();
    }
    offset += size;
  }
  flush();
}

/** One system call where the system takes everything at once. */
export function writeFully(fd: number, bytes: Uint8Array, position: number): void {
  let done = 0;
  while (done < bytes.length) {
    done += writeSync(fd, bytes, done, bytes.length - done, position + done);
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function merge(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 ? (parts[0] ?? new Uint8Array()) : Buffer.concat(parts);
}
