/** Inputs of the action: lists of paths, and arguments as one would type them. */

/**
 * Splits at blanks and line ends; quotes keep them, and a backslash outside of single quotes the next
 * character. No shell is involved, so nothing else has a meaning.
 *
 * @throws Error for a quote that is not closed.
 */
export function splitWords(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (quote === "" && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === quote) {
      quote = "";
    } else if (quote === "" && (character === '"' || character === "'")) {
      quote = character;
      word ??= "";
    } else {
      if (character === "\\" && quote !== "'" && at + 1 < text.length) at++;
      word = (word ?? "") + text.charAt(at);
    }
  }
  if (quote !== "") throw new Error(`a quote ${quote} in \`args\` is not closed`);
  if (word !== undefined) words.push(word);
  return words;
}

/** One path or pattern in each line. */
export function splitLines(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
