/** How each payload of a library may be stored, and which are worth the time. */
import { isReadable } from "../device-code/codec.ts";
import type { DeviceEntry } from "../device-code/entry.ts";
import { inOrder } from "../in-order.ts";
import type { Source } from "../source.ts";
import type { LibraryTraits } from "./device-plan.ts";
import { isRecodable, mayUseZstd } from "./device-plan.ts";
import type { DeviceTools } from "./device-tools.ts";
import type { RecodeWish } from "./recode.ts";
import type { DeviceSettings } from "./settings.ts";

/** What is to be done with a payload; `undefined`: it stays as it is stored. */
export type MethodsOf = (entry: DeviceEntry) => RecodeWish["codec"] | undefined;

/** What to do with each of `entries`, all that stay of a region. */
export async function chooseMethods(
  region: Source,
  entries: readonly DeviceEntry[],
  traits: LibraryTraits,
  settings: DeviceSettings,
  tools: DeviceTools,
): Promise<MethodsOf> {
  const all = methodsOf(traits, settings);
  const skipsZstd = await isCompressedBest(region, entries, traits, settings, tools);
  if (!skipsZstd) return all;
  return (entry) =>
    entry.codec === "zstd" && !isCleared(entry, settings) ? undefined : all(entry);
}

function isCleared({ kind }: DeviceEntry, { stripDebug }: DeviceSettings): boolean {
  return stripDebug && kind === "sass";
}

/** Smaller payloads (bytes, decoded) are no code, and there may be very many. */
const LEAST = 128;

/** zstd where drivers read it; else LZ4, which is slow and gains little on what is LZ4 already. */
export function methodsOf(traits: LibraryTraits, settings: DeviceSettings): MethodsOf {
  return (entry) => {
    const clears = isCleared(entry, settings);
    if (!(settings.recompress || clears) || !isRecodable(entry) || !isReadable(entry)) {
      return undefined;
    }
    if (entry.size < LEAST) return undefined;
    if (mayUseZstd(entry, traits, settings)) return "zstd";
    if (entry.codec === "raw" || clears || settings.effort === "best") return "lz4";
    return undefined;
  };
}

/** Entries that are tried before all that zstd made are stored again. */
const PROBES = 12;
/** Less than this part is not worth the time. */
const WORTH = 0.01;

/** True when what zstd made is as small as it gets: a few entries say so for all. */
async function isCompressedBest(
  region: Source,
  entries: readonly DeviceEntry[],
  traits: LibraryTraits,
  settings: DeviceSettings,
  tools: DeviceTools,
): Promise<boolean> {
  const made = entries.filter((entry) => entry.codec === "zstd" && isReadable(entry));
  if (!settings.recompress || made.length <= PROBES) return false;
  const step = made.length / PROBES;
  const chosen = Array.from({ length: PROBES }, (_, index) => made[Math.floor(index * step)]);
  const probing = { ...settings, stripDebug: false };
  const methods = methodsOf(traits, probing);
  let [before, gained] = [0, 0];
  const jobs = chosen.filter((entry) => entry !== undefined);
  for await (const [stored, gain] of inOrder(jobs, tools.width, async (entry) => {
    const codec = methods(entry);
    const result = codec && (await tools.recode(region, { entry, codec, ...probing }));
    const now = result?.payload?.bytes.length ?? entry.storedSize;
    result?.release();
    return [entry.storedSize, entry.storedSize - now] as const;
  })) {
    before += stored;
    gained += gain;
  }
  return gained < before * WORTH;
}
