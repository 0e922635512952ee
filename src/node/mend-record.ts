/** RECORD of a repaired wheel: right for every member, also where it was wrong before. */
import { createHash } from "node:crypto";
import { compareText, printable } from "../bytes.ts";
import type { Draft } from "../edit/draft.ts";
import { RefusalError } from "../errors.ts";
import type { Problem } from "../finding.ts";
import type { Wheel } from "../wheel/open.ts";
import type { ZipEntry } from "../zip/entry.ts";
import { streamMember } from "./stream.ts";

/** Rows that are missing or say nothing that an installer could check. */
const MENDED: ReadonlySet<string> = new Set(["REC003", "REC005", "REC006", "REC007", "REC009"]);
/** A row for a file that is not there. */
const NO_FILE = "REC004";

/** @param problems those of the input; a hash that differs is none of these, and refused before. */
export async function mendRecord(
  draft: Draft,
  wheel: Wheel,
  problems: readonly Problem[],
): Promise<void> {
  const mended = new Set<string>();
  for (const { code, path } of problems) {
    if (path === undefined || mended.has(path)) continue;
    if (code === NO_FILE) {
      draft.relist(path, undefined);
      mended.add(path);
    } else if (MENDED.has(code)) {
      const entry = wheel.index.byName.get(path);
      if (entry === undefined || entry.directory || path.endsWith(".dist-info/RECORD")) continue;
      const sha256 = await digestMember(wheel, entry);
      draft.relist(path, {
        size: entry.size,
        digest: (algorithm) => (algorithm === "sha256" ? sha256 : undefined),
      });
      mended.add(path);
    }
  }
  const [first] = [...mended].sort(compareText);
  if (first === undefined) return;
  const others = mended.size === 1 ? "" : ` and ${mended.size - 1} more`;
  draft.warnings.push(`RECORD was wrong about \`${printable(first)}\`${others}; it is mended`);
}

async function digestMember(wheel: Wheel, entry: ZipEntry): Promise<Uint8Array> {
  const hash = createHash("sha256");
  const problems = await streamMember(wheel.source)(entry, (bytes) => void hash.update(bytes));
  const [problem] = problems;
  if (problem === undefined) return hash.digest();
  throw new RefusalError(problem.code, `\`${entry.name}\` is damaged: ${problem.message}`);
}
