/** What a shrink gained, step by step, as data. */

import type { GpuChange } from "./device-plan.ts";
import type { DeviceRow } from "./inventory.ts";
import type { Bytes, FileReport, Shrunk } from "./shrink.ts";

export type StepName = "drop" | "strip" | "recompress-device-code" | "drop-device-code" | "repack";

export interface StepGain {
  readonly step: StepName;
  /** Bytes that it saved in the archive and installed. Of the archive, shares within one file are estimates. */
  readonly gained: Bytes;
  readonly files: number;
}

/** What more could be gained, and at which price. */
export interface Opportunity {
  readonly option: string;
  /** Bytes (stored) that it is about. */
  readonly bytes: number;
  readonly price: string;
}

export interface ShrinkReport {
  readonly file: string;
  readonly output: string;
  readonly before: Bytes;
  readonly after: Bytes;
  readonly steps: readonly StepGain[];
  readonly files: readonly FileReport[];
  /** GPUs that find other code than before: the worst of all files. */
  readonly gpus: readonly GpuChange[];
  readonly more: readonly Opportunity[];
}

export interface ReportInput {
  readonly file: string;
  readonly output: string;
  readonly before: Bytes;
  readonly after: Bytes;
  readonly shrunk: Shrunk;
  /** Bytes that deflating other members again gained. */
  readonly repacked: number;
}

export function shrinkReport(input: ReportInput): ShrinkReport {
  const { shrunk, repacked, ...names } = input;
  const { files } = shrunk;
  const steps = [
    gainOf("drop", files, (file) => (file.after === undefined ? file.before : NONE)),
    gainOf("strip", files, ({ stripped }) => stripped),
    gainOf("recompress-device-code", files, (file) => deviceShare(file, "recoded")),
    gainOf("drop-device-code", files, (file) => deviceShare(file, "dropped")),
    { step: "repack", gained: { packed: repacked, size: 0 }, files: 0 } as const,
  ];
  return {
    ...names,
    steps: steps.filter(({ gained }) => gained.packed > 0 || gained.size > 0),
    files,
    gpus: worstOf(files.flatMap(({ device }) => device?.gpus ?? [])),
    more: opportunities(files),
  };
}

const NONE: Bytes = { packed: 0, size: 0 };

function gainOf(
  step: StepName,
  files: readonly FileReport[],
  share: (file: FileReport) => Bytes,
): StepGain {
  let [packed, size, count] = [0, 0, 0];
  for (const file of files) {
    const gained = share(file);
    if (gained.packed <= 0 && gained.size <= 0) continue;
    packed += gained.packed;
    size += gained.size;
    count++;
  }
  return { step, gained: { packed, size }, files: count };
}

/** Device code hardly deflates, so what is left of a file's gain is shared by stored bytes. */
function deviceShare(file: FileReport, which: "recoded" | "dropped"): Bytes {
  const { before, after, stripped, device } = file;
  const all = (device?.recoded ?? 0) + (device?.dropped ?? 0);
  if (device === undefined || after === undefined || all <= 0) return NONE;
  const share = device[which] / all;
  const rest = {
    packed: before.packed - after.packed - stripped.packed,
    size: before.size - after.size - stripped.size,
  };
  return { packed: Math.round(rest.packed * share), size: Math.round(rest.size * share) };
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
  add(
    "--ptx newest",
    olderTexts(after),
    "GPUs between two versions of PTX compile for longer, or not at all",
  );
  add(
    "--keep-archs",
    after
      .filter(({ target }) => target.startsWith("sm_"))
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
  const newest = Math.max(0, ...texts.map(arch));
  return texts.filter((row) => arch(row) < newest).reduce((sum, { stored }) => sum + stored, 0);
}
