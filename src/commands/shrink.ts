/** `wheelkit shrink [OPTIONS] WHEEL…` */
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { inspectWheel } from "../audit/audit.ts";
import type { Built } from "../edit/assemble.ts";
import { assemble } from "../edit/assemble.ts";
import type { Draft } from "../edit/draft.ts";
import type { Workshop } from "../edit/workshop.ts";
import { nodeCompression } from "../node/compression.ts";
import type { Deflater } from "../node/deflater.ts";
import { createDeviceTools } from "../node/device-tools.ts";
import { createEngine } from "../node/engine.ts";
import { openFile } from "../node/file.ts";
import type { Io } from "../node/io.ts";
import type { Progress } from "../node/progress.ts";
import { createProgress } from "../node/progress.ts";
import { BEST_LEVEL, createRecompressor } from "../node/recompress.ts";
import type { RewriteOptions, Rewritten } from "../node/rewrite-wheel.ts";
import { rewriteWheel } from "../node/rewrite-wheel.ts";
import { sameBytes } from "../node/same-members.ts";
import { unpackMember } from "../node/spool.ts";
import { palette, useColor } from "../node/terminal.ts";
import { createWorkshop } from "../node/workshop.ts";
import { shrinkJson, shrinkMarkdown, shrinkText } from "../report/shrink.ts";
import { shrinkHtml } from "../report/shrink-html.ts";
import type { DeviceTools } from "../shrink/device-tools.ts";
import { totalOf } from "../shrink/gains.ts";
import { idleOptions } from "../shrink/had-effect.ts";
import { nativeWorld } from "../shrink/native-world.ts";
import { repackMembers } from "../shrink/repack.ts";
import type { ShrinkSizes } from "../shrink/report.ts";
import { shrinkReport } from "../shrink/report.ts";
import type { Shrunk } from "../shrink/shrink.ts";
import { shrinkToTarget } from "../shrink/to-target.ts";
import { verifyShrunk } from "../shrink/verify.ts";
import type { Wheel } from "../wheel/open.ts";
import { openWheel } from "../wheel/open.ts";
import type { ZipEntry } from "../zip/entry.ts";
import type { CommandDeclaration, Invocation } from "./command.ts";
import { loadConfig } from "./config.ts";
import { STATUS } from "./failure.ts";
import { expandInputs } from "./inputs.ts";
import {
  addJobsOption,
  addReportOptions,
  addWriteOptions,
  commonOptions,
  numberOption,
} from "./options.ts";
import { addReportFileOption, reportFiles, wantedOutputs, writeOutputs } from "./outputs.ts";
import {
  reportInputProblems,
  reportWarnings,
  rewriteAll,
  rewriteOptions,
  withRunWarnings,
} from "./rewrite.ts";
import { spelling, withShrinkSettings } from "./shrink-config.ts";
import type { ShrinkRequest } from "./shrink-options.ts";
import { addShrinkOptions, readShrink } from "./shrink-options.ts";

const FORMATS = ["text", "json", "md", "html"] as const;
/** What `--report` writes, by the ending of the file's name. */
const REPORTS = ["html", "json", "md"] as const;

export const command: CommandDeclaration = {
  description:
    "Makes wheels smaller, to download and installed, without a compiler, a GPU or the source.\nBy default nothing is lost: symbols and debug data that are not needed to run are left out,\nand code for GPUs is stored better where every driver that can run it can still read it.\nWhat every step gained is said, and what more could be gained at which price.",
  examples: [
    { what: "What can be had for nothing", line: "wheelkit shrink dist/*.whl" },
    {
      what: "For drivers of the last years, with a picture of what takes the bytes",
      line: "wheelkit shrink --min-driver 550 --level best --report report.html dist/*.whl",
    },
    {
      what: "Only these GPUs, and PTX for those to come",
      line: "wheelkit shrink --keep-archs sm_80,sm_90 --ptx newest dist/*.whl",
    },
  ],
  define(command) {
    command.argument("<wheel...>", "wheels, folders of wheels, or - for a list on standard input");
    addShrinkOptions(command);
    addWriteOptions(command);
    addJobsOption(command);
    addReportOptions(command, FORMATS);
    addReportFileOption(command, REPORTS);
  },
  run,
};

interface ShrunkWheel extends Rewritten {
  readonly shrunk: Shrunk;
  readonly sizes: ShrinkSizes;
  readonly repacked: number;
}

async function run({ args, options, sequence }: Invocation, io: Io): Promise<number> {
  const write = rewriteOptions(options, sequence, io);
  const common = commonOptions(options);
  const { shrink: settings } = await loadConfig(common.config, io);
  const merged = withShrinkSettings(options, settings);
  const request = readShrink(merged);
  const outputs = [...wantedOutputs(options, FORMATS), ...reportFiles(options, REPORTS)];
  const { paths, problems } = await expandInputs(args, io);
  reportInputProblems(problems, io);
  const progress = createProgress(common.progress, io);
  const jobs = numberOption(options, "jobs");
  const { wheels, status } = await rewriteAll(paths, io, (path) =>
    shrinkOne(path, { request, write, jobs, progress }).finally(() => progress.clear()),
  );
  const idle = idleOptions(
    request.settings,
    spelling(options, merged),
    wheels.map(({ shrunk }) => shrunk),
  );
  const told = withRunWarnings(wheels, idle, options, io);
  const isSaid = outputs.some(({ format }) => format === "text");
  reportWarnings(told, options, io, isSaid ? undefined : "nothing could be made smaller");
  const reports = told.map(shrinkReport);
  await writeOutputs(outputs, io, async (format, toTerminal) => {
    if (format === "json") return shrinkJson(reports);
    if (format === "md") return shrinkMarkdown(reports);
    if (format === "html") return shrinkHtml(reports);
    const colors = await palette(useColor(common.color, io.env, toTerminal));
    return reports.map((report) => shrinkText(report, colors)).join("");
  });
  return Math.max(status, problems.length > 0 ? STATUS.usage : STATUS.done);
}

