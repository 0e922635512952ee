/** `wheelkit audit [OPTIONS] PATH…` */

import { availableParallelism } from "node:os";
import { basename } from "node:path";
import type { AuditOptions } from "../audit/audit.ts";
import { auditWheel } from "../audit/audit.ts";
import type { Shape } from "../audit/baseline.ts";
import { rememberLibraries } from "../audit/had-effect.ts";
import type { WheelResult } from "../audit/result.ts";
import { printable } from "../bytes.ts";
import type { Problem } from "../finding.ts";
import { createEngine } from "../node/engine.ts";
import { checkoutPath } from "../node/host-path.ts";
import type { Io } from "../node/io.ts";
import { createProgress } from "../node/progress.ts";
import { palette, useColor } from "../node/terminal.ts";
import { platformLine, verdictWord } from "../report/platform-line.ts";
import { countFindings, type Reported, type Unread } from "../report/reported.ts";
import { parseWheelFilename } from "../wheel/filename.ts";
import { type AuditSettings, addAuditOptions, readAuditSettings } from "./audit-options.ts";
import type { CommandDeclaration, Invocation } from "./command.ts";
import { loadConfig } from "./config.ts";
import { describeFailure, errorText, STATUS } from "./failure.ts";
import { expandInputs } from "./inputs.ts";
import {
  addJobsOption,
  addReportOptions,
  type CommonOptions,
  commonOptions,
  numberOption,
} from "./options.ts";
import { type Output, wantedOutputs, writeOutputs } from "./outputs.ts";
import { refine, withProblems } from "./refine.ts";
import { idleWishes, type LeftOut, nothingLeftOut, reportIdle } from "./wishes.ts";

export const AUDIT_FORMATS = [
  "text",
  "json",
  "sarif",
  "github",
  "junit",
  "markdown",
  "html",
] as const;
export type AuditFormat = (typeof AUDIT_FORMATS)[number];

export const command: CommandDeclaration = {
  description:
    "Judges wheels: is the archive sound, do names and metadata agree, are hashes right, is the platform tag true, which libraries come from outside. It changes nothing, runs nothing of the wheel, and needs no network.",
  examples: [
    {
      what: "Every wheel of a release; exit status 1 when one has an error",
      line: "wheelkit audit dist/",
    },
    {
      what: "What a wheel would need to be manylinux_2_28, before it is repaired",
      line: "wheelkit audit --profile pending -v build/demo-1.0-cp312-cp312-linux_x86_64.whl",
    },
    {
      what: "In CI: annotations on standard output, a file for code scanning",
      line: "wheelkit audit --strict -f github -f sarif=wheels.sarif dist/*.whl",
    },
  ],
  define(command) {
    command.argument("<path...>", "wheels, folders of wheels, or - for a list on standard input");
    addAuditOptions(command);
    addReportOptions(command, AUDIT_FORMATS);
    addJobsOption(command);
  },
  run,
};

