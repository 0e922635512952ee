/** A planned change of an ELF file, with what must be true of the result. */
import type { Rewrite } from "../rewrite.ts";

/** The rungs of the ladder, cheapest first: which places the change needed. */
export type ElfRung =
  /** Nothing to do. */
  | "unchanged"
  /** Values only, or strings into dead or equal strings: no byte moved. */
  | "in-place"
  /** `.dynstr` grew into padding of its segment; tables behind it moved up a little. */
  | "padding"
  /** Grew into the gap between a read-only segment and the next. */
  | "gap"
  /** The last load segment was extended. */
  | "extended"
  /** One load segment was appended. */
  | "new-segment";

/** What the dynamic section must say afterwards: checked by the verifier. */
export interface ElfExpectation {
  readonly soname: string | null;
  readonly needed: readonly string[];
  readonly rpath: string | null;
  readonly runpath: string | null;
  /** vn_file of each version need, in file order. */
  readonly versionFiles: readonly string[];
}

export interface ElfRewrite extends Rewrite {
  readonly rung: ElfRung;
  readonly expect: ElfExpectation;
}
