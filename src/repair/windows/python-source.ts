/**
 * As much of Python's tokenizer as it takes to find where a module's own code begins.
 *
 * What has to come first in a module, whatever the version of Python, are the docstring and the
 * `from __future__` imports; everything behind the first other statement is never looked at, so new
 * syntax can't disturb. A source is read byte by byte: all encodings that people write Python in
 * have ASCII as it is, and those where a second byte may look like ASCII are known.
 *
 * Source: the Python language reference, "Lexical analysis" and "Future statements"; PEP 263.
 */
import { decodeLatin1 } from "../../bytes.ts";

export type Token =
  | { readonly kind: "name"; readonly text: string; readonly start: number; readonly end: number }
  /** @property plain: neither bytes nor formatted: such a string can be a docstring. */
  | {
      readonly kind: "string";
      readonly plain: boolean;
      readonly start: number;
      readonly end: number;
    }
  | { readonly kind: "mark"; readonly text: string; readonly start: number; readonly end: number }
  /** The end of a logical line; `end` is after the line ending. */
  | { readonly kind: "newline" | "end"; readonly start: number; readonly end: number };

export interface PythonSource {
  /** One character for each byte. */
  readonly text: string;
  /** Bytes of the byte order mark. */
  readonly start: number;
  /** The first line ending of the file. */
  readonly newline: "\n" | "\r\n" | "\r";
  /** @param nested inside brackets, where line endings don't count. */
  next(at: number, nested: boolean): Token;
}

/** Encodings without ASCII in its place, or with a state: no byte of them can be told on its own. */
const OPAQUE =
  /^(?:utf_?(?:7|16|32)|u(?:7|16|32)$|hz|(?:cs)?iso_?2022|(?:cp|ibm)?(?:037|039|273|424|500|875|1026|1140)$|ebcdic|idna|punycode|rot_?13|(?:raw_)?unicode_escape|uu|zlib|bz2|hex|base64|quopri)/;
/** Encodings of two bytes whose second may be a backslash: Japanese, and the others. */
const JAPANESE = /^(?:(?:cs_?)?s(?:hift)?_?jis|(?:cp|ms)?932|ms_?kanji)/;
const DOUBLE_BYTE =
  /^(?:(?:cp|ms)?9(?:36|49|50)|uhc|johab|(?:cp|ms)1361|gbk|gb18030|(?:cs)?big5|hkscs)/;
const COOKIE = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/;
const BLANK_OR_COMMENT = /^[ \t\f]*(?:#.*)?$/;

/** `undefined` when no place in the source can be told: a strange encoding, or NUL bytes. */
export function readPythonSource(bytes: Uint8Array): PythonSource | undefined {
  const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const start = bom ? 3 : 0;
  const text = decodeLatin1(bytes);
  if (text.includes("\0")) return undefined;
  const encoding = bom ? "utf_8" : encodingOf(text);
  if (OPAQUE.test(encoding)) return undefined;
  const found = /\r\n|\n|\r/.exec(text)?.[0];
  const newline = found === "\r\n" || found === "\r" ? found : "\n";
  const japanese = JAPANESE.test(encoding);
  const wide = japanese || DOUBLE_BYTE.test(encoding);
  return { text, start, newline, next: (at, nested) => nextToken(text, at, nested, width) };

  /** Bytes of the character at `at`. */
  function width(at: number): number {
    if (!wide) return 1;
    const code = text.charCodeAt(at);
    const single = code < 0x81 || (japanese && code >= 0xa0 && code <= 0xdf);
    return single ? 1 : 2;
  }
}

/** The declared encoding, as codecs spell it (PEP 263); `utf_8` without one. */
function encodingOf(text: string): string {
  const [first = "", second = ""] = text.split(/\r\n|\n|\r/, 2);
  const lines = BLANK_OR_COMMENT.test(first) ? [first, second] : [];
  for (const line of lines) {
    const [, name] = COOKIE.exec(line) ?? [];
    if (name !== undefined) return name.toLowerCase().replace(/[-.]/g, "_");
  }
  return "utf_8";
}

const NAME_START = /[A-Za-z_\x80-\xff]/;
const NAME = /[A-Za-z0-9_\x80-\xff]*/y;
const PREFIX = /^(?:[rRuUbBfFtT]|[bBfFtT][rR]|[rR][bBfFtT]|[uU][rR])$/;

function nextToken(
  text: string,
  from: number,
  nested: boolean,
  width: (at: number) => number,
): Token {
  const start = skipBlanks(text, from, nested);
  const char = text[start];
  if (char === undefined) return { kind: "end", start, end: start };
  if (char === "\n" || char === "\r") {
    return { kind: "newline", start, end: start + lineEnding(text, start) };
  }
  if (char === '"' || char === "'") return stringToken(text, start, start, width);
  if (!NAME_START.test(char)) return { kind: "mark", text: char, start, end: start + 1 };
  NAME.lastIndex = start;
  const word = NAME.exec(text)?.[0] ?? char;
  const end = start + word.length;
  const quote = text[end];
  if ((quote === '"' || quote === "'") && PREFIX.test(word)) {
    return stringToken(text, start, end, width);
  }
  return { kind: "name", text: word, start, end };
}

/** Over blanks, comments, continued lines and, inside brackets, line endings. */
function skipBlanks(text: string, from: number, nested: boolean): number {
  let at = from;
  for (;;) {
    const char = text[at];
    if (char === " " || char === "\t" || char === "\f") at++;
    else if (char === "#") while (at < text.length && !isLineEnd(text[at])) at++;
    else if (char === "\\" && isLineEnd(text[at + 1])) at += 1 + lineEnding(text, at + 1);
    else if (nested && isLineEnd(char)) at += lineEnding(text, at);
    else return at;
  }
}

function stringToken(
  text: string,
  start: number,
  quoteAt: number,
  width: (at: number) => number,
): Token {
  const quote = text[quoteAt] ?? "";
  const triple = text.startsWith(quote.repeat(3), quoteAt);
  const closing = triple ? quote.repeat(3) : quote;
  const plain = !/[bBfFtT]/.test(text.slice(start, quoteAt));
  let at = quoteAt + closing.length;
  while (at < text.length) {
    if (text.startsWith(closing, at))
      return { kind: "string", plain, start, end: at + closing.length };
    const char = text[at];
    // Also in a raw string a quote after a backslash does not end it.
    if (char === "\\")
      at += 1 + (isLineEnd(text[at + 1]) ? lineEnding(text, at + 1) : width(at + 1));
    else if (!triple && isLineEnd(char)) break;
    else at += width(at);
  }
  // Not a string that Python would take: whatever stands here, it is no docstring.
  return { kind: "mark", text: quote, start, end: text.length };
}

function isLineEnd(char: string | undefined): boolean {
  return char === "\n" || char === "\r";
}

function lineEnding(text: string, at: number): number {
  return text[at] === "\r" && text[at + 1] === "\n" ? 2 : 1;
}
