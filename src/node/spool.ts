/** A member as a file: for what must be read at random and is too large to hold in memory. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RefusalError } from "../errors.ts";
import type { FileSource, MemberSpan } from "../runtime.ts";
import type { Source } from "../source.ts";
import { DEFLATED } from "../zip/layout.ts";
import { discardFilled } from "./discard.ts";
import { streamMember } from "./stream.ts";
import { temporaryFile } from "./temporary.ts";

/**
 * Inflates a member into a temporary file, which closing the source removes.
 *
 * @param beside a path in the folder to use; default: the system's folder for temporary files.
 * @throws RefusalError when the member is damaged.
 */
export async function spoolMember(
  archive: Source,
  span: MemberSpan,
  beside: string = join(tmpdir(), "wheelkit"),
): Promise<FileSource> {
  const file = temporaryFile(beside);
  try {
    const problems = await streamMember(archive)(span, (bytes, offset) => {
      file.write(bytes, offset);
      // What is stored may be the archive's own memory.
      if (span.method === DEFLATED) discardFilled(bytes);
    });
    const [first] = problems;
    if (first !== undefined) {
      throw new RefusalError(first.code, `\`${span.name}\` is damaged: ${first.message}`);
    }
    return file.source(span.size);
  } catch (error) {
    file.close();
    throw error;
  }
}
