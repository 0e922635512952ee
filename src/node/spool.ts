/** A member as a file: for what must be read at random and is too large to hold in memory. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RefusalError } from "../errors.ts";
import type { FileSource, MemberSpan } from "../runtime.ts";
import { memorySource, type Source } from "../source.ts";
import { DEFLATED } from "../zip/layout.ts";
import { readMember } from "../zip/read.ts";
import { nodeCompression } from "./compression.ts";
import { discardFilled } from "./discard.ts";
import { streamMember } from "./stream.ts";
import { temporaryFile } from "./temporary.ts";

/** Members above this size (bytes) are unpacked to a temporary file. */
const MEMORY_LIMIT = 4 << 20;

/**
 * Inflates a member: a small one into memory, since a wheel may have a hundred thousand of them and each
 * file costs several system calls, others into a temporary file, which closing the source removes.
 *
 * @param beside a path in the folder to use; default: the system's folder for temporary files.
 * @throws RefusalError when the member is damaged.
 */
export async function unpackMember(
  archive: Source,
  span: MemberSpan,
  beside?: string,
): Promise<FileSource> {
  if (span.size > MEMORY_LIMIT) return await spoolMember(archive, span, beside);
  const { bytes, problems } = readMember(archive, span, nodeCompression);
  const [problem] = problems;
  if (problem === undefined) return { ...memorySource(bytes), close() {} };
  throw new RefusalError(problem.code, `\`${span.name}\` is damaged: ${problem.message}`);
}

/**
 * Inflates a member into a temporary file, which closing the source removes.
 *
 * @param beside a path in the folder to use; default: the system's folder for temporary files.
 * @throws RefusalError when the member is damaged.
 */
async function spoolMember(
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
