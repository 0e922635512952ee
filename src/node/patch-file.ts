/** Edits one native file, by plans that prove that nothing else changes, and compresses the result. */
import { createHash } from "node:crypto";
import type { PackedContent } from "../edit/draft.ts";
import { FormatError, RefusalError } from "../errors.ts";
import type { NativeRewrite } from "../format.ts";
import { formatOf, readerOf } from "../formats.ts";
import type { NativeEdit } from "../native-edit.ts";
import { isUnchanged, rewrittenSource } from "../rewrite.ts";
import type { FileSource } from "../runtime.ts";
import type { Source } from "../source.ts";
import { readInto } from "../source.ts";
import { STORED } from "../zip/layout.ts";
import { nodeCompression } from "./compression.ts";
import { deflateContent } from "./deflate.ts";
import type { DeflatedMember } from "./splice-member.ts";
import { spliceMember } from "./splice-member.ts";

export interface PatchJob {
  /** Path in the repaired wheel. */
  readonly path: string;
  readonly edits: readonly NativeEdit[];
  /** The file is a member already, so what needs no change needs no writing. */
  readonly isMember: boolean;
  /** As the wheel holds it, where that helps to write it. */
  readonly deflated?: DeflatedMember;
  open(): Promise<FileSource>;
}

export interface PatchOptions {
  /** 0-9. */
  readonly level: number;
  /** Compressed data may be kept where they still hold, whatever level they were made with. */
  readonly splices: boolean;
  /** Files at once, and deflate streams for each. */
  readonly jobs: number;
  /** Temporary files go beside this path. */
  readonly beside: string;
  /** Plans and verifies, but compresses nothing. */
  readonly dryRun: boolean;
}

export interface Patched {
  /** `undefined`: the member is as it should be. */
  readonly content: PackedContent | undefined;
  /** What was left out, or lost, and why. */
  readonly warnings: readonly string[];
}

/**
 * Patches files, several at a time; results in the order of the jobs.
 *
 * @param closers gets what must be called when the results were written.
 * @throws RefusalError of the first job that can't be done, whatever `jobs` is.
 */
export async function patchFiles(
  jobs: readonly PatchJob[],
  options: PatchOptions,
  closers: (() => void)[],
): Promise<readonly Patched[]> {
  const results: Patched[] = [];
  const errors = new Map<number, unknown>();
  let next = 0;
  const runner = async (): Promise<void> => {
    while (next < jobs.length && errors.size === 0) {
      const index = next++;
      const job = jobs[index];
      if (job === undefined) return;
      try {
        results[index] = await patchFile(job, options, closers);
      } catch (error) {
        errors.set(index, error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, options.jobs) }, runner));
  // Jobs start in order, so the first that fails is always among those that were started.
  if (errors.size > 0) throw errors.get(Math.min(...errors.keys()));
  return results;
}

async function patchFile(
  job: PatchJob,
  { level, splices, jobs, beside, dryRun }: PatchOptions,
  closers: (() => void)[],
): Promise<Patched> {
  const deflated = splices && !dryRun ? job.deflated : undefined;
  // Of a large member the blocks are looked up while it is unpacked.
  if (deflated?.isLarge === true) deflated.prepare();
  const source = await job.open();
  let keepsSource = false;
  try {
    const rewrite = rewriteFile(job, source);
    const result = rewrittenSource(source, rewrite);
    const { warnings } = rewrite;
    if (isUnchanged(rewrite) && job.isMember) return { content: undefined, warnings };
    if (dryRun) {
      keepsSource = true;
      const sha256 = digestSource(result);
      const data = { source: result, start: 0, size: result.size };
      const size = result.size;
      const packed = { method: STORED, crc32: 0, compressedSize: size, size, data };
      return { content: { packed, sha256 }, warnings };
    }
    const options = { level, jobs, spoolBeside: beside };
    const content =
      (await spliceMember(deflated, rewrite, result, options)) ??
      (await deflateContent(result, options));
    closers.push(() => content.packed.close());
    keepsSource = content.packed.method === STORED;
    return { content, warnings };
  } finally {
    if (keepsSource) closers.push(() => source.close());
    else source.close();
  }
}

function rewriteFile({ path, edits }: PatchJob, source: Source): NativeRewrite {
  const format = formatOf(source.read(0, Math.min(source.size, 64)));
  const reader = format === undefined ? undefined : readerOf(format);
  try {
    if (reader === undefined) throw new RefusalError("native-unread", "it can't be patched");
    return reader.rewrite(source, edits, nodeCompression);
  } catch (error) {
    const { code, message, hint } = refusal(error);
    throw new RefusalError(code, `\`${path}\`: ${message}`, hint);
  }
}

/** A record that no editor can read is a reason to refuse, like any other. */
function refusal(error: unknown): RefusalError {
  if (error instanceof RefusalError) return error;
  if (error instanceof FormatError)
    return new RefusalError(`${error.place.format}-damaged`, error.message);
  throw error;
}

/** SHA-256 of everything in `source`. */
export function digestSource(source: Source): Uint8Array {
  const hash = createHash("sha256");
  const buffer = new Uint8Array(Math.min(source.size, 1 << 18));
  for (let at = 0; at < source.size; at += buffer.length) {
    const bytes = buffer.subarray(0, source.size - at);
    readInto(source, at, bytes);
    hash.update(bytes);
  }
  return hash.digest();
}
