/** The parts of a file that stripping leaves out, and about what they take. */
import type { OpenNative } from "../format.ts";
import type { Compression } from "../runtime.ts";
import type { Source } from "../source.ts";
import { sliceSource } from "../source.ts";

/** A part of a file that only people read. */
export interface StrippableRegion {
  readonly name: string;
  /** Bytes, and about what they take in the archive. */
  readonly size: number;
  readonly sample: Uint8Array;
}

/** Names of what strippers leave out; only its share of the gain is told from it. */
const STRIPPABLE = /^(?:\.symtab|\.strtab|\.z?debug_.*|\.comment|__DWARF,.*)$/;
/** Bytes of a region that are compressed to see what it takes. */
const SAMPLE = 1 << 18;

export function strippable(source: Source, native: OpenNative): readonly StrippableRegion[] {
  return native
    .regions()
    .filter(({ name, size }) => STRIPPABLE.test(name) && size > 0)
    .map(({ name, start, size }) => {
      const middle = start + Math.max(0, Math.floor((size - SAMPLE) / 2));
      const length = Math.min(SAMPLE, size);
      return { name, size, sample: sliceSource(source, middle, length).read(0, length).slice() };
    });
}

/** What the regions take, of the archive as far as their samples tell. */
export function strippableBytes(
  regions: readonly StrippableRegion[],
  compression: Pick<Compression, "deflateRaw">,
): { readonly packed: number; readonly size: number } {
  let [packed, size] = [0, 0];
  for (const region of regions) {
    packed += Math.round(deflatedShare(region.sample, compression) * region.size);
    size += region.size;
  }
  return { packed, size };
}

/** The part of the bytes that is left when they are deflated. */
export function deflatedShare(
  sample: Uint8Array,
  { deflateRaw }: Pick<Compression, "deflateRaw">,
): number {
  return sample.length === 0 ? 1 : Math.min(1, deflateRaw(sample, 6).length / sample.length);
}
