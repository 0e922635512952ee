/** `--canonical`: the archive of a draft in its reproducible form. */
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import type { Built } from "../edit/assemble.ts";
import type { Draft } from "../edit/draft.ts";
import type { Wheel } from "../wheel/open.ts";
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
  const { recompress, close } = createRecompressor(wheel.source, {
    level: 6,
    jobs: availableParallelism(),
    // A dry run makes no folder for results.
    spoolBeside: join(dryRun ? tmpdir() : folder, draft.file),
  });
  try {
    const built = await buildCanonical(draft, {
      recompress,
      ...(time === undefined ? {} : { time }),
    });
    return { built, close };
  } catch (error) {
    close();
    throw error;
  }
}
