/** The journal of an edit in place: what the wheel's tail was and what it becomes. */
import { createHash } from "node:crypto";
import { bytesEqual, decodeUtf8, encodeUtf8 } from "../bytes.ts";

export interface Journal {
  /** Of the run that wrote it. */
  readonly pid: number;
  /** Of the wheel: a file that was put there since is left alone. */
  readonly inode: bigint;
  /** The wheel's base name when the edit is done. */
  readonly target: string;
  /** Where the tail begins in the wheel, in bytes. */
  readonly start: number;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

const MAGIC = "wheelkit journal 1\n";
const DIGEST_SIZE = 32;

/** A line of JSON, the two tails, and the SHA-256 of everything before it. */
export function encodeJournal(journal: Journal): Uint8Array {
  const { pid, inode, target, start, before, after } = journal;
  const head = encodeUtf8(
    `${MAGIC}${JSON.stringify({
      pid,
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

/** `undefined` when it is damaged: then it was never acted upon. */
export function decodeJournal(bytes: Uint8Array): Journal | undefined {
  const body = bytes.subarray(0, Math.max(0, bytes.length - DIGEST_SIZE));
  const digest = createHash("sha256").update(body).digest();
  if (!bytesEqual(digest, bytes.subarray(body.length))) return undefined;
  const headEnd = body.indexOf(0x0a, MAGIC.length);
  const text = decodeUtf8(body.subarray(0, headEnd));
  if (text === undefined || !text.startsWith(MAGIC)) return undefined;
  const head: unknown = JSON.parse(text.slice(MAGIC.length));
  if (typeof head !== "object" || head === null) return undefined;
  const { pid, inode, target, start, before, after } = head as Record<string, unknown>;
  if (
    typeof pid !== "number" ||
    typeof inode !== "string" ||
    typeof target !== "string" ||
    typeof start !== "number" ||
    typeof before !== "number" ||
    typeof after !== "number" ||
    // A name beside the wheel, and no way to anywhere else.
    /[/\\]/.test(target)
  ) {
    return undefined;
  }
  const tails = body.subarray(headEnd + 1);
  return {
    pid,
    inode: BigInt(inode),
    target,
    start,
    before: tails.subarray(0, before),
    after: tails.subarray(before, before + after),
  };
}
