/**
 * Instructions that refer to the header itself (`__dso_handle`, `_mh_dylib_header`): everything else
 * moves together and keeps its distances.
 */
import { S_ATTR } from "../constants.ts";
import type { Section } from "../read/segment.ts";
import { refuse } from "./refuse.ts";

export interface CodePatch {
  /** Byte offset in the section. */
  readonly at: number;
  /** The new 32 bits there. */
  readonly word: number;
}

const INSTRUCTIONS: number =
  (S_ATTR.S_ATTR_PURE_INSTRUCTIONS | S_ATTR.S_ATTR_SOME_INSTRUCTIONS) >>> 0;

export function isCode({ flags }: Section): boolean {
  return (flags & INSTRUCTIONS) !== 0;
}

interface CodePlace {
  /** Bytes of the section. */
  readonly bytes: Uint8Array;
  /** Its place in memory, from the header's. */
  readonly start: number;
  /** Bytes of the header and what follows it up to the first content. */
  readonly header: number;
  /** Bytes by which the section moves away from the header. */
  readonly shift: number;
}

/** `lea header(%rip), %r64`: the only form in which compilers take an address on x86-64. */
export function headerUsesX86({ bytes, start, header, shift }: CodePlace): readonly CodePatch[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const patches: CodePatch[] = [];
  for (let at = 3; at + 4 <= bytes.length; at++) {
    if (bytes[at - 2] !== 0x8d || ((bytes[at - 1] ?? 0) & 0xc7) !== 0x05) continue;
    if (((bytes[at - 3] ?? 0) & 0xf8) !== 0x48) continue;
    const distance = view.getInt32(at, true);
    const target = start + at + 4 + distance;
    if (target >= 0 && target < header) patches.push({ at, word: (distance - shift) >>> 0 });
  }
  return patches;
}

const ADRP_RANGE = 2 ** 20;

/** `adrp` and `add`, or `adr`. Pages are of 4096 bytes here, whatever the system's are. */
export function headerUsesArm64(place: CodePlace): readonly CodePatch[] {
  const { bytes, start, header, shift } = place;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const patches: CodePatch[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const word = view.getUint32(at, true);
    const kind = word & 0x9f00_0000;
    // adr, then adrp; JavaScript's operators give signed numbers.
    if (kind !== 0x1000_0000 && kind >>> 0 !== 0x9000_0000) continue;
    const immediate = immediateOf(word);
    if (kind === 0x1000_0000) {
      const target = start + at + immediate;
      if (target >= 0 && target < header) {
        patches.push({ at, word: withImmediate(word, immediate - shift) });
      }
      continue;
    }
    const page = Math.floor((start + at) / 4096) + immediate;
    if (page < 0 || page * 4096 >= header) continue;
    if (!usesHeader(view, at, page * 4096, header)) continue;
    patches.push({ at, word: withImmediate(word, immediate - shift / 4096) });
  }
  return patches;
}

function immediateOf(word: number): number {
  const high = (word >>> 5) & 0x7_ffff;
  const value = high * 4 + ((word >>> 29) & 3);
  return value >= ADRP_RANGE ? value - 2 * ADRP_RANGE : value;
}

function withImmediate(word: number, value: number): number {
  if (value < -ADRP_RANGE || value >= ADRP_RANGE) {
    throw refuse("grow", "an instruction could not reach the header any more");
  }
  const bits = value < 0 ? value + 2 * ADRP_RANGE : value;
  return ((word & 0x9f00_001f) | ((bits & 3) << 29) | ((bits >>> 2) << 5)) >>> 0;
}

/** Instructions after an `adrp` in which its register is used. */
const NEAR = 64;

/** Whether the address that is made of the page lies in the header: the page may hold code too. */
function usesHeader(view: DataView, at: number, page: number, header: number): boolean {
  const register = view.getUint32(at, true) & 0x1f;
  const end = Math.min(view.byteLength - 4, at + NEAR * 4);
  for (let next = at + 4; next <= end; next += 4) {
    const word = view.getUint32(next, true);
    if (((word >>> 5) & 0x1f) !== register) continue;
    const immediate = (word >>> 10) & 0xfff;
    // add (immediate, 64 bits), then loads and stores with an offset in units of their size.
    if ((word & 0xffc0_0000) >>> 0 === 0x9100_0000) return page + immediate < header;
    if ((word & 0x3b00_0000) === 0x3900_0000) {
      return page + immediate * 2 ** (word >>> 30) < header;
    }
  }
  throw refuse("grow", "an instruction refers to the first page in a way that is not understood");
}
