/** What `edit`, `tags` and `links` share: open a wheel, change a draft of it, check, write. */
import { existsSync, lstatSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { toFindings } from "../audit/findings.ts";
import { printable } from "../bytes.ts";
import type { Edit } from "../edit/apply.ts";
import { checkValues } from "../edit/check-values.ts";
import { type Built, Draft } from "../edit/draft.ts";
import { fieldChanges } from "../edit/field-changes.ts";
import { mendRecord, recordFaults } from "../edit/record-mend.ts";
import { refusalOf, refuseDefects } from "../edit/refused.ts";
import { compareFindings, findingsOf, refuseInvalid } from "../edit/verify.ts";
import { RefusalError, UsageError } from "../errors.ts";
import type { Finding } from "../finding.ts";
import { nodeCompression } from "../node/compression.ts";
import { openFile } from "../node/file.ts";
import type { HeadStart } from "../node/head-start.ts";
import { startCopy } from "../node/head-start.ts";
import { recoverInPlace, replaceInPlace, tailStart } from "../node/in-place.ts";
import type { Io } from "../node/io.ts";
import { removeFile, writeArchive } from "../node/output.ts";
import { palette, useColor } from "../node/terminal.ts";
import type { EditedWheel } from "../report/edit.ts";
import { editJson, editText, repairSummary } from "../report/edit.ts";
import { findDistInfo } from "../wheel/dist-info.ts";
import { fileNameProblem, parseWheelFilename } from "../wheel/filename.ts";
import type { Wheel } from "../wheel/open.ts";
import { openSoundWheel } from "../wheel/open.ts";
import { expandTags } from "../wheel/tag.ts";
import { dosTimeOf } from "../zip/dos-time.ts";
import type { IndexOptions } from "../zip/index.ts";
import type { DosTime } from "../zip/writer.ts";
import type { GivenOption, Options } from "./command.ts";
import { CHECKED_BYTES, damagedMembers, memberDigests } from "./copied-members.ts";
import { describeFailure, errorText, STATUS } from "./failure.ts";
import { commonOptions, flagOption, numberOption, textOption } from "./options.ts";
import { wantedOutputs, writeOutputs } from "./outputs.ts";

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
  edit(draft: Draft, wheel: Wheel): void | Promise<void>;
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
  /** More checks of the result, before it is written. */
  check?(built: Built, draft: Draft, wheel: Wheel): void | Promise<void>;
  /** Looks at the finished file before it gets its name; what it throws stops everything. */
  verify?(temporary: string, built: Built): Promise<void>;
  /** Called when the result is written, while the input is still open. */
  finish?(result: { path: string; built: Built; draft: Draft; wheel: Wheel }): void | Promise<void>;
}

/** @param sequence the options as they were given. */
export function rewriteOptions(
  options: Options,
  sequence: readonly GivenOption[],
  io: Io,
): RewriteOptions {
  const inPlace = flagOption(options, "inPlace");
  if (inPlace && sequence.some(({ name }) => name === "wheel-dir")) {
    throw new UsageError(
      "`--in-place` and `--wheel-dir` contradict each other",
      "a result takes the input's place, or goes to another folder",
    );
  }
  const wheelDir = textOption(options, "wheelDir") ?? "wheelhouse";
  const epoch = numberOption(options, "sourceDateEpoch") ?? epochOf(io.env.SOURCE_DATE_EPOCH);
  return {
    wheelDir,
    inPlace,
    dryRun: flagOption(options, "dryRun"),
    time: epoch === undefined ? undefined : dosTimeOf(epoch),
    remove: flagOption(options, "remove"),
    written: new Map(),
  };
}

