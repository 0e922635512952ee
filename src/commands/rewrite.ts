/** What the commands that write wheels share: their options, and their reports. */
import { printable } from "../bytes.ts";
import type { Edit } from "../edit/apply.ts";
import { checkValues } from "../edit/check-values.ts";
import { RefusalError, UsageError } from "../errors.ts";
import type { Io } from "../node/io.ts";
import type { RewriteOptions, Rewritten } from "../node/rewrite-wheel.ts";
import { palette, useColor } from "../node/terminal.ts";
import { editJson, editText, repairSummary } from "../report/edit.ts";
import { dosTimeOf } from "../zip/dos-time.ts";
import type { GivenOption, Options } from "./command.ts";
import { describeFailure, errorText, STATUS } from "./failure.ts";
import { commonOptions, flagOption, numberOption, textOption } from "./options.ts";
import { wantedOutputs, writeOutputs } from "./outputs.ts";
import { reportIdle } from "./wishes.ts";

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
    `SOURCE_DATE_EPOCH is \`${printable(text)}\`, which is not a number of seconds`,
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
export async function rewriteAll<Wheel extends Rewritten>(
  paths: readonly string[],
  io: Io,
  rewrite: (path: string) => Promise<Wheel | undefined>,
): Promise<{ readonly wheels: readonly Wheel[]; readonly status: number }> {
  const wheels: Wheel[] = [];
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

/**
 * Warnings and findings of wheels that were written, on standard error.
 *
 * @param same what is said of a wheel that is as it was; `undefined`: nothing.
 */
export function reportWarnings(
  wheels: readonly Rewritten[],
  options: Options,
  io: Pick<Io, "err">,
  same: string | undefined,
): void {
  const common = commonOptions(options);
  for (const { file, warnings, findings, unchanged } of wheels) {
    if (common.verbosity < -1) continue;
    for (const warning of warnings) {
      io.err(`warning: \`${printable(file)}\`: ${printable(warning)}\n`);
    }
    for (const { code, message } of findings) {
      io.err(`warning: \`${printable(file)}\`: ${printable(message)} [${code}]\n`);
    }
    if (unchanged && same !== undefined && common.verbosity >= 0) {
      io.err(`note: \`${printable(file)}\`: ${same}\n`);
    }
  }
}

/** Warnings of a run, not of one of its wheels: said once, with the last one; alone where none was written. */
export function withRunWarnings<Wheel extends Rewritten>(
  wheels: readonly Wheel[],
  warnings: readonly string[],
  options: Options,
  io: Pick<Io, "err">,
): readonly Wheel[] {
  if (wheels.length === 0) reportIdle(warnings, commonOptions(options), io);
  return wheels.map((wheel, index) =>
    index === wheels.length - 1 ? { ...wheel, warnings: [...wheel.warnings, ...warnings] } : wheel,
  );
}

/** Reports of commands that write wheels: paths on standard output, what changed where it is asked for. */
export async function reportRewrites(
  schema: string,
  wheels: readonly Rewritten[],
  options: Options,
  io: Io,
): Promise<void> {
  const common = commonOptions(options);
  reportWarnings(wheels, options, io, "unchanged, for it says so already");
  if (common.verbosity === 0 && io.errTerminal) {
    for (const wheel of wheels) if (wheel.path !== undefined) io.err(repairSummary(wheel));
  }
  const outputs = wantedOutputs(options, EDIT_FORMATS);
  if (common.verbosity > 0) {
    const colors = await palette(useColor(common.color, io.env, io.errTerminal));
    // What a dry run would change is its result: once is enough.
    const texts = outputs.some(({ format }) => format === "text");
    const told = wheels.filter(({ path }) => path !== undefined || !texts);
    for (const wheel of told) io.err(editText(wheel, colors));
  }
  await writeOutputs(outputs, io, async (format, toTerminal) => {
    if (format === "json") return editJson(schema, wheels);
    const colors = await palette(useColor(common.color, io.env, toTerminal));
    return wheels
      .map((wheel) =>
        wheel.path === undefined
          ? `would write ${printable(wheel.output)}\n${editText(wheel, colors)}`
          : `${toTerminal ? printable(wheel.path) : wheel.path}\n`,
      )
      .join("");
  });
}

export const EDIT_FORMATS = ["text", "json"] as const;
