/** `wheelkit repair [OPTIONS] WHEEL…` */
import { join } from "node:path";
import { assemble, copyOf } from "../edit/assemble.ts";
import type { Workshop } from "../edit/workshop.ts";
import { canonicalBuild } from "../node/canonical-build.ts";
import { createEngine } from "../node/engine.ts";
import type { Io } from "../node/io.ts";
import { openProviders, openRoots } from "../node/repair-roots.ts";
import { rewriteWheel } from "../node/rewrite-wheel.ts";
import { createWorkshop } from "../node/workshop.ts";
import type { Repair } from "../repair/repair.ts";
import { repairWheel } from "../repair/repair.ts";
import { verifyRepair } from "../repair/verify.ts";
import { repairReport } from "../report/repair.ts";
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
    command.option("--canonical", "give the result its reproducible form");
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
  const { level, jobs } = read.packing;
  const engine = createEngine({ jobs });
  const { wheelDir, dryRun, time } = write;
  const canonical = flagOption(options, "canonical");
  const { updateTags } = settings;
  try {
    const providers = await openProviders(read.providedBy, engine);
    const context = { settings, roots: openRoots(read.sysroot), providers, engine };
    const { wheels, status } = await rewriteAll(paths, io, async (path) => {
      let repair: Repair | undefined;
      let workshop: Workshop | undefined;
      const rewritten = await rewriteWheel(path, write, {
        hasNoInPlace: true,
        inspects: true,
        // What PyPI takes is not what runs.
        allowed: ["NAM006"],
        async edit(draft, wheel) {
          const { source } = wheel;
          workshop = createWorkshop({
            ...read.packing,
            archive: source,
            beside: join(wheelDir, wheel.file),
            dryRun,
            indexMember: (span) => engine.indexMember(path, source, span),
          });
          const outcome = await repairWheel({ draft, wheel, path, workshop }, context);
          repair = outcome.repair;
          return outcome.notes;
        },
        async build(draft, wheel) {
          if (canonical) return await canonicalBuild(draft, wheel, wheelDir, write);
          const when = time === undefined ? {} : { time };
          const built =
            repair === undefined && !draft.changed()
              ? copyOf(wheel)
              : assemble(draft, { inPlace: false, level, recordLast: true, ...when });
          return { built, close() {} };
        },
        async verify(temporary, built) {
          if (repair === undefined) return;
          await verifyRepair({ ...repair, path: temporary, built, updateTags }, engine);
        },
      }).finally(() => workshop?.close());
      if (repair === undefined) return rewritten;
      return { ...rewritten, repair: repairReport(repair.plan, !dryRun) };
    });
    await reportRewrites("wheelkit.repair/1", wheels, options, io);
    return Math.max(status, problems.length > 0 ? STATUS.usage : STATUS.done);
  } finally {
    await engine.close();
  }
}
