/** Two wheels that are files, fused into another file. */
import { basename, join } from "node:path";
import { DEFAULT_NATIVE_OPTIONS } from "../audit/options.ts";
import { assemble } from "../edit/assemble.ts";
import { openDraft } from "../edit/open-draft.ts";
import type { Workshop } from "../edit/workshop.ts";
import type { Fused, Taken } from "../repair/fuse/fuse.ts";
import { fuseWheels } from "../repair/fuse/fuse.ts";
import { verifyRepair } from "../repair/verify.ts";
import { openSoundWheel } from "../wheel/open.ts";
import { nodeCompression } from "./compression.ts";
import type { NodeEngine } from "./engine.ts";
import type { RewriteOptions, Rewritten } from "./rewrite-wheel.ts";
import { refuseFileName, rewriteWheel } from "./rewrite-wheel.ts";
import type { WitnessedFile } from "./witness.ts";
import { openWitnessed } from "./witness.ts";
import { createWorkshop } from "./workshop.ts";

export interface FuseRun {
  readonly engine: NodeEngine;
  readonly write: RewriteOptions;
  readonly taken: Taken;
  /** 0-9. */
  readonly level: number;
  readonly jobs: number;
}

/** @throws RefusalError when the wheels don't fit together; nothing was written then. */
export async function fuseFiles(
  path: string,
  other: string,
  { engine, write, taken, level, jobs }: FuseRun,
): Promise<Rewritten> {
  const { wheelDir, dryRun, time } = write;
  let workshop: Workshop | undefined;
  let fused: Fused | undefined;
  let source: WitnessedFile | undefined;
  // What is planned again begins with both wheels as they are then.
  const close = (): void => {
    workshop?.close();
    source?.close();
  };
  refuseFileName(other);
  try {
    return await rewriteWheel(path, write, {
      hasNoInPlace: true,
      inspects: true,
      allowed: ["NAM006"],
      async edit(draft, wheel) {
        close();
        source = await openWitnessed(other);
        const second = openSoundWheel(source, basename(other), nodeCompression);
        workshop = createWorkshop({
          archive: wheel.source,
          level,
          splices: false,
          jobs,
          deflater: engine.deflater,
          beside: join(wheelDir, wheel.file),
          dryRun,
          takeMember: () => undefined,
          indexMember: async () => undefined,
        });
        const sides = {
          first: { wheel, name: draft.name, path },
          second: { wheel: second, name: openDraft(second).name, path: other },
        };
        try {
          fused = await fuseWheels({ draft, ...sides, taken, workshop }, engine);
        } finally {
          source.check();
        }
        return fused.notes;
      },
      async build(draft) {
        const when = time === undefined ? {} : { time, everyTime: true };
        const built = assemble(draft, { inPlace: false, level, recordLast: true, ...when });
        return { built, close() {} };
      },
      async verify(temporary, built, copy) {
        source?.checkCopy(built.layout, copy);
        source?.check();
        if (fused === undefined) return;
        const { before, judged } = fused;
        const check = { before, inputs: judged, native: DEFAULT_NATIVE_OPTIONS, updateTags: true };
        await verifyRepair({ ...check, path: temporary, built }, engine);
      },
    });
  } finally {
    close();
  }
}
