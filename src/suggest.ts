/** Did you mean …? */

/**
 * The candidates nearest to what was typed, best first: at most three, none when all are far off.
 *
 * Distance is that of Damerau and Levenshtein (swapped neighbours cost one), against case.
 */
export function suggest(typed: string, candidates: Iterable<string>): readonly string[] {
  const wanted = typed.toLowerCase();
  const scored: { readonly candidate: string; readonly score: number }[] = [];
  for (const candidate of candidates) {
    const other = candidate.toLowerCase();
    const far = Math.max(1, Math.floor(Math.min(wanted.length, other.length) / 3));
    const score =
      wanted.length >= 3 && other.startsWith(wanted) ? 0.5 : distance(wanted, other, far);
    if (score <= far) scored.push({ candidate, score });
  }
  scored.sort((a, b) => a.score - b.score || (a.candidate < b.candidate ? -1 : 1));
  const best = scored[0]?.score ?? 0;
  return scored
    .filter(({ score }) => score <= best + 0.5)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** `did you mean `x`?`, or nothing. */
export function didYouMean(typed: string, candidates: Iterable<string>): string | undefined {
  const near = suggest(typed, candidates);
  if (near.length === 0) return undefined;
  return `did you mean ${near.map((name) => `\`${name}\``).join(" or ")}?`;
}

/** @param limit gives up (with a larger number) beyond it, so that long strings cost little. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1;
      let value = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + cost,
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        value = Math.min(value, (before[column - 2] ?? 0) + 1);
      }
      current.push(value);
    }
    before = above;
    above = current;
  }
  return above[b.length] ?? 0;
}
