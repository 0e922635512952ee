/** Repairs one open wheel: inspects it, finds out what it is, and has a draft of it repaired. */
import { join } from "node:path";
import type { Inspection, Judgement } from "../audit/audit.ts";
import { inspectWheel, judgeWheel } from "../audit/audit.ts";
import { toFindings } from "../audit/findings.ts";
import type { NativeOptions } from "../audit/native.ts";
import { printable } from "../bytes.ts";
import type { Draft } from "../edit/draft.ts";
import { RefusalError } from "../errors.ts";
import type { LibraryProvider } from "../repair/providers.ts";
import { provideLibraries } from "../repair/providers.ts";
import type { FileSource } from "../runtime.ts";
import type { Wheel } from "../wheel/open.ts";
import type { NodeEngine } from "./engine.ts";
import type { LinuxRepair, LinuxRepairOptions } from "./repair-linux.ts";
import { repairLinux } from "./repair-linux.ts";
import type { RepairRoots } from "./repair-roots.ts";

export interface RepairSettings {
  readonly linux: LinuxRepairOptions;
  readonly exclude: readonly string[];
  /** Wheels, or names of projects, that provide libraries at run time. */
  readonly providedBy: readonly string[];
  /** Absolute folders on this host. */
  readonly ldpaths: readonly string[];
  /** LD_LIBRARY_PATH; only with this host as the root. */
  readonly libraryPath: readonly string[];
  /** `undefined`: only `ldpaths`. */
  readonly sysroot: string | undefined;
  readonly ifNeeded: boolean;
  readonly pureIsFine: boolean;
}

/** What is the same for all wheels of a run. */
export interface RepairContext {
  readonly settings: RepairSettings;
  readonly roots: RepairRoots;
  readonly providers: readonly LibraryProvider[];
  readonly engine: NodeEngine;
}

export interface RepairJob {
  readonly draft: Draft;
  readonly wheel: Wheel;
  /** Of the wheel. */
  readonly path: string;
  /** Where the result will be. */
  readonly wheelDir: string;
  readonly dryRun: boolean;
}

/** A repair in the making, with the facts that it started from. */
export interface Repair {
  readonly linux: LinuxRepair;
  readonly before: Inspection;
  readonly judged: Judgement;
  readonly native: NativeOptions;
}

/**
 * @returns `undefined` for a wheel that is to be copied: it is pure, or nothing is wrong with it and
 *   that is reason enough.
 * @throws RefusalError when it can't be repaired; nothing was written then.
 */
export async function repairWheel(
  { draft, wheel, path, wheelDir, dryRun }: RepairJob,
  { settings, roots: { host, sysroot }, providers, engine }: RepairContext,
): Promise<Repair | undefined> {
  const source = wheel.source as FileSource;
  const inspection = await inspectWheel(wheel, path, source, engine, { hash: true });
  await engine.rest();
  const android = draft.name.platformTags.some((tag) => tag.startsWith("android_"));
  const searched: NativeOptions = {
    exclude: settings.exclude,
    ldpaths: settings.ldpaths,
    host,
    libraryPath: settings.libraryPath,
    // A phone's libraries are not this host's.
    ...(sysroot === undefined || (android && sysroot === host) ? {} : { sysroot }),
    include: settings.linux.include,
    isaCheck: settings.linux.isaCheck,
  };
  const first = judgeWheel(wheel, inspection, { native: searched });
  refuseDamaged(first);
  if (isCopied(first)) {
    if (!settings.pureIsFine)
      draft.warnings.push("there is no native code to repair: it is copied");
    return undefined;
  }
  refuseFamily(first);
  const provided = provideLibraries(
    first.native.graph,
    providers,
    first.native.model.wheel.requires,
  );
  const native = { ...searched, exclude: [...settings.exclude, ...provided.names] };
  const judgement = provided.names.length === 0 ? first : judgeWheel(wheel, inspection, { native });
  if (settings.ifNeeded && nothingWrong(judgement)) return undefined;
  const linux = await repairLinux(
    {
      draft,
      wheel,
      judgement,
      roots: sysroot === undefined ? [host] : [host, sysroot],
      providerFolders: provided.folders,
      beside: join(wheelDir, wheel.file),
      dryRun,
      indexMember: (span) => engine.indexMember(path, source, span),
    },
    settings.linux,
  );
  await engine.rest();
  return { linux, before: inspection, judged: judgement, native };
}

/** Pure wheels, and those for iOS, whose libraries are frameworks that Xcode sees to. */
function isCopied({ native: { verdict } }: Judgement): boolean {
  if (verdict.family === "ios") return true;
  return verdict.supported === "any" && verdict.claimed.includes("any");
}

function refuseFamily({ native: { verdict, model } }: Judgement): void {
  const { family, supported, claimed } = verdict;
  if (supported === "any") {
    throw new RefusalError(
      "TAG001",
      `the wheel is tagged \`${printable(claimed.join("."))}\`, but there is no native code in it`,
      "if that is right, `wheelkit tags --platform-tag any` says so; else the build went wrong",
    );
  }
  if (model.identity.family !== null) return;
  const [opaque] = model.binaries.filter(({ format }) => format !== "elf");
  if (opaque !== undefined && !isForeign(family)) {
    throw new RefusalError(
      "TAG003",
      `the wheel is tagged \`${printable(claimed.join("."))}\`, but \`${printable(opaque.path)}\` is no file for Linux`,
      "`wheelkit audit` says what does not fit",
    );
  }
  if (isForeign(family)) {
    throw new RefusalError(
      "TAG003",
      `wheels for ${family} can't be repaired yet`,
      "this version of wheelkit repairs wheels for Linux and Android",
    );
  }
}

function isForeign(family: string): boolean {
  return family === "macos" || family === "windows" || family === "pyemscripten";
}

/** Why a wheel with this finding is not touched, and what to do about it. */
const GRAVE: Readonly<Record<string, string>> = {
  ZIP006: "",
  ZIP008: "",
  ZIP023: "",
  ZIP024: "",
  ZIP025: "",
  ZIP031: "",
  ZIP032:
    "`wheelkit links import` puts links into the LINKS record, `wheelkit links materialize` then makes files of them",
  REC008: "the file was changed after RECORD was written: build the wheel again",
};

/** A damaged member would be damaged in the result too, or worse: patched. */
function refuseDamaged({ problems }: Judgement): void {
  const grave = problems.find(
    ({ code, level }) => Object.hasOwn(GRAVE, code) && (level === undefined || level === "error"),
  );
  if (grave === undefined) return;
  throw new RefusalError(
    grave.code,
    `${grave.path === undefined ? "" : `\`${grave.path}\`: `}${grave.message}`,
    GRAVE[grave.code] || "build the wheel again; `wheelkit audit` says everything that is wrong",
  );
}

function nothingWrong({ problems, native }: Judgement): boolean {
  const { verdict, external } = native;
  const bare = verdict.claimed.every((tag) => tag.startsWith("linux_") || tag === "any");
  const findings = toFindings(problems).filter(({ level }) => level === "error");
  return verdict.truthful === true && external.length === 0 && !bare && findings.length === 0;
}
