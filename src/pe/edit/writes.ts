/** Bytes of the original that get other values, each at its file offset. */
import type { Splice } from "../../rewrite.ts";
import { refuse } from "../refuse.ts";

export interface Writes {
  /**
   * @param what lies there, for people.
   * @throws RefusalError when another value was written there already: two structures share bytes.
   */
  put(at: number, bytes: Uint8Array, what: string): void;
  /** 32 bits, little-endian. */
  put32(at: number, value: number, what: string): void;
  /** As splices, ascending; neighbours are joined. */
  splices(): readonly Splice[];
}

/** @param size bytes of the file. */
export function collectWrites(size: number): Writes {
  const values = new Map<number, { readonly value: number; readonly what: string }>();
  const put = (at: number, bytes: Uint8Array, what: string): void => {
    if (at < 0 || at + bytes.length > size) {
      throw refuse("layout", `the ${what} would be outside of the file`);
    }
    for (const [index, value] of bytes.entries()) {
      const known = values.get(at + index);
      if (known !== undefined && known.value !== value) {
        throw refuse("layout", `the ${what} shares bytes with the ${known.what}`);
      }
      values.set(at + index, { value, what });
    }
  };
  return {
    put,
    put32(at, value, what) {
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setUint32(0, value, true);
      put(at, bytes, what);
    },
    splices() {
      const splices: Splice[] = [];
      let run: number[] = [];
      let start = 0;
      let last = "";
      const close = (): void => {
        if (run.length === 0) return;
        const bytes = Uint8Array.from(run);
        splices.push({ at: start, remove: run.length, zeros: 0, bytes, what: last });
        run = [];
      };
      for (const [at, { value, what }] of [...values].sort(([a], [b]) => a - b)) {
        if (at !== start + run.length) {
          close();
          start = at;
        }
        run.push(value);
        last = what;
      }
      close();
      return splices;
    },
  };
}