function epochOf(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  if (/^[0-9]{1,15}$/.test(text)) return Number(text);
  throw new UsageError(
    `SOURCE_DATE_EPOCH is \`${printable(text)}\`, which is no number of seconds`,
  );
}

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
  const { path, warnings } = settle(given);
  const source = openFile(path);
  let close = (): void => {};
  let headStart: HeadStart | undefined;
  try {
    const file = basename(path);
    const { inPlace, time } = options;
    const tailOnly = inPlace && revision.tailOnly === true && source.size > CHECKED_BYTES;
    const copies = !inPlace && !options.dryRun && revision.build === undefined;
    const from: Required<Pick<IndexOptions, "localsFrom">> = {
      localsFrom: (members) => {
        const start = startOfInfo(members);
        if (tailOnly) return start;
        // What changes is probably dist-info, and the rest stays where it is.
        if (copies && source.size >= HEAD_START && start > source.size / 2) {
          headStart ??= startCopy(path, join(options.wheelDir, file));
        }
        return 0;
      },
    };
    let wheel = openSoundWheel(source, file, nodeCompression, from);
    let draft = openDraft(wheel);
    await revision.edit(draft, wheel);
    let faults = recordFaults(draft);
    const reads = [...faults.unsound.keys()];
    if (
      tailOnly &&
      (draft.touchesBefore(startOfInfo(wheel.index.entries)) || reads.some(({ broken }) => broken))
    ) {
      from.localsFrom = () => 0;
      wheel = openSoundWheel(source, file, nodeCompression);
      draft = openDraft(wheel);
      await revision.edit(draft, wheel);
      faults = recordFaults(draft);
    }
    const input = [...toFindings(wheel.index.problems)];
    if (revision.inspects !== true) {
      const limit = revision.unpacks === true ? Number.POSITIVE_INFINITY : CHECKED_BYTES;
      input.push(...(await damagedMembers(wheel, draft, limit)));
    }
    refuseDefects(input, stillIn(draft));
    await mendRecord(draft, faults, memberDigests(wheel));
    const metadataBefore = wheel.read(`${findDistInfo(wheel.index.entries, file)}/METADATA`);
    const special = await revision.build?.(draft, wheel);
    if (special !== undefined) close = () => special.close();
    const built =
      special?.built ?? draft.build({ inPlace, ...(time === undefined ? {} : { time }) });
    const { fresh, kept } = draft.changed()
      ? compareFindings(wheel, built, from)
      : { fresh: [], kept: findingsOf(wheel) };
    refuseDefects([...fresh, ...kept]);
    const findings = refuseInvalid(fresh, revision.allowed);
    await revision.check?.(built, draft, wheel);
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
        ...draft.warnings,
        ...passedOn(kept),
        ...strandedLink(given, inPlace, built),
      ],
      unchanged: revision.inspects !== true && !draft.changed(),
      findings,
    };
    const target = join(inPlace ? dirname(path) : options.wheelDir, built.file);
    refuseSecond(options.written, target, given);
    if (options.dryRun) {
      options.written.set(resolve(target), given);
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
          options.written.set(resolve(target), given);
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
        verify: async (temporary) => await revision.verify?.(temporary, built),
      });
      if (options.remove) removeFile(path);
    }
    options.written.set(resolve(target), given);
    await revision.finish?.({ path: target, built, draft, wheel });
    // As the user named the folder, not where links lead to.
    return { ...result, path: inPlace ? join(dirname(given), built.file) : target };
  } finally {
    await headStart?.close();
    close();
    source.close();
  }
}

/** True for the members of the input that the draft still has, by their old names. */
function stillIn(draft: Draft): (path: string) => boolean {
  const names = new Set(draft.members().map(({ entry }) => entry?.name));
  return (path) => names.has(path);
}

/** A symbolic link that named the wheel, when the wheel gets another name. */
function strandedLink(given: string, inPlace: boolean, built: Built): readonly string[] {
  const linked = inPlace && lstatSync(given).isSymbolicLink();
  return linked && basename(realpathSync(given)) !== built.file
    ? [
        `the symbolic link \`${given}\` leads nowhere then: the wheel is called \`${built.file}\` now`,
      ]
    : [];
}

/** A name that no index takes, that forges lines of a log and drives a terminal. */
function refuseFileName(given: string): void {
  const problem = fileNameProblem(basename(given));
  if (problem !== undefined) throw refusalOf(problem);
}

