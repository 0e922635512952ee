/** `wheelkit fuse [OPTIONS] WHEEL WHEEL` */
import { availableParallelism } from "node:os";
import { UsageError } from "../errors.ts";
import { createEngine } from "../node/engine.ts";
import { fuseFiles } from "../node/fuse-files.ts";
import type { Io } from "../node/io.ts";
import type { Taken } from "../repair/fuse/fuse.ts";
import type { CommandDeclaration, Invocation } from "./command.ts";
import { STATUS } from "./failure.ts";
import { expandInputs } from "./inputs.ts";
import {
  addJobsOption,
  addReportOptions,
  addWriteOptions,
  choice,
  numberOption,
  textOption,
} from "./options.ts";
import {
  EDIT_FORMATS,
  reportInputProblems,
  reportRewrites,
  rewriteAll,
  rewriteOptions,
} from "./rewrite.ts";

const SIDES = ["first", "second"] as const;

export const command: CommandDeclaration = {
  description:
    "Makes one macOS wheel for two kinds of processors out of two: libraries and modules become\nfiles for both, everything else must be the same. No byte of the code changes, so that\nsignatures stay. Takes delocate-merge's place, and needs no Mac.",
  examples: [
    {
      what: "universal2 of two builds",
      line: "wheelkit fuse demo-1.0-cp312-cp312-macosx_10_13_x86_64.whl demo-1.0-cp312-cp312-macosx_11_0_arm64.whl",
    },
    {
      what: "With texts that say what they were built for: those of the first count",
      line: "wheelkit fuse --take first -w dist x86_64/*.whl arm64/*.whl",
    },
  ],
  define(command) {
    command.argument("<wheel...>", "two wheels of one build, for different processors");
    command
      .optionsGroup("Fusing:")
      .option(
        "--take <side>",
        "whose files count where they differ: first or second (default: refuse)",
        choice("--take", SIDES),
      );
    addWriteOptions(command);
    addJobsOption(command);
    addReportOptions(command, EDIT_FORMATS);
  },
  run,
};

/** zlib's own. */
const LEVEL = 6;

async function run({ args, options, sequence }: Invocation, io: Io): Promise<number> {
  const write = rewriteOptions(options, sequence, io);
  const { paths, problems } = await expandInputs(args, io);
  reportInputProblems(problems, io);
  if (problems.length > 0) return STATUS.usage;
  const [first, second, ...more] = paths;
  if (first === undefined || second === undefined || more.length > 0) {
    throw new UsageError(
      `\`fuse\` takes two wheels, not ${paths.length}`,
      "name one for each processor",
    );
  }
  const taken: Taken = SIDES.find((side) => side === textOption(options, "take")) ?? "neither";
  const jobs = numberOption(options, "jobs") ?? availableParallelism();
  const engine = createEngine({ jobs });
  try {
    const run = { engine, write, taken, level: LEVEL, jobs };
    const { wheels, status } = await rewriteAll([first], io, (path) =>
      fuseFiles(path, second, run),
    );
    await reportRewrites("wheelkit.fuse/1", wheels, options, io);
    return status;
  } finally {
    await engine.close();
  }
}
