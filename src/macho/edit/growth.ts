/** How far things move when a header grows. */
import type { Splice } from "../../rewrite.ts";
import type { MachoImage } from "../read/image.ts";

export interface Growth {
  readonly image: MachoImage;
  /** Where the first content was, from the header: what is before it stays. */
  readonly first: number;
  /** Bytes that come in between. */
  readonly shift: number;
  /** Address of the header. */
  readonly base: bigint;
}

/** The new distance from the header. */
export function moved({ first, shift }: Growth, offset: number): number {
  return offset >= first ? offset + shift : offset;
}

export function movedAddress(growth: Growth, address: bigint): bigint {
  const offset = address - growth.base;
  return offset >= BigInt(growth.first) ? address + BigInt(growth.shift) : address;
}

export function patch(at: number, bytes: Uint8Array, what: string): Splice {
  return { at, remove: bytes.length, zeros: 0, bytes, what };
}
