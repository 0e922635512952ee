/** How far V8 lets the heap grow before it looks for garbage: fourfold by default. */

/** Files up to this size (bytes) list less than 50,000 members: whatever is kept of them is little. */
const LITTLE = 4 << 20;

/** True where a run can't need much memory, and V8 is left as it is: to ask it costs a millisecond. */
export function needsLittle(size: number): boolean {
  return size <= LITTLE;
}

/** @param percent `0`: as V8 has it by default. */
export function setHeapGrowth(percent: 0 | 20): void {
  process.getBuiltinModule("node:v8").setFlagsFromString(`--heap-growing-percent=${percent}`);
}
