/** Options of `repair`: declared, read and checked here. */

import { statSync } from "node:fs";
import { availableParallelism } from "node:os";
import hostRules from "node:path";
import type { Command } from "commander";
import type { Wish } from "../audit/had-effect.ts";
import type { PlatformName } from "../audit/platform.ts";
import { printable } from "../bytes.ts";
import { UsageError } from "../errors.ts";
import type { PathRules } from "../node/host-path.ts";
import { isWindows, listedFolders, listedNames } from "../node/host-path.ts";
import type { Io } from "../node/io.ts";
import type { WorkshopOptions } from "../node/workshop.ts";
import { matchesAnyCase } from "../repair/had-effect.ts";
import { newestTag } from "../repair/platforms.ts";
import type { RepairSettings } from "../repair/settings.ts";
import type { PlatformTag } from "../wheel/platform-tag.ts";
import { parsePlatformTag } from "../wheel/platform-tag.ts";
import type { GivenOption, Options } from "./command.ts";
import type { Config } from "./config.ts";
import {
  collect,
  commonOptions,
  flagOption,
  integer,
  listOption,
  numberOption,
  textOption,
} from "./options.ts";
import { addMacosOptions, readMacosSettings, tellOfDefaults } from "./repair-macos-options.ts";
import { addWindowsOptions, readWindowsOptions } from "./windows-options.ts";
import { exclusions } from "./wishes.ts";

/** What the options of `repair` say. */
export interface RepairOptions {
  readonly settings: RepairSettings;
  /** Libraries to leave out, as they were given. */
  readonly exclude: readonly Wish[];
  /** Patterns of `--no-mangle`. */
  readonly keep: readonly string[];
  /** Wheels, or names of projects, that provide libraries at run time. */
  readonly providedBy: readonly string[];
  /** The root whose libraries count; `undefined`: only the folders that are given. */
  readonly sysroot: string | undefined;
  readonly packing: Pick<WorkshopOptions, "level" | "splices" | "jobs">;
}

export function addRepairOptions(command: Command): void {
  command
    .optionsGroup("Platform:")
    .option("--plat <tag>", "the platform to reach (default: AUDITWHEEL_PLAT, else auto)")
    .option("--only-plat", "use only this tag")
    .option("--no-update-tags", "keep the tags of the input")
    .option("--disable-isa-ext-check", "ignore declared instruction-set requirements")
    .option("--allow-pure-python-wheel", "do not warn about wheels without native code")
    .optionsGroup("Libraries:")
    .option(
      "-e, --exclude <glob>",
      "leave this library out, by name or real path; may repeat",
      collect,
    )
    .option(
      "--provided-by <wheel>",
      "this wheel, or project, provides libraries at run time; may repeat",
      collect,
    )
    .option(
      "--include <name>",
      "graft this library even if nothing links to it; it keeps its name",
      collect,
    )
    .option(
      "--bundle <names>",
      "graft these although the platform allows them, under names of their own",
      collect,
    )
    .option("--add-dll <names>", "the same as --include, several with `;`", collect)
    .option("--no-mangle <names>", "these keep their names, several with `;`", collect)
    .option("--no-dll <names>", "the same as --exclude, several with `;`", collect)
    .option("--no-mangle-all", "every grafted library keeps its name")
    .option("--ldpaths <dirs>", "search these folders first; may repeat", collect)
    .option("-l, --lib-path <dir>", "the same as --ldpaths", collect)
    .option("--add-path <dirs>", "the same as --ldpaths", collect)
    .option("--no-sys-paths", "search only those folders, not the system's")
    .option("--sysroot <dir>", "take the loader's settings and folders from this root")
    .option("-L, --lib-sdir <suffix>", "suffix of the folder for grafted libraries", ".libs")
    .option("--strip", "leave out symbols and debug data that are not needed to run")
    .option("--clear-execstack", "drop an executable stack");
  addMacosOptions(command);
  addWindowsOptions(command);
  command
    .optionsGroup("Writing:")
    .option("--no-sbom", "no bill of materials of the grafted libraries")
    .option("--if-needed", "copy byte for byte when nothing is wrong")
    .option(
      "-z, --zip-compression-level <level>",
      "compression level (0-9) for changed members",
      integer("--zip-compression-level", 0, 9),
    );
  for (const { flags } of WITHOUT_EFFECT) {
    command.addOption(command.createOption(flags).hideHelp());
  }
}

/** Options that only wheels of one platform have a use for. One command may serve all platforms of a build. */
const PLATFORM_OPTIONS: Readonly<Record<string, PlatformName>> = {
  "require-archs": "macos",
  "require-target-macos-version": "macos",
  "ignore-missing-dependencies": "macos",
  "sanitize-rpaths": "macos",
  "no-sanitize-rpaths": "macos",
  "executable-path": "macos",
  "windows-layout": "windows",
  "namespace-pkg": "windows",
  "custom-patch": "windows",
  "no-patch-init": "windows",
  "analyze-existing-exes": "windows",
  "include-symbols": "windows",
  "include-imports": "windows",
};

