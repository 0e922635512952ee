/** Do the new tags say the truth of the wheel's content? An audit of the result tells. */
import { auditWheel, DEFAULT_AUDIT_OPTIONS } from "../audit/audit.ts";
import type { Wheel } from "../audit/wheel.ts";
import type { Built } from "../edit/draft.ts";
import { RefusalError } from "../errors.ts";
import type { Finding } from "../finding.ts";
import { createEngine } from "../node/engine.ts";
import type { Source } from "../source.ts";
import { layoutSource } from "../zip/writer.ts";

/** @throws RefusalError with the code of the first rule on tags that the new tags break and the old ones did not. */
export async function refuseContradiction(built: Built, wheel: Wheel): Promise<void> {
  const before = await tagFindings(wheel.source, wheel.file);
  const after = await tagFindings(layoutSource(built.layout), built.file);
  // The message names the tag: a claim that is false in another way is a new one.
  const fresh = after.find(
    ({ code, path, message }) =>
      !before.some(
        (known) => known.code === code && known.path === path && known.message === message,
      ),
  );
  if (fresh === undefined) return;
  throw new RefusalError(
    fresh.code,
    `the content contradicts the tags: ${fresh.path === undefined ? "" : `\`${fresh.path}\`: `}${fresh.message}`,
    "`--force` writes them all the same",
  );
}

async function tagFindings(source: Source, file: string): Promise<readonly Finding[]> {
  const engine = createEngine({ jobs: 1 });
  const opened = { ...engine, open: () => ({ ...source, close: () => {} }) };
  try {
    const { findings } = await auditWheel(file, opened, { ...DEFAULT_AUDIT_OPTIONS, hash: false });
    return findings.filter(({ code, level }) => level === "error" && /^(TAG|ABI|NAM)/.test(code));
  } finally {
    await engine.close();
  }
}
