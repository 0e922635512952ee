/** Do the members of the input that an edit keeps or changes have the bytes that RECORD says? */
import { toFindings } from "../audit/findings.ts";
import type { Finding, Problem } from "../finding.ts";
import type { MemberStream } from "../runtime.ts";
import { findDistInfo } from "../wheel/dist-info.ts";
import type { Wheel } from "../wheel/open.ts";
import { checkRecordDigest, parseRecord, recordPlan } from "../wheel/record.ts";
import type { ZipEntry } from "../zip/entry.ts";
import { readMember } from "../zip/read.ts";
import type { Draft } from "./draft.ts";
import type { DigestMember } from "./record-mend.ts";
import { refusalOf } from "./refused.ts";

/** Unpacked bytes of a wheel up to which unpacking it takes no longer than people notice. */
export const CHECKED_BYTES: number = 64 << 20;

/**
 * Damage in the members of the input that are still there. Of wheels above `limit` unpacked bytes
 * only what the edit changes is unpacked: the rest is for `audit`.
 */
export async function damagedMembers(
  wheel: Wheel,
  draft: Draft,
  stream: MemberStream,
  limit: number = CHECKED_BYTES,
): Promise<readonly Finding[]> {
  const { entries } = wheel.index;
  const whole = entries.reduce((sum, { size }) => sum + size, 0) <= limit;
  const record = wheel.read(`${findDistInfo(entries, wheel.file)}/RECORD`);
  const plan = recordPlan(record === undefined ? [] : parseRecord(record).rows);
  const looked = new Set(
    draft.members().flatMap(({ entry, bytes }) => {
      return entry === undefined || (!whole && bytes === undefined) ? [] : [entry];
    }),
  );
  const read = memberReader(wheel, stream);
  const problems: Problem[] = [];
  for (const entry of entries) {
    if (!looked.has(entry) || entry.broken || entry.directory) continue;
    const expected = plan.get(entry.name);
    const hasher = expected && wheel.compression.hasher(expected.algorithm);
    let size = 0;
    const found = await read(entry, (bytes) => {
      hasher?.update(bytes);
      size += bytes.length;
    });
    problems.push(...found);
    if (found.length > 0 || hasher === undefined || expected === undefined) continue;
    problems.push(...checkRecordDigest(entry.name, expected, hasher.digest(), size));
  }
  return toFindings(problems);
}

/** Digests of single members, for rows of RECORD that have to be written. */
export function memberDigests(wheel: Wheel, stream: MemberStream): DigestMember {
  const read = memberReader(wheel, stream);
  return async (entry, algorithms) => {
    const hashers = new Map(algorithms.map((name) => [name, wheel.compression.hasher(name)]));
    const [problem] = await read(entry, (bytes) => {
      for (const hasher of hashers.values()) hasher.update(bytes);
    });
    if (problem !== undefined) throw refusalOf({ ...problem, path: entry.name });
    return new Map([...hashers].map(([name, hasher]) => [name, hasher.digest()]));
  };
}

/** Up to this size a member is unpacked at once: a stream for each of a thousand files takes longer. */
const AT_ONCE = 1 << 20;

type ReadMember = (
  entry: ZipEntry,
  onBytes: (bytes: Uint8Array) => void,
) => Promise<readonly Problem[]>;

function memberReader({ source, compression }: Wheel, stream: MemberStream): ReadMember {
  return async (entry, onBytes) => {
    if (entry.size > AT_ONCE || entry.compressedSize > AT_ONCE) return await stream(entry, onBytes);
    const { bytes, problems } = readMember(source, entry, compression);
    onBytes(bytes);
    return problems;
  };
}
