/** The calls that write and compare wheels, for library users: paths in, results as data out. */
import { availableParallelism } from "node:os";
import type { Edit } from "../edit/apply.ts";
import { checkValues } from "../edit/check-values.ts";
import { diffWheels as diffOpenWheels } from "../edit/diff.ts";
import type { WheelDiff } from "../edit/wheel-diff.ts";
import type { RepairSettings } from "../repair/settings.ts";
import { DEFAULT_REPAIR_SETTINGS } from "../repair/settings.ts";
import { dosTimeOf } from "../zip/dos-time.ts";
import { editFile, repairFile } from "./change-wheel.ts";
import type { NodeEngine } from "./engine.ts";
import { absolutePath } from "./host-path.ts";
import { openSide } from "./open-side.ts";
import { openProviders, openRoots } from "./repair-roots.ts";
import type { RewriteOptions, Rewritten } from "./rewrite-wheel.ts";

export interface WriteOptions {
  /** Folder of the result; default `wheelhouse`. */
  readonly wheelDir?: string;
  /** Plans and checks everything, and writes nothing. */
  readonly dryRun?: boolean;
  /** Seconds since 1970 that new and changed members get; default: the newest time in the wheel. */
  readonly sourceDateEpoch?: number;
  /** Gives the result its reproducible form. */
  readonly canonical?: boolean;
}

export interface RepairOptions extends WriteOptions, Partial<RepairSettings> {
  /**
   * The root whose loader configuration and default folders count; default: this host's where it runs
   * Linux. `null`: only the folders in `ldpaths`.
   */
  readonly sysroot?: string | null;
  /** Wheels, or names of projects, that provide libraries at run time. */
  readonly providedBy?: readonly string[];
  /** 0-9, of changed members; default 6. */
  readonly level?: number;
  /** Files that are changed at once; default: the cores this process may use. */
  readonly jobs?: number;
}

export interface EditOptions extends WriteOptions {
  /** The result takes the input's place, whatever `wheelDir` says. */
  readonly inPlace?: boolean;
}

/**
 * Makes the wheel at `path` self-contained and truthfully tagged, and writes the result to
 * `wheelDir`. The input stays as it is; a wheel without native code is copied.
 *
 * ```ts
 * const { path, repair } = await repairWheel("dist/demo-1.0-cp312-cp312-linux_x86_64.whl", engine, {
 *   plat: "manylinux_2_34_x86_64",
 *   ldpaths: ["build/lib"],
 * });
 * console.log(path, repair?.grafted.map(({ name }) => name));
 * ```
 *
 * @throws RefusalError when the wheel can't be repaired, UsageError for options that make no sense;
 *   then nothing was written.
 */
export async function repairWheel(
  path: string,
  engine: NodeEngine,
  options: RepairOptions = {},
): Promise<Rewritten> {
  const { level, jobs = availableParallelism(), canonical = false, providedBy = [] } = options;
  const host = process.platform === "linux" ? "/" : null;
  const { sysroot = host } = options;
  return await repairFile(path, {
    engine,
    settings: {
      ...DEFAULT_REPAIR_SETTINGS,
      ...options,
      ldpaths: (options.ldpaths ?? []).map((folder) => absolutePath(folder)),
    },
    providers: await openProviders(providedBy, engine),
    roots: openRoots(sysroot ?? undefined),
    write: writeOptions(options, false),
    // What an earlier build compressed is not the same in every build.
    packing: { level: level ?? 6, splices: level === undefined && !canonical, jobs },
    canonical,
  });
}

/**
 * Applies edits in their order, all or none: what no edit touches keeps its bytes.
 *
 * ```ts
 * const { output, metadata } = await editWheel(
 *   "dist/demo-1.0-py3-none-any.whl",
 *   [{ kind: "post" }, { kind: "requires", action: "constrain", requirement: "numpy<2.3" }],
 *   { wheelDir: "fixed" },
 * );
 * console.log(output, metadata.map(({ field, added }) => `${field}: ${added.join(", ")}`));
 * ```
 *
 * @throws RefusalError when the result would break a rule; then nothing was written.
 */
export async function editWheel(
  path: string,
  edits: readonly Edit[],
  options: EditOptions = {},
): Promise<Rewritten> {
  for (const edit of edits) checkValues(edit);
  const { canonical = false, inPlace = false } = options;
  return await editFile(path, edits, { write: writeOptions(options, inPlace), canonical });
}

/**
 * What differs between two wheels, and what usually causes that.
 *
 * ```ts
 * const diff = await diffWheels("old/demo-1.0-py3-none-any.whl", "new/demo-1.0-py3-none-any.whl");
 * console.log(diff.identical, diff.members.map(({ path }) => path), diff.causes);
 * ```
 *
 * @throws UsageError for a folder, FormatError for what is no readable archive, the system's error for
 *   what can't be opened.
 */
export async function diffWheels(a: string, b: string): Promise<WheelDiff> {
  const before = openSide(a);
  try {
    const after = openSide(b);
    try {
      return await diffOpenWheels(before, after);
    } finally {
      after.close();
    }
  } finally {
    before.close();
  }
}

function writeOptions(
  { wheelDir = "wheelhouse", dryRun = false, sourceDateEpoch }: WriteOptions,
  inPlace: boolean,
): RewriteOptions {
  return {
    wheelDir,
    inPlace,
    dryRun,
    time: sourceDateEpoch === undefined ? undefined : dosTimeOf(sourceDateEpoch),
    remove: false,
    written: new Map(),
  };
}
