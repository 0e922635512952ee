/** Temporary files that a killed process does not leave behind. */
import { closeSync, openSync } from "node:fs";
import { dirname } from "node:path";
import type { FileSource } from "../runtime.ts";
import { registerCleanup } from "./cleanup.ts";
import { descriptorSource } from "./file.ts";
import { isWindows } from "./host-path.ts";
import { makeFolder, temporaryName, writeFully } from "./output.ts";
import { removeFile } from "./replace-file.ts";

export interface TemporaryFile {
  write(bytes: Uint8Array, position: number): void;
  /** The first `size` bytes; closing it closes and removes the file. */
  source(size: number): FileSource;
  close(): void;
}

/**
 * Makes a temporary file in the folder of `beside`, which is made where it is missing.
 *
 * Where the system allows it, the file loses its name at once: then it goes with the process, however
 * that ends.
 */
export function temporaryFile(beside: string): TemporaryFile {
  makeFolder(dirname(beside));
  const path = temporaryName(beside);
  const fd = openSync(path, "wx+", 0o600);
  const remove = (): void => removeFile(path);
  const done = isWindows() ? registerCleanup(remove) : remove();
  let open = true;
  const close = (): void => {
    if (!open) return;
    open = false;
    closeSync(fd);
    if (done === undefined) return;
    remove();
    done();
  };
  return {
    write: (bytes, position) => writeFully(fd, bytes, position),
    source: (size) => ({ ...descriptorSource(fd, size), close }),
    close,
  };
}