async function run({ args, options }: Invocation, io: Io): Promise<number> {
  const common = commonOptions(options);
  const outputs = wantedOutputs(options, AUDIT_FORMATS);
  const config = await loadConfig(common.config, io);
  const leftOut = nothingLeftOut();
  const settings = recording(await readAuditSettings(options, config, io), leftOut);
  const { paths, problems } = await expandInputs(args, io);
  for (const { message, hint } of problems) io.err(errorText(message, hint));
  let status: number = problems.length > 0 ? STATUS.usage : STATUS.done;

  const jobs = numberOption(options, "jobs");
  const engine = createEngine({
    jobs: jobs ?? availableParallelism(),
    ownsThreads: true,
    begun: io.begun,
  });
  const progress = createProgress(common.verbosity < 0 ? "never" : common.progress, io);
  const wheels: Audited[] = [];
  const unread: Unread[] = problems.map(({ message }) => ({ uri: undefined, message }));
  try {
    for (const path of paths) {
      const auditOptions: AuditOptions = {
        ...settings.audit,
        digest: outputs.some(({ format }) => format === "json"),
        onProgress: (done, total) => progress.update(basename(path), done, total),
      };
      try {
        const compared = settings.baseline === undefined ? undefined : await shapes(auditOptions);
        const judged = await auditWheel(path, engine, compared?.options ?? auditOptions);
        const wanted = await withSizeHint(path, judged, settings);
        const result = await refine(judged, compared?.shape(), wanted, engine, leftOut);
        wheels.push({ path, uri: checkoutPath(path, io.cwd), result });
      } catch (error) {
        progress.clear();
        const failure = describeFailure(error, path);
        io.err(failure.text);
        unread.push({ uri: checkoutPath(path, io.cwd), message: failure.message });
        status = Math.max(status, failure.status);
      }
    }
  } finally {
    progress.clear();
    await engine.close();
  }
  for (const [path, found] of await variantProblems(wheels.map((wheel) => wheel.path))) {
    const at = wheels.findIndex((wheel) => wheel.path === path);
    const wheel = wheels[at];
    if (wheel === undefined) continue;
    wheels[at] = { ...wheel, result: withProblems(wheel.result, found, settings.audit) };
  }
  const idle =
    leftOut.wheels === 0
      ? []
      : idleWishes(
          settings.wishes,
          leftOut,
          wheels.flatMap(({ result }) => result.findings),
        );
  reportIdle(idle, common, io);
  // Of no wheel there is only to say what could not be read; text and JSON leave that to standard error.
  const wanted =
    wheels.length > 0 ? outputs : outputs.filter(({ format }) => TELLS_FAILURES.includes(format));
  if (wheels.length + unread.length > 0) {
    await report({ wheels, unread, idle }, wanted, common, settings, io);
  }
  const failed = wheels.some(({ result }) => !result.ok);
  return Math.max(status, failed && !settings.exitZero ? STATUS.findings : STATUS.done);
}

/** Of wheels with a variant label; most runs have none. */
async function variantProblems(
  paths: readonly string[],
): Promise<ReadonlyMap<string, readonly Problem[]>> {
  if (!paths.some((path) => parseWheelFilename(basename(path)).name?.variant !== undefined)) {
    return new Map();
  }
  return (await import("./variant-release.ts")).releaseProblems(paths);
}

/** The settings with the step of `shrink` that is enough, for a wheel that is larger than it may be. */
async function withSizeHint(
  path: string,
  { size }: WheelResult,
  settings: AuditSettings,
): Promise<AuditSettings> {
  const { maxSize } = settings.expected;
  if (maxSize === undefined || size <= maxSize) return settings;
  const { stepBelow } = await import("./size-hint.ts");
  const sizeHint = await stepBelow(path, maxSize);
  if (sizeHint === undefined) return settings;
  return { ...settings, expected: { ...settings.expected, sizeHint } };
}

/** The same settings, which keep what they leave out. */
function recording(settings: AuditSettings, leftOut: LeftOut): AuditSettings {
  const { audit } = settings;
  return {
    ...settings,
    audit: {
      ...audit,
      findings: { ...audit.findings, onLeftOut: (code) => leftOut.codes.add(code) },
      onJudged({ native, unverified }) {
        // Of an archive that can't be read nothing is known.
        if (unverified.some(({ code, path }) => code === "ZIP001" && path === undefined)) return;
        rememberLibraries(leftOut, native.graph);
      },
    },
  };
}

/** The same audit, which keeps what `--baseline` compares. */
async function shapes(
  options: AuditOptions,
): Promise<{ readonly options: AuditOptions; shape(): Shape | undefined }> {
  const { shapeOf } = await import("./baseline.ts");
  let shape: Shape | undefined;
  return {
    options: {
      ...options,
      symbols: ["exports"],
      onInspected(wheel, inspection) {
        if (wheel.index.readable) shape = shapeOf(wheel, inspection);
      },
    },
    shape: () => shape,
  };
}

