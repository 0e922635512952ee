/** Which entries of a library's device code stay, and by which methods they may be stored. */
import { FLAG } from "../device-code/constants.ts";
import type { DeviceContainer } from "../device-code/container.ts";
import type { DeviceEntry } from "../device-code/entry.ts";
import { targetName } from "../device-code/entry.ts";
import { chosenEntry, FUTURE_GPU, KNOWN_GPUS, supportOf } from "../device-code/selection.ts";
import { RefusalError } from "../errors.ts";
import type { DeviceSettings } from "./settings.ts";

/** The first driver that reads zstd: 550.54.14, of CUDA 12.4. */
export const ZSTD_DRIVER = 550;
/** PTX of this version (of CUDA 12.4) no older driver compiles, so zstd asks nothing more of it. */
const ZSTD_PTX = 84;
/** The first GPUs whose drivers all read zstd. */
const ZSTD_ARCH = 100;

/** The entries of a container that stay, in their order. Never empty for a container with entries. */
export function keptEntries(
  container: DeviceContainer,
  settings: DeviceSettings,
): readonly DeviceEntry[] {
  const { entries } = container;
  const { keepArchs, dropArchs, ptx } = settings;
  if (keepArchs === undefined && dropArchs.length === 0 && ptx === "all") return entries;
  // What only its own tools understand is not judged.
  if (entries.some(({ kind, codec }) => kind === "other" || codec === "unknown")) return entries;
  const kept = new Set<DeviceEntry>();
  const texts = entries.filter(({ kind }) => kind === "ptx");
  for (const entry of entries) {
    if (entry.kind === "nvvm") kept.add(entry);
    if (entry.kind === "sass" && keepArchs === undefined && !dropArchs.includes(entry.arch)) {
      kept.add(entry);
    }
  }
  for (const entry of keptTexts(texts, ptx)) kept.add(entry);
  for (const gpu of keepArchs ?? []) {
    const chosen = chosenEntry(entries, gpu);
    if (chosen !== undefined && (chosen.kind === "sass" || ptx !== "none")) kept.add(chosen);
  }
  // Drivers look at a container without entries as at a damaged one.
  const result = entries.filter((entry) => kept.has(entry));
  return result.length === 0 ? entries.slice(-1) : result;
}

function keptTexts(
  texts: readonly DeviceEntry[],
  ptx: DeviceSettings["ptx"],
): readonly DeviceEntry[] {
  if (ptx === "all") return texts;
  if (ptx === "none") return [];
  // What runs on one GPU or one family alone says nothing of those to come.
  const general = texts.filter(({ suffix }) => suffix === "");
  const newest = largest(general, ({ arch }) => arch);
  return texts.filter(({ arch, suffix }) => suffix !== "" || arch === newest);
}

/** How a GPU fares before and after: the worst of all containers that served it. */
export interface GpuChange {
  readonly gpu: number;
  readonly before: ReturnType<typeof supportOf>;
  readonly after: ReturnType<typeof supportOf>;
}

const RANK = ["none", "jit", "same-major", "native"] as const;

/** GPUs whose support differs, {@link FUTURE_GPU} among them; ascending. */
export function gpuChanges(
  containers: readonly {
    readonly before: readonly DeviceEntry[];
    readonly after: readonly DeviceEntry[];
  }[],
): readonly GpuChange[] {
  const changes: GpuChange[] = [];
  for (const gpu of [...KNOWN_GPUS, FUTURE_GPU]) {
    let worst: GpuChange | undefined;
    for (const { before, after } of containers) {
      const [old, now] = [supportOf(before, gpu), supportOf(after, gpu)];
      if (old === now) continue;
      if (worst === undefined || RANK.indexOf(now) < RANK.indexOf(worst.after)) {
        worst = { gpu, before: old, after: now };
      }
    }
    if (worst !== undefined) changes.push(worst);
  }
  return changes;
}

