/** `wheelkit repair [OPTIONS] WHEEL…` */
import { basename } from "node:path";
import { repairFile } from "../node/change-wheel.ts";
import { createEngine } from "../node/engine.ts";
import type { Io } from "../node/io.ts";
import { createProgress } from "../node/progress.ts";
import { openProviders, openRoots } from "../node/repair-roots.ts";
import { seenNothing, withoutEffect } from "../repair/had-effect.ts";
import type { CommandDeclaration, Invocation } from "./command.ts";
import { loadConfig } from "./config.ts";
import { STATUS } from "./failure.ts";
import { expandInputs } from "./inputs.ts";
import {
  addJobsOption,
  addReportOptions,
  addWriteOptions,
  commonOptions,
  flagOption,
} from "./options.ts";
import { addRepairOptions, readSettings } from "./repair-settings.ts";
import {
  EDIT_FORMATS,
  reportInputProblems,
  reportRewrites,
  rewriteAll,
  rewriteOptions,
  withRunWarnings,
} from "./rewrite.ts";

export const command: CommandDeclaration = {
  description:
    "Makes a wheel self-contained and truthfully tagged: libraries that the platform does not\nprovide are copied into it under names of their own, and its files find them there. The\ninput stays as it is. Takes auditwheel's place in cibuildwheel; needs no patchelf, and\nworks from any system. Pure wheels are copied.",
  examples: [
    {
      what: "As cibuildwheel calls it",
      line: "wheelkit repair -w wheelhouse demo-1.0-cp312-cp312-linux_x86_64.whl",
    },
    {
      what: "For one platform, without a library that the system must bring",
      line: "wheelkit repair --plat manylinux_2_28_x86_64 --exclude libcuda.so.1 dist/*.whl",
    },
    {
      what: "For another architecture, with the libraries of its root folder",
      line: "wheelkit repair --sysroot /srv/aarch64 demo-1.0-cp312-cp312-linux_aarch64.whl",
    },
  ],
  define(command) {
    command.argument("<wheel...>", "wheels, folders of wheels, or - for a list on standard input");
    addRepairOptions(command);
    command.option("--canonical", "write the wheel in reproducible form");
    addWriteOptions(command);
    addJobsOption(command);
    addReportOptions(command, EDIT_FORMATS);
  },
  run,
};

async function run({ args, options, sequence }: Invocation, io: Io): Promise<number> {
  const write = rewriteOptions(options, sequence, io);
  const config = await loadConfig(commonOptions(options).config, io);
  const read = readSettings(options, sequence, config, io);
  // `-q`: that a pure wheel is copied is no news then.
  const pureIsFine = read.settings.pureIsFine || commonOptions(options).verbosity < 0;
  const settings = { ...read.settings, pureIsFine };
  const { paths, problems } = await expandInputs(args, io);
  reportInputProblems(problems, io);
  const engine = createEngine({ jobs: read.packing.jobs });
  const { verbosity, progress: when } = commonOptions(options);
  const progress = createProgress(verbosity < 0 ? "never" : when, io);
  try {
    const seen = seenNothing();
    const run = {
      settings,
      seen,
      providers: await openProviders(read.providedBy, engine),
      roots: openRoots(read.sysroot, (path, done, total) =>
        progress.update(basename(path), done, total),
      ),
      engine,
      write,
      packing: read.packing,
      canonical: flagOption(options, "canonical"),
    };
    const { wheels, status } = await rewriteAll(paths, io, (path) =>
      repairFile(path, run).finally(() => progress.clear()),
    );
    const { exclude, keep } = read;
    const { providers } = run;
    const idle = seen.wheels === 0 ? [] : withoutEffect({ exclude, keep, providers }, seen);
    const told = withRunWarnings(wheels, idle, options, io);
    await reportRewrites("wheelkit.repair/1", told, options, io);
    return Math.max(status, problems.length > 0 ? STATUS.usage : STATUS.done);
  } finally {
    await engine.close();
  }
}