interface Audited extends Reported {
  readonly path: string;
}

const TELLS_FAILURES: readonly AuditFormat[] = ["junit", "sarif", "github", "markdown", "html"];

interface Report {
  readonly wheels: readonly Audited[];
  readonly unread: readonly Unread[];
  /** Warnings of the run. */
  readonly idle: readonly string[];
}

async function report(
  { wheels, unread, idle }: Report,
  outputs: readonly Output<AuditFormat>[],
  common: CommonOptions,
  settings: AuditSettings,
  io: Io,
): Promise<void> {
  const results = wheels.map(({ result }) => result);
  const named = withTellingNames(wheels);
  await writeOutputs(outputs, io, async (format, toTerminal) => {
    switch (format) {
      case "text": {
        const { auditText } = await import("../report/text.ts");
        return auditText(
          named.map(({ result }) => result),
          {
            palette: await palette(useColor(common.color, io.env, toTerminal)),
            width: toTerminal ? Math.min(100, io.columns) : 80,
            verbose: common.verbosity > 0,
          },
        );
      }
      case "json":
        return (await import("../report/json.ts")).auditJson(results, idle);
      case "sarif": {
        const [{ auditSarif }, { RULES }, { createHash }] = await Promise.all([
          import("../report/sarif.ts"),
          import("../audit/rules/table.ts"),
          import("node:crypto"),
        ]);
        const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
        return auditSarif(wheels, { rules: RULES, digest, unread });
      }
      case "github": {
        const [{ auditGithub }, { auditMarkdown }, { RULES }] = await Promise.all([
          import("../report/github.ts"),
          import("../report/markdown.ts"),
          import("../audit/rules/table.ts"),
        ]);
        await appendSummary(io, auditMarkdown(named, unread));
        return auditGithub(named, { titles: RULES, verbose: common.verbosity > 0 }, unread);
      }
      case "junit": {
        const [{ auditJunit, ruleFamilies }, { RULES }] = await Promise.all([
          import("../report/junit.ts"),
          import("../audit/rules/table.ts"),
        ]);
        const families = ruleFamilies(Object.keys(RULES));
        return auditJunit(named, families, settings.audit.failOn, unread);
      }
      case "html":
        return (await import("../report/html.ts")).auditHtml(named, unread);
      case "markdown":
        return (await import("../report/markdown.ts")).auditMarkdown(named, unread);
    }
  });
  if (outputs.every(({ file }) => file !== undefined) && common.verbosity >= 0) {
    for (const { result } of named) io.err(`${oneLine(result)}\n`);
  }
}

/** Wheels of one name are told apart by the paths that the user gave. */
function withTellingNames(wheels: readonly Audited[]): readonly Audited[] {
  const counts = new Map<string, number>();
  for (const { result } of wheels) counts.set(result.file, (counts.get(result.file) ?? 0) + 1);
  return wheels.map((wheel) => {
    const repeated = (counts.get(wheel.result.file) ?? 0) > 1;
    return repeated ? { ...wheel, result: { ...wheel.result, file: wheel.path } } : wheel;
  });
}

/** The page that GitHub shows for a job. */
async function appendSummary(io: Io, text: string): Promise<void> {
  const file = io.env.GITHUB_STEP_SUMMARY;
  if (file === undefined || file === "") return;
  const { appendFileSync } = await import("node:fs");
  try {
    appendFileSync(file, text);
  } catch {
    io.err("warning: the file that GITHUB_STEP_SUMMARY names can't be written\n");
  }
}

function oneLine(result: WheelResult): string {
  const counts = countFindings(result.findings, ["error", "warning"]);
  return `${verdictWord(result)} ${printable(result.file)}: ${platformLine(result)}${counts === "" ? "" : `; ${counts}`}`;
}
