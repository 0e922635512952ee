/** Files that are none: pipes, devices, sockets and folders that a user names by mistake or by malice. */
import type { Stats } from "node:fs";
import { closeSync, constants, fstatSync, openSync, readSync, writeFileSync } from "node:fs";
import { printable } from "../bytes.ts";
import { UsageError } from "../errors.ts";

/** What a path is, where it is no regular file: `a pipe`. */
function kindOf(stat: Stats): string | undefined {
  if (stat.isFile()) return undefined;
  if (stat.isDirectory()) return "a folder";
  if (stat.isFIFO()) return "a pipe";
  return stat.isSocket() ? "a socket" : "a device";
}

/**
 * Opens a regular file for reading, and no other: a pipe without a writer is not waited for.
 *
 * @throws UsageError that names what it is instead; the system's error where there is nothing.
 */
export function openRegular(path: string): { readonly descriptor: number; readonly size: number } {
  let descriptor: number;
  try {
    // Windows knows no such flag, and has no such files.
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    // What Linux says of a socket, and of a device without a driver.
    if (error instanceof Error && "code" in error && error.code === "ENXIO") {
      throw noFile(path, "a socket or a device");
    }
    throw error;
  }
  const stat = fstatSync(descriptor);
  const kind = kindOf(stat);
  if (kind === undefined) return { descriptor, size: stat.size };
  closeSync(descriptor);
  throw noFile(path, kind);
}

/**
 * Writes to a pipe or a device.
 *
 * @throws UsageError for a pipe that nobody reads, which would be waited for.
 */
export function writeSpecial(path: string, text: Iterable<string>): void {
  let probe: number;
  try {
    probe = openSync(path, constants.O_WRONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENXIO")) throw error;
    throw new UsageError(
      `\`${printable(path)}\` is a pipe that nobody reads, a socket or a device without a driver`,
      "start the program that reads it first",
    );
  }
  try {
    const descriptor = openSync(path, "w");
    try {
      for (const chunk of text) writeFileSync(descriptor, chunk);
    } finally {
      closeSync(descriptor);
    }
  } finally {
    closeSync(probe);
  }
}

/** What no report can be written to. */
export function notWritable(path: string, stat: Stats): UsageError {
  return noFile(path, kindOf(stat) ?? "a file");
}

function noFile(path: string, kind: string): UsageError {
  return new UsageError(`\`${printable(path)}\` is ${kind}, not a file`);
}

/**
 * The whole of a file that an option names.
 *
 * @param limit bytes; larger files are refused.
 * @throws UsageError when it is no regular file or too large; the system's error.
 */
export function readRegular(path: string, limit: number): Uint8Array {
  const { descriptor, size } = openRegular(path);
  try {
    if (size > limit) {
      throw new UsageError(
        `\`${printable(path)}\` has ${size} bytes; ${limit} are the limit for such a file`,
      );
    }
    const bytes = new Uint8Array(size);
    let done = 0;
    while (done < size) {
      const count = readSync(descriptor, bytes, done, size - done, done);
      if (count === 0) break;
      done += count;
    }
    return bytes.subarray(0, done);
  } finally {
    closeSync(descriptor);
  }
}
