/**
 * The reproducible form of a wheel: what does not matter to whom installs it is the same in every
 * build. Members in code point order with `.dist-info` at the end and RECORD last, no entries for
 * folders, one time, modes 0644 and 0755, one compression, RECORD sorted.
 */
import { compareText } from "../bytes.ts";
import { inOrder } from "../in-order.ts";
import { parseRecord } from "../wheel/record.ts";
import { DOS_EPOCH } from "../zip/dos-time.ts";
import type { ZipEntry } from "../zip/entry.ts";
import type { DosTime, Member, PackedData } from "../zip/writer.ts";
import { layoutArchive, modeOf, packMember, REGULAR_FILE } from "../zip/writer.ts";
import type { Built } from "./assemble.ts";
import type { Draft } from "./draft.ts";
import type { FinalMember } from "./draft-member.ts";

export interface CanonicalOptions {
  /** Default: 1980-01-01, for the input's own times differ from build to build. */
  readonly time?: DosTime;
  /** Inflates a member and compresses it again, as every other. */
  recompress(entry: ZipEntry): Promise<PackedData>;
  /** Members in the making at once. */
  readonly width: number;
}

const LEVEL = 6;
const FILE_TYPE = 0o170000;

export async function buildCanonical(draft: Draft, options: CanonicalOptions): Promise<Built> {
  const time = options.time ?? DOS_EPOCH;
  const record = `${draft.distInfo}/RECORD`;
  const notes = draft.finish(true);
  draft.write(record, canonicalRecord(draft.need(record, "REC001"), record));
  const members: Member[] = [];
  const finals = draft.members().filter(({ path }) => !path.endsWith("/"));
  const { compression } = draft.input;
  const pack = async ({
    path,
    entry,
    bytes,
    content,
    mode,
  }: FinalMember): Promise<Member | undefined> => {
    const common = { name: path, mode: canonicalMode(mode ?? (entry && modeOf(entry))), time };
    if (bytes !== undefined) {
      return packMember({ ...common, bytes, level: LEVEL }, compression);
    }
    if (content !== undefined) return { ...content.packed, kind: "written", ...common };
    if (entry === undefined) return undefined;
    // The packed data may carry the member's old name: the new one comes last.
    return { ...(await options.recompress(entry)), kind: "written", ...common };
  };
  finals.sort(canonicalOrder(draft.distInfo));
  for await (const member of inOrder(finals, options.width, pack)) {
    if (member !== undefined) members.push(member);
  }
  const layout = layoutArchive(members);
  return {
    file: draft.file,
    layout,
    members,
    changes: draft.changes(),
    notes,
    padTo: () => layout,
  };
}

/** Every bit that installers look at, and no other: the type, and whether it may be executed. */
function canonicalMode(mode: number | undefined): number {
  if (mode === undefined) return REGULAR_FILE | 0o644;
  const type = (mode & FILE_TYPE) === 0 ? REGULAR_FILE : mode & FILE_TYPE;
  return type | ((mode & 0o111) === 0 ? 0o644 : 0o755);
}

function canonicalOrder(
  distInfo: string,
): (a: { readonly path: string }, b: { readonly path: string }) => number {
  const rank = (path: string): number =>
    path === `${distInfo}/RECORD` ? 2 : path.startsWith(`${distInfo}/`) ? 1 : 0;
  return (a, b) => rank(a.path) - rank(b.path) || compareText(a.path, b.path);
}

/** Rows sorted, one line end, no needless quotes. Hashes keep their spelling. */
function canonicalRecord(bytes: Uint8Array, record: string): Uint8Array {
  const { rows } = parseRecord(bytes);
  const own = rows.find(({ path }) => path === record);
  const others = rows
    .filter(({ path }) => path !== record)
    .sort((a, b) => compareText(a.path, b.path));
  const lines = [...others, ...(own === undefined ? [] : [own])].map((row) => {
    const path = /[",\r\n]/.test(row.path) ? `"${row.path.replaceAll('"', '""')}"` : row.path;
    const hash = row.digest === "" ? row.algorithm : `${row.algorithm}=${row.digest}`;
    return `${path},${hash},${row.size}\n`;
  });
  return new TextEncoder().encode(lines.join(""));
}
