/** Members that nothing changed, deflated again where that makes them smaller. */
import type { Built } from "../edit/assemble.ts";
import { inOrder } from "../in-order.ts";
import type { ZipEntry } from "../zip/entry.ts";
import { DEFLATED } from "../zip/layout.ts";
import type { Member, PackedData } from "../zip/writer.ts";
import { layoutArchive, modeOf } from "../zip/writer.ts";

/** Smaller members (bytes, packed) gain nothing to speak of. */
const LEAST = 1 << 10;

/**
 * @param recompress inflates a member, checks it and deflates it.
 * @param width members in the making at once.
 * @returns the archive, and bytes gained.
 */
export async function repackMembers(
  built: Built,
  recompress: (entry: ZipEntry) => Promise<PackedData>,
  width: number,
): Promise<{ readonly built: Built; readonly gained: number }> {
  const members: Member[] = [];
  let gained = 0;
  const work = async (
    member: Member,
  ): Promise<{ readonly member: Member; readonly packed: PackedData | undefined }> => ({
    member,
    packed:
      member.kind === "kept" && isWorthIt(member.entry)
        ? await recompress(member.entry)
        : undefined,
  });
  for await (const { member, packed } of inOrder(built.members, width, work)) {
    if (member.kind !== "kept" || packed === undefined) {
      members.push(member);
      continue;
    }
    const { entry } = member;
    if (packed.compressedSize >= entry.compressedSize) {
      members.push(member);
      continue;
    }
    gained += entry.compressedSize - packed.compressedSize;
    const { versionMadeBy, internalAttributes, externalAttributes } = entry;
    members.push({
      ...packed,
      kind: "written",
      name: entry.name,
      time: { date: entry.dosDate, time: entry.dosTime },
      mode: modeOf(entry),
      attributes: { versionMadeBy, internalAttributes, externalAttributes },
    });
  }
  if (gained === 0) return { built, gained };
  const layout = layoutArchive(members);
  return { built: { ...built, members, layout, padTo: () => layout }, gained };
}

function isWorthIt({ directory, broken, method, compressedSize }: ZipEntry): boolean {
  return !directory && !broken && method === DEFLATED && compressedSize >= LEAST;
}
