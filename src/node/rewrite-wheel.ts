/**
 * Rewrites a wheel that is a file: opened and edited, held to the rules, and written so that its name
 * never shows half of it.
 */

import { existsSync, lstatSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Built } from "../edit/assemble.ts";
import { assemble } from "../edit/assemble.ts";
import { completeDraft } from "../edit/complete.ts";
import { CHECKED_BYTES } from "../edit/copied-members.ts";
import type { Draft } from "../edit/draft.ts";
import { fieldChanges } from "../edit/field-changes.ts";
import { openDraft } from "../edit/open-draft.ts";
import { recordFaults } from "../edit/record-mend.ts";
import { refusalOf, refuseDefects } from "../edit/refused.ts";
import { carriedOver, compareFindings, findingsOf, refuseInvalid } from "../edit/verify.ts";
import { RefusalError, UsageError } from "../errors.ts";
import type { EditedWheel } from "../report/edit.ts";
import { findDistInfo } from "../wheel/dist-info.ts";
import { fileNameProblem, parseWheelFilename } from "../wheel/filename.ts";
import type { Wheel } from "../wheel/open.ts";
import { openSoundWheel } from "../wheel/open.ts";
import { expandTags } from "../wheel/tag.ts";
import type { IndexOptions } from "../zip/options.ts";

import type { DosTime } from "../zip/writer.ts";
import { voidAttestations } from "./attestations.ts";
import { nodeCompression } from "./compression.ts";
import type { HeadStart } from "./head-start.ts";
import { startCopy } from "./head-start.ts";
import { pathKey } from "./host-path.ts";
import { replaceInPlace, tailStart } from "./in-place.ts";
import { lazyStream } from "./lazy-stream.ts";
import { lockFiles } from "./lock.ts";
import { writeArchive } from "./output.ts";
import { recoverInPlace } from "./recover.ts";
import { removeFile } from "./replace-file.ts";
import { isSameFile, truePath } from "./same-file.ts";
import type { WitnessedFile } from "./witness.ts";
import { againWhenChanged, openWitnessed } from "./witness.ts";

/** A wheel that gets shorter by at most this many bytes is filled up instead of copied. */
const PAD_LIMIT = 64 << 10;
/** Bytes of a wheel whose copy is begun before it is known what changes. */
const HEAD_START = 32 << 20;

export interface RewriteOptions {
  readonly wheelDir: string;
  readonly inPlace: boolean;
  readonly dryRun: boolean;
  /** Of new and changed members; `undefined`: the newest time in the wheel. */
  readonly time: DosTime | undefined;
  /** Removes the input when the result is written: `tags --remove`. */
  readonly remove: boolean;
  /** What this run has written already: path of the result to path of its input. */
  readonly written: Map<string, string>;
}

export interface Rewritten extends EditedWheel {
  /** Path of the result; none in a dry run. */
  readonly path?: string;
  /** What the edit asked for was so already. */
  readonly unchanged: boolean;
}

/** What a caller may do with the draft, and what the rules then allow. */
export interface Revision {
  /** @returns what the user should know. */
  edit(draft: Draft, wheel: Wheel): readonly string[] | Promise<readonly string[]>;
  /** The command never replaces its input. */
  readonly hasNoInPlace?: boolean;
  /** The edit has looked at every member, and refused what is damaged. */
  readonly inspects?: boolean;
  /** Every member is unpacked on the way, however large the wheel is. */
  readonly unpacks?: boolean;
  /**
   * Touches little but dist-info and can be applied a second time: in place, the headers of the
   * members before it then need not be read.
   */
  readonly tailOnly?: boolean;
  /** Codes whose findings the user asked for. */
  readonly allowed?: readonly string[];
  /** Lays the archive out in another way. `close` is called when it is written. */
  build?(draft: Draft, wheel: Wheel): Promise<{ readonly built: Built; close(): void }>;
  /** More checks of the result, before it is written. @returns what the user should know. */
  check?(built: Built, wheel: Wheel): Promise<readonly string[]>;
  /**
   * Looks at the finished file before it gets its name; what it throws stops everything.
   *
   * @param copy the same file, open for reading.
   */
  verify?(temporary: string, built: Built, copy: number): Promise<void>;
  /** Called when the result is written, while the input is still open. */
  finish?(result: { path: string; built: Built; draft: Draft; wheel: Wheel }): void | Promise<void>;
}

/** A rewrite on its way. */
interface Job {
  /** As the user named the wheel. */
  readonly given: string;
  /** Where it is, links followed. */
  readonly path: string;
  readonly source: WitnessedFile;
  readonly options: RewriteOptions;
  readonly revision: Revision;
  /** What is called when the job is done, whatever became of it, the last first. */
  readonly closers: (() => Promise<void>)[];
  /** A copy of a large wheel, begun before it is known what changes. */
  headStart: HeadStart | undefined;
}

