/** Do the new tags say the truth of the wheel's content? An audit of the result tells. */
import type { Inspection } from "../audit/audit.ts";
import { DEFAULT_AUDIT_OPTIONS, inspectWheel, judgeWheel } from "../audit/audit.ts";
import { toFindings } from "../audit/findings.ts";
import type { Built } from "../edit/assemble.ts";
import { RefusalError } from "../errors.ts";
import type { Finding } from "../finding.ts";
import { createEngine } from "../node/engine.ts";
import type { Wheel } from "../wheel/open.ts";
import { openWheel } from "../wheel/open.ts";
import { layoutSource } from "../zip/writer.ts";

/**
 * The first rule on tags that the new tags break and the old ones did not; the old ones are judged only
 * where there is one. New tags change no member that has native code, so that those are looked at once.
 */
async function findContradiction(built: Built, wheel: Wheel): Promise<Finding | undefined> {
  const engine = createEngine();
  // RECORD is another one afterwards.
  const { record: _, ...inspection } = await inspectWheel(wheel, wheel.file, wheel.source, engine, {
    hash: false,
  });
  const result = openWheel(layoutSource(built.layout), built.file, engine.compression);
  const after = tagFindings(result, inspection);
  if (after.length === 0) return undefined;
  const before = tagFindings(wheel, inspection);
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

function tagFindings(wheel: Wheel, inspection: Inspection): readonly Finding[] {
  const { problems } = judgeWheel(wheel, inspection, DEFAULT_AUDIT_OPTIONS);
  const findings = toFindings(problems, DEFAULT_AUDIT_OPTIONS.findings);
  return findings.filter(({ code, level }) => level === "error" && /^(TAG|ABI)/.test(code));
}
