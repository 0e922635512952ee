/** Changes native files on Node: several at once, by plans that prove that nothing else changes. */
import { digestOf } from "../digest.ts";
import type { PackedContent } from "../edit/draft-member.ts";
import type { Patched, PatchJob, PreparedFile, Workshop } from "../edit/workshop.ts";
import { FormatError, RefusalError } from "../errors.ts";
import type { NativeRewrite } from "../format.ts";
import { formatOf, readerOf } from "../formats.ts";
import { baseNameOf } from "../paths.ts";
import { emptyRewrite, isUnchanged, rewrittenSource } from "../rewrite.ts";
import type { FileSource, MemberSpan } from "../runtime.ts";
import type { Source } from "../source.ts";
import type { BlockIndex } from "../zip/deflate-scan.ts";
import { STORED } from "../zip/layout.ts";
import { nodeCompression } from "./compression.ts";
import { deflateContent } from "./deflate.ts";
import type { Deflater } from "./deflater.ts";
import type { DeflatedMember } from "./splice-member.ts";
import { deflatedMember, spliceMember } from "./splice-member.ts";
import { unpackMember } from "./spool.ts";

export interface WorkshopOptions {
  /** The wheel whose members change. */
  readonly archive: Source;
  /** 0-12; what is put into old streams, and kept from them, is made at no more than 9. */
  readonly level: number;
  /** Compressed data may be kept where they still hold, whatever level they were made with. */
  readonly splices: boolean;
  /** Parts that are compressed already are stored. */
  readonly storesDense?: boolean;
  /** Threads at work. */
  readonly jobs: number;
  readonly deflater: Deflater;
  /** Temporary files go beside this path. */
  readonly beside: string;
  /** Plans and verifies, but compresses nothing, and makes no folder for results. */
  readonly dryRun: boolean;
  /** The content of a member where it is kept unpacked. */
  readonly takeMember: (span: MemberSpan) => FileSource | undefined;
  /** Finds the blocks of a deflated member. */
  readonly indexMember: (span: MemberSpan) => Promise<BlockIndex | undefined>;
}

/** Files that are open for each thread: while some are compressed, others are patched. */
const OPEN_FILES = 4;
/** So many files are worth threads. */
const MANY_FILES = 5;

export function createWorkshop(options: WorkshopOptions): Workshop {
  const closers: (() => void)[] = [];
  const { deflater, dryRun } = options;
  return {
    expect(files) {
      if (files >= MANY_FILES && !dryRun) deflater.expectMuch();
    },
    patch: (jobs) => patchFiles(jobs, options, closers),
    open: (archive, span) => openMember(span, { ...options, archive, takeMember: () => undefined }),
    close() {
      for (const close of closers.splice(0)) close();
    },
  };
}

/** @param closers gets what must be called when the results were written. */
async function patchFiles(
  jobs: readonly PatchJob[],
  options: WorkshopOptions,
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
  await Promise.all(Array.from({ length: Math.max(1, options.jobs) * OPEN_FILES }, runner));
  // Jobs start in order, so the first that fails is always among those that were started.
  if (errors.size > 0) throw errors.get(Math.min(...errors.keys()));
  return results;
}

async function patchFile(
  job: PatchJob,
  options: WorkshopOptions,
  closers: (() => void)[],
): Promise<Patched> {
  const { from } = job;
  const { dryRun } = options;
  const deflated = typeof from === "function" ? undefined : packedMember(from, options);
  // Of a large member the blocks are looked up while it is unpacked.
  if (deflated?.isLarge === true) deflated.prepare();
  const source = typeof from === "function" ? await from() : await openMember(from, options);
  let keepsSource = false;
  let prepared: PreparedFile | undefined;
  try {
    prepared = await job.prepare?.(source);
    const { source: input, edits } = prepared ?? { source, edits: [] };
    const rewrite = rewriteFile({ ...job, edits: [...edits, ...job.edits] }, input);
    const result = rewrittenSource(input, rewrite);
    const { warnings } = rewrite;
    const isKept = typeof from !== "function" && job.isNew !== true;
    if (isUnchanged(rewrite) && input === source && isKept) {
      return { content: undefined, warnings };
    }
    if (dryRun) {
      keepsSource = true;
      return { content: uncompressed(result), warnings };
    }
    const { level, jobs, deflater, beside: spoolBeside, storesDense = false } = options;
    const spliced = await spliceMember(input === source ? deflated : undefined, rewrite, result, {
      level: Math.min(level, 9),
      jobs,
      spoolBeside,
    });
    const content =
      spliced ?? (await deflateContent(result, { level, deflater, spoolBeside, storesDense }));
    // A function made here would hold all that this one holds: the unpacked file, above all.
    closers.push(content.packed.close);
    keepsSource = content.packed.method === STORED;
    return { content, warnings };
  } finally {
    // Of many files together that would be much: what is compressed needs it no more.
    const close = (): void => {
      prepared?.close();
      source.close();
    };
    if (keepsSource) closers.push(close);
    else close();
  }
}

function packedMember(
  span: MemberSpan,
  { archive, splices, dryRun, indexMember }: WorkshopOptions,
): DeflatedMember | undefined {
  if (!splices || dryRun) return undefined;
  return deflatedMember(archive, span, () => indexMember(span));
}

/** @throws RefusalError when the member is damaged. */
async function openMember(
  span: MemberSpan,
  { archive, beside, dryRun, takeMember }: WorkshopOptions,
): Promise<FileSource> {
  return takeMember(span) ?? (await unpackMember(archive, span, dryRun ? undefined : beside));
}

function rewriteFile({ path, edits, isPlain }: PatchJob, source: Source): NativeRewrite {
  if (isPlain === true) return { ...emptyRewrite(source.size), warnings: [] };
  const format = formatOf(source.read(0, Math.min(source.size, 64)));
  const reader = format === undefined ? undefined : readerOf(format);
  try {
    if (reader === undefined) throw new RefusalError("native-unread", "it can't be patched");
    return reader.rewrite(source, edits, {
      ...nodeCompression,
      // As it is called in the wheel.
      name: baseNameOf(path),
    });
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

/** As it would be, for a dry run: its size and digest are what counts. */
function uncompressed(content: Source): PackedContent {
  const { size } = content;
  const data = { source: content, start: 0, size };
  const packed = { method: STORED, crc32: 0, compressedSize: size, size, data };
  return { packed, sha256: digestOf(content, nodeCompression.hasher("sha256")) };
}
