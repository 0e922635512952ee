/** The records through which a library registers its containers: `.nvFatBinSegment`. */
import type { Source } from "../source.ts";
import { WRAPPER } from "./constants.ts";
import { FATBIN, type FatWrapper, FatWrapperRecord } from "./layout.ts";

export interface DeviceWrapper extends FatWrapper {
  /** Byte offset in the region. */
  readonly start: number;
}

/** Bytes of a wrapper. */
export const WRAPPER_SIZE: number = FatWrapperRecord.sizeOf(FATBIN.variant);
/** Records of so many are read, zeros between them counted as records. */
const MAX_WRAPPERS = 1 << 18;

/** Byte offset of the container's address inside a wrapper. */
export const WRAPPER_DATA: number = FatWrapperRecord.offsetOf(FATBIN.variant, "data");

/** Records begin at multiples of it; linkers for Windows leave zeros between them. */
const STEP = 8;

/** The records of the region, up to the first bytes that are neither a record nor zeros. */
export function readWrappers(region: Source): readonly DeviceWrapper[] {
  const bytes = region.read(0, Math.min(region.size, MAX_WRAPPERS * WRAPPER_SIZE));
  const wrappers: DeviceWrapper[] = [];
  for (let start = 0; start + WRAPPER_SIZE <= bytes.length; ) {
    const record = FatWrapperRecord.read(bytes, start, FATBIN);
    if (record.magic === WRAPPER.MAGIC) {
      wrappers.push({ ...record, start });
      start += WRAPPER_SIZE;
    } else {
      if (bytes.subarray(start, start + STEP).some((byte) => byte !== 0)) break;
      start += STEP;
    }
  }
  return wrappers;
}