/** Options of the peers that ask for what is always done, or for nothing. */
const WITHOUT_EFFECT: readonly {
  readonly flags: string;
  /** Why there is nothing to ask for. */
  readonly always?: string;
}[] = [
  { flags: "--patcher <name>" },
  { flags: "--with-mangle", always: "DLLs in the wheel are found in any case" },
  { flags: "--ignore-existing", always: "DLLs in the wheel are found in any case" },
  { flags: "--analyze-existing", always: "DLLs in the wheel are found in any case" },
  { flags: "--ignore-in-wheel", always: "DLLs in the wheel are found in any case" },
  { flags: "--no-diagnostic", always: "no arguments are written into the wheel" },
];

/**
 * @param sequence the options as they were given.
 * @param rules of this host's paths; tests hand in those of Windows.
 * @throws UsageError for what is no value, or a platform that can't be repaired yet.
 */
export function readSettings(
  options: Options,
  sequence: readonly GivenOption[],
  config: Config,
  io: Io,
  rules: PathRules = hostRules,
): RepairOptions {
  warnOfIdle(sequence, options, io);
  tellOfDefaults(sequence, options, io);
  const { env } = io;
  const sysroot = searchRoot(options, rules);
  const given = [
    ...listOption(options, "ldpaths"),
    ...listOption(options, "libPath"),
    ...listOption(options, "addPath"),
  ];
  const ldpaths = listedFolders(given.length > 0 ? given : (config.ldpaths ?? []), rules);
  const peers = listedFolders([env.AUDITWHEEL_LD_LIBRARY_PATH ?? ""], rules);
  const onHost = sysroot === "/";
  // As in auditwheel, folders that are given take the place of LD_LIBRARY_PATH, which is the host's.
  const own = ldpaths.length === 0 ? listedFolders([env.LD_LIBRARY_PATH ?? ""], rules) : [];
  for (const folder of ldpaths) {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) continue;
    if (commonOptions(options).verbosity >= -1) {
      io.err(`warning: there is no folder \`${printable(folder)}\` to look for libraries in\n`);
    }
  }
  const exclude = exclusions(options, config, (text) => listedNames([text], rules), [
    "exclude",
    "dll",
  ]);
  const open = exclude.find(({ pattern }) => /\[[^\]]*$/.test(pattern));
  if (open !== undefined) {
    throw new UsageError(`\`${printable(open.spelled)}\` has a \`[\` without its \`]\``);
  }
  // A level that is asked for is one for the whole member.
  const level = numberOption(options, "zipCompressionLevel") ?? levelOf(env);
  return {
    settings: {
      plat: platform(options, env),
      onlyPlat: flagOption(options, "onlyPlat"),
      updateTags: options.updateTags !== false,
      libSuffix: sequence.some(({ name }) => name === "lib-sdir")
        ? librarySuffix(options)
        : undefined,
      include: included(options),
      bundle: listedNames(listOption(options, "bundle")),
      keepsName: namesToKeep(options),
      strip: flagOption(options, "strip"),
      clearExecstack: flagOption(options, "clearExecstack"),
      isaCheck: !flagOption(options, "disableIsaExtCheck"),
      sbom: options.sbom !== false,
      ...readMacosSettings(options, io),
      exclude: exclude.map(({ pattern }) => pattern),
      ldpaths: [...(onHost ? [] : peers), ...ldpaths, ...hostFolders(options, env, rules)],
      libraryPath: onHost ? [...peers, ...own] : [],
      ifNeeded: flagOption(options, "ifNeeded"),
      pureIsFine: flagOption(options, "allowPurePythonWheel"),
      asked: asked(sequence),
      ...readWindowsOptions(options),
    },
    exclude,
    keep: listedNames(listOption(options, "mangle")),
    providedBy: listOption(options, "providedBy"),
    sysroot,
    packing: {
      level: level ?? DEFAULT_LEVEL,
      // What an earlier build compressed is not the same in every build.
      splices: level === undefined && !flagOption(options, "canonical"),
      jobs: numberOption(options, "jobs") ?? availableParallelism(),
    },
  };
}

function asked(sequence: readonly GivenOption[]): RepairSettings["asked"] {
  return sequence.flatMap(({ name }) => {
    const platform = PLATFORM_OPTIONS[name];
    return platform === undefined ? [] : [{ flag: `--${name}`, platform }];
  });
}

function warnOfIdle(sequence: readonly GivenOption[], options: Options, io: Io): void {
  if (commonOptions(options).verbosity < -1) return;
  for (const { flags, always } of WITHOUT_EFFECT) {
    const [flag = ""] = flags.split(" ");
    if (!sequence.some(({ name }) => `--${name}` === flag)) continue;
    if (always !== undefined) {
      io.err(`warning: \`${flag}\` does nothing: ${always}\n`);
      continue;
    }
    io.err(`warning: \`${flag}\` does nothing: wheelkit patches files itself\n`);
  }
}

