/** The numbers of psABIs that tell which relocations put the address of something into a word. */
import { EM } from "../constants.ts";

export interface RelocationNumbers {
  /** Base plus addend. */
  readonly relative: number;
  /** Symbol plus addend. */
  readonly symbolic: readonly number[];
}

/** Machines for which CUDA exists. Sources: x86-64 psABI 4.4, AAELF64 5.7. */
export const RELOCATIONS: ReadonlyMap<number, RelocationNumbers> = new Map([
  [EM.EM_X86_64, { relative: 8, symbolic: [1, 6] }],
  [EM.EM_AARCH64, { relative: 1027, symbolic: [257, 1025] }],
]);
