/** Where libraries outside the wheel are looked for, and which of them don't count. */
import hostRules from "node:path";
import type { Command } from "commander";
import type { Wish } from "../audit/had-effect.ts";
import type { NativeOptions } from "../audit/options.ts";
import { DEFAULT_NATIVE_OPTIONS } from "../audit/options.ts";
import { printable } from "../bytes.ts";
import { UsageError } from "../errors.ts";
import type { PathRules } from "../node/host-path.ts";
import { listedFolders, listedNames } from "../node/host-path.ts";
import type { Io } from "../node/io.ts";
import type { Options } from "./command.ts";
import type { Config } from "./config.ts";
import { collect, listOption, textOption } from "./options.ts";
import { exclusions } from "./wishes.ts";

export function addSearchOptions(command: Command): void {
  command
    .optionsGroup("Libraries outside the wheel:")
    .option("--exclude <glob>", "ignore this library; may repeat", collect)
    .option("--ldpaths <dirs>", "where libraries are looked for first", collect)
    .option("--sysroot <dir>", "take the loader's settings and folders from this root")
    .option("--disable-isa-ext-check", "ignore declared instruction-set requirements");
}

/** `--exclude`, else the settings'. */
export function excludedLibraries(options: Options, config: Config): readonly Wish[] {
  return exclusions(options, config, (text) => listedNames([text]));
}

/**
 * Without `--ldpaths` and `--sysroot` nothing outside the wheel is looked at, so that the verdict
 * is the same on every host.
 *
 * @throws UsageError when `--sysroot` names no folder.
 */
export async function nativeOptions(
  options: Options,
  config: Config,
  io: Io,
  rules: PathRules = hostRules,
): Promise<NativeOptions> {
  const ldpaths = listedFolders(
    given(listOption(options, "ldpaths")) ?? config.ldpaths ?? [],
    rules,
  );
  const sysroot = textOption(options, "sysroot");
  const plain: NativeOptions = {
    ...DEFAULT_NATIVE_OPTIONS,
    exclude: excludedLibraries(options, config).map(({ pattern }) => pattern),
    ldpaths,
    isaCheck: options.disableIsaExtCheck !== true,
  };
  if (ldpaths.length === 0 && sysroot === undefined) return plain;
  const [{ statSync }, { openRoot }] = await Promise.all([
    import("node:fs"),
    import("../node/root-files.ts"),
  ]);
  if (sysroot !== undefined && !statSync(sysroot, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`\`--sysroot\`: there is no folder \`${sysroot}\``);
  }
  for (const folder of ldpaths) {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) continue;
    io.err(`warning: \`--ldpaths\`: there is no folder \`${printable(folder)}\`\n`);
  }
  return {
    ...plain,
    ...(ldpaths.length === 0 ? {} : { host: openRoot("/") }),
    ...(sysroot === undefined
      ? {}
      : {
          sysroot: openRoot(sysroot),
          // Of that root, whatever separates lists on this host.
          libraryPath: split([io.env.LD_LIBRARY_PATH ?? ""], /[:;]/),
        }),
  };
}

function given(list: readonly string[]): readonly string[] | undefined {
  return list.length === 0 ? undefined : list;
}

function split(list: readonly string[], separator: string | RegExp): readonly string[] {
  return list.flatMap((text) => text.split(separator)).filter((part) => part !== "");
}
