/**
 * What differs between two wheels, member by member and by meaning, and what provably does not.
 *
 * A member counts as the same only when its bytes were compared: the packed ones where both are
 * packed alike, else what they unpack to.
 */

import { bytesEqual, compareText, toHex } from "../bytes.ts";
import { digestOf } from "../digest.ts";
import { FormatError } from "../errors.ts";
import { formatOf } from "../formats.ts";
import type { MemberStream } from "../runtime.ts";
import { findDistInfo } from "../wheel/dist-info.ts";
import { parseEntryPoints } from "../wheel/entry-points.ts";
import { parseWheelFilename } from "../wheel/filename.ts";
import type { Wheel } from "../wheel/open.ts";
import { parseRecord } from "../wheel/record.ts";
import { expandTags } from "../wheel/tag.ts";
import type { ZipEntry } from "../zip/entry.ts";
import { readMember } from "../zip/read.ts";
import { modeOf } from "../zip/writer.ts";
import { memberCauses, wheelCauses } from "./diff-causes.ts";
import { fieldChanges } from "./field-changes.ts";
import { movedItems } from "./moved.ts";
import { nativeChange, setChange } from "./native-diff.ts";
import type {
  ArchiveDifference,
  DifferenceKind,
  MemberDifference,
  ModeDifference,
  Role,
  WheelDiff,
  WheelDigest,
} from "./wheel-diff.ts";
import { DIFFERENCE_KINDS } from "./wheel-diff.ts";

/** One side of a comparison. */
export interface Side {
  readonly wheel: Wheel;
  readonly stream: MemberStream;
}

/** Members up to this size are compared in memory, and native ones looked into. */
const MEMORY_LIMIT = 256 << 20;
const CHUNK = 1 << 20;

/** @throws FormatError when a member can't be read. */
export async function diffWheels(a: Side, b: Side): Promise<WheelDiff> {
  const digests = { a: wheelDigest(a.wheel), b: wheelDigest(b.wheel) };
  const left = keyed(a.wheel);
  const right = keyed(b.wheel);
  const members: MemberDifference[] = [];
  const modes: ModeDifference[] = [];
  const compression: string[] = [];
  const times: string[] = [];
  const headers: string[] = [];
  const same = { members: 0, bytes: 0, packedAlike: 0 };

  for (const [key, old] of left.files) {
    const now = right.files.get(key);
    const role = roleOf(key);
    if (now === undefined) {
      members.push({ what: "removed", role, path: old.name, before: old.size, causes: [] });
      continue;
    }
    const from = old.name === now.name ? {} : { from: old.name };
    const equality = await compareMembers(a, old, b, now);
    const before = modeOf(old);
    const after = modeOf(now);
    if (before !== after) modes.push({ path: now.name, before, after });
    if (old.dosDate !== now.dosDate || old.dosTime !== now.dosTime) times.push(now.name);
    if (headerDiffers(old, now)) headers.push(now.name);
    if (equality === "different") {
      members.push({ ...describeChange(a, old, b, now), role, ...from });
      continue;
    }
    same.members++;
    same.bytes += now.size;
    if (equality === "alike") same.packedAlike++;
    else compression.push(now.name);
    if (old.name !== now.name) {
      members.push({ what: "renamed", role, path: now.name, ...from, causes: [] });
    }
  }
  for (const [key, now] of right.files) {
    if (left.files.has(key)) continue;
    members.push({ what: "added", role: roleOf(key), path: now.name, after: now.size, causes: [] });
  }
  members.sort((x, y) => compareText(x.path, y.path));

  const archive: ArchiveDifference = {
    order: orderDiffers(keysOf(left, "content"), keysOf(right, "content")),
    metadataOrder: orderDiffers(keysOf(left, "metadata"), keysOf(right, "metadata")),
    moved: movedItems([...left.files.keys()], [...right.files.keys()]).map(
      (key) => right.files.get(key)?.name ?? key,
    ),
    compression,
    times,
    headers,
    directories: setChange(left.directories, right.directories),
  };
  const text = (side: Side, distInfo: string | undefined, name: string): Uint8Array =>
    side.wheel.read(`${distInfo}/${name}`) ?? new Uint8Array();
  const both = (name: string): readonly [Uint8Array, Uint8Array] => [
    text(a, left.distInfo, name),
    text(b, right.distInfo, name),
  ];
  const [oldRecord, newRecord] = both("RECORD");
  const diff = {
    ...digests,
    identical: digests.a.sha256 === digests.b.sha256,
    same,
    members,
    metadata: fieldChanges(...both("METADATA")),
    wheelFile: fieldChanges(...both("WHEEL")),
    tags: setChange(tagsOf(a.wheel.file), tagsOf(b.wheel.file)),
    record: {
      rows: setChange(rowsOf(oldRecord), rowsOf(newRecord)),
      order: orderDiffers(pathsOf(oldRecord, left.folders), pathsOf(newRecord, right.folders)),
    },
    entryPoints: setChange(...mapBoth(both("entry_points.txt"), entryPointsOf)),
    modes,
    archive,
  };
  if (!isEdited(diff)) return { ...diff, causes: wheelCauses(diff) };
  return { ...diff, members: members.map((each) => ({ ...each, causes: [] })), causes: [] };
}

