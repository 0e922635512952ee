/**
 * The architecture version of 32-bit Arm code whose build attributes are gone: by instructions that only
 * ARMv6T2 and ARMv7 have. Of the file with hard-float calls, that is: Thumb before Thumb-2 has no
 * floating point, so such code is ARM code or for ARMv7.
 *
 * Source: "ARM Architecture Reference Manual, ARMv7-A", A5 and A6.
 */
import type { Source } from "../../source.ts";
import { PF } from "../constants.ts";
import type { Segment } from "./segments.ts";

/** Bytes of code that are looked at. */
const MOST = 1 << 20;
/** Instructions for which one that is not ARMv6's may be a constant between them. */
const PER_CHANCE = 1000;

/** Tag_CPU_arch: 6 or 10; `undefined` where there is too little code to tell. */
export function guessCpuArch(source: Source, loads: readonly Segment[]): number | undefined {
  const load = loads.find(({ p_flags }) => (p_flags & PF.PF_X) !== 0);
  if (load === undefined) return undefined;
  const end = Math.min(load.p_offset + load.p_filesz, source.size);
  const start = Math.ceil(load.p_offset / 4) * 4;
  const length = Math.min(MOST, end - start) & ~3;
  if (length <= 0) return undefined;
  const bytes = source.read(start, length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  let [arm, newer, thumb] = [0, 0, 0];
  for (let at = 0; at < length; at += 4) {
    const word = view.getUint32(at, true);
    if (word >>> 28 === ALWAYS) arm++;
    if (isNewer(word)) newer++;
    if (isReturn(word & 0xffff) || isReturn(word >>> 16)) thumb++;
  }
  if (arm < LEAST && thumb < LEAST) return undefined;
  return thumb > arm / 8 || newer > arm / PER_CHANCE ? ARM_V7 : ARM_V6;
}

const ARM_V6 = 6;
const ARM_V7 = 10;
/** The condition of nearly all ARM instructions. */
const ALWAYS = 0xe;
/** Fewer say nothing. */
const LEAST = 4;

/** MOVW and MOVT; UBFX, SBFX, BFI and BFC; the barriers. */
function isNewer(word: number): boolean {
  if ((word & 0xffff_ff80) >>> 0 === 0xf57f_f000 && (word & 0x70) >= 0x40) return true;
  if (word >>> 28 !== ALWAYS) return false;
  const [move, field] = [(word >>> 20) & 0xff, (word >>> 21) & 0x7f];
  if (move === 0x30 || move === 0x34) return true;
  if (field === 0x3f || field === 0x3d) return (word & 0x70) === 0x50;
  return field === 0x3e && (word & 0x70) === 0x10;
}

/** `bx lr`, `push` with LR and `pop` with PC, as every Thumb function has them. */
function isReturn(half: number): boolean {
  return half === 0x4770 || half >>> 8 === 0xb5 || half >>> 8 === 0xbd;
}
