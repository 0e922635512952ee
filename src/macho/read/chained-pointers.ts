/** The chains of LC_DYLD_CHAINED_FIXUPS: pointers that each say where the next one is. */
import { FormatError } from "../../errors.ts";
import {
  DYLD_CHAINED_PTR,
  DYLD_CHAINED_PTR_START_MULTI,
  DYLD_CHAINED_PTR_START_NONE,
} from "../constants.ts";
import { ChainedFixupsHeader, type MachoContext } from "../layout.ts";

/** The chains of one segment. */
export interface ChainedSegment {
  /** Index of the segment. */
  readonly segment: number;
  readonly format: PointerFormat;
  readonly pageSize: number;
  /** Offset of the first pointer of each page; `null`: it has none. */
  readonly starts: readonly (number | null)[];
  /** Offset of `segment_offset`, a 64-bit number, in the table. */
  readonly offsetAt: number;
  readonly segmentOffset: bigint;
}

/** How a 64-bit pointer is packed. */
export interface PointerFormat {
  /** Bytes between two possible places. */
  readonly stride: number;
  readonly nextShift: bigint;
  readonly nextMask: bigint;
  readonly bindBit: bigint;
  /** `null`: pointers are not signed. */
  readonly authBit: bigint | null;
  readonly targetMask: bigint;
  /** The target is an offset from the file's beginning in memory, not an address. */
  readonly offset: boolean;
}

const PLAIN: PointerFormat = {
  stride: 4,
  nextShift: 51n,
  nextMask: 0xfffn,
  bindBit: 1n << 63n,
  authBit: null,
  targetMask: (1n << 36n) - 1n,
  offset: false,
};
const SIGNED: PointerFormat = {
  stride: 8,
  nextShift: 51n,
  nextMask: 0x7ffn,
  bindBit: 1n << 62n,
  authBit: 1n << 63n,
  targetMask: (1n << 43n) - 1n,
  offset: false,
};
const FORMATS: Readonly<Record<number, PointerFormat>> = {
  [DYLD_CHAINED_PTR.DYLD_CHAINED_PTR_64]: PLAIN,
  [DYLD_CHAINED_PTR.DYLD_CHAINED_PTR_64_OFFSET]: { ...PLAIN, offset: true },
  [DYLD_CHAINED_PTR.DYLD_CHAINED_PTR_ARM64E]: SIGNED,
  [DYLD_CHAINED_PTR.DYLD_CHAINED_PTR_ARM64E_USERLAND]: { ...SIGNED, offset: true },
  [DYLD_CHAINED_PTR.DYLD_CHAINED_PTR_ARM64E_USERLAND24]: { ...SIGNED, offset: true },
};
/** A signed pointer has a shorter target, which is always an offset. */
const AUTH_MASK = (1n << 32n) - 1n;

const RECORD = "dyld_chained_starts_in_segment";

function bad(problem: string, offset: number): FormatError {
  return new FormatError(problem, { format: "macho", record: RECORD, offset });
}

/** @throws FormatError when the table is damaged or of an unknown form. */
export function chainedSegments(
  table: Uint8Array,
  context: MachoContext,
): readonly ChainedSegment[] {
  const { starts_offset } = ChainedFixupsHeader.read(table, 0, context);
  const view = new DataView(table.buffer, table.byteOffset, table.length);
  const { littleEndian } = context;
  const need = (at: number, size: number): void => {
    if (at + size > table.length) throw bad("the starts of the chains are cut off", at);
  };
  need(starts_offset, 4);
  const count = view.getUint32(starts_offset, littleEndian);
  need(starts_offset + 4, count * 4);
  const segments: ChainedSegment[] = [];
  for (let segment = 0; segment < count; segment++) {
    const info = view.getUint32(starts_offset + 4 + segment * 4, littleEndian);
    if (info === 0) continue;
    const at = starts_offset + info;
    need(at, 22);
    const pages = view.getUint16(at + 20, littleEndian);
    need(at + 22, pages * 2);
    const format = FORMATS[view.getUint16(at + 6, littleEndian)];
    if (format === undefined) throw bad("the form of the pointers is unknown", at + 6);
    const starts = Array.from({ length: pages }, (_, page) => {
      const start = view.getUint16(at + 22 + page * 2, littleEndian);
      if (start === DYLD_CHAINED_PTR_START_NONE) return null;
      if ((start & DYLD_CHAINED_PTR_START_MULTI) !== 0) throw bad("a page has several chains", at);
      return start;
    });
    segments.push({
      segment,
      format,
      pageSize: view.getUint16(at + 4, littleEndian),
      starts,
      offsetAt: at + 8,
      segmentOffset: view.getBigUint64(at + 8, littleEndian),
    });
  }
  return segments;
}

/** A pointer that moves with the image. */
export interface ChainedPointer {
  /** Byte offset in the segment. */
  readonly at: number;
  readonly value: bigint;
  /** From the file's beginning in memory, or an address, as `offset` says. */
  readonly target: bigint;
  readonly targetMask: bigint;
  readonly offset: boolean;
}

/**
 * Visits the pointers of a segment that don't name a symbol.
 *
 * @param bytes the segment's content.
 * @throws FormatError when a chain leaves the segment.
 */
export function walkChains(
  bytes: Uint8Array,
  { format, pageSize, starts }: ChainedSegment,
  littleEndian: boolean,
  visit: (pointer: ChainedPointer) => void,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (const [page, start] of starts.entries()) {
    if (start === null) continue;
    for (let at = page * pageSize + start; ; ) {
      if (at + 8 > bytes.length) throw bad("a chain leaves its segment", at);
      const value = view.getBigUint64(at, littleEndian);
      if ((value & format.bindBit) === 0n) {
        const signed = format.authBit !== null && (value & format.authBit) !== 0n;
        const targetMask = signed ? AUTH_MASK : format.targetMask;
        const offset = signed || format.offset;
        visit({ at, value, target: value & targetMask, targetMask, offset });
      }
      const next = Number((value >> format.nextShift) & format.nextMask);
      if (next === 0) break;
      at += next * format.stride;
    }
  }
}
