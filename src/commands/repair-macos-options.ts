/** Options of `repair` for macOS wheels, as delocate has them. */
import type { Command } from "commander";
import { absolutePath, listedFolders } from "../node/host-path.ts";
import type { Io } from "../node/io.ts";
import type { RepairSettings } from "../repair/settings.ts";
import type { GivenOption, Options } from "./command.ts";
import { commonOptions, flagOption, textOption } from "./options.ts";

export function addMacosOptions(command: Command): void {
  command
    .optionsGroup("macOS:")
    .option("--require-archs <archs>", "every file has these: universal2, intel, or a list")
    .option(
      "--require-target-macos-version <version>",
      "the oldest macOS that must run it (default: MACOSX_DEPLOYMENT_TARGET)",
    )
    .option("--ignore-missing-dependencies", "only warn of libraries that are not found")
    .option("--no-sanitize-rpaths", "keep run paths that lead out of the wheel")
    .option("--executable-path <dir>", "what @executable_path stands for");
  for (const flags of ["-k, --check-archs", "-d, --dylibs-only", "--sanitize-rpaths"]) {
    command.addOption(command.createOption(flags).hideHelp());
  }
}

export function readMacosSettings(
  options: Options,
  { env }: Pick<Io, "env">,
): Pick<
  RepairSettings,
  | "requireArchs"
  | "macosTarget"
  | "ignoresMissing"
  | "sanitizesRunPaths"
  | "executablePath"
  | "dyldPath"
  | "dyldFallbackPath"
> {
  const executablePath = textOption(options, "executablePath");
  return {
    requireArchs: textOption(options, "requireArchs"),
    macosTarget: textOption(options, "requireTargetMacosVersion") ?? env.MACOSX_DEPLOYMENT_TARGET,
    ignoresMissing: flagOption(options, "ignoreMissingDependencies"),
    sanitizesRunPaths: options.sanitizeRpaths !== false,
    executablePath: executablePath === undefined ? undefined : absolutePath(executablePath),
    dyldPath: listedFolders([env.DYLD_LIBRARY_PATH ?? ""]),
    dyldFallbackPath: listedFolders([env.DYLD_FALLBACK_LIBRARY_PATH ?? ""]),
  };
}

/** Says of options that are always on what they would have asked for. */
export function tellOfDefaults(sequence: readonly GivenOption[], options: Options, io: Io): void {
  if (commonOptions(options).verbosity < 0) return;
  const given = new Set(sequence.map(({ name }) => name));
  if (given.has("check-archs"))
    io.err("note: `--check-archs`: architectures are always compared\n");
  if (given.has("dylibs-only")) io.err("note: `--dylibs-only`: files are found by their content\n");
}
