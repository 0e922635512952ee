/** Which items of a list stand elsewhere in another one that has the same items. */

/**
 * The fewest items that must move to turn one order into the other: those outside of a longest part
 * that both have in the same order. Items that only one list has are not counted.
 *
 * @returns in the order of `after`; n log n.
 */
export function movedItems(before: readonly string[], after: readonly string[]): readonly string[] {
  const places = new Map(before.map((item, at) => [item, at]));
  const common = after.filter((item) => places.has(item));
  const order = common.map((item) => places.get(item) ?? 0);
  // Patience sorting: `ends[n]` closes the best increasing part of n + 1 items found so far.
  const ends: number[] = [];
  const previous: number[] = [];
  order.forEach((place, at) => {
    const length = lengthBelow(ends, order, place);
    previous.push(length === 0 ? -1 : (ends[length - 1] ?? -1));
    ends[length] = at;
  });
  const stays = new Set<number>();
  for (let at = ends.at(-1) ?? -1; at !== -1; at = previous[at] ?? -1) stays.add(at);
  return common.filter((_, at) => !stays.has(at));
}

/** How many parts end in front of `place`. */
function lengthBelow(ends: readonly number[], order: readonly number[], place: number): number {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((order[ends[middle] ?? 0] ?? 0) < place) low = middle + 1;
    else high = middle;
  }
  return low;
}
