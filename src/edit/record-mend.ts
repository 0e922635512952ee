/**
 * RECORD of a wheel that is about to be written: right for every member, also where it was wrong
 * before. A hash that says something else than the file is never put right: nobody knows which of the
 * two is meant.
 */
import { bytesEqual, compareText, printable } from "../bytes.ts";
import type { HashName } from "../runtime.ts";
import { encodeBase64Url } from "../wheel/base64.ts";
import type { RecordRow } from "../wheel/record.ts";
import {
  decodeDigest,
  digestDefect,
  isHashName,
  parseRecord,
  recordSize,
} from "../wheel/record.ts";
import type { ZipEntry } from "../zip/entry.ts";
import type { Draft } from "./draft.ts";
import { isPlainRow, listedPath, STRONG } from "./record-edit.ts";
import { refusalOf } from "./refused.ts";

/** Digests of a member by the algorithms asked for. @throws RefusalError when it is damaged. */
export type DigestMember = (
  entry: ZipEntry,
  algorithms: readonly HashName[],
) => Promise<ReadonlyMap<HashName, Uint8Array>>;

export interface RecordFaults {
  /** Members that RECORD says nothing sound of, with what it does say. */
  readonly unsound: ReadonlyMap<ZipEntry, readonly RecordRow[]>;
  /** Paths of rows that are to go, and of rows that are not spelled as they should be. */
  readonly rows: readonly string[];
}

/** What is wrong with RECORD for the members that the draft leaves as they are. */
export function recordFaults(draft: Draft): RecordFaults {
  const own = `${draft.distInfo}/RECORD`;
  if (draft.restatesRecord) return { unsound: new Map(), rows: [] };
  const kept = new Map<string, ZipEntry>();
  const present = new Set<string>();
  const folders = new Set<string>();
  for (const { entry, bytes, content } of draft.members()) {
    if (entry?.directory === true) folders.add(entry.name);
    if (entry === undefined || entry.directory) continue;
    present.add(entry.name);
    if (bytes === undefined && content === undefined) kept.set(entry.name, entry);
  }
  // One that is there and can't be read is damaged, and nothing to write over.
  if (draft.has(own) && draft.original(own) === undefined) return { unsound: new Map(), rows: [] };
  const ownBefore = draft.entryAt(own)?.name ?? own;
  const raw = draft.original(own) ?? new Uint8Array();
  const sound = new Map<string, RecordRow>();
  const claims = new Map<string, RecordRow[]>();
  const rows: string[] = [];
  let listsItself = false;
  for (const row of parseRecord(raw).rows) {
    const path = listedPath(row.path, (each) => present.has(each));
    const plain = path === row.path && isPlainRow(raw.subarray(row.start, row.end));
    if (path === ownBefore) {
      const empty = row.algorithm === "" && row.digest === "" && row.size === "";
      if (listsItself || !empty || !plain) rows.push(row.path);
      listsItself = true;
      continue;
    }
    if (!present.has(path)) {
      // The row of a folder harms nobody, and goes where RECORD is written again.
      if (!folders.has(path) && !draft.removes(path)) rows.push(row.path);
      continue;
    }
    if (isSignature(path, ownBefore)) {
      rows.push(row.path);
      continue;
    }
    const entry = kept.get(path);
    if (entry === undefined) continue;
    const others = claims.get(path) ?? [];
    const first = sound.get(path);
    if (first !== undefined && sameHash(first, row)) rows.push(row.path);
    else if (plain && others.length === 0 && first === undefined && isSound(row, entry)) {
      sound.set(path, row);
    } else if (others.length < MAX_CLAIMS) {
      claims.set(path, [...others, ...(first === undefined ? [] : [first]), row]);
      sound.delete(path);
    }
  }
  if (!listsItself) rows.push(own);
  const unsound = new Map<ZipEntry, readonly RecordRow[]>();
  for (const [path, entry] of kept) {
    if (path === ownBefore || sound.has(path) || isSignature(path, ownBefore)) continue;
    unsound.set(entry, claims.get(path) ?? []);
  }
  return { unsound, rows };
}

/** Rows of one path that are compared with the file; a hostile RECORD may have 200,000. */
const MAX_CLAIMS = 8;

function sameHash(a: RecordRow, b: RecordRow): boolean {
  return a.algorithm === b.algorithm && a.digest === b.digest;
}

/**
 * Puts RECORD right.
 *
 * @returns what the user should know of it.
 * @throws RefusalError REC008 for a file that has none of the hashes promised.
 */
export async function mendRecord(
  draft: Draft,
  { unsound, rows }: RecordFaults,
  digest: DigestMember,
): Promise<readonly string[]> {
  if (unsound.size === 0 && rows.length === 0) return [];
  for (const [entry, claims] of unsound) {
    const algorithms = new Set<HashName>(["sha256"]);
    for (const { algorithm } of claims) if (isHashName(algorithm)) algorithms.add(algorithm);
    const digests = await digest(entry, [...algorithms]);
    refuseOther(entry, claims, digests);
    draft.restate(entry.name, { size: entry.size, digest: (name) => digests.get(name) });
  }
  draft.restateRecord();
  const paths = [...[...unsound.keys()].map(({ name }) => name), ...rows].sort(compareText);
  const [first = ""] = paths;
  const others = paths.length === 1 ? "" : ` and ${paths.length - 1} more`;
  return [`fixed RECORD: it was wrong about \`${printable(first)}\`${others}`];
}

/** Of several rows one may be right; where none is, the file is not what its author recorded. */
function refuseOther(
  entry: ZipEntry,
  claims: readonly RecordRow[],
  digests: ReadonlyMap<HashName, Uint8Array>,
): void {
  let wrong: RecordRow | undefined;
  for (const row of claims) {
    const promised = decodeDigest(row);
    const actual = isHashName(row.algorithm) ? digests.get(row.algorithm) : undefined;
    if (!promised.ok || actual === undefined) continue;
    if (bytesEqual(promised.bytes, actual)) return;
    wrong ??= row;
  }
  if (wrong === undefined) return;
  const actual = isHashName(wrong.algorithm) ? digests.get(wrong.algorithm) : undefined;
  throw refusalOf({
    code: "REC008",
    path: entry.name,
    message: `RECORD promises ${wrong.algorithm} \`${printable(wrong.digest)}\`, the file has \`${encodeBase64Url(actual ?? new Uint8Array())}\``,
  });
}

function isSound(row: RecordRow, entry: ZipEntry): boolean {
  return (
    STRONG.some((name) => name === row.algorithm) &&
    digestDefect(row) === undefined &&
    recordSize(row) === entry.size
  );
}

function isSignature(path: string, record: string): boolean {
  return path === `${record}.jws` || path === `${record}.p7s`;
}
