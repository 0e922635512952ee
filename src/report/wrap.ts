/** Lines of at most `width` columns. */

/**
 * Breaks at spaces only, so that a name can be copied whole; a longer word gets a line of its own.
 *
 * @param first indentation of the first line (may hold text), @param rest of the others.
 */
export function wrap(text: string, width: number, first = "", rest = first): readonly string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(" ")) {
    if (!empty && columns(line) + 1 + columns(word) > width) {
      lines.push(line);
      line = rest;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  lines.push(line);
  return lines;
}

/** Code points, colour sequences not counted. */
export function columns(text: string): number {
  let count = 0;
  for (const _ of text.replace(/\u001b\[[0-9;]*m/g, "")) count++;
  return count;
}
