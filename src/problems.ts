/** Defects that a parser can step over are collected; the file stays readable. */
import type { LayoutProblem } from "./binary.ts";
import { type FieldRef, FormatError } from "./errors.ts";

/** Collects problems; a hostile file has no say in how many. */
export interface Problems {
  readonly list: readonly LayoutProblem[];
  add(message: string, at: FieldRef): void;
  /** The same for what no loader minds. */
  addMinor(message: string, at: FieldRef): void;
  /**
   * The value of `read`, or `undefined` with a problem when the bytes are bad. Only bad input is
   * caught: what a window source misses has to reach whoever can fetch it.
   */
  attempt<T>(read: () => T): T | undefined;
}

const MAX_PROBLEMS = 50;

export function collectProblems(): Problems {
  const list: LayoutProblem[] = [];
  const add = (message: string, at: FieldRef): void => {
    if (list.length < MAX_PROBLEMS) list.push({ message, at });
  };
  return {
    list,
    add,
    addMinor(message, at) {
      if (list.length < MAX_PROBLEMS) list.push({ message, at, minor: true });
    },
    attempt(read) {
      try {
        return read();
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        const { format: _, ...at } = error.place;
        add(error.problem, at);
        return undefined;
      }
    },
  };
}

/** The value of `make`, made at the first call; a `make` that throws is tried again. */
export function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
