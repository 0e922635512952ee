/** Device code of a file that streams by once: too large to keep, and its headers lie all over it. */
import type { ByteRange } from "../source.ts";
import type { DeviceCode, DeviceWalk } from "./container.ts";

export interface StreamedCode {
  /** Bytes of the file, in order. False when nothing more is wanted. */
  add(bytes: Uint8Array, offset: number): boolean;
  /** `undefined` where the stream ended too early. */
  result(): DeviceCode | undefined;
}

/** @param origin byte offset of the region in the file. */
export function streamDeviceCode(walk: DeviceWalk, origin: number): StreamedCode {
  let result: DeviceCode | undefined;
  /** What is wanted, filled as far as it went by. */
  let wanted = new Uint8Array();
  let start = origin;
  let filled = 0;
  /** Of what was given, the range that ends last: the stream is past it, the walk need not be. */
  let held = { start, bytes: wanted };
  accept(walk.next());
  return {
    add(bytes, offset) {
      for (;;) {
        if (result !== undefined) return false;
        const from = start + filled - offset;
        if (from >= 0 && from < bytes.length) {
          const part = bytes.subarray(from, from + wanted.length - filled);
          wanted.set(part, filled);
          filled += part.length;
        }
        if (filled < wanted.length) return true;
        accept(walk.next(wanted));
      }
    },
    result: () => result,
  };

  function accept(step: IteratorResult<ByteRange, DeviceCode>): void {
    if (step.done === true) {
      result = step.value;
      return;
    }
    if (start + wanted.length > held.start + held.bytes.length) held = { start, bytes: wanted };
    start = origin + step.value.start;
    wanted = new Uint8Array(step.value.end - step.value.start);
    const from = start - held.start;
    const known = held.bytes.subarray(from, from + wanted.length);
    wanted.set(known);
    filled = known.length;
  }
}
