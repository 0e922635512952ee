/** The archive of a draft: what changed is packed, and everything else keeps its raw bytes. */
import type { Wheel } from "../wheel/open.ts";
import { DOS_EPOCH, laterTime } from "../zip/dos-time.ts";
import type { ZipEntry } from "../zip/entry.ts";
import type { ArchiveLayout, DosTime, HostAttributes, Member } from "../zip/writer.ts";
import {
  DEFAULT_FILE_MODE,
  DOS_DIRECTORY,
  hasDescriptor,
  layoutArchive,
  modeOf,
  packMember,
  rewriteMember,
} from "../zip/writer.ts";
import type { Draft, MemberChange } from "./draft.ts";
import type { FinalMember } from "./draft-member.ts";

export interface BuildOptions {
  /** Of changed and new members; default: the newest time in the input. */
  readonly time?: DosTime;
  /** Members that don't change get the time too: whoever sets it wants a reproducible file. */
  readonly everyTime?: boolean;
  /** 0-9, default 6. */
  readonly level?: number;
  /** Members with data descriptors keep them, so that nothing moves. */
  readonly inPlace: boolean;
  /** Where anything changed, RECORD moves to the end (default: only when it would move anyway). */
  readonly recordLast?: boolean;
}

export interface Built {
  readonly file: string;
  readonly layout: ArchiveLayout;
  readonly members: readonly Member[];
  /** Member by member, for reports: old and new path where they differ. */
  readonly changes: readonly MemberChange[];
  /** What the user should know: a signature that was left out. */
  readonly notes: readonly string[];
  /** The same again, with padding so that the archive has at least `size` bytes. */
  padTo(size: number): ArchiveLayout;
}

/** Lays the archive out. @throws RefusalError when RECORD can't be rebuilt. */
export function assemble(draft: Draft, options: BuildOptions): Built {
  const { compression, source } = draft.input;
  const time = options.time ?? newestTime(draft.input.entries);
  const level = options.level ?? 6;
  const given = options.everyTime === true ? options.time : undefined;
  const notes = draft.finish();
  const [like] = draft.input.entries;
  const ordered = draft.members();
  if (options.recordLast === true && draft.changed()) {
    const record = ordered.findIndex(({ path }) => path === `${draft.distInfo}/RECORD`);
    if (record !== -1) ordered.push(...ordered.splice(record, 1));
  }
  const members = ordered.map((member): Member => {
    const { entry, path, bytes, content } = member;
    const mode = member.mode ?? (entry && modeOf(entry)) ?? DEFAULT_FILE_MODE;
    const attributes = attributesOf(member, mode, like);
    if (bytes !== undefined) {
      return {
        ...packMember({ name: path, bytes, time, level, mode }, compression),
        ...attributes,
      };
    }
    if (content !== undefined) {
      return { kind: "written", name: path, time, mode, ...content.packed, ...attributes };
    }
    if (entry === undefined) throw new TypeError(`${path} has no content`);
    const rewritten =
      path !== entry.name ||
      member.mode !== undefined ||
      (given !== undefined && !sameTime(entry, given)) ||
      (hasDescriptor(entry) && !options.inPlace);
    return rewritten
      ? {
          ...rewriteMember(entry, source, {
            name: path,
            mode,
            ...(given === undefined ? {} : { time: given }),
          }),
          ...attributes,
        }
      : { kind: "kept", entry, source };
  });
  const layout = layoutArchive(members);
  return {
    file: draft.file,
    layout,
    members,
    changes: draft.changes(),
    notes,
    padTo: (size) => padded(members, layout, size),
  };
}

function sameTime({ dosDate, dosTime }: ZipEntry, { date, time }: DosTime): boolean {
  return dosDate === date && dosTime === time;
}

/** The wheel as it is, byte for byte. */
export function copyOf({ file, source }: Wheel): Built {
  const { size } = source;
  const layout = { pieces: [{ source, start: 0, size }], size };
  return { file, layout, members: [], changes: [], notes: [], padTo: () => layout };
}

/** A member looks to readers as it did before, and a new one as its neighbours do. */
function attributesOf(
  { entry, mode: changed }: FinalMember,
  mode: number,
  like: ZipEntry | undefined,
): { readonly attributes?: HostAttributes } {
  if (entry !== undefined && changed === undefined) {
    const { versionMadeBy, internalAttributes, externalAttributes } = entry;
    return { attributes: { versionMadeBy, internalAttributes, externalAttributes } };
  }
  if (like === undefined) return {};
  const externalAttributes = ((mode << 16) | (entry?.directory ? DOS_DIRECTORY : 0)) >>> 0;
  const { versionMadeBy } = entry ?? like;
  return { attributes: { versionMadeBy, internalAttributes: 0, externalAttributes } };
}

/** The newest valid time among the entries. */
function newestTime(entries: readonly ZipEntry[]): DosTime {
  return entries
    .map(({ dosDate, dosTime }) => ({ date: dosDate, time: dosTime }))
    .reduce(laterTime, DOS_EPOCH);
}

/** An empty block that is stored: five bytes that inflate to nothing. */
const EMPTY_BLOCK = [0x00, 0x00, 0x00, 0xff, 0xff];

/**
 * Grows the last compressed new member by empty deflate blocks until the archive has `size` bytes,
 * so that it can be laid over a longer one in a single write.
 */
function padded(members: readonly Member[], layout: ArchiveLayout, size: number): ArchiveLayout {
  const missing = size - layout.size;
  if (missing <= 0) return layout;
  const at = members.findLastIndex(
    (member) => member.kind === "written" && member.method === 8 && "bytes" in member.data,
  );
  const member = members[at];
  if (member?.kind !== "written" || !("bytes" in member.data)) return layout;
  const blocks = Math.ceil(missing / EMPTY_BLOCK.length);
  const bytes = new Uint8Array(blocks * EMPTY_BLOCK.length + member.data.bytes.length);
  for (let block = 0; block < blocks; block++) bytes.set(EMPTY_BLOCK, block * EMPTY_BLOCK.length);
  bytes.set(member.data.bytes, blocks * EMPTY_BLOCK.length);
  return layoutArchive(
    members.with(at, { ...member, compressedSize: bytes.length, data: { bytes } }),
  );
}