/** The edited draft, with its RECORD put right. */
interface Prepared {
  readonly wheel: Wheel;
  readonly draft: Draft;
  readonly notes: readonly string[];
  /** How the wheel was indexed: the result is, too. */
  readonly localsFrom: LocalsFrom;
}

/** The archive as it will be, found to keep the rules. */
interface Judged extends Prepared {
  readonly built: Built;
  readonly result: Rewritten;
}

type LocalsFrom = NonNullable<IndexOptions["localsFrom"]>;

/**
 * Rewrites the wheel at `given`.
 *
 * @throws RefusalError and UsageError; then nothing was written.
 */
export async function rewriteWheel(
  given: string,
  options: RewriteOptions,
  revision: Revision,
): Promise<Rewritten> {
  refuseFileName(given);
  return await againWhenChanged(() => tryRewrite(given, options, revision));
}

async function tryRewrite(
  given: string,
  options: RewriteOptions,
  revision: Revision,
): Promise<Rewritten> {
  const { path, warnings } = await settle(given, options);
  const source = await openWitnessed(path);
  const closers: Job["closers"] = [async () => source.close()];
  const job: Job = { given, path, source, options, revision, closers, headStart: undefined };
  try {
    const judged = await plan(job, warnings);
    return await write(job, judged);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

/** Half of one wheel and half of another may look like any defect. @throws InputChanged. */
async function plan(job: Job, warnings: readonly string[]): Promise<Judged> {
  try {
    const prepared = await prepare(job);
    return await judge(job, prepared, warnings);
  } finally {
    job.source.check();
  }
}

/** Opens the wheel, edits a draft of it, and refuses what nobody should write. */
async function prepare(job: Job): Promise<Prepared> {
  const { path, source, options, revision } = job;
  const { inPlace, dryRun, wheelDir } = options;
  const file = basename(path);
  const tailOnly = inPlace && revision.tailOnly === true && source.size > CHECKED_BYTES;
  const copies = !inPlace && !dryRun && revision.build === undefined;
  let localsFrom: LocalsFrom = (members) => {
    const start = startOfInfo(members);
    if (tailOnly) return start;
    // What changes is probably dist-info, and the rest stays where it is.
    const pays = copies && source.size >= HEAD_START && start > source.size / 2;
    if (pays && job.headStart === undefined) {
      const begun = startCopy(path, join(wheelDir, file));
      job.headStart = begun;
      job.closers.push(() => begun.close());
    }
    return 0;
  };
  let wheel = openSoundWheel(source, file, nodeCompression, { localsFrom });
  let draft = openDraft(wheel);
  let notes = await revision.edit(draft, wheel);
  let faults = recordFaults(draft);
  const reads = [...faults.unsound.keys()];
  if (
    tailOnly &&
    (draft.touchesBefore(startOfInfo(wheel.index.entries)) || reads.some(({ broken }) => broken))
  ) {
    localsFrom = () => 0;
    wheel = openSoundWheel(source, file, nodeCompression);
    draft = openDraft(wheel);
    notes = await revision.edit(draft, wheel);
    faults = recordFaults(draft);
  }
  const all = revision.unpacks === true ? Number.POSITIVE_INFINITY : CHECKED_BYTES;
  const limit = revision.inspects === true ? undefined : all;
  const more = await completeDraft(draft, wheel, {
    stream: lazyStream(source),
    limit,
    faults,
  });
  return { wheel, draft, notes: [...notes, ...more], localsFrom };
}

/** Lays the archive out, and holds it to the rules. */
async function judge(job: Job, prepared: Prepared, warnings: readonly string[]): Promise<Judged> {
  const { given, options, revision } = job;
  const { wheel, draft, localsFrom } = prepared;
  const { file } = wheel;
  const { inPlace, time } = options;
  const metadataBefore = wheel.read(`${findDistInfo(wheel.index.entries, file)}/METADATA`);
  const special = await revision.build?.(draft, wheel);
  if (special !== undefined) job.closers.push(async () => special.close());
  const built =
    special?.built ?? assemble(draft, { inPlace, ...(time === undefined ? {} : { time }) });
  const { fresh, kept } = draft.changed()
    ? compareFindings(wheel, built, { localsFrom })
    : { fresh: [], kept: findingsOf(wheel) };
  refuseDefects([...fresh, ...kept]);
  const findings = refuseInvalid(fresh, revision.allowed);
  const checked = (await revision.check?.(built, wheel)) ?? [];
  const result = {
    file,
    output: built.file,
    changes: built.changes,
    metadata: fieldChanges(
      metadataBefore ?? new Uint8Array(),
      draft.read(`${draft.distInfo}/METADATA`) ?? new Uint8Array(),
    ),
    tags: { before: tagsOf(file), after: expandTags(draft.name) },
    warnings: [
      ...warnings,
      ...prepared.notes,
      ...built.notes,
      ...checked,
      ...carriedOver(kept),
      ...strandedLink(given, inPlace, built),
    ],
    unchanged: revision.inspects !== true && !draft.changed(),
    findings,
  };
  return { ...prepared, built, result };
}

/** Writes the result, unless this is a dry run. */
async function write(job: Job, { wheel, draft, built, result }: Judged): Promise<Rewritten> {
  const { given, path, source, options, revision, headStart } = job;
  const { inPlace, written } = options;
  const target = join(inPlace ? dirname(path) : options.wheelDir, built.file);
  refuseSecond(written, target, given);
  if (options.dryRun) {
    written.set(pathKey(target), given);
    return result;
  }
  const original = { path, source };
  if (inPlace) {
    const missing = source.size - built.layout.size;
    const pads = missing <= PAD_LIMIT && tailStart(built.layout, original) !== undefined;
    await replaceInPlace(pads ? built.padTo(source.size) : built.layout, original, target);
  } else {
    if (isSameFile(path, target)) {
      if (!draft.changed()) {
        written.set(pathKey(target), given);
        return { ...result, path: target };
      }
      throw new UsageError(
        `\`${target}\` is the wheel that is read`,
        revision.hasNoInPlace === true
          ? "name another folder with `--wheel-dir`"
          : "to replace it, say `--in-place`; else name another folder with `--wheel-dir`",
      );
    }
    await writeArchive(built.layout, target, {
      original,
      ...(headStart === undefined ? {} : { headStart }),
      verify: async (temporary, copy) => {
        await revision.verify?.(temporary, built, copy);
        source.checkCopy(built.layout, copy);
        source.check();
      },
    });
    if (options.remove) await removeInput(job);
  }
  written.set(pathKey(target), given);
  await revision.finish?.({ path: target, built, draft, wheel });
  const warnings = [...result.warnings, ...voidAttestations(target, path)];
  // As the user named the folder, not where links lead to.
  return { ...result, warnings, path: inPlace ? join(dirname(given), built.file) : target };
}

/** Never what another run has put there since. */
async function removeInput({ path, source }: Job): Promise<void> {
  const lock = await lockFiles([path]);
  try {
    source.check();
    removeFile(path);
  } finally {
    lock.release();
  }
}

/** A symbolic link that named the wheel, when the wheel gets another name. */
function strandedLink(given: string, inPlace: boolean, built: Built): readonly string[] {
  const linked = inPlace && lstatSync(given).isSymbolicLink();
  return linked && basename(truePath(given)) !== built.file
    ? [`the symbolic link \`${given}\` will dangle: the wheel is called \`${built.file}\` now`]
    : [];
}

/** A name that no index takes, that forges lines of a log and drives a terminal. */
export function refuseFileName(given: string): void {
  const problem = fileNameProblem(basename(given));
  if (problem !== undefined) throw refusalOf(problem);
}

/** Two wheels of one name and one folder for their results: the second must not bury the first. */
function refuseSecond(written: ReadonlyMap<string, string>, target: string, given: string): void {
  const earlier = written.get(pathKey(target));
  if (earlier !== undefined) {
    throw new RefusalError(
      "EDT006",
      `\`${target}\` was written in this run from \`${earlier}\``,
      earlier === given
        ? "name each wheel once"
        : "edit them in runs of their own, with a `--wheel-dir` for each",
    );
  }
}

/** Offset of dist-info where nothing else lies behind it, else 0. */
function startOfInfo(members: Parameters<NonNullable<IndexOptions["localsFrom"]>>[0]): number {
  const inInfo = ({ name }: { readonly name: string }): boolean => /^[^/]+\.dist-info\//.test(name);
  const first = members.findIndex(inInfo);
  return first !== -1 && members.slice(first).every(inInfo)
    ? (members[first]?.headerOffset ?? 0)
    : 0;
}

/** Where the wheel is, after whatever a killed run left is mended. */
async function settle(
  given: string,
  { inPlace, dryRun }: RewriteOptions,
): Promise<{ readonly path: string; readonly warnings: readonly string[] }> {
  const path = existsSync(given) ? truePath(given) : resolve(given);
  const mended = await recoverInPlace(path, inPlace && !dryRun);
  if (mended === undefined) return { path, warnings: [] };
  if (mended.path !== path) {
    throw new UsageError(
      `\`${given}\` is gone: an edit that was interrupted is now completed, as \`${basename(mended.path)}\``,
      "name that wheel to edit it further",
    );
  }
  const what = mended.recovery === "undone" ? "undone" : "completed";
  return { path, warnings: [`an earlier edit of this wheel was interrupted; it was ${what}`] };
}

function tagsOf(file: string): readonly string[] {
  const { name } = parseWheelFilename(file);
  return name === undefined ? [] : expandTags(name);
}
