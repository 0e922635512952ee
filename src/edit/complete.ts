/** What every edit needs once it is made, before the archive is laid out: sound members and RECORD. */
import { toFindings } from "../audit/findings.ts";
import type { MemberStream } from "../runtime.ts";
import type { Wheel } from "../wheel/open.ts";
import { damagedMembers, memberDigests } from "./copied-members.ts";
import type { Draft } from "./draft.ts";
import type { RecordFaults } from "./record-mend.ts";
import { mendRecord, recordFaults } from "./record-mend.ts";
import { refuseDefects } from "./refused.ts";

export interface CompleteOptions {
  /** Unpacks members of the wheel. */
  readonly stream: MemberStream;
  /**
   * Bytes (unpacked) up to which every member is checked, and not only what the edit changes;
   * `undefined`: the edit has looked at all of them.
   */
  readonly limit: number | undefined;
  /** What is wrong with RECORD, where it is known already. */
  readonly faults?: RecordFaults;
}

/**
 * @returns what the user should know.
 * @throws RefusalError for a defect under which nothing is written.
 */
export async function completeDraft(
  draft: Draft,
  wheel: Wheel,
  { stream, limit, faults = recordFaults(draft) }: CompleteOptions,
): Promise<readonly string[]> {
  // Without them it is no wheel.
  draft.need(`${draft.distInfo}/METADATA`, "MET001");
  draft.need(`${draft.distInfo}/WHEEL`, "WHL001");
  const findings = [...toFindings(wheel.index.problems)];
  if (limit !== undefined) findings.push(...(await damagedMembers(wheel, draft, stream, limit)));
  refuseDefects(findings, stillIn(draft));
  return await mendRecord(draft, faults, memberDigests(wheel, stream));
}

/** True for the members of the input that the draft still has, by their old names. */
function stillIn(draft: Draft): (path: string) => boolean {
  const names = new Set(draft.members().map(({ entry }) => entry?.name));
  return (path) => names.has(path);
}
