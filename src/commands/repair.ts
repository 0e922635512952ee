/** `wheelkit repair [OPTIONS] WHEEL…` */
import { availableParallelism } from "node:os";
import { basename, delimiter, join } from "node:path";
import type { Inspection, Judgement } from "../audit/audit.ts";
import { inspectWheel, judgeWheel } from "../audit/audit.ts";
import { toFindings } from "../audit/findings.ts";
import type { ElfBinary } from "../audit/model.ts";
import type { NativeOptions } from "../audit/native.ts";
import type { Wheel } from "../audit/wheel.ts";
import { openSoundWheel } from "../audit/wheel.ts";
import { printable } from "../bytes.ts";
import type { Draft } from "../edit/draft.ts";
import { RefusalError, UsageError } from "../errors.ts";
import type { NodeEngine } from "../node/engine.ts";
import { createEngine } from "../node/engine.ts";
import type { Io } from "../node/io.ts";
import type { LinuxRepair, LinuxRepairOptions } from "../node/repair-linux.ts";
import { repairLinux } from "../node/repair-linux.ts";
import type { Root } from "../node/root-files.ts";
import { openRoot } from "../node/root-files.ts";
import { verifyRepair } from "../node/verify-repair.ts";
import type { FileSource } from "../platform.ts";
import type { LibraryProvider } from "../repair/providers.ts";
import { namedProvider, provideLibraries, wheelProvider } from "../repair/providers.ts";
import { parseWheelFilename } from "../wheel/filename.ts";
import { normalizeName } from "../wheel/names.ts";
import type { CommandDeclaration, Invocation, Options } from "./command.ts";
import { STATUS } from "./failure.ts";
import { expandInputs } from "./inputs.ts";
import {
  addJobsOption,
  addReportOptions,
  addWriteOptions,
  collect,
  flagOption,
  integer,
  listOption,
  numberOption,
  textOption,
} from "./options.ts";
import {
  EDIT_FORMATS,
  reportInputProblems,
  reportRewrites,
  rewriteAll,
  rewriteOptions,
  rewriteWheel,
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
    command
      .argument("<wheel...>", "wheels, folders of wheels, or - for a list on standard input")
      .optionsGroup("Platform:")
      .option("--plat <tag>", "the platform to reach (default: AUDITWHEEL_PLAT, else auto)")
      .option("--only-plat", "no tag besides that one")
      .option("--no-update-tags", "keep the tags of the input")
      .option("--disable-isa-ext-check", "declared processor levels don't count")
      .option("--allow-pure-python-wheel", "say nothing when there is nothing to repair")
      .optionsGroup("Libraries:")
      .option("--exclude <glob>", "leave this library out; may repeat", collect)
      .option(
        "--provided-by <wheel>",
        "this wheel, or project, provides libraries at run time; may repeat",
        collect,
      )
      .option("--include <name>", "graft it although nobody names it; may repeat", collect)
      .option("--add-dll <names>", "the same as --include, several with `;`", collect)
      .option("--ldpaths <dirs>", "where libraries are looked for first", collect)
      .option("--lib-path <dir>", "the same as --ldpaths", collect)
      .option("--add-path <dirs>", "the same as --ldpaths", collect)
      .option("--no-sys-paths", "look only there, not in the system's folders")
      .option("--sysroot <dir>", "take the loader's settings and folders from this root")
      .option("-L, --lib-sdir <suffix>", "folder of grafted libraries, behind the name", ".libs")
      .option("--clear-execstack", "drop an executable stack")
      .optionsGroup("Writing:")
      .option("--no-sbom", "no bill of materials of the grafted libraries")
      .option("--if-needed", "copy byte for byte when nothing is wrong")
      .option(
        "-z, --zip-compression-level <level>",
        "0 to 9, for members that change",
        integer("--zip-compression-level", 0, 9),
      );
    addWriteOptions(command);
    addJobsOption(command);
    addReportOptions(command, EDIT_FORMATS);
  },
  run,
};

