/** The journal of an edit in place: what the wheel's tail was and what it becomes. */
import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { bytesEqual, decodeUtf8, encodeUtf8 } from "../bytes.ts";
import { fileNameProblem, parseWheelFilename } from "../wheel/filename.ts";
import { codeOf } from "./replace-file.ts";

export interface Journal {
  /** Of the run that wrote it: its process number, and where that means something. */
  readonly pid: number;
  readonly token: string;
  /** Of the wheel: a file that was put there since is left alone. */
  readonly inode: bigint;
  /** The wheel's base name when the edit is done. */
  readonly target: string;
  /** Where the tail begins in the wheel, in bytes. */
  readonly start: number;
  readonly before: Uint8Array;
  /** Never shorter. */
  readonly after: Uint8Array;
}

const MAGIC = "wheelkit journal 1\n";
const DIGEST_SIZE = 32;
/** Bytes of the line of JSON: a name has 255 at most. */
const HEAD_LIMIT = 4096;
/** A tail of at most this many bytes goes through the journal. */
export const TAIL_LIMIT: number = 32 << 20;
const SIZE_LIMIT = MAGIC.length + HEAD_LIMIT + 2 * TAIL_LIMIT + DIGEST_SIZE;

const JOURNAL_NAME = /^\.(.+)\.wheelkit-journal$/s;

export function journalOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.wheelkit-journal`);
}

/** The base name of the wheel whose journal has this name; `undefined` when it is not a journal's. */
export function wheelOfJournal(name: string): string | undefined {
  return JOURNAL_NAME.exec(name)?.[1];
}

/** A line of JSON, the two tails, and the SHA-256 of everything before it. */
export function encodeJournal(journal: Journal): Uint8Array {
  const { pid, token, inode, target, start, before, after } = journal;
  const head = encodeUtf8(
    `${MAGIC}${JSON.stringify({
      pid,
      token,
      inode: String(inode),
      target,
      start,
      before: before.length,
      after: after.length,
    })}\n`,
  );
  const body = Buffer.concat([head, before, after]);
  return Buffer.concat([body, createHash("sha256").update(body).digest()]);
}

/**
 * Reads the journal of a wheel. It appeared whole, and nobody may write to it but its owner: one that
 * is not as it was written is not wheelkit's, or not this user's.
 *
 * @param owner of the wheel.
 * @returns why it can't be acted upon, when it is damaged; `undefined` when there is none.
 */
export function readJournal(
  path: string,
  owner: number | undefined,
): Journal | { readonly damage: string } | undefined {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  let fd: number;
  try {
    // What is no file is not waited for, and a link is not followed.
    fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    // A link; a socket; a device without a driver.
    if (["ELOOP", "ENXIO", "EISDIR"].includes(codeOf(error) ?? "")) return NO_FILE;
    throw error;
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return NO_FILE;
    const uid = process.geteuid?.();
    if (uid !== undefined && ![uid, 0, owner].includes(stat.uid)) {
      return { damage: "it belongs to another user" };
    }
    if (uid !== undefined && (stat.mode & 0o022) !== 0) return { damage: "others may write to it" };
    if (stat.size > SIZE_LIMIT) return { damage: "it is larger than any journal" };
    return decodeJournal(readFileSync(fd));
  } finally {
    closeSync(fd);
  }
}

const NO_FILE = { damage: "it is not a regular file" } as const;

export function decodeJournal(bytes: Uint8Array): Journal | { readonly damage: string } {
  const body = bytes.subarray(0, Math.max(0, bytes.length - DIGEST_SIZE));
  const digest = createHash("sha256").update(body).digest();
  if (!bytesEqual(digest, bytes.subarray(body.length))) {
    return { damage: "its digest is not that of its bytes" };
  }
  const headEnd = body.subarray(0, MAGIC.length + HEAD_LIMIT).indexOf(0x0a, MAGIC.length);
  const text = headEnd === -1 ? undefined : decodeUtf8(body.subarray(0, headEnd));
  if (text === undefined || !text.startsWith(MAGIC)) return { damage: "it has no heading" };
  const head = parseHead(text.slice(MAGIC.length));
  if (typeof head === "string") return { damage: head };
  const { before, after, ...rest } = head;
  const tails = body.subarray(headEnd + 1);
  if (tails.length !== before + after) return { damage: "its tails are not as long as it says" };
  return { ...rest, before: tails.subarray(0, before), after: tails.subarray(before) };
}

type Head = Omit<Journal, "before" | "after"> & { readonly before: number; readonly after: number };

/** @returns what is wrong, as text. */
function parseHead(json: string): Head | string {
  let head: unknown;
  try {
    head = JSON.parse(json);
  } catch {
    return "its heading is not JSON";
  }
  if (typeof head !== "object" || head === null) return "its heading is not an object";
  const fields = new Map<string, unknown>(Object.entries(head));
  const pid = sizeIn(fields.get("pid"));
  const start = sizeIn(fields.get("start"));
  const before = sizeIn(fields.get("before"));
  const after = sizeIn(fields.get("after"));
  const token = fields.get("token");
  const inode = fields.get("inode");
  const target = fields.get("target");
  if (pid === undefined || typeof token !== "string" || !/^[0-9a-f]{24}$/.test(token)) {
    return "it does not say which run it is of";
  }
  if (typeof inode !== "string" || !/^[0-9]{1,20}$/.test(inode)) return "it names no file";
  if (start === undefined || before === undefined || after === undefined || after < before) {
    return "its offset and sizes can't be those of a tail";
  }
  // A name beside the wheel, and no way to anywhere else.
  if (
    typeof target !== "string" ||
    fileNameProblem(target) !== undefined ||
    parseWheelFilename(target).name === undefined
  ) {
    return "the name that it gives is not one of a wheel";
  }
  return { pid, token, inode: BigInt(inode), target, start, before, after };
}

function sizeIn(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
