/**
 * About how small the steps of a shrink would make a wheel, without taking them: a few entries and
 * sections are compressed, and stand for all of their kind.
 */
import type { Effort, Zstd } from "../device-code/codec.ts";
import { decodePayload, encodePayload, isReadable, storedPayload } from "../device-code/codec.ts";
import type { DeviceEntry } from "../device-code/entry.ts";
import { FormatError } from "../errors.ts";
import type { FileSource } from "../runtime.ts";
import type { Source } from "../source.ts";
import { sliceSource } from "../source.ts";
import type { Wheel } from "../wheel/open.ts";
import type { ZipEntry } from "../zip/entry.ts";
import { dearRungs, gentleRungs } from "./budget.ts";
import { waitingBytes } from "./device-code.ts";
import { methodsOf } from "./device-methods.ts";
import type { LibraryTraits } from "./device-plan.ts";
import { keptEntries, traitsOf } from "./device-plan.ts";
import type { DeviceRegion } from "./inventory.ts";
import { deviceInventory, deviceRows } from "./inventory.ts";
import { readerFor } from "./reader.ts";
import type { ShrinkSettings } from "./settings.ts";
import { natives } from "./shrink.ts";
import { deflatedShare, strippable, strippableBytes } from "./strippable.ts";

/** Options of `shrink`, and about the bytes of the archive that they lead to. */
export interface Forecast {
  readonly options: string;
  readonly packed: number;
}

interface Library {
  /** Bytes in the archive that stripping takes out. */
  readonly strip: number;
  readonly regions: readonly DeviceRegion[];
  readonly traits: LibraryTraits;
}

/** @returns each step with all before it, the gentlest first, as `--target-size` takes them. */
export async function forecast(
  wheel: Wheel,
  settings: ShrinkSettings,
  tools: { readonly zstd: Zstd; open(entry: ZipEntry): Promise<FileSource> },
): Promise<readonly Forecast[]> {
  const samples = new Samples(tools.zstd, wheel.compression);
  const libraries: Library[] = [];
  for (const entry of natives(wheel)) {
    const source = await tools.open(entry);
    try {
      libraries.push(...look(source, wheel, samples));
    } finally {
      source.close();
    }
  }
  const strip = libraries.reduce((sum, library) => sum + library.strip, 0);
  const devices = libraries.map(({ regions, traits }) => {
    const entries = regions.flatMap(entriesOf);
    return { after: deviceRows(entries), waiting: waitingBytes(entries, traits, settings.device) };
  });
  const [asked, ...gentle] = gentleRungs(settings);
  const { size } = wheel.source;
  const steps: Forecast[] = [{ options: "--strip", packed: size - strip }];
  const rungs = [asked && { ...asked, options: "" }, ...gentle, ...dearRungs(settings, devices)];
  for (const rung of rungs.filter((each) => each !== undefined)) {
    let gained = strip;
    for (const library of libraries) gained += deviceGain(library, rung.settings, samples);
    steps.push({ options: rung.options, packed: Math.max(0, Math.round(size - gained)) });
  }
  return steps;
}

function look(source: Source, { compression }: Wheel, samples: Samples): readonly Library[] {
  const reader = readerFor(source);
  if (reader === undefined) return [];
  try {
    const native = reader.open(source);
    const regions = deviceInventory(source, native).regions.filter(({ fixed }) => fixed === null);
    for (const found of regions) {
      samples.take(sliceSource(source, found.region.start, found.region.size), entriesOf(found));
    }
    const needed = native.facts(() => false).slices.flatMap(({ dependencies }) => dependencies);
    const traits = traitsOf(
      regions.flatMap(({ containers }) => containers),
      needed.map(({ name }) => name),
    );
    const strip = strippableBytes(strippable(source, native), compression).packed;
    return [{ strip, regions, traits }];
  } catch (error) {
    if (error instanceof FormatError) return [];
    throw error;
  }
}

function entriesOf({ containers, pinned }: DeviceRegion): readonly DeviceEntry[] {
  return containers.slice(pinned).flatMap(({ entries }) => entries);
}

/** Bytes of the archive that a library's device code would take less. */
function deviceGain(
  { regions, traits }: Library,
  { device }: ShrinkSettings,
  samples: Samples,
): number {
  const methods = methodsOf(traits, device);
  let gained = 0;
  for (const { containers, pinned } of regions) {
    for (const container of containers.slice(pinned)) {
      const kept = new Set(keptEntries(container, device));
      for (const entry of container.entries) {
        const now = entry.storedSize * samples.packedShare(entry.codec);
        if (!kept.has(entry)) gained += now;
        const codec = kept.has(entry) ? methods(entry) : undefined;
        if (codec === undefined) continue;
        const share = samples.recodedShare(entry.codec, codec, device.effort);
        gained += Math.max(0, now - entry.storedSize * share);
      }
    }
  }
  return gained;
}

/** Entries of one method that stand for all of it, and the largest of them (bytes, decoded). */
const MOST_SAMPLES = 6;
const LARGEST_SAMPLE = 1 << 20;

interface Sample {
  readonly stored: Uint8Array;
  readonly payload: Uint8Array;
}

class Samples {
  readonly #zstd: Zstd;
  readonly #compression: Wheel["compression"];
  readonly #taken = new Map<DeviceEntry["codec"], Sample[]>();
  readonly #shares = new Map<string, number>();

  constructor(zstd: Zstd, compression: Wheel["compression"]) {
    this.#zstd = zstd;
    this.#compression = compression;
  }

  take(region: Source, entries: readonly DeviceEntry[]): void {
    const fit = entries.filter((entry) => isReadable(entry) && entry.size <= LARGEST_SAMPLE);
    const step = Math.max(1, fit.length / MOST_SAMPLES);
    for (let at = 0; at < fit.length; at += step) {
      const entry = fit[Math.floor(at)];
      if (entry === undefined) continue;
      const taken = this.#taken.get(entry.codec) ?? [];
      if (taken.length >= MOST_SAMPLES) continue;
      const stored = storedPayload(region, entry).slice();
      const payload = decodePayload(entry, stored, this.#zstd).slice();
      this.#taken.set(entry.codec, [...taken, { stored, payload }]);
    }
  }

  /** Bytes in the archive for each that is stored by a method. */
  packedShare(codec: DeviceEntry["codec"]): number {
    return this.#share(codec, ({ stored }) => deflatedShare(stored, this.#compression), codec);
  }

  /** Bytes in the archive for each that is stored by `from` now, once it is stored by `to`. */
  recodedShare(from: DeviceEntry["codec"], to: "lz4" | "zstd", effort: Effort): number {
    const recoded = ({ stored, payload }: Sample): number => {
      const into = new Uint8Array(stored.length);
      const smaller = encodePayload(payload, to, effort, this.#zstd, into) ?? stored;
      return (deflatedShare(smaller, this.#compression) * smaller.length) / stored.length;
    };
    return this.#share(from, recoded, `${from} ${to} ${effort}`);
  }

  #share(codec: DeviceEntry["codec"], of: (sample: Sample) => number, key: string): number {
    const known = this.#shares.get(key);
    if (known !== undefined) return known;
    const samples = this.#taken.get(codec) ?? [];
    let [part, whole] = [0, 0];
    for (const sample of samples) {
      part += of(sample) * sample.stored.length;
      whole += sample.stored.length;
    }
    const share = whole === 0 ? 1 : part / whole;
    this.#shares.set(key, share);
    return share;
  }
}
