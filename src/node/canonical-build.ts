/** `--canonical`: the archive of a draft in its reproducible form. */
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { createPool, TASKS } from "../../workers/pool.ts";
import type { Built } from "../edit/assemble.ts";
import type { Draft } from "../edit/draft.ts";
import type { Wheel } from "../wheel/open.ts";
import { createDeflater, poolThreads } from "./deflater.ts";
import type { RewriteOptions } from "./rewrite-wheel.ts";

/** @param folder where the result goes; large members are unpacked there on the way. */
export async function canonicalBuild(
  draft: Draft,
  wheel: Wheel,
  folder: string,
  { time, dryRun }: RewriteOptions,
): Promise<{ readonly built: Built; close(): void }> {
  const [{ buildCanonical }, { createRecompressor }] = await Promise.all([
    import("../edit/canonical.ts"),
    import("./recompress.ts"),
  ]);
  const jobs = availableParallelism();
  const pool = createPool(jobs - 1, TASKS, "deflate");
  const deflater = createDeflater(poolThreads(jobs, pool));
  const { recompress, close } = createRecompressor(wheel.source, {
    level: 6,
    deflater,
    // A dry run makes no folder for results.
    spoolBeside: join(dryRun ? tmpdir() : folder, draft.file),
  });
  try {
    const built = await buildCanonical(draft, {
      recompress,
      width: deflater.width,
      ...(time === undefined ? {} : { time }),
    });
    return { built, close };
  } catch (error) {
    close();
    throw error;
  } finally {
    await pool.close();
  }
}
