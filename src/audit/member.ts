/** The native files of a wheel, as the audit holds them. */
import type { BinaryFormat, LayoutProblem, Slice } from "../binary.ts";
import type { AnyNative, ElfSlice } from "../formats.ts";

/** A native member. */
export interface NativeMember {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly format: BinaryFormat;
  /** Missing where the format is only recognised. */
  readonly file?: AnyNative;
}

/** One architecture of a native member: what rules walk, and what the graph links. */
export interface Binary<S extends Slice = Slice> {
  readonly path: string;
  /** Bytes of the member. */
  readonly size: number;
  readonly slice: S;
  /** Defects of the member's layout. */
  readonly problems: readonly LayoutProblem[];
}

export type ElfBinary = Binary<ElfSlice>;

/** One for each architecture. */
export function elfBinaries(members: readonly NativeMember[]): readonly ElfBinary[] {
  return members.flatMap(({ path, size, file }) =>
    file?.format === "elf"
      ? file.slices.map((slice) => ({ path, size, slice, problems: file.problems }))
      : [],
  );
}