async function run({ args, options }: Invocation, io: Io): Promise<number> {
  const write = rewriteOptions(options, io);
  const { paths, problems } = await expandInputs(args, io);
  reportInputProblems(problems, io);
  const settings = readSettings(options, io);
  const engine = createEngine({ jobs: settings.linux.jobs });
  try {
    const { wheels, status } = await rewriteAll(paths, io, async (path) => {
      let repair: Repair | undefined;
      const rewritten = await rewriteWheel(path, write, {
        async edit(draft, wheel) {
          repair = await repairDraft(draft, wheel, path, settings, engine, write.wheelDir, io);
        },
        async verify(temporary, built) {
          if (repair === undefined) return;
          const { updateTags } = settings.linux;
          await verifyRepair({ ...repair, path: temporary, built, updateTags }, engine);
        },
      }).finally(() => repair?.linux.close());
      return repair === undefined ? rewritten : { ...rewritten, repair: repair.linux };
    });
    await reportRewrites("wheelkit.repair/1", wheels, options, io);
    return Math.max(status, problems.length > 0 ? STATUS.usage : STATUS.done);
  } finally {
    await engine.close();
  }
}

/** A repair in the making, with the facts that it started from. */
interface Repair {
  readonly linux: LinuxRepair;
  readonly before: Inspection;
  readonly judged: Judgement;
  readonly native: NativeOptions;
}

interface Settings {
  readonly linux: LinuxRepairOptions;
  readonly exclude: readonly string[];
  /** Wheels, or names of projects, that provide libraries at run time. */
  readonly providedBy: readonly string[];
  readonly ldpaths: readonly string[];
  readonly libraryPath: readonly string[];
  /** `undefined`: only `ldpaths`. */
  readonly sysroot: string | undefined;
  readonly ifNeeded: boolean;
  readonly pureIsFine: boolean;
}

function readSettings(options: Options, io: Io): Settings {
  const { env } = io;
  const folders = (texts: readonly string[]): readonly string[] =>
    texts.flatMap((text) => text.split(delimiter).filter((folder) => folder !== ""));
  const ldpaths = folders([
    env.AUDITWHEEL_LD_LIBRARY_PATH ?? "",
    ...listOption(options, "ldpaths"),
    ...listOption(options, "libPath"),
    ...listOption(options, "addPath"),
  ]);
  const given = textOption(options, "sysroot");
  const searchesSystem = options.sysPaths !== false;
  const onLinux = process.platform === "linux";
  const libSuffix = textOption(options, "libSdir") ?? ".libs";
  if (!/^[A-Za-z0-9._-]+$/.test(libSuffix)) {
    throw new UsageError(
      `\`${printable(libSuffix)}\` can't be part of a folder's name`,
      "`--lib-sdir` is a suffix such as `.libs`",
    );
  }
  return {
    linux: {
      plat: textOption(options, "plat") ?? nonEmpty(env.AUDITWHEEL_PLAT) ?? "auto",
      onlyPlat: flagOption(options, "onlyPlat"),
      updateTags: options.updateTags !== false,
      libSuffix,
      include: [
        ...listOption(options, "include"),
        ...listOption(options, "addDll").flatMap((text) => text.split(/[;:]/)),
      ].filter((name) => name !== ""),
      clearExecstack: flagOption(options, "clearExecstack"),
      isaCheck: !flagOption(options, "disableIsaExtCheck"),
      sbom: options.sbom !== false,
      level: numberOption(options, "zipCompressionLevel") ?? levelOf(env),
      jobs: numberOption(options, "jobs") ?? availableParallelism(),
    },
    exclude: listOption(options, "exclude").flatMap((text) =>
      text.split(/[;:]/).filter((pattern) => pattern !== ""),
    ),
    providedBy: listOption(options, "providedBy"),
    ldpaths,
    libraryPath: folders([env.LD_LIBRARY_PATH ?? ""]),
    sysroot: searchesSystem ? (given ?? (onLinux ? "/" : undefined)) : undefined,
    ifNeeded: flagOption(options, "ifNeeded"),
    pureIsFine: flagOption(options, "allowPurePythonWheel"),
  };
}

function levelOf(env: Io["env"]): number {
  const text = nonEmpty(env.AUDITWHEEL_ZIP_COMPRESSION_LEVEL);
  if (text === undefined) return 6;
  if (/^[0-9]$/.test(text)) return Number(text);
  throw new UsageError(
    `AUDITWHEEL_ZIP_COMPRESSION_LEVEL is \`${printable(text)}\`, which is no level`,
    "levels go from 0 to 9",
  );
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : text;
}

