/** Entries of device code that are left out, and about what they take in the archive. */
import type { DeviceEntry } from "../device-code/entry.ts";
import type { Compression } from "../runtime.ts";
import type { Source } from "../source.ts";
import { sliceSource } from "../source.ts";
import type { Gain, StepName } from "./gains.ts";
import { deflatedShare } from "./strippable.ts";

/** Why an entry is left out. */
export type DropStep = Extract<StepName, "drop-archs" | "ptx" | "drop-linked-duplicates">;

export interface LeftOut {
  readonly entry: DeviceEntry;
  readonly step: DropStep;
}

/** Entries of one step that stand for all of it, and the part of each (bytes) that is compressed. */
const MOST_SAMPLES = 24;
const LARGEST_SAMPLE = 1 << 16;

/** One for each step: bytes as they are stored, and about what they take once they are deflated. */
export function leftOutGains(
  region: Source,
  all: readonly LeftOut[],
  compression: Pick<Compression, "deflateRaw">,
): readonly Gain[] {
  return [...new Set(all.map(({ step }) => step))].map((step) => {
    const entries = all.filter((each) => each.step === step).map(({ entry }) => entry);
    const size = entries.reduce(
      (sum, { headerSize, payloadSize }) => sum + headerSize + payloadSize,
      0,
    );
    const share = sampledShare(region, entries, compression);
    return { step, gained: { packed: Math.round(size * share), size } };
  });
}

function sampledShare(
  region: Source,
  entries: readonly DeviceEntry[],
  compression: Pick<Compression, "deflateRaw">,
): number {
  const step = Math.max(1, entries.length / MOST_SAMPLES);
  let [part, whole] = [0, 0];
  for (let at = 0; at < entries.length; at += step) {
    const entry = entries[Math.floor(at)];
    if (entry === undefined) continue;
    const { start, headerSize, storedSize } = entry;
    const length = Math.min(storedSize, LARGEST_SAMPLE);
    const middle = start + headerSize + Math.floor((storedSize - length) / 2);
    const sample = sliceSource(region, middle, length).read(0, length).slice();
    // Small ones lie among others like them, but count for what they hold.
    part += deflatedShare(sample, compression) * storedSize;
    whole += storedSize;
  }
  return whole === 0 ? 1 : part / whole;
}