interface Job {
  readonly request: ShrinkRequest;
  readonly write: RewriteOptions;
  readonly jobs: number | undefined;
  readonly progress: Progress;
}

async function shrinkOne(
  path: string,
  { request, write, jobs, progress }: Job,
): Promise<ShrunkWheel> {
  const engine = createEngine(jobs === undefined ? {} : { jobs });
  let workshop: Workshop | undefined;
  let tools: (DeviceTools & { close(): Promise<void> }) | undefined;
  let shrunk: Shrunk | undefined;
  let sizes: ShrinkSizes | undefined;
  let repacked = 0;
  // A dry run makes no folder for results, but does all the work: only then its sizes are known.
  const folder = write.dryRun ? tmpdir() : write.wheelDir;
  try {
    const rewritten = await rewriteWheel(path, write, {
      hasNoInPlace: true,
      // Every member is packed again, or could be: damage would be packed with it.
      unpacks: true,
      allowed: ["NAM006"],
      async edit(draft, wheel) {
        const beside = join(folder, wheel.file);
        let done = 0;
        const total = wheel.index.entries.reduce((sum, { size }) => sum + size, 0);
        // Of a first try, whose input was changed meanwhile.
        workshop?.close();
        await tools?.close();
        tools = createDeviceTools({
          ...(jobs === undefined ? {} : { jobs }),
          // What a size asks for is known later.
          effort: request.targetSize === undefined ? request.settings.device.effort : "best",
          beside,
          onProgress(bytes) {
            done += bytes;
            progress.update(`${wheel.file}: device code, ${done >> 20} MiB`, done, done + total);
          },
        });
        const level = request.settings.device.effort === "best" ? BEST_LEVEL : 6;
        workshop = createWorkshop({
          archive: wheel.source,
          level,
          // What deflated worst was deflated by others: at the best level nothing of it is kept.
          splices: level === 6,
          // Device code that zstd made, above all.
          storesDense: level === 6,
          jobs: jobs ?? Math.min(2, availableParallelism()),
          deflater: engine.deflater,
          beside,
          dryRun: false,
          takeMember: () => undefined,
          indexMember: (span) => engine.indexMember(path, wheel.source, span),
        });
        const members = {
          open: (entry: ZipEntry) => unpackMember(wheel.source, entry, beside),
          sameBytes: (a: ZipEntry, b: ZipEntry) => sameBytes(wheel.source, a, b),
          async world() {
            const options = { hash: false };
            const { binaries } = await inspectWheel(wheel, path, wheel.source, engine, options);
            return nativeWorld(wheel, binaries);
          },
        };
        shrunk = await shrinkToTarget({ draft, wheel, workshop, tools, members }, request);
        return shrunk.notes;
      },
      async build(draft, wheel) {
        const result = await build(draft, wheel, {
          repack: shrunk?.repack === true,
          beside: join(folder, wheel.file),
          deflater: engine.deflater,
          write,
        });
        repacked = result.gained;
        const before = { packed: wheel.source.size, size: installedSize(wheel) };
        const changed = shrunk?.files ?? [];
        const lost = totalOf(changed.map((file) => file.before)).size;
        const kept = totalOf(changed.flatMap(({ after }) => after ?? [])).size;
        sizes = {
          before,
          after: { packed: result.built.layout.size, size: before.size - lost + kept },
        };
        return result;
      },
      async verify(temporary, built) {
        if (shrunk === undefined || tools === undefined) return;
        await verify(temporary, built, shrunk, tools);
      },
    });
    if (shrunk === undefined || sizes === undefined) throw new TypeError("nothing was shrunk");
    return { ...rewritten, shrunk, sizes, repacked };
  } finally {
    workshop?.close();
    await tools?.close();
    await engine.close();
  }
}

async function build(
  draft: Draft,
  wheel: Wheel,
  options: {
    readonly repack: boolean;
    readonly beside: string;
    readonly deflater: Deflater;
    readonly write: RewriteOptions;
  },
): Promise<{ readonly built: Built; readonly gained: number; close(): void }> {
  const { deflater, write } = options;
  const { time } = write;
  const built = assemble(draft, { inPlace: false, ...(time === undefined ? {} : { time }) });
  if (!options.repack) return { built, gained: 0, close() {} };
  const { recompress, close } = createRecompressor(wheel.source, {
    level: BEST_LEVEL,
    deflater,
    spoolBeside: options.beside,
  });
  try {
    return { ...(await repackMembers(built, recompress, deflater.width)), close };
  } catch (error) {
    close();
    throw error;
  }
}

function installedSize({ index }: Wheel): number {
  return index.entries.reduce((sum, { size }) => sum + size, 0);
}

/** Unpacks every member that was shrunk from the finished file and looks at it again. */
async function verify(
  temporary: string,
  built: Built,
  { expected }: Shrunk,
  tools: DeviceTools,
): Promise<void> {
  const archive = openFile(temporary);
  try {
    const wheel = openWheel(archive, built.file, nodeCompression);
    for (const file of expected) {
      const entry = wheel.index.byName.get(file.path);
      if (entry === undefined) continue;
      const source = await unpackMember(archive, entry, temporary);
      try {
        await verifyShrunk(source, file, tools);
      } finally {
        source.close();
      }
    }
  } finally {
    archive.close();
  }
}
