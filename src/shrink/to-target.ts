/** Shrinks a wheel as far as it must be, by the gentlest steps. */
import { RefusalError } from "../errors.ts";
import type { Rung } from "./budget.ts";
import { dearRungs, gentleRungs } from "./budget.ts";
import type { ShrinkSettings } from "./settings.ts";
import type { ShrinkInput, Shrunk } from "./shrink.ts";
import { shrinkWheel } from "./shrink.ts";

export interface SizeTarget {
  readonly settings: ShrinkSettings;
  /** Bytes of the archive; `undefined`: the steps as they are. */
  readonly targetSize: number | undefined;
}

/** @throws RefusalError (`shrink-target`) when no steps reach it. */
export async function shrinkToTarget(
  input: ShrinkInput,
  { settings, targetSize }: SizeTarget,
): Promise<Shrunk> {
  if (targetSize === undefined) return await shrinkWheel(input, settings);
  const before = input.wheel.source.size;
  let smallest = before;
  let last: Shrunk | undefined;
  const attempt = async ({ options, settings: wanted }: Rung): Promise<Shrunk | undefined> => {
    const shrunk = await shrinkWheel(input, wanted);
    last = shrunk;
    const size = before - gainOf(shrunk);
    smallest = Math.min(smallest, size);
    if (size > targetSize) return undefined;
    return { ...shrunk, notes: [...shrunk.notes, `reached with ${options}`] };
  };
  for (const rung of gentleRungs(settings)) {
    const done = await attempt(rung);
    if (done !== undefined) return done;
  }
  const devices = last?.files.flatMap(({ device }) => device ?? []) ?? [];
  for (const rung of dearRungs(settings, devices)) {
    const done = await unlessLost(() => attempt(rung));
    if (done !== undefined) return done;
  }
  throw new RefusalError(
    "shrink-target",
    `no steps reach ${targetSize} bytes: the smallest is ${smallest} bytes, from ${before}`,
    "choose GPUs with `--keep-archs`, or leave out files with `--drop`",
  );
}

/** `undefined`: a GPU that only later steps give up would find no code. */
async function unlessLost(attempt: () => Promise<Shrunk | undefined>): Promise<Shrunk | undefined> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof RefusalError && error.code === "shrink-gpu-lost") return undefined;
    throw error;
  }
}

function gainOf({ files }: Shrunk): number {
  return files.reduce((sum, { before, after }) => sum + before.packed - (after?.packed ?? 0), 0);
}
