/** Which machine a PE file runs on. The machine field alone does not tell: hybrids have CHPE metadata. */
import { MACHINE } from "./constants.ts";
import type { PeHybrid } from "./facts/slice.ts";
import type { LoadConfig } from "./read/load-config.ts";

const ARCHS: ReadonlyMap<number, string> = new Map([
  [MACHINE.IMAGE_FILE_MACHINE_I386, "x86"],
  [MACHINE.IMAGE_FILE_MACHINE_CHPE_X86, "x86"],
  [MACHINE.IMAGE_FILE_MACHINE_AMD64, "x86_64"],
  [MACHINE.IMAGE_FILE_MACHINE_ARM, "arm"],
  [MACHINE.IMAGE_FILE_MACHINE_THUMB, "arm"],
  [MACHINE.IMAGE_FILE_MACHINE_ARMNT, "arm"],
  [MACHINE.IMAGE_FILE_MACHINE_ARM64, "arm64"],
  [MACHINE.IMAGE_FILE_MACHINE_ARM64X, "arm64"],
  [MACHINE.IMAGE_FILE_MACHINE_ARM64EC, "arm64ec"],
]);

export function hybridOf(machine: number, loadConfig: LoadConfig | null): PeHybrid | null {
  if ((loadConfig?.CHPEMetadataPointer ?? 0n) === 0n) return null;
  switch (machine) {
    case MACHINE.IMAGE_FILE_MACHINE_AMD64:
      return "arm64ec";
    case MACHINE.IMAGE_FILE_MACHINE_ARM64:
      return "arm64x";
    case MACHINE.IMAGE_FILE_MACHINE_I386:
      return "chpe-x86";
  }
  return null;
}

/** `x86`, `x86_64`, `arm`, `arm64`, `arm64ec` or `unknown`. */
export function archOf(machine: number, hybrid: PeHybrid | null): string {
  return hybrid === "arm64ec" ? "arm64ec" : (ARCHS.get(machine) ?? "unknown");
}
