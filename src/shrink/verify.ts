/** The last look at a shrunk wheel before it gets its name: every entry gives what it gave before. */
import { bytesEqual, printable } from "../bytes.ts";
import { isReadable } from "../device-code/codec.ts";
import type { DeviceEntry } from "../device-code/entry.ts";
import { targetName } from "../device-code/entry.ts";
import { RefusalError } from "../errors.ts";
import type { Source } from "../source.ts";
import { sliceSource } from "../source.ts";
import type { ExpectedEntry } from "./device-pack.ts";
import { storedDigest } from "./device-pack.ts";
import type { DeviceTools } from "./device-tools.ts";
import { deviceInventory } from "./inventory.ts";
import { readerFor } from "./reader.ts";
import type { ExpectedFile } from "./shrink.ts";

/**
 * @param file the member as it was written, unpacked.
 * @throws RefusalError (`shrink-verify`) when anything differs from what was planned.
 */
export async function verifyShrunk(
  file: Source,
  { path, regions }: ExpectedFile,
  tools: DeviceTools,
): Promise<void> {
  if (regions.length === 0) return;
  const fail = (what: string): RefusalError =>
    new RefusalError(
      "shrink-verify",
      `\`${printable(path)}\` would be wrong: ${what}`,
      "this is a bug in wheelkit: please report it",
    );
  const reader = readerFor(file);
  if (reader === undefined) throw fail("it is not a native file");
  const inventory = deviceInventory(file, reader.open(file));
  for (const { region, entries } of regions) {
    const found = inventory.regions.find((each) => each.region.name === region);
    if (found === undefined || found.fixed !== null) {
      throw fail(found?.fixed ?? `there is no \`${region}\``);
    }
    const now = found.containers.flatMap((container) => container.entries);
    if (now.length !== entries.length) {
      throw fail(`there are ${now.length} entries, not ${entries.length}`);
    }
    const bytes = sliceSource(file, found.region.start, found.region.size);
    for (let at = 0; at < now.length; at += tools.width) {
      const pairs = now.slice(at, at + tools.width).map((entry, index) => {
        const expected = entries[at + index];
        if (expected === undefined) throw fail("an entry is missing");
        return isSame(bytes, entry, expected, tools);
      });
      if ((await Promise.all(pairs)).includes(false)) {
        throw fail(`an entry between ${at} and ${at + tools.width} is not what it was`);
      }
    }
  }
}

async function isSame(
  region: Source,
  entry: DeviceEntry,
  { entry: expected, sha256, decoded }: ExpectedEntry,
  tools: DeviceTools,
): Promise<boolean> {
  if (
    targetName(entry) !== targetName(expected) ||
    entry.rawKind !== expected.rawKind ||
    entry.flags !== expected.flags ||
    entry.codec !== expected.codec ||
    entry.major !== expected.major ||
    entry.minor !== expected.minor
  ) {
    return false;
  }
  if (!decoded) return bytesEqual(storedDigest(region, entry, tools), sha256);
  return isReadable(entry) && bytesEqual(await tools.decodedDigest(region, entry), sha256);
}
