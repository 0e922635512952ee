/** Shell patterns. */

/**
 * Shell-style matching as Python's `fnmatch` does it: `*` also takes `/`, `[…]` is a set.
 *
 * Works by backtracking to the last `*` only, so no pattern takes more than quadratic time.
 */
export function matchesGlob(text: string, pattern: string): boolean {
  let at = 0;
  let in_ = 0;
  let star = -1;
  let mark = 0;
  while (at < text.length) {
    const step = in_ < pattern.length ? matchOne(text.charAt(at), pattern, in_) : 0;
    if (pattern.charAt(in_) === "*") {
      star = in_;
      mark = at;
      in_ += 1;
    } else if (step > 0) {
      at += 1;
      in_ += step;
    } else if (star >= 0) {
      in_ = star + 1;
      mark += 1;
      at = mark;
    } else {
      return false;
    }
  }
  while (pattern.charAt(in_) === "*") in_ += 1;
  return in_ === pattern.length;
}

/** Length of the pattern's item at `at` when it takes `character`, else 0. */
function matchOne(character: string, pattern: string, at: number): number {
  const item = pattern.charAt(at);
  if (item === "?") return 1;
  if (item !== "[") return item === character ? 1 : 0;
  const negated = pattern.charAt(at + 1) === "!";
  const start = at + (negated ? 2 : 1);
  const end = pattern.indexOf("]", start + 1);
  if (end < 0) return character === "[" ? 1 : 0;
  let inside = false;
  for (let index = start; index < end; index++) {
    const low = pattern.charAt(index);
    if (pattern.charAt(index + 1) === "-" && index + 2 < end) {
      inside ||= low <= character && character <= pattern.charAt(index + 2);
      index += 2;
    } else {
      inside ||= low === character;
    }
  }
  return inside === negated ? 0 : end - at + 1;
}
