/** The tables of `__LINKEDIT` after some of them changed their size. */
import type { Splice } from "../../rewrite.ts";
import type { LinkeditPart } from "../read/linkedit-parts.ts";
import { refuse } from "./refuse.ts";

/** Bytes. */
const ALIGN = 8;

export interface Moved {
  readonly splices: Splice[];
  readonly end: { readonly old: number; readonly now: number };
}

/**
 * Puts tables of other sizes in the place of old ones and moves the rest together.
 *
 * @param parts in file order, without the signature.
 * @param place is called with the new offset of each.
 * @param limit bytes of the file.
 * @param empty where the tables end when there are none.
 * @throws RefusalError when two of them overlap.
 */
export function moveParts(
  parts: readonly LinkeditPart[],
  contents: ReadonlyMap<string, Uint8Array>,
  place: (part: LinkeditPart, offset: number) => void,
  limit: number,
  empty = 0,
): Moved {
  const splices: Splice[] = [];
  const first = parts[0]?.offset ?? empty;
  let old = first;
  let now = first;
  for (const part of parts) {
    const gap = part.offset - old;
    if (gap < 0) throw refuse("linkedit", `the ${part.name} overlaps another table`);
    if (part.offset + part.size > limit) {
      throw refuse("linkedit", `the ${part.name} is not inside the file`);
    }
    const padding = old === now ? gap : (ALIGN - (now % ALIGN)) % ALIGN;
    if (gap !== padding) {
      splices.push({
        at: old,
        remove: gap,
        zeros: padding,
        bytes: new Uint8Array(),
        what: "padding",
      });
    }
    now += padding;
    place(part, now);
    const bytes = contents.get(part.name);
    if (bytes !== undefined) {
      splices.push({ at: part.offset, remove: part.size, zeros: 0, bytes, what: part.name });
    }
    old = part.offset + part.size;
    now += bytes?.length ?? part.size;
  }
  return { splices, end: { old, now } };
}
