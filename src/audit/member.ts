/** The native files of a wheel, as the audit holds them. */
import type { BinaryFormat, LayoutProblem, NativeFile, Slice } from "../binary.ts";
import type { DeviceTargets } from "../device-code/targets.ts";
import type { AnyNative } from "../formats.ts";

/** A native member. */
export interface NativeMember {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly format: BinaryFormat;
  /** Missing where the format is only recognised. */
  readonly file?: AnyNative;
  /** For which GPUs it has code, where the wheel promises that. */
  readonly device?: DeviceTargets;
}

/** One architecture of a native member: what rules walk, and what the graph links. */
export interface Binary<S extends Slice = Slice> {
  /** Of the graph's node: see {@link sliceKey}. */
  readonly key: string;
  readonly path: string;
  /** Bytes of the member. */
  readonly size: number;
  readonly slice: S;
  /** Defects of the member's layout. */
  readonly problems: readonly LayoutProblem[];
}

/** What names a slice among all: the path, and with several slices in a file the architecture too. */
export function sliceKey(path: string, { arch }: Slice, slices: number): string {
  return slices === 1 ? path : `${path}\0${arch}`;
}

/** The slices of one file. */
export function binariesOf<S extends Slice>(
  path: string,
  size: number,
  { slices, problems }: NativeFile<S>,
): readonly Binary<S>[] {
  return slices.map((slice) => ({
    key: sliceKey(path, slice, slices.length),
    path,
    size,
    slice,
    problems,
  }));
}

/** The slices of all members that could be read. */
export function allBinaries(members: readonly NativeMember[]): readonly Binary[] {
  return members.flatMap(({ path, size, file }) =>
    file === undefined ? [] : binariesOf<Slice>(path, size, file),
  );
}