/**
 * @throws RefusalError (`shrink-gpu-lost`) when a GPU loses its code that nobody gave up: of those to
 *   keep, or with `--drop-archs` any but the dropped ones.
 */
export function refuseLostGpus(changes: readonly GpuChange[], settings: DeviceSettings): void {
  const { keepArchs, dropArchs, ptx } = settings;
  const lost = changes.flatMap(({ gpu, after }) => {
    const given = keepArchs === undefined ? dropArchs.includes(gpu) : !keepArchs.includes(gpu);
    const isFutureGiven = gpu === FUTURE_GPU && (ptx === "none" || keepArchs !== undefined);
    return after !== "none" || given || isFutureGiven ? [] : [gpu];
  });
  if (lost.length === 0) return;
  const known = lost.filter((gpu) => gpu !== FUTURE_GPU).map((gpu) => `sm_${gpu}`);
  const names = [
    ...(known.length === 0 ? [] : [`GPUs of ${known.join(", ")}`]),
    ...(known.length < lost.length ? ["GPUs to come"] : []),
  ];
  const all = [...dropArchs.map((gpu) => `sm_${gpu}`), ...known].join();
  const drop = known.length === 0 ? "" : `give them up with \`--drop-archs ${all}\`, or `;
  throw new RefusalError(
    "shrink-gpu-lost",
    `${names.join(" and ")} would find no code that they can run`,
    keepArchs === undefined
      ? `${drop}keep PTX for them${ptx === "all" ? "" : ": leave `--ptx` out"}`
      : "keep PTX for them with `--ptx newest`",
  );
}

/** What a whole library says of the drivers that can run it. */
export interface LibraryTraits {
  /** Built with CUDA 13, whose drivers all read zstd. */
  readonly cuda13: boolean;
  /** Targets of which an entry is stored with zstd already: GPUs that take it have such a driver. */
  readonly zstdTargets: ReadonlySet<string>;
}

/** @param dependencies names of the libraries that it needs. */
export function traitsOf(
  containers: readonly DeviceContainer[],
  dependencies: readonly string[],
): LibraryTraits {
  const entries = containers.flatMap((container) => container.entries);
  const newest = largest(entries.filter(isPtx), versionOf);
  const runtime = dependencies.some((name) =>
    /cudart(?:64_|\.so\.|-)[^.]*?13|cudart\.so\.13/i.test(name),
  );
  return {
    cuda13: newest >= 90 || runtime,
    zstdTargets: new Set(entries.filter(({ codec }) => codec === "zstd").map(targetName)),
  };
}

/** 0 for no entries; there may be too many for the arguments of one call. */
function largest(entries: readonly DeviceEntry[], of: (entry: DeviceEntry) => number): number {
  return entries.reduce((most, entry) => Math.max(most, of(entry)), 0);
}

function isPtx({ kind }: DeviceEntry): boolean {
  return kind === "ptx";
}

/** 84 for PTX 8.4. */
function versionOf({ major, minor }: DeviceEntry): number {
  return major * 10 + minor;
}

/** True when every driver that can run the entry reads zstd, or has to. */
export function mayUseZstd(
  entry: DeviceEntry,
  { cuda13, zstdTargets }: LibraryTraits,
  { minDriver }: DeviceSettings,
): boolean {
  if (cuda13 || (minDriver ?? 0) >= ZSTD_DRIVER) return true;
  if (zstdTargets.has(targetName(entry))) return true;
  if (entry.kind === "ptx") return versionOf(entry) >= ZSTD_PTX;
  return entry.kind === "sass" && entry.arch >= ZSTD_ARCH;
}

/** True for entries whose payload is known well enough to be stored in another way. */
export function isRecodable(entry: DeviceEntry): boolean {
  const { kind, codec, flags } = entry;
  if (kind !== "sass" && kind !== "ptx") return false;
  return codec !== "unknown" && (flags & FLAG.BITS_64) !== 0;
}