/** The kinds of differences that are there. */
export function kindsOf(diff: Omit<WheelDiff, "causes">): readonly DifferenceKind[] {
  const { archive, members, modes } = diff;
  const present: Record<DifferenceKind, boolean> = {
    metadata: diff.a.file !== diff.b.file || members.some(({ role }) => role === "metadata"),
    content: members.some(({ role, what }) => role === "content" && what !== "renamed"),
    modes: modes.length > 0,
    archive:
      archive.order ||
      archive.directories.added.length > 0 ||
      archive.directories.removed.length > 0 ||
      archive.compression.length > 0 ||
      // A new METADATA has a new time; only what should have stayed counts.
      [...archive.times, ...archive.headers].some((path) =>
        members.every((member) => member.path !== path),
      ),
  };
  return DIFFERENCE_KINDS.filter((kind) => present[kind]);
}

/**
 * One wheel was made of the other: what both have is packed alike, with the same times and headers,
 * and nothing moved but what changed and metadata. Two builds are hardly ever so alike.
 */
function isEdited({ same, members, archive, modes }: Omit<WheelDiff, "causes">): boolean {
  const touched = new Set(members.map(({ path }) => path));
  const untouched = [...archive.times, ...archive.headers, ...modes.map(({ path }) => path)];
  return (
    same.packedAlike > 0 &&
    same.packedAlike === same.members &&
    archive.directories.added.length + archive.directories.removed.length === 0 &&
    untouched.every((path) => touched.has(path)) &&
    archive.moved.every((path) => touched.has(path) || /^[^/]+\.dist-info\//.test(path))
  );
}

interface Keyed {
  /** By a name that does not depend on the version. */
  readonly files: ReadonlyMap<string, ZipEntry>;
  readonly directories: readonly string[];
  readonly distInfo: string | undefined;
  readonly folders: Folders;
}

interface Folders {
  readonly distInfo: string;
  readonly data: string;
}

const DIST_INFO = "*.dist-info";
const DATA = "*.data";

function keyed(wheel: Wheel): Keyed {
  const { entries } = wheel.index;
  const distInfo = findDistInfo(entries, wheel.file);
  const folders: Folders = {
    distInfo: distInfo ?? "",
    data: (distInfo ?? "").replace(/\.dist-info$/, ".data"),
  };
  const files = new Map<string, ZipEntry>();
  const directories: string[] = [];
  for (const entry of entries) {
    const key = keyOf(entry.name, folders);
    if (entry.directory) directories.push(key);
    else files.set(key, entry);
  }
  return { files, directories, distInfo, folders };
}

function keyOf(path: string, { distInfo, data }: Folders): string {
  if (distInfo !== "" && path.startsWith(`${distInfo}/`)) {
    return DIST_INFO + path.slice(distInfo.length);
  }
  if (data !== "" && path.startsWith(`${data}/`)) return DATA + path.slice(data.length);
  return path;
}

function roleOf(key: string): Role {
  return key.startsWith(`${DIST_INFO}/`) ? "metadata" : "content";
}

function keysOf({ files }: Keyed, role: Role): readonly string[] {
  return [...files.keys()].filter((key) => roleOf(key) === role);
}

type Equality = "alike" | "same" | "different";

async function compareMembers(a: Side, old: ZipEntry, b: Side, now: ZipEntry): Promise<Equality> {
  if (old.size !== now.size || old.crc32 !== now.crc32) return "different";
  if (old.method === now.method && old.compressedSize === now.compressedSize) {
    if (packedAlike(a.wheel, old, b.wheel, now)) return "alike";
  }
  const [before, after] = [await contentDigest(a, old), await contentDigest(b, now)];
  return before === after ? "same" : "different";
}

function packedAlike(a: Wheel, old: ZipEntry, b: Wheel, now: ZipEntry): boolean {
  const size = old.compressedSize;
  for (let at = 0; at < size; at += CHUNK) {
    const length = Math.min(CHUNK, size - at);
    const before = a.source.read(old.dataOffset + at, length);
    if (!bytesEqual(before, b.source.read(now.dataOffset + at, length))) return false;
  }
  return true;
}

async function contentDigest({ wheel, stream }: Side, entry: ZipEntry): Promise<string> {
  const hasher = wheel.compression.hasher("sha256");
  const problems = await stream(entry, (bytes) => hasher.update(bytes));
  const [problem] = problems;
  if (problem !== undefined) {
    throw new FormatError(problem.message, { format: "zip", record: entry.name });
  }
  return toHex(hasher.digest());
}

function describeChange(
  a: Side,
  old: ZipEntry,
  b: Side,
  now: ZipEntry,
): Omit<MemberDifference, "role"> {
  const sizes = { what: "changed", path: now.name, before: old.size, after: now.size } as const;
  if (Math.max(old.size, now.size) > MEMORY_LIMIT) return { ...sizes, causes: [] };
  const before = readMember(a.wheel.source, old, a.wheel.compression).bytes;
  const after = readMember(b.wheel.source, now, b.wheel.compression).bytes;
  const format = formatOf(after);
  const native = format === undefined ? undefined : nativeChange(before, after);
  return {
    ...sizes,
    ...(format === undefined ? {} : { format }),
    ...(native === undefined ? {} : { native }),
    causes: memberCauses(now.name, before, after, native),
  };
}

/** Of what both have: a file more or less does not put the others out of order. */
function orderDiffers(a: readonly string[], b: readonly string[]): boolean {
  const inA = new Set(a);
  const inB = new Set(b);
  const left = a.filter((key) => inB.has(key));
  const right = b.filter((key) => inA.has(key));
  return left.some((key, at) => key !== right[at]);
}

function headerDiffers(old: ZipEntry, now: ZipEntry): boolean {
  return (
    old.flags !== now.flags ||
    old.versionMadeBy !== now.versionMadeBy ||
    old.versionNeeded !== now.versionNeeded ||
    old.internalAttributes !== now.internalAttributes ||
    // The upper half is the mode, which is compared by itself.
    (old.externalAttributes & 0xffff) !== (now.externalAttributes & 0xffff) ||
    !bytesEqual(old.localExtra, now.localExtra) ||
    !bytesEqual(old.centralExtra, now.centralExtra)
  );
}

function wheelDigest({ file, source, compression }: Wheel): WheelDigest {
  const sha256 = toHex(digestOf(source, compression.hasher("sha256")));
  return { file, size: source.size, sha256 };
}

function tagsOf(file: string): readonly string[] {
  const { name } = parseWheelFilename(file);
  return name === undefined ? [] : expandTags(name);
}

function rowsOf(record: Uint8Array): readonly string[] {
  return parseRecord(record).rows.map(({ path, algorithm, digest, size }) =>
    [path, digest === "" ? algorithm : `${algorithm}=${digest}`, size].join(","),
  );
}

function pathsOf(record: Uint8Array, folders: Folders): readonly string[] {
  return parseRecord(record).rows.map(({ path }) => keyOf(path, folders));
}

function entryPointsOf(bytes: Uint8Array): readonly string[] {
  return parseEntryPoints(bytes).entryPoints.map(
    ({ group, name, value }) => `${group}: ${name} = ${value}`,
  );
}

function mapBoth<T, U>([a, b]: readonly [T, T], map: (value: T) => U): [U, U] {
  return [map(a), map(b)];
}
