/** What a shrink may do. */
import type { Effort } from "../device-code/codec.ts";

export type PtxChoice = "all" | "newest" | "none";

export interface DeviceSettings {
  /** Stores payloads again by the method that makes them smallest. */
  readonly recompress: boolean;
  readonly effort: Effort;
  /** First part of the version of the oldest driver that must run it: 550; `undefined`: as it is now. */
  readonly minDriver: number | undefined;
  /** GPUs (ten times the compute capability) that must run it; `undefined`: all that do now. */
  readonly keepArchs: readonly number[] | undefined;
  /** GPUs for which native code goes. */
  readonly dropArchs: readonly number[];
  readonly ptx: PtxChoice;
  /** Clears line tables and source names inside cubins. */
  readonly stripDebug: boolean;
  /** Leaves out relocatable code for GPUs for which the linked code is there. */
  readonly dropLinked: boolean;
}

export interface ShrinkSettings {
  readonly strip: boolean;
  readonly device: DeviceSettings;
  /** Of fat files, the one architecture that stays. */
  readonly thin: string | undefined;
  /** One of several equal libraries stays, the others become links. */
  readonly dedupe: boolean;
  /** Globs of members to leave out. */
  readonly drop: readonly string[];
  /** Deflates members again that nothing else changes. */
  readonly repack: boolean;
}
