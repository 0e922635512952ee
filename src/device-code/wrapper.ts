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
/** Records that a damaged region may claim. */
const MAX_WRAPPERS = 1 << 18;

/** Byte offset of the container's address inside a wrapper. */
export const WRAPPER_DATA: number = FatWrapperRecord.offsetOf(FATBIN.variant, "data");

/** The records of the region, up to the first bytes that are none. */
export function readWrappers(region: Source): readonly DeviceWrapper[] {
  const count = Math.min(MAX_WRAPPERS, Math.floor(region.size / WRAPPER_SIZE));
  const bytes = region.read(0, count * WRAPPER_SIZE);
  const wrappers: DeviceWrapper[] = [];
  for (let start = 0; start < bytes.length; start += WRAPPER_SIZE) {
    const record = FatWrapperRecord.read(bytes, start, FATBIN);
    if (record.magic !== WRAPPER.MAGIC) break;
    wrappers.push({ ...record, start });
  }
  return wrappers;
}
