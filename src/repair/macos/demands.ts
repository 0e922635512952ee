/** What the user demands of the result: processors that every file must have, and the oldest system. */
import { compareText, printable } from "../../bytes.ts";
import { RefusalError, UsageError } from "../../errors.ts";
import { parseArchs } from "../../policy/macos/archs.ts";
import type { SystemVersion } from "../../policy/macos/version.ts";
import { parseSystemVersion } from "../../policy/macos/version.ts";
import type { RepairSettings } from "../settings.ts";
import type { RepairedSlice } from "./tags.ts";

/** @throws UsageError for what names no version. */
export function targetOf({
  macosTarget,
}: Pick<RepairSettings, "macosTarget">): SystemVersion | undefined {
  if (macosTarget === undefined || macosTarget === "") return undefined;
  const version = parseSystemVersion(macosTarget);
  if (version !== undefined) return version;
  throw new UsageError(
    `the target macOS \`${printable(macosTarget)}\` is not a version`,
    "`--require-target-macos-version` and MACOSX_DEPLOYMENT_TARGET take one such as `11.0`",
  );
}

/** @throws RefusalError with the first file that lacks one. */
export function refuseMissingArchs(
  { requireArchs }: Pick<RepairSettings, "requireArchs">,
  slices: readonly RepairedSlice[],
): void {
  const required = parseArchs(requireArchs ?? "");
  const archs = new Map<string, Set<string>>();
  for (const { path, slice } of slices) {
    const known = archs.get(path);
    if (known === undefined) archs.set(path, new Set([slice.arch]));
    else known.add(slice.arch);
  }
  const lacking = [...archs]
    .map(([path, present]) => ({ path, missing: required.filter((arch) => !present.has(arch)) }))
    .filter(({ missing }) => missing.length > 0)
    .sort((a, b) => compareText(a.path, b.path));
  const [first] = lacking;
  if (first === undefined) return;
  const { path, missing } = first;
  const word = missing.length === 1 ? "arch" : "archs";
  const more = lacking.length > 1 ? `, and ${lacking.length - 1} more files lack some` : "";
  throw new RefusalError(
    "TAG002",
    `required ${word} ${missing.join(", ")} missing from \`${path}\`${more}`,
    "build every file for all required architectures, or leave `--require-archs` out",
  );
}
