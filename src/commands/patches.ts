/** `--patch`: which patches apply to which wheels, decided for all before any is written. */
import { basename } from "node:path";
import { decodeUtf8Lossy, printable } from "../bytes.ts";
import type { Patch } from "../edit/patch-file.ts";
import { RefusalError, UsageError } from "../errors.ts";
import { nodeCompression } from "../node/compression.ts";
import { openFile } from "../node/file.ts";
import { readRegular } from "../node/special-file.ts";
import { didYouMean } from "../suggest.ts";
import { findDistInfo } from "../wheel/dist-info.ts";
import { parseWheelFilename } from "../wheel/filename.ts";
import { normalizeName } from "../wheel/names.ts";
import { openWheel } from "../wheel/open.ts";
import { expandTags } from "../wheel/tag.ts";

export interface PatchPlan {
  /** By the wheel's path as given. */
  readonly patches: ReadonlyMap<string, readonly Patch[]>;
  /** Patched wheels get the next post-release unless a patch says another version. */
  readonly bump: boolean;
  /** One for each patch that no wheel matches. */
  readonly warnings: readonly string[];
}

export async function choosePatches(
  files: readonly string[],
  paths: readonly string[],
  options: { readonly allowUnmatched: boolean; readonly bump: boolean },
): Promise<PatchPlan> {
  const plan = new Map<string, readonly Patch[]>();
  if (files.length === 0) return { patches: plan, bump: options.bump, warnings: [] };
  const { failedCondition, readPatches } = await import("../edit/patch-file.ts");
  const patches = (
    await Promise.all(files.map(async (file) => readPatches(await readToml(file), file)))
  ).flat();
  const unmatched = new Set(patches);
  const names = new Set<string>();
  /** The wheel of the right name that a patch failed for, and by which condition. */
  const nearest = new Map<Patch, string>();
  for (const path of paths) {
    const { name } = parseWheelFilename(basename(path));
    if (name === undefined) continue;
    const subject = { ...name, tags: expandTags(name), metadata: metadataOf(path) };
    names.add(normalizeName(name.name));
    const matching: Patch[] = [];
    for (const patch of patches) {
      const failed = failedCondition(patch, subject);
      if (failed === undefined) {
        matching.push(patch);
        unmatched.delete(patch);
      } else if (failed !== "name") {
        nearest.set(patch, `its \`${failed}\` does not match \`${printable(basename(path))}\``);
      }
    }
    plan.set(path, matching);
  }
  const idle = [...unmatched].map((patch) => {
    const near = nearest.get(patch) ?? didYouMean(patch.name, names);
    const { number, name } = patch;
    return { which: `${number} (\`${name}\`)`, near: near === undefined ? "" : `; ${near}` };
  });
  const [first] = idle;
  if (first !== undefined && !options.allowUnmatched) {
    const near = idle.length === 1 ? first.near : "";
    throw new RefusalError(
      "EDT004",
      `no wheel matches patch ${idle.map(({ which }) => which).join(", ")}${near}; nothing was written`,
      "correct its conditions, or allow it with `--allow-unmatched`",
    );
  }
  const warnings = idle.map(({ which, near }) => `no wheel matches patch ${which}${near}`);
  return { patches: plan, bump: options.bump, warnings };
}

/** Bytes. */
const LARGEST_PATCH_FILE = 16 << 20;

async function readToml(file: string): Promise<unknown> {
  const { parse } = await import("smol-toml");
  const text = decodeUtf8Lossy(readRegular(file, LARGEST_PATCH_FILE));
  try {
    return parse(text);
  } catch (error) {
    const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new UsageError(`\`${file}\` is not a TOML: ${line}`);
  }
}

/** Empty where the wheel can't be read: it is refused later, by name. */
function metadataOf(path: string): Uint8Array {
  const source = openFile(path);
  try {
    const wheel = openWheel(source, basename(path), nodeCompression);
    const distInfo = findDistInfo(wheel.index.entries, wheel.file);
    return wheel.read(`${distInfo}/METADATA`) ?? new Uint8Array();
  } finally {
    source.close();
  }
}
