/** Where code can be put into a Python module so that it runs first and nothing else changes. */
import type { PythonSource, Token } from "./python-source.ts";
import { readPythonSource } from "./python-source.ts";

export interface InsertionPlace {
  /** Byte offset at which the code goes. */
  readonly at: number;
  /** Where the rest goes on: after `at` when a `;` joined it to what stands before. */
  readonly resumeAt: number;
  /** The file, or the line before, lacks its line ending. */
  readonly breakBefore: boolean;
  readonly newline: PythonSource["newline"];
  /** Nothing but a byte order mark stands before. */
  readonly first: boolean;
}

/**
 * After the docstring and the `from __future__` imports; without both, before the first statement,
 * so that comments on top (an interpreter, an encoding, a licence) stay there.
 *
 * @returns `undefined` when the source can't be read: a strange encoding, or NUL bytes.
 */
export function findPlace(bytes: Uint8Array): InsertionPlace | undefined {
  const source = readPythonSource(bytes);
  if (source === undefined) return undefined;
  const { text, start, newline } = source;
  let statement = firstStatement(source, start);
  let after = docstringEnd(source, statement.token);
  // Without a docstring the first statement may still be a future import.
  after ??= futureEnd(source, statement.token);
  while (after !== undefined) {
    const passed = after;
    let next = source.next(passed, false);
    if (next.kind === "mark") {
      next = source.next(next.end, false);
      if (next.kind !== "newline" && next.kind !== "end") {
        after = futureEnd(source, next);
        if (after !== undefined) continue;
        return { at: passed, resumeAt: next.start, breakBefore: true, newline, first: false };
      }
    }
    if (next.kind === "end") return settle(next);
    statement = firstStatement(source, next.end);
    after = futureEnd(source, statement.token);
    if (after === undefined) return settle(next);
  }
  const { token, lineStart } = statement;
  const at = token.kind === "end" ? text.length : lineStart;
  return { at, resumeAt: at, breakBefore: lacksEnding(at), newline, first: at === start };

  function settle(token: Token): InsertionPlace {
    const { end } = token;
    return { at: end, resumeAt: end, breakBefore: lacksEnding(end), newline, first: false };
  }

  function lacksEnding(at: number): boolean {
    const before = text[at - 1];
    return at > start && before !== "\n" && before !== "\r";
  }
}

interface Statement {
  readonly token: Token;
  /** Start of the line on which the statement begins. */
  readonly lineStart: number;
}

/** The first token that is on no empty line. */
function firstStatement(source: PythonSource, from: number): Statement {
  let lineStart = from;
  for (;;) {
    const token = source.next(lineStart, false);
    if (token.kind !== "newline") return { token, lineStart };
    lineStart = token.end;
  }
}

/**
 * The end of a statement that is only a string, or several side by side, also in brackets: Python
 * takes it for the docstring.
 */
function docstringEnd(source: PythonSource, first: Token): number | undefined {
  let open = 0;
  let token = first;
  while (token.kind === "mark" && token.text === "(") {
    open++;
    token = source.next(token.end, true);
  }
  let end: number | undefined;
  while (token.kind === "string") {
    if (!token.plain) return undefined;
    end = token.end;
    token = source.next(end, open > 0);
  }
  if (end === undefined) return undefined;
  while (open > 0) {
    if (token.kind !== "mark" || token.text !== ")") return undefined;
    open--;
    end = token.end;
    token = source.next(end, open > 0);
  }
  return isStatementEnd(token) ? end : undefined;
}

/** The end of a `from __future__ import …`. */
function futureEnd(source: PythonSource, first: Token): number | undefined {
  let token = first;
  for (const word of ["from", "__future__", "import"]) {
    if (token.kind !== "name" || token.text !== word) return undefined;
    token = source.next(token.end, false);
  }
  const bracket = token.kind === "mark" && token.text === "(";
  if (bracket) token = source.next(token.end, true);
  let end: number | undefined;
  while (token.kind === "name" || (token.kind === "mark" && token.text === ",")) {
    end = token.end;
    token = source.next(end, bracket);
  }
  if (end === undefined) return undefined;
  if (bracket) {
    if (token.kind !== "mark" || token.text !== ")") return undefined;
    end = token.end;
    token = source.next(end, false);
  }
  return isStatementEnd(token) ? end : undefined;
}

function isStatementEnd(token: Token): boolean {
  return (
    token.kind === "newline" ||
    token.kind === "end" ||
    (token.kind === "mark" && token.text === ";")
  );
}
