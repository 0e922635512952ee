/** `wheelkit audit [OPTIONS] PATH…` */
import { basename, isAbsolute, relative, sep } from "node:path";
import type { AuditOptions } from "../audit/audit.ts";
import { auditWheel } from "../audit/audit.ts";
import type { WheelResult } from "../audit/result.ts";
import { printable } from "../bytes.ts";
import { createEngine } from "../node/engine.ts";
import type { Io } from "../node/io.ts";
import { createProgress } from "../node/progress.ts";
import { palette, useColor } from "../node/terminal.ts";
import { countFindings, platformLine, type Reported } from "../report/reported.ts";
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
import { refine } from "./refine.ts";

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
  const settings = await readAuditSettings(options, config, io);
  const { paths, problems } = await expandInputs(args, io);
  for (const { message, hint } of problems) io.err(errorText(message, hint));
  let status: number = problems.length > 0 ? STATUS.usage : STATUS.done;

  const jobs = numberOption(options, "jobs");
  const engine = createEngine(jobs === undefined ? {} : { jobs });
  const progress = createProgress(common.verbosity < 0 ? "never" : common.progress, io);
  const wheels: Reported[] = [];
  try {
    for (const path of paths) {
      const auditOptions: AuditOptions = {
        ...settings.audit,
        onProgress: (done, total) => progress.update(basename(path), done, total),
      };
      try {
        const judged = await auditWheel(path, engine, auditOptions);
        const result = await refine(path, judged, settings, engine);
        wheels.push({ uri: uriOf(path, io.cwd), result });
      } catch (error) {
        progress.clear();
        const failure = describeFailure(error, path);
        io.err(failure.text);
        status = Math.max(status, failure.status);
      }
    }
  } finally {
    progress.clear();
    await engine.close();
  }
  if (wheels.length > 0) await report(wheels, outputs, common, settings, io);
  const failed = wheels.some(({ result }) => !result.ok);
  return Math.max(status, failed && !settings.exitZero ? STATUS.findings : STATUS.done);
}

async function report(
  wheels: readonly Reported[],
  outputs: readonly Output<AuditFormat>[],
  common: CommonOptions,
  settings: AuditSettings,
  io: Io,
): Promise<void> {
  const results = wheels.map(({ result }) => result);
  await writeOutputs(outputs, io, async (format, toTerminal) => {
    switch (format) {
      case "text": {
        const { auditText } = await import("../report/text.ts");
        return auditText(results, {
          palette: await palette(useColor(common.color, io.env, toTerminal)),
          width: toTerminal ? Math.min(100, io.columns) : 80,
          verbose: common.verbosity > 0,
        });
      }
      case "json":
        return (await import("../report/json.ts")).auditJson(results);
      case "sarif": {
        const [{ auditSarif }, { RULES }, { createHash }] = await Promise.all([
          import("../report/sarif.ts"),
          import("../audit/rules.ts"),
          import("node:crypto"),
        ]);
        const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
        return auditSarif(wheels, { rules: RULES, digest });
      }
      case "github": {
        const [{ auditGithub }, { auditMarkdown }] = await Promise.all([
          import("../report/github.ts"),
          import("../report/markdown.ts"),
        ]);
        await appendSummary(io, auditMarkdown(wheels));
        return auditGithub(wheels);
      }
      case "junit": {
        const [{ auditJunit, ruleFamilies }, { RULES }] = await Promise.all([
          import("../report/junit.ts"),
          import("../audit/rules.ts"),
        ]);
        return auditJunit(wheels, ruleFamilies(Object.keys(RULES)), settings.audit.failOn);
      }
      case "html":
        return (await import("../report/html.ts")).auditHtml(wheels);
      case "markdown":
        return (await import("../report/markdown.ts")).auditMarkdown(wheels);
    }
  });
  if (outputs.every(({ file }) => file !== undefined) && common.verbosity >= 0) {
    for (const result of results) io.err(`${oneLine(result)}\n`);
  }
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
  return `${result.ok ? "ok" : "FAIL"} ${printable(result.file)}: ${platformLine(result)}${counts === "" ? "" : `; ${counts}`}`;
}

/** As annotations want it: relative to the checkout, with `/`; the bare name from elsewhere. */
function uriOf(path: string, cwd: string): string {
  const inside = isAbsolute(path) ? relative(cwd, path) : path;
  const outside = isAbsolute(inside) || inside.split(sep)[0] === "..";
  return outside ? basename(path) : inside.split(sep).join("/").replace(/^\.\//, "");
}
