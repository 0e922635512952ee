/**
 * A copy of a large wheel that the system makes on another thread while this one still plans what
 * changes: the copy costs more than everything else, and most of the result is the input's bytes.
 */
import { constants, copyFile, rmdirSync } from "node:fs";
import { dirname } from "node:path";
import { registerCleanup } from "./cleanup.ts";
import type { BegunCopy } from "./output.ts";
import { makeFolder, temporaryName } from "./output.ts";
import { removeFile } from "./replace-file.ts";

export interface HeadStart extends BegunCopy {
  /** Removes what was not renamed meanwhile, and the folder when it was made for nothing. */
  close(): Promise<void>;
}

/** Begins to copy `original` to a temporary file beside `path`, as a reflink where it can be one. */
export function startCopy(original: string, path: string): HeadStart {
  const folder = dirname(path);
  const made = makeFolder(folder);
  const temporary = temporaryName(path);
  const remove = (): void => removeFile(temporary);
  const done = registerCleanup(remove);
  const copied = new Promise<Error | null>((resolve) => {
    const flags = constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL;
    copyFile(original, temporary, flags, resolve);
  });
  return {
    temporary,
    async finished() {
      const error = await copied;
      if (error !== null) throw error;
    },
    async close() {
      await copied;
      remove();
      done();
      if (made !== undefined) removeEmpty(folder, made);
    },
  };
}

/** Removes `folder` and those above it, up to `top`, as long as they are empty. */
function removeEmpty(folder: string, top: string): void {
  try {
    for (let each = folder; each.length >= top.length; each = dirname(each)) rmdirSync(each);
  } catch {
    // It holds a result.
  }
}
