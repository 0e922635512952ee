/** What a shrink gained, step by step, as data. */

import type { GpuChange } from "./device-plan.ts";
import type { Bytes, Gain, StepName } from "./gains.ts";
import { totalOf } from "./gains.ts";
import type { DeviceRow } from "./inventory.ts";
import type { FileReport, Shrunk } from "./shrink.ts";

export interface StepGain extends Gain {
  /** Files that it made smaller; 0: it is not told. */
  readonly files: number;
}

/** What more could be gained, and at which price. */
export interface Opportunity {
  readonly option: string;
  /** Bytes (stored) that it is about. */
  readonly bytes: number;
  readonly price: string;
}

export interface ShrinkSizes {
  readonly before: Bytes;
  readonly after: Bytes;
}

export interface ShrinkReport extends ShrinkSizes {
  readonly file: string;
  readonly output: string;
  /** Where the result is; none in a dry run. */
  readonly path?: string;
  readonly steps: readonly StepGain[];
  readonly files: readonly FileReport[];
  /** GPUs that find other code than before: the worst of all files. */
  readonly gpus: readonly GpuChange[];
  readonly more: readonly Opportunity[];
  /** What whoever asked for it should know. */
  readonly warnings: readonly string[];
}

export interface ReportInput {
  readonly file: string;
  readonly output: string;
  readonly path?: string;
  readonly sizes: ShrinkSizes;
  readonly shrunk: Shrunk;
  /** Bytes that deflating other members again gained. */
  readonly repacked: number;
  readonly warnings: readonly string[];
}

export function shrinkReport(input: ReportInput): ShrinkReport {
  const { file, output, path, sizes, shrunk, repacked, warnings } = input;
  const { files } = shrunk;
  const steps = [
    ...STEPS.map((step) => gainOf(step, files)),
    { step: "repack", gained: { packed: repacked, size: 0 }, files: 0 } as const,
  ];
  return {
    file,
    output,
    ...(path === undefined ? {} : { path }),
    ...sizes,
    steps: steps.filter(({ gained }) => gained.packed > 0 || gained.size > 0),
    files,
    gpus: worstOf(files.flatMap(({ device }) => device?.gpus ?? [])),
    more: opportunities(files),
    warnings,
  };
}

/** In the order in which they are told: what leaves something out comes last. */
const STEPS: readonly StepName[] = [
  "strip",
  "recompress-device-code",
  "strip-device-debug",
  "drop-archs",
  "ptx",
  "drop-linked-duplicates",
  "thin",
  "dedupe",
  "drop",
];

function gainOf(step: StepName, files: readonly FileReport[]): StepGain {
  const gains = files.flatMap((file) => file.gains.filter((gain) => gain.step === step));
  const gained = totalOf(gains.map((gain) => gain.gained));
  return { step, gained, files: gains.length };
}

const RANK = ["none", "jit", "same-major", "native"] as const;

function worstOf(changes: readonly GpuChange[]): readonly GpuChange[] {
  const worst = new Map<number, GpuChange>();
  for (const change of changes) {
    const known = worst.get(change.gpu);
    if (known === undefined || RANK.indexOf(change.after) < RANK.indexOf(known.after)) {
      worst.set(change.gpu, change);
    }
  }
  return [...worst.values()].sort((a, b) => a.gpu - b.gpu);
}

function opportunities(files: readonly FileReport[]): readonly Opportunity[] {
  const more: Opportunity[] = [];
  const sum = (of: (file: FileReport) => number): number =>
    files.reduce((total, file) => total + of(file), 0);
  const add = (option: string, bytes: number, price: string): void => {
    if (bytes > 0) more.push({ option, bytes, price });
  };
  add(
    "--min-driver 550",
    sum(({ device }) => device?.waiting ?? 0),
    "drivers before 550.54.14 (CUDA 12.4) can't run it any more",
  );
  const after = files.flatMap(({ device }) => device?.after ?? []);
  const chosen = files.some(({ gains }) => gains.some(({ step }) => step === "drop-archs"));
  add(
    "--ptx newest",
    olderTexts(after),
    "GPUs between two versions of PTX compile for longer, or not at all",
  );
  add(
    "--keep-archs",
    after
      .filter(({ target }) => !chosen && target.startsWith("sm_"))
      .reduce((total, row) => total + row.stored, 0),
    "only the GPUs that are named find code made for them",
  );
  add(
    "--drop-linked-duplicates",
    sum(({ device }) => device?.linkedTwice ?? 0),
    "device code can't be linked to it at run time",
  );
  return more;
}

function olderTexts(rows: readonly DeviceRow[]): number {
  const texts = rows.filter(({ target }) => target.startsWith("compute_"));
  const arch = ({ target }: DeviceRow): number => Number.parseInt(target.slice(8), 10);
  const newest = texts.reduce((most, row) => Math.max(most, arch(row)), 0);
  return texts.filter((row) => arch(row) < newest).reduce((sum, { stored }) => sum + stored, 0);
}
