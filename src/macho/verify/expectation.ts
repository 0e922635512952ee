/** What a rewritten file must say: given by the planner, checked by the verifier. */
import type { ArchiveSlice, MachoImage } from "../read/image.ts";

export interface SliceNames {
  readonly id: string | null;
  readonly dependencies: readonly string[];
  readonly rpaths: readonly string[];
}

export interface SliceExpectation {
  /** The slice of the original. */
  readonly slice: MachoImage | ArchiveSlice;
  /** `null`: all its bytes are the old ones. */
  readonly changed: {
    /** New ordinal of each old one, the first at index 1; 0: the library is gone. */
    readonly ordinals: readonly number[];
    readonly names: SliceNames;
    /** It has a new signature. */
    readonly signed: boolean;
    /** The symbol table is another one. */
    readonly stripped: boolean;
    /** Bytes by which everything moved away from the header; 0: nothing moved. */
    readonly shift: number;
  } | null;
}

export interface FileExpectation {
  readonly fat: boolean;
  /** Slices in the order of the fat header. */
  readonly slices: readonly SliceExpectation[];
}
