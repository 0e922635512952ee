/** Small helpers on bytes and on the text in them. */

const LATIN1 = new TextDecoder("latin1");
const UTF8_STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const UTF8_LOSSY = new TextDecoder("utf-8", { ignoreBOM: true });
const ENCODER = new TextEncoder();

/** UTF-8, or `undefined` where the bytes are none. A byte order mark stays in the text. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return UTF8_STRICT.decode(bytes);
  } catch {
    return undefined;
  }
}

/** UTF-8 with U+FFFD for what is none: for display only. */
export function decodeUtf8Lossy(bytes: Uint8Array): string {
  return UTF8_LOSSY.decode(bytes);
}

/** True when all the bytes are UTF-8. No text of their size is made. */
export function isUtf8(bytes: Uint8Array): boolean {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const step = 1 << 20;
  try {
    for (let at = 0; at < bytes.length; at += step) {
      decoder.decode(bytes.subarray(at, at + step), { stream: true });
    }
    decoder.decode();
    return true;
  } catch {
    return false;
  }
}

/** One character for each byte, so that nothing is lost (windows-1252 as browsers read latin-1). */
export function decodeLatin1(bytes: Uint8Array): string {
  return LATIN1.decode(bytes);
}

export function encodeUtf8(text: string): Uint8Array {
  return ENCODER.encode(text);
}

/** Longest name that is read, in bytes; C++ templates reach some 100,000. */
export const MAX_NAME: number = 1 << 18;

/** Position of the NUL that ends the name at `position`, or the end of the bytes. */
export function nameEnd(table: Uint8Array, position: number): number {
  const limit = Math.min(table.length, position + MAX_NAME);
  // Most names are short; a native search costs more to start than they take.
  const near = Math.min(limit, position + 48);
  for (let index = position; index < near; index++) if (table[index] === 0) return index;
  const found = table.subarray(near, limit).indexOf(0);
  return found < 0 ? limit : near + found;
}

/** Text of the bytes; nearly all names are ASCII, which needs no decoder. */
export function decodeName(table: Uint8Array, start: number, end: number): string {
  if (end - start > 512) return decodeUtf8Lossy(table.subarray(start, end));
  for (let index = start; index < end; index++) {
    if ((table[index] ?? 0) >= 0x80) return decodeUtf8Lossy(table.subarray(start, end));
  }
  return Reflect.apply(String.fromCharCode, undefined, table.subarray(start, end));
}

export function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

export function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return bytes.length >= prefix.length && bytesEqual(bytes.subarray(0, prefix.length), prefix);
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

/** Spaces to tildes: asked before a pattern of Unicode classes, which takes a millisecond to compile. */
export function isPlainAscii(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

/**
 * Text from a file made safe to print: control, format and lone surrogate characters are escaped,
 * so that a name in a wheel can't drive a terminal or forge a line of a report.
 */
export function printable(text: string): string {
  if (isPlainAscii(text)) return text;
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code <= 0xff ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
}

/** Order by code points, which is Python's and Rust's order of strings. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left === right) continue;
    // Surrogates stand for code points above U+FFFF, so they sort behind U+E000-U+FFFF.
    const surrogates = Number(isSurrogate(left)) - Number(isSurrogate(right));
    return surrogates !== 0 ? surrogates : left - right;
  }
  return a.length - b.length;
}

const SURROGATE = /[\ud800-\udfff]/;

/**
 * {@link compareText} for `texts`: the engine's own comparison, many times as fast, where none of them
 * has a character above U+FFFF, on which alone the two differ.
 */
export function textOrder(texts: Iterable<string>): (a: string, b: string) => number {
  for (const text of texts) if (SURROGATE.test(text)) return compareText;
  return (a, b) => (a < b ? -1 : a > b ? 1 : 0);
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
