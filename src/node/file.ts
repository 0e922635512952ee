/** Files as sources: positional reads, so that offsets above 4 GiB and parallel readers work. */
import { closeSync, readSync } from "node:fs";
import { FormatError } from "../errors.ts";
import type { FileSource } from "../runtime.ts";
import { openRegular } from "./special-file.ts";

/**
 * Opens a file for reading.
 *
 * @throws the system's error (`ENOENT`, …) when it can't be opened; UsageError when it is no regular
 *   file.
 */
export function openFile(path: string): FileSource {
  const { descriptor, size } = openRegular(path);
  return descriptorSource(descriptor, size);
}

/** A source over an open file, which it closes. */
export function descriptorSource(descriptor: number, size: number): FileSource {
  let open = true;
  const readInto = (offset: number, target: Uint8Array): void => {
    const { length } = target;
    let done = 0;
    while (done < length) {
      const count = readSync(descriptor, target, done, length - done, offset + done);
      // The file shrank while it was read.
      if (count === 0) throw shortRead(offset, length, offset + done);
      done += count;
    }
  };
  return {
    size,
    read(offset, length) {
      if (!(offset >= 0 && length >= 0 && offset + length <= size)) {
        throw shortRead(offset, length, size);
      }
      const bytes = new Uint8Array(length);
      readInto(offset, bytes);
      return bytes;
    },
    readInto,
    close() {
      if (!open) return;
      open = false;
      closeSync(descriptor);
    },
  };
}

function shortRead(offset: number, length: number, size: number): FormatError {
  return new FormatError(`${length} bytes are needed here, but the file ends at ${size}`, {
    format: "source",
    record: "file",
    offset,
  });
}
