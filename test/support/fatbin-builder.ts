/** Builds fat binaries: containers with entries whose fields can be wrong on purpose. */
import { concatBytes } from "../../src/bytes.ts";
import { CONTAINER, FLAG, KIND } from "../../src/device-code/constants.ts";
import { FATBIN, FatContainerRecord, FatEntryRecord } from "../../src/device-code/layout.ts";

export interface EntrySpec {
  readonly kind?: number;
  readonly arch?: number;
  readonly flags?: number;
  readonly payload: Uint8Array;
  /** Bytes of the payload once decoded; given for what is compressed. */
  readonly size?: number;
  readonly major?: number;
  readonly minor?: number;
  /** Bytes behind the fixed header. */
  readonly tail?: Uint8Array;
  readonly fields?: Readonly<Record<string, number | bigint>>;
}

const EMPTY = new Uint8Array(0);

export function fatEntry(spec: EntrySpec): Uint8Array {
  const { payload, size, tail = EMPTY, kind = KIND.ELF, arch = 80, fields = {} } = spec;
  const padded = Math.ceil(payload.length / 8) * 8;
  const header = FatEntryRecord.encode(FATBIN, {
    kind,
    version: 0x101,
    header_size: 64 + tail.length,
    payload_size: padded,
    compressed_size: size === undefined ? 0 : payload.length,
    options_off: 0,
    minor: spec.minor ?? 7,
    major: spec.major ?? 1,
    arch,
    ident_off: 0,
    ident_len: 0,
    flags: spec.flags ?? FLAG.BITS_64 | 0x10,
    flags_high: 0,
    key: 0n,
    decompressed_size: size ?? 0,
    ...fields,
  });
  return concatBytes([header, tail, payload, new Uint8Array(padded - payload.length)]);
}

export function fatContainer(
  entries: readonly Uint8Array[],
  fields: Readonly<Record<string, number>> = {},
): Uint8Array {
  const body = concatBytes(entries);
  const header = FatContainerRecord.encode(FATBIN, {
    magic: CONTAINER.MAGIC,
    version: 1,
    header_size: 16,
    fat_size: body.length,
    ...fields,
  });
  return concatBytes([header, body]);
}

/** Bytes like machine code: instructions of 16 bytes, most of them as one before with another operand. */
export function cubinLike(size: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 16;
  };
  for (let at = 0; at < size; at += 16) {
    const source = at - 16 * (1 + (next() % 64));
    const copies = next() % 4 !== 0 && source >= 0;
    for (let index = at; index < Math.min(size, at + 16); index++) {
      bytes[index] = copies ? (bytes[source + index - at] ?? 0) : next();
    }
    bytes[at] = next();
  }
  return bytes;
}
