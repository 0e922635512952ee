/** URL-safe base64 without padding (RFC 4648 §5), as RECORD has it. */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/** Value of each ASCII character; 64 for those outside the alphabet. */
const VALUES = new Uint8Array(128).fill(64);
for (let value = 0; value < ALPHABET.length; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

/** Longer texts are no digest. */
const MAX_LENGTH = 1024;

export function encodeBase64Url(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const bits = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += ALPHABET.charAt(bits >> 18) + ALPHABET.charAt((bits >> 12) & 63);
    if (left > 1) text += ALPHABET.charAt((bits >> 6) & 63);
    if (left > 2) text += ALPHABET.charAt(bits & 63);
  }
  return text;
}

/**
 * How many bytes the text stands for; `undefined` for another alphabet, an impossible length or set
 * bits behind the last byte.
 */
export function base64UrlLength(text: string): number | undefined {
  if (text.length % 4 === 1 || text.length > MAX_LENGTH) return undefined;
  let last = 0;
  for (let index = 0; index < text.length; index++) {
    last = VALUES[text.charCodeAt(index)] ?? 64;
    if (last === 64) return undefined;
  }
  const spare = (text.length * 6) % 8;
  return (last & ((1 << spare) - 1)) === 0 ? Math.floor((text.length * 3) / 4) : undefined;
}

/** The bytes; `undefined` where {@link base64UrlLength} is. */
export function decodeBase64Url(text: string): Uint8Array | undefined {
  const length = base64UrlLength(text);
  if (length === undefined) return undefined;
  const bytes = new Uint8Array(length);
  let bits = 0;
  let count = 0;
  let at = 0;
  for (let index = 0; index < text.length; index++) {
    bits = ((bits << 6) | (VALUES[text.charCodeAt(index)] ?? 0)) & 0xffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes[at++] = (bits >> count) & 0xff;
    }
  }
  return bytes;
}