/** Two wheels of one name and one folder for their results: the second must not bury the first. */
function refuseSecond(written: ReadonlyMap<string, string>, target: string, given: string): void {
  const earlier = written.get(resolve(target));
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

/** Damage that the input had and the result has, one line for each rule. */
function passedOn(findings: readonly Finding[]): readonly string[] {
  const grave = findings.filter(({ level }) => level === "error");
  const codes = [...new Set(grave.map(({ code }) => code))];
  return codes.map((code) => {
    const [first, ...more] = grave.filter((finding) => finding.code === code);
    const where = first?.path === undefined ? "" : `\`${printable(first.path)}\`: `;
    const others = more.length === 0 ? "" : ` (and ${more.length} more)`;
    return `the input has this defect, and so has the result: ${where}${printable(first?.message ?? "")}${others} [${code}]`;
  });
}

/** The wheel as it is, byte for byte. */
export function copyOf({ file, source }: Wheel): Built {
  const { size } = source;
  const layout = { pieces: [{ source, start: 0, size }], size };
  return { file, layout, members: [], changes: [], padTo: () => layout };
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
function settle(given: string): { readonly path: string; readonly warnings: readonly string[] } {
  const path = existsSync(given) ? realpathSync(given) : given;
  const mended = recoverInPlace(path);
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

export function openDraft(wheel: Wheel): Draft {
  const { file, index } = wheel;
  const { name, problems } = parseWheelFilename(file);
  if (name === undefined) {
    throw new RefusalError(
      "NAM001",
      problems[0]?.message ?? `\`${file}\` is no name of a wheel`,
      "the edit needs name, version and tags from the file name",
    );
  }
  const distInfo = findDistInfo(index.entries, file);
  if (distInfo === undefined) {
    throw new RefusalError(
      "DST001",
      `\`${printable(file)}\` has no \`.dist-info\` folder of its name`,
      "run `wheelkit audit` to see what is wrong with the wheel",
    );
  }
  return new Draft(
    {
      file,
      source: wheel.source,
      compression: wheel.compression,
      entries: index.entries,
      read: (path) => wheel.read(path),
    },
    name,
    distInfo,
  );
}

/** What is wrong for any wheel is a mistake on the command line, not a refusal of a wheel. */
export function refuseBadValues(read: () => readonly Edit[]): readonly Edit[] {
  try {
    const edits = read();
    for (const edit of edits) checkValues(edit);
    return edits;
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error;
    throw new UsageError(`${error.message} [${error.code}]`, error.hint);
  }
}

export function reportInputProblems(problems: readonly UsageError[], io: Io): void {
  for (const { message, hint } of problems) io.err(errorText(message, hint));
}

/** Runs `rewrite` on each wheel; one that fails does not stop the others. */
export async function rewriteAll(
  paths: readonly string[],
  io: Io,
  rewrite: (path: string) => Promise<Rewritten | undefined>,
): Promise<{ readonly wheels: readonly Rewritten[]; readonly status: number }> {
  const wheels: Rewritten[] = [];
  let status: number = STATUS.done;
  for (const path of paths) {
    try {
      const wheel = await rewrite(path);
      if (wheel !== undefined) wheels.push(wheel);
    } catch (error) {
      const failure = describeFailure(error, path);
      io.err(failure.text);
      status = Math.max(status, failure.status);
    }
  }
  return { wheels, status };
}

/** Reports of commands that write wheels: paths on standard output, what changed where it is asked for. */
export async function reportRewrites(
  schema: string,
  wheels: readonly Rewritten[],
  options: Options,
  io: Io,
): Promise<void> {
  const common = commonOptions(options);
  for (const { file, warnings, findings, unchanged } of wheels) {
    if (common.verbosity < -1) continue;
    for (const warning of warnings) {
      io.err(`warning: \`${printable(file)}\`: ${printable(warning)}\n`);
    }
    for (const { code, message } of findings) {
      io.err(`warning: \`${printable(file)}\`: ${printable(message)} [${code}]\n`);
    }
    if (unchanged && common.verbosity >= 0) {
      io.err(`note: \`${printable(file)}\`: unchanged, for it says so already\n`);
    }
  }
  if (common.verbosity === 0 && io.errTerminal) {
    for (const wheel of wheels) if (wheel.path !== undefined) io.err(repairSummary(wheel));
  }
  if (common.verbosity > 0) {
    const colors = await palette(useColor(common.color, io.env, io.errTerminal));
    for (const wheel of wheels) io.err(editText(wheel, colors));
  }
  await writeOutputs(wantedOutputs(options, EDIT_FORMATS), io, async (format, toTerminal) => {
    if (format === "json") return editJson(schema, wheels);
    const colors = await palette(useColor(common.color, io.env, toTerminal));
    return wheels
      .map((wheel) =>
        wheel.path === undefined
          ? `would write ${printable(wheel.output)}\n${editText(wheel, colors)}`
          : `${wheel.path}\n`,
      )
      .join("");
  });
}

export const EDIT_FORMATS = ["text", "json"] as const;

function tagsOf(file: string): readonly string[] {
  const { name } = parseWheelFilename(file);
  return name === undefined ? [] : expandTags(name);
}

function isSameFile(a: string, b: string): boolean {
  return existsSync(b) && realpathSync(a) === realpathSync(b);
}
