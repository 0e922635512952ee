/** A member as a file: for what must be read at random and is too large to hold in memory. */
import { closeSync, openSync } from "node:fs";
import { RefusalError } from "../errors.ts";
import type { FileSource, MemberSpan } from "../platform.ts";
import type { Source } from "../source.ts";
import { registerCleanup } from "./cleanup.ts";
import { openFile } from "./file.ts";
import { removeFile, temporaryName, writeFully } from "./output.ts";
import { streamMember } from "./stream.ts";

/**
 * Inflates a member into a temporary file beside `path`; closing the source removes it.
 *
 * @throws RefusalError when the member is damaged.
 */
export async function spoolMember(
  archive: Source,
  span: MemberSpan,
  path: string,
): Promise<FileSource> {
  const temporary = temporaryName(path);
  const done = registerCleanup(() => removeFile(temporary));
  const remove = (): void => {
    removeFile(temporary);
    done();
  };
  try {
    const fd = openSync(temporary, "wx", 0o600);
    try {
      const problems = await streamMember(archive)(span, (bytes, offset) => {
        writeFully(fd, bytes, offset);
      });
      const [first] = problems;
      if (first !== undefined) {
        throw new RefusalError(first.code, `\`${span.name}\` is damaged: ${first.message}`);
      }
    } finally {
      closeSync(fd);
    }
    const source = openFile(temporary);
    return {
      size: source.size,
      read: (offset, length) => source.read(offset, length),
      close() {
        source.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
