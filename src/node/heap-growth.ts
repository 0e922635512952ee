/**
 * How far V8 lets the heap grow before it looks for garbage: fourfold by default, and from 1 MiB to three
 * times 16 for what is young. With 100,000 members that room is a third of the peak, and looking there
 * more often takes no more time, for most of what is young then stays.
 */

/** Files up to this size (bytes) list less than 50,000 members: whatever is kept of them is little. */
const LITTLE = 4 << 20;

/** True where a run can't need much memory, and V8 is left as it is: to ask it costs a millisecond. */
export function needsLittle(size: number): boolean {
  return size <= LITTLE;
}

/** @param percent `0`: as V8 has it by default. */
export function setHeapGrowth(percent: 0 | 20): void {
  const v8 = process.getBuiltinModule("node:v8");
  v8.setFlagsFromString(`--heap-growing-percent=${percent}`);
  v8.setFlagsFromString(`--semi-space-growth-factor=${percent === 0 ? 2 : 1}`);
}
