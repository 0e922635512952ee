/** The next multiple of `unit` (a power of two or not; 0 counts as 1). */
export function alignUp(value: number, unit: number): number {
  return unit <= 1 ? value : Math.ceil(value / unit) * unit;
}
