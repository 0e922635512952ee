/** Do the members that an edit copies have the bytes that RECORD says? */
import { toFindings } from "../audit/findings.ts";
import type { Draft } from "../edit/draft.ts";
import type { Finding, Problem } from "../finding.ts";
import { nodeCompression } from "../node/compression.ts";
import { findDistInfo } from "../wheel/dist-info.ts";
import type { Wheel } from "../wheel/open.ts";
import { checkRecordDigest, parseRecord, recordPlan } from "../wheel/record.ts";

/** Unpacked bytes of a wheel up to which unpacking it takes no longer than people notice. */
const CHECKED_BYTES = 64 << 20;

/**
 * Damage in members that stay as they are; nothing for wheels above 64 MiB, which only `audit`
 * unpacks.
 */
export async function damagedMembers(wheel: Wheel, draft: Draft): Promise<readonly Finding[]> {
  const { entries } = wheel.index;
  if (entries.reduce((sum, { size }) => sum + size, 0) > CHECKED_BYTES) return [];
  const record = wheel.read(`${findDistInfo(entries, wheel.file)}/RECORD`);
  const plan = recordPlan(record === undefined ? [] : parseRecord(record).rows);
  const copied = new Set(
    draft.members().flatMap(({ entry, bytes, content }) => {
      return entry === undefined || bytes !== undefined || content !== undefined ? [] : [entry];
    }),
  );
  // yauzl, which an edit in place never needs.
  const { streamMember } = await import("../node/stream.ts");
  const stream = streamMember(wheel.source);
  const problems: Problem[] = [];
  for (const entry of entries) {
    if (!copied.has(entry) || entry.broken || entry.directory) continue;
    const expected = plan.get(entry.name);
    const hasher = expected && nodeCompression.hasher(expected.algorithm);
    let size = 0;
    const found = await stream(entry, (bytes) => {
      hasher?.update(bytes);
      size += bytes.length;
    });
    problems.push(...found);
    if (found.length > 0 || hasher === undefined || expected === undefined) continue;
    problems.push(...checkRecordDigest(entry.name, expected, hasher.digest(), size));
  }
  return toFindings(problems);
}
