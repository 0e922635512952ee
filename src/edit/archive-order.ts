/** Where members lie in the archive of an edited wheel. */
import type { FinalMember } from "./draft-member.ts";
import { isTouched } from "./draft-member.ts";

/**
 * New files come right before dist-info. Where dist-info is at the end, its members stay in their
 * order; else those that changed move to the end (PEP 427), so that the next edit finds them there.
 */
export function archiveOrder(members: readonly FinalMember[], distInfo: string): FinalMember[] {
  const record = `${distInfo}/RECORD`;
  const inInfo = ({ path }: FinalMember): boolean => path.startsWith(`${distInfo}/`);
  const present = members.filter(({ entry }) => entry !== undefined);
  const added = members.filter(({ entry }) => entry === undefined);
  const firstInfo = present.findIndex(inInfo);
  const lastOther = present.findLastIndex((member) => !inInfo(member));
  const atEnd = firstInfo === -1 || lastOther < firstInfo;
  const isBehind = (member: FinalMember, at: number): boolean =>
    at > lastOther || (!atEnd && inInfo(member) && isTouched(member));
  const behind = present.filter(isBehind);
  const newInfo = added.filter(inInfo);
  if (behind.at(-1)?.path === record) behind.splice(-1, 0, ...newInfo);
  else behind.push(...newInfo);
  if (!atEnd) {
    const own = behind.findIndex(({ path }) => path === record);
    if (own !== -1) behind.push(...behind.splice(own, 1));
  }
  return [
    ...present.filter((member, at) => !isBehind(member, at)),
    ...added.filter((member) => !inInfo(member)),
    ...behind,
  ];
}