async function repairDraft(
  draft: Draft,
  wheel: Wheel,
  path: string,
  settings: Settings,
  engine: NodeEngine,
  wheelDir: string,
  io: Io,
): Promise<Repair | undefined> {
  const host = openRoot("/");
  const sysroot = settings.sysroot === undefined ? undefined : openSysroot(settings.sysroot, host);
  const source = wheel.source as FileSource;
  const inspection = await inspectWheel(wheel, path, source, engine, { hash: true });
  const android = draft.name.platformTags.some((tag) => tag.startsWith("android_"));
  const searched: NativeOptions = {
    exclude: settings.exclude,
    ldpaths: settings.ldpaths,
    host,
    libraryPath: settings.libraryPath,
    // A phone's libraries are not this host's.
    ...(sysroot === undefined || android ? {} : { sysroot }),
    include: settings.linux.include,
    isaCheck: settings.linux.isaCheck,
  };
  const first = judgeWheel(wheel, inspection, { native: searched });
  const provided = provideLibraries(
    first.native.graph.members.values(),
    await openProviders(settings.providedBy, engine),
    first.native.model.wheel.requires,
  );
  const native = { ...searched, exclude: [...settings.exclude, ...provided.names] };
  const judgement = provided.names.length === 0 ? first : judgeWheel(wheel, inspection, { native });
  refuseDamaged(judgement);
  const { family } = judgement.native.verdict;
  const natives = inspection.nativeMembers.size;
  if (family === "any" && natives === 0) {
    if (!settings.pureIsFine) {
      io.err(`note: \`${printable(wheel.file)}\` has no native code: it is copied\n`);
    }
    return undefined;
  }
  if (family === "macos" || family === "windows" || family === "ios" || family === "pyemscripten") {
    throw new RefusalError(
      "TAG003",
      `wheels for ${family} can't be repaired yet`,
      "this version of wheelkit repairs wheels for Linux and Android",
    );
  }
  if (settings.ifNeeded && nothingWrong(judgement)) return undefined;
  const linux = await repairLinux(
    {
      draft,
      wheel,
      judgement,
      roots: sysroot === undefined ? [host] : [host, sysroot],
      providerPaths: provided.paths,
      beside: join(wheelDir, wheel.file),
    },
    settings.linux,
  );
  return { linux, before: inspection, judged: judgement, native };
}

async function openProviders(
  given: readonly string[],
  engine: NodeEngine,
): Promise<readonly LibraryProvider[]> {
  const providers: LibraryProvider[] = [];
  for (const text of given) {
    if (!text.endsWith(".whl")) {
      providers.push(namedProvider(normalizeName(text)));
      continue;
    }
    const source = engine.open(text);
    try {
      const wheel = openSoundWheel(source, basename(text), engine.compression);
      const { binaries } = await inspectWheel(wheel, text, source, engine, { hash: false });
      const elves: ElfBinary[] = [];
      for (const { path, size, summary } of binaries) {
        if (summary.format === "elf") elves.push({ path, size, summary });
      }
      const { name } = parseWheelFilename(wheel.file);
      providers.push(wheelProvider(normalizeName(name?.name ?? wheel.file), elves));
    } finally {
      source.close();
    }
  }
  return providers;
}

function openSysroot(folder: string, host: Root): Root {
  if (folder === "/") return host;
  try {
    return openRoot(folder);
  } catch {
    throw new UsageError(
      `\`${printable(folder)}\` is no folder`,
      "`--sysroot` is the root of a system",
    );
  }
}

/** A damaged member would be damaged in the result too, or worse: patched. */
function refuseDamaged({ problems }: Judgement): void {
  const grave = problems.find(
    ({ code, level }) =>
      ["ZIP006", "ZIP008", "ZIP023", "ZIP024", "ZIP025", "ZIP031", "ZIP032", "REC008"].includes(
        code,
      ) &&
      (level === undefined || level === "error"),
  );
  if (grave === undefined) return;
  throw new RefusalError(
    grave.code,
    `${grave.path === undefined ? "" : `\`${grave.path}\`: `}${grave.message}`,
    "build the wheel again; `wheelkit audit` says everything that is wrong",
  );
}

function nothingWrong({ problems, native }: Judgement): boolean {
  const { verdict, external } = native;
  const bare = verdict.claimed.every((tag) => tag.startsWith("linux_") || tag === "any");
  const findings = toFindings(problems).filter(({ level }) => level === "error");
  return verdict.truthful === true && external.length === 0 && !bare && findings.length === 0;
}
