/** Options of `repair` that only Windows wheels have a use for: delvewheel's, and the layout. */
import type { Command } from "commander";
import { printable } from "../bytes.ts";
import { UsageError } from "../errors.ts";
import { listedNames } from "../node/host-path.ts";
import type { RepairSettings } from "../repair/settings.ts";
import type { Options } from "./command.ts";
import { choice, collect, flagOption, listOption, textOption } from "./options.ts";

type WindowsSettings = Pick<
  RepairSettings,
  "windowsLayout" | "namespaces" | "patch" | "programs" | "companions"
>;

const LAYOUTS = ["init", "adjacent"] as const;

export function addWindowsOptions(command: Command): void {
  command
    .optionsGroup("Windows:")
    .option(
      "--windows-layout <layout>",
      "init: `__init__.py` adds the folder of the DLLs; adjacent: copies beside the modules",
      choice("--windows-layout", LAYOUTS),
    )
    .option("--namespace-pkg <pkgs>", "packages that other projects fill too, with `;`", collect)
    .option("--custom-patch", "put the code where a line says `# delvewheel: patch`")
    .option("--no-patch-init", "change no Python file; copies beside the modules instead")
    .option("--analyze-existing-exes", "programs in the wheel get their DLLs too")
    .option("--include-symbols", "`.pdb` files come along with their DLLs")
    .option("--include-imports", "import libraries (`.lib`) come along with their DLLs");
}

/** @throws UsageError when options contradict each other. */
export function readWindowsOptions(options: Options): WindowsSettings {
  const namespaces = listedNames(listOption(options, "namespacePkg"));
  const custom = flagOption(options, "customPatch");
  if (custom && namespaces.length > 0) {
    throw new UsageError("`--namespace-pkg` and `--custom-patch` contradict each other");
  }
  if (custom && options.patchInit === false) {
    throw new UsageError("`--custom-patch` and `--no-patch-init` contradict each other");
  }
  const odd = namespaces.find((name) => !/^[^.\\/:*?"<>|]+(?:\.[^.\\/:*?"<>|]+)*$/.test(name));
  if (odd !== undefined) {
    throw new UsageError(
      `\`--namespace-pkg\`: \`${printable(odd)}\` is not the name of a package`,
      "packages are named as in an import, such as `azure.core`",
    );
  }
  const layout = LAYOUTS.find((each) => each === textOption(options, "windowsLayout"));
  return {
    windowsLayout: layout ?? "init",
    namespaces,
    patch: options.patchInit === false ? "none" : custom ? "custom" : "init",
    programs: flagOption(options, "analyzeExistingExes"),
    companions: {
      symbols: flagOption(options, "includeSymbols"),
      imports: flagOption(options, "includeImports"),
    },
  };
}
