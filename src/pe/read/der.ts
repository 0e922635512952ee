/** DER, as far as a signature's digest needs it. ITU-T X.690. */

export interface DerValue {
  /** The identifier octet. */
  readonly tag: number;
  readonly content: Uint8Array;
}

export const DER_SEQUENCE = 0x30;
export const DER_OCTETS = 0x04;
export const DER_OID = 0x06;
/** `[0]`, constructed. */
export const DER_CONTEXT_0 = 0xa0;

/** Values that are looked at in one sequence; those that are needed come first. */
const MAX_VALUES = 16;

/** The values at the beginning of `bytes`, up to what is cut or of indefinite length. */
export function derValues(bytes: Uint8Array): readonly DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at + 2 <= bytes.length && values.length < MAX_VALUES; ) {
    const tag = bytes[at] ?? 0;
    const first = bytes[at + 1] ?? 0;
    at += 2;
    let length = first;
    if (first >= 0x80) {
      const width = first - 0x80;
      if (width === 0 || width > 4) return values;
      length = 0;
      for (let index = 0; index < width; index++) length = length * 256 + (bytes[at + index] ?? 0);
      at += width;
    }
    if (at + length > bytes.length) return values;
    values.push({ tag, content: bytes.subarray(at, at + length) });
    at += length;
  }
  return values;
}

/** The value that one comes to through the `tags`, each the first of its kind inside the one before. */
export function derPath(bytes: Uint8Array, tags: readonly number[]): Uint8Array | undefined {
  let content: Uint8Array = bytes;
  for (const tag of tags) {
    const found = derValues(content).find((value) => value.tag === tag);
    if (found === undefined) return undefined;
    content = found.content;
  }
  return content;
}
