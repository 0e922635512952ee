/**
 * Which entry of a container a GPU runs.
 *
 * Sources: CUDA's programming guide on binary and PTX compatibility; the order of choice as
 * bechirBOUALI/cuda-fatbin-precedence measured it. Only headers decide: a driver that has chosen an
 * entry never takes another, so what it would choose must stay whole.
 */
import { FLAG } from "./constants.ts";
import type { DeviceEntry } from "./entry.ts";

/** How a GPU gets at the kernels of a container. */
export type Support = "native" | "same-major" | "jit" | "none";

/** GPUs in modules with the CPU: their code and that of others are not interchangeable. */
const INTEGRATED: ReadonlySet<number> = new Set([53, 62, 72, 87, 101, 110]);

/** Every GPU that some release of CUDA compiles for; ten times the compute capability. */
export const KNOWN_GPUS: readonly number[] = [
  30, 32, 35, 37, 50, 52, 53, 60, 61, 62, 70, 72, 75, 80, 86, 87, 88, 89, 90, 100, 101, 103, 107,
  110, 120, 121,
];

/** Stands for every GPU to come. */
export const FUTURE_GPU = 9990;

/** True when the entry's code can run on the GPU. Other kinds than SASS and PTX never run as they are. */
export function runsOn(entry: DeviceEntry, gpu: number): boolean {
  const { arch, suffix } = entry;
  if (entry.kind !== "sass" && entry.kind !== "ptx") return false;
  if (suffix === "a") return arch === gpu;
  const sameMajor = Math.floor(arch / 10) === Math.floor(gpu / 10);
  if (suffix === "f") return sameMajor && gpu >= arch;
  if (entry.kind === "ptx") return gpu >= arch;
  if (INTEGRATED.has(arch) || INTEGRATED.has(gpu)) return arch === gpu;
  return sameMajor && gpu >= arch;
}

/** The entry that a GPU's driver takes; `undefined` when the container has none for it. */
export function chosenEntry(entries: readonly DeviceEntry[], gpu: number): DeviceEntry | undefined {
  let best: DeviceEntry | undefined;
  for (const entry of entries) {
    if (!runsOn(entry, gpu)) continue;
    if (best === undefined || isPreferred(entry, best)) best = entry;
  }
  return best;
}

/** @param earlier comes before `later` in the container, or is better than what does. */
function isPreferred(later: DeviceEntry, earlier: DeviceEntry): boolean {
  if (later.kind !== earlier.kind) return later.kind === "sass";
  if (later.arch !== earlier.arch) return later.arch > earlier.arch;
  const late = (entry: DeviceEntry): boolean => (entry.flags & FLAG.LATER_CHOICE) !== 0;
  if (late(later) !== late(earlier)) return late(earlier);
  // Of equals the first cubin is taken, but the last PTX.
  return later.kind === "ptx";
}

export function supportOf(entries: readonly DeviceEntry[], gpu: number): Support {
  const entry = chosenEntry(entries, gpu);
  if (entry === undefined) return "none";
  if (entry.kind === "ptx") return "jit";
  return entry.arch === gpu ? "native" : "same-major";
}
