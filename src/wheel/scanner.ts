/** A cursor over a short text; patterns are sticky, so that each step looks only at its place. */

export interface Scanner {
  readonly text: string;
  /** Index of the next character. */
  readonly at: number;
  /** What is wrong and where, once something failed; the first failure stays. */
  readonly failure: { readonly message: string; readonly at: number } | undefined;
  /** The match of a sticky pattern at the cursor, which moves behind it. */
  take(pattern: RegExp): string | undefined;
  /** Blanks and tabs. */
  skipBlanks(): void;
  moveTo(at: number): void;
  /** Notes the failure; always `undefined`, to be returned. */
  fail(message: string, at?: number): undefined;
}

export function scannerOf(text: string): Scanner {
  let cursor = 0;
  let failure: Scanner["failure"];
  return {
    text,
    get at() {
      return cursor;
    },
    get failure() {
      return failure;
    },
    take(pattern) {
      pattern.lastIndex = cursor;
      const match = pattern.exec(text);
      if (match === null) return undefined;
      cursor = pattern.lastIndex;
      return match[0];
    },
    skipBlanks() {
      while (text[cursor] === " " || text[cursor] === "\t") cursor++;
    },
    moveTo(at) {
      cursor = at;
    },
    fail(message, at = cursor) {
      failure ??= { message, at };
      return undefined;
    },
  };
}
