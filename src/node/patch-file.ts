/** Strips and edits one ELF file, proves that nothing else changed, and compresses the result. */
import { createHash } from "node:crypto";
import type { PackedContent } from "../edit/draft.ts";
import { edit as planEdit, stripElf, verify as verifyEdit, verifyElfStrip } from "../elf/edit.ts";
import type { ElfEdit } from "../elf/edit-types.ts";
import { parse } from "../elf/index.ts";
import { FormatError, RefusalError } from "../errors.ts";
import type { FileSource } from "../platform.ts";
import { isUnchanged, rewrittenSource } from "../rewrite.ts";
import type { Source } from "../source.ts";
import { STORED } from "../zip/layout.ts";
import { deflateSource } from "./deflate.ts";

export interface PatchJob {
  /** Path in the repaired wheel. */
  readonly path: string;
  /** Leaves out what is not needed to run, before anything is edited. */
  readonly strip: boolean;
  readonly edits: readonly ElfEdit[];
  /** The file is a member already, so what needs no change needs no writing. */
  readonly isMember: boolean;
  open(): Promise<FileSource>;
}

export interface PatchOptions {
  /** 0-9. */
  readonly level: number;
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
  /** Why the file was not stripped. */
  readonly notStripped: string | undefined;
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
  { level, jobs, beside, dryRun }: PatchOptions,
  closers: (() => void)[],
): Promise<Patched> {
  const source = await job.open();
  let keepsSource = false;
  try {
    const { result, changed, notStripped } = rewrite(job, source);
    if (!changed && job.isMember) return { content: undefined, notStripped };
    const sha256 = digestSource(result);
    if (dryRun) {
      keepsSource = true;
      const data = { source: result, start: 0, size: result.size };
      const size = result.size;
      const packed = { method: STORED, crc32: 0, compressedSize: size, size, data };
      return { content: { packed, sha256 }, notStripped };
    }
    const packed = await deflateSource(result, { level, jobs, spoolBeside: beside });
    closers.push(() => packed.close());
    keepsSource = packed.method === STORED;
    return { content: { packed, sha256 }, notStripped };
  } finally {
    if (keepsSource) closers.push(() => source.close());
    else source.close();
  }
}

function rewrite(
  { path, strip, edits }: PatchJob,
  source: Source,
): { readonly result: Source; readonly changed: boolean; readonly notStripped?: string } {
  const { stripped, notStripped } = strip ? stripSource(source) : { stripped: source };
  try {
    const plan = planEdit(parse(stripped), edits);
    const result = rewrittenSource(stripped, plan);
    check(verifyEdit(stripped, result, plan));
    const changed = stripped !== source || !isUnchanged(plan);
    return { result, changed, ...(notStripped === undefined ? {} : { notStripped }) };
  } catch (error) {
    const { code, message, hint } = refusal(error);
    throw new RefusalError(code, `\`${path}\`: ${message}`, hint);
  }
}

function stripSource(source: Source): {
  readonly stripped: Source;
  readonly notStripped?: string;
} {
  try {
    const plan = stripElf(parse(source), "all");
    if (isUnchanged(plan)) return { stripped: source };
    const stripped = rewrittenSource(source, plan);
    check(verifyElfStrip(source, stripped, plan));
    return { stripped };
  } catch (error) {
    return { stripped: source, notStripped: refusal(error).message };
  }
}

/** A record that no editor can read is a reason to refuse, like any other. */
function refusal(error: unknown): RefusalError {
  if (error instanceof RefusalError) return error;
  if (error instanceof FormatError) return new RefusalError("elf-damaged", error.message);
  throw error;
}

function check(faults: readonly string[]): void {
  const [first] = faults;
  if (first !== undefined) {
    throw new RefusalError("elf-verify", `the patched file would be wrong: ${first}`);
  }
}

/** SHA-256 of everything in `source`. */
export function digestSource(source: Source): Uint8Array {
  const hash = createHash("sha256");
  const step = 1 << 20;
  for (let at = 0; at < source.size; at += step) {
    hash.update(source.read(at, Math.min(step, source.size - at)));
  }
  return hash.digest();
}