/** The root whose libraries count; `undefined`: none but the folders that are given. */
function searchRoot(options: Options, rules: PathRules): string | undefined {
  const sysroot = textOption(options, "sysroot");
  if (options.sysPaths === false) {
    if (sysroot === undefined) return undefined;
    throw new UsageError("`--sysroot` and `--no-sys-paths` contradict each other");
  }
  // Elsewhere there is no place where absolute names could lead.
  if (sysroot === undefined) return isWindows(rules) ? undefined : "/";
  return rules.resolve(sysroot);
}

/** A Windows host has its DLLs wherever PATH leads. */
function hostFolders({ sysPaths }: Options, env: Io["env"], rules: PathRules): readonly string[] {
  // Windows itself compares the names of variables without regard to case.
  const name = Object.keys(env).find((each) => each.toUpperCase() === "PATH") ?? "PATH";
  return isWindows(rules) && sysPaths !== false ? listedFolders([env[name] ?? ""], rules) : [];
}

function included(options: Options): readonly string[] {
  const given = listedNames([...listOption(options, "include"), ...listOption(options, "addDll")]);
  const path = given.find((name) => /[\\/]/.test(name));
  if (path === undefined) return [...new Set(given)];
  throw new UsageError(
    `\`${printable(path)}\` is a path; \`--include\` takes the name that the code opens`,
    "say where the library is with `--ldpaths DIR`",
  );
}

function namesToKeep(options: Options): (name: string) => boolean {
  if (options.mangleAll === false) return () => true;
  const kept = listedNames(listOption(options, "mangle"));
  return (name) => kept.some((pattern) => matchesAnyCase(name, pattern));
}

function platform(options: Options, env: Io["env"]): string {
  const given = textOption(options, "plat");
  const plat = given ?? nonEmpty(env.AUDITWHEEL_PLAT) ?? "auto";
  if (plat === "auto") return plat;
  const what = given === undefined ? "AUDITWHEEL_PLAT" : "`--plat`";
  const parsed = parsePlatformTag(plat);
  switch (parsed.kind) {
    case "manylinux":
    case "musllinux":
      refuseUnknownPolicy(parsed, plat, what);
      return plat;
    case "android":
      return plat;
    case "win":
      return plat;
    case "macosx":
    case "ios":
      return plat;
    case "linux":
      throw new UsageError(
        `${what}: \`${printable(plat)}\` promises nothing, so there is nothing to reach`,
        "to keep the tags of the input, say `--no-update-tags`",
      );
    default:
      throw new UsageError(
        `${what}: \`${printable(plat)}\` is not a platform tag`,
        missingArch(plat) ?? "it takes `auto` or a tag such as `manylinux_2_28_x86_64`",
      );
  }
}

/** `manylinux2014`: it lacks the architecture. */
function missingArch(plat: string): string | undefined {
  const { kind } = parsePlatformTag(`${plat}_x86_64`);
  return kind === "manylinux" || kind === "musllinux" || kind === "android"
    ? `did you mean \`${plat}_x86_64\`?`
    : undefined;
}

/** A promise that nobody has looked into can't be kept. */
function refuseUnknownPolicy(
  tag: Extract<PlatformTag, { kind: "manylinux" | "musllinux" }>,
  plat: string,
  what: string,
): void {
  const text = newestTag(tag);
  const newest = text === undefined ? undefined : parsePlatformTag(text);
  if (newest?.kind !== tag.kind) return;
  if (tag.major < newest.major || (tag.major === newest.major && tag.minor <= newest.minor)) return;
  throw new UsageError(
    `${what}: \`${printable(plat)}\` is newer than every policy that wheelkit knows`,
    `the newest is \`${text}\``,
  );
}

function librarySuffix(options: Options): string {
  const suffix = textOption(options, "libSdir") ?? ".libs";
  // Inside a package of a macOS wheel it may have several parts.
  if (suffix.split("/").every((part) => /^[A-Za-z0-9._-]*[A-Za-z0-9_-]$/.test(part))) return suffix;
  throw new UsageError(
    `\`${printable(suffix)}\` can't be the end of a folder's name`,
    "`--lib-sdir` is a suffix such as `.libs`, or for macOS a folder such as `.dylibs`",
  );
}

/** zlib's own. */
const DEFAULT_LEVEL = 6;

function levelOf(env: Io["env"]): number | undefined {
  const text = nonEmpty(env.AUDITWHEEL_ZIP_COMPRESSION_LEVEL);
  if (text === undefined) return undefined;
  if (/^[0-9]$/.test(text)) return Number(text);
  throw new UsageError(
    `AUDITWHEEL_ZIP_COMPRESSION_LEVEL is \`${printable(text)}\`, which is not a level`,
    "levels go from 0 to 9",
  );
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : text;
}
