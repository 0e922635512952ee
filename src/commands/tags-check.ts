/** Do the new tags say the truth of the wheel's content? An audit of the result tells. */
import { auditWheel, DEFAULT_AUDIT_OPTIONS } from "../audit/audit.ts";
import type { Built } from "../edit/assemble.ts";
import { RefusalError } from "../errors.ts";
import type { Finding } from "../finding.ts";
import { createEngine } from "../node/engine.ts";
import type { Source } from "../source.ts";
import type { Wheel } from "../wheel/open.ts";
import { layoutSource } from "../zip/writer.ts";

/** The first rule on tags that the new tags break and the old ones did not. */
async function findContradiction(built: Built, wheel: Wheel): Promise<Finding | undefined> {
  const before = await tagFindings(wheel.source, wheel.file);
  const after = await tagFindings(layoutSource(built.layout), built.file);
  // The message names the tag: a claim that is false in another way is a new one.
  return after.find(
    ({ code, path, message }) =>
      !before.some(
        (known) => known.code === code && known.path === path && known.message === message,
      ),
  );
}

export const FORCE_HINT = "`--force` writes them all the same";

/**
 * @param force warns where it would refuse.
 * @returns the warning.
 * @throws RefusalError with the code of the rule.
 */
export async function checkTruth(
  built: Built,
  wheel: Wheel,
  force: boolean,
): Promise<readonly string[]> {
  const found = await findContradiction(built, wheel);
  if (found === undefined) return [];
  const where = found.path === undefined ? "" : `\`${found.path}\`: `;
  const message = `the content contradicts the tags: ${where}${found.message}`;
  if (!force) {
    throw new RefusalError(found.code, message, FORCE_HINT);
  }
  return [`${message} [${found.code}]`];
}

async function tagFindings(source: Source, file: string): Promise<readonly Finding[]> {
  const engine = createEngine({ jobs: 1 });
  const opened = { ...engine, open: () => ({ ...source, close: () => {} }) };
  try {
    const { findings } = await auditWheel(file, opened, { ...DEFAULT_AUDIT_OPTIONS, hash: false });
    return findings.filter(({ code, level }) => level === "error" && /^(TAG|ABI)/.test(code));
  } finally {
    await engine.close();
  }
}
