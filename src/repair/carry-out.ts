/** Does what a plan says, on a draft of the wheel. */
import { printable } from "../bytes.ts";
import type { Draft } from "../edit/draft.ts";
import { rehashLinks, renameLinkTargets } from "../edit/links.ts";
import type { PatchJob, Workshop } from "../edit/workshop.ts";
import type { Wheel } from "../wheel/open.ts";
import { modeOf, REGULAR_FILE } from "../zip/writer.ts";
import type { Companion, Graft, MemberEdits } from "./platform.ts";
import type { RepairRoots } from "./roots.ts";
import { rootOf } from "./roots.ts";
import type { WheelPlan } from "./wheel-plan.ts";
import { sbomPath, wheelFilePath } from "./wheel-plan.ts";

export interface CarryOutInput {
  readonly draft: Draft;
  readonly wheel: Wheel;
  readonly roots: RepairRoots;
  readonly workshop: Workshop;
}

/** Grafted libraries are made by us: their mode depends on no host. */
const LIBRARY_MODE = REGULAR_FILE | 0o755;

/** A file to patch, and the mode that it gets: `undefined`: its own. */
interface Work {
  readonly job: PatchJob;
  readonly mode: number | undefined;
}

/**
 * @returns what the user should know of it.
 * @throws RefusalError when a file can't be patched, or a member is damaged.
 */
export async function carryOut(
  { draft, wheel, roots, workshop }: CarryOutInput,
  plan: WheelPlan,
): Promise<readonly string[]> {
  const { native } = plan;
  const work = [
    ...native.members.map((member) => memberWork(wheel, member)),
    ...native.members.flatMap((member) => copyWork(wheel, member)),
    ...native.grafts.map((graft) => graftWork(roots, graft)),
    ...(native.companions ?? []).map((each) => companionWork(roots, each)),
  ];
  const patched = await workshop.patch(work.map(({ job }) => job));
  const notes = [...native.notes];
  const moved = new Map<string, string>();
  for (const { path, movesTo } of native.members) {
    if (movesTo === undefined) continue;
    moved.set(path, movesTo);
    draft.rename(path, movesTo);
  }
  for (const { path, bytes, mode } of native.files) draft.write(path, bytes, mode);
  renameLinkTargets(draft, moved);
  const digests = new Map<string, Uint8Array>();
  // In the plan's order, so that the archive does not depend on which finished first.
  for (const [index, { job, mode }] of work.entries()) {
    const { content, warnings = [] } = patched[index] ?? {};
    for (const warning of warnings) notes.push(`\`${printable(job.path)}\` ${warning}`);
    if (content === undefined) continue;
    draft.place(job.path, content, mode);
    digests.set(job.path, content.sha256);
  }
  rehashLinks(draft, digests);
  for (const { path, mode } of plan.modes) draft.setMode(path, mode);
  for (const tag of plan.removedTags) {
    notes.push(`the tag \`${tag}\` goes: it is not true of the repaired wheel`);
  }
  draft.name = plan.name;
  draft.write(wheelFilePath(draft), plan.wheelFile);
  if (plan.sbom !== undefined) draft.write(sbomPath(draft), plan.sbom);
  return notes;
}

function memberWork(wheel: Wheel, { path, movesTo, edits, executable }: MemberEdits): Work {
  const entry = wheel.index.byName.get(path);
  if (entry === undefined) throw new TypeError(`${path} is not a member`);
  return {
    job: { path: movesTo ?? path, edits, from: entry },
    mode: executable === true ? modeOf(entry) | 0o711 : undefined,
  };
}

/** Copies are new members, so they are written also where no edit changes them. */
function copyWork(wheel: Wheel, member: MemberEdits): readonly Work[] {
  const { job } = memberWork(wheel, member);
  const { copies = [] } = member;
  return copies.map((path) => ({ job: { ...job, path, isNew: true }, mode: LIBRARY_MODE }));
}

function graftWork(roots: RepairRoots, graft: Graft): Work {
  const { path, edits, from } = graft;
  const root = rootOf(roots, { ...graft, path: from });
  return { job: { path, edits, from: () => root.open(from) }, mode: LIBRARY_MODE };
}

function companionWork(roots: RepairRoots, { files, from, path }: Companion): Work {
  const root = rootOf(roots, { ...(files === undefined ? {} : { files }), path: from });
  const job = { path, edits: [], from: () => root.open(from), isPlain: true };
  return { job, mode: REGULAR_FILE | 0o644 };
}
