/** Which step of `shrink` would bring a wheel below the limit of `audit --max-size`. */
import { basename } from "node:path";
import { FormatError, RefusalError } from "../errors.ts";
import { nodeCompression } from "../node/compression.ts";
import { openFile } from "../node/file.ts";
import { unpackMember } from "../node/spool.ts";
import { loadZstd } from "../node/zstd.ts";
import { formatSize } from "../report/reported.ts";
import { forecast } from "../shrink/forecast.ts";
import { openWheel } from "../wheel/open.ts";
import { readShrink } from "./shrink-options.ts";

/**
 * @param limit bytes.
 * @returns nothing for a wheel that can't be unpacked: that is said elsewhere.
 */
export async function stepBelow(path: string, limit: number): Promise<string | undefined> {
  const archive = openFile(path);
  try {
    const wheel = openWheel(archive, basename(path), nodeCompression);
    const steps = await forecast(wheel, readShrink({}).settings, {
      zstd: await loadZstd(),
      open: (entry) => unpackMember(archive, entry),
    });
    const reached = steps.find(({ packed }) => packed <= limit);
    const best = reached ?? steps.reduce((a, b) => (b.packed < a.packed ? b : a));
    if (best.packed >= archive.size) return undefined;
    const command = `wheelkit shrink ${best.options}`.trim();
    const size = formatSize(best.packed);
    return reached === undefined
      ? `no step of \`shrink\` reaches the limit: \`${command}\` would leave about ${size}`
      : `\`${command}\` would make it about ${size}`;
  } catch (error) {
    if (error instanceof FormatError || error instanceof RefusalError) return undefined;
    throw error;
  } finally {
    archive.close();
  }
}
