/** What needs all bytes of a file: the checksum, and the digest of a signature. One pass, in pieces. */
import { bytesEqual } from "../../bytes.ts";
import { FormatError } from "../../errors.ts";
import type { ContentCheck, FormatTools } from "../../format.ts";
import { collectProblems } from "../../problems.ts";
import type { HashName } from "../../runtime.ts";
import { type ByteRange, memorySource, type Source } from "../../source.ts";
import { checksumAt, checksumPass } from "../checksum.ts";
import { DIRECTORY } from "../constants.ts";
import { PeDirectory } from "../layout.ts";
import { signedDigest } from "../read/authenticode.ts";
import {
  type CertificateTable,
  certificateTable,
  isSignedData,
  parseCertificates,
} from "../read/certificates.ts";
import { type PeHeader, parseHeader } from "../read/header.ts";
import type { PeChecksum, PeFile, PeSignature } from "./slice.ts";

/** Bytes of a certificate table that are held. */
const MAX_CERTIFICATES = 4 << 20;
/** The digests that are made: all that Windows' tools have written for ten years and more. */
const ALGORITHMS: readonly HashName[] = ["sha256", "sha1"];

/** @param head the first bytes of the file; `undefined` when the headers are not in it, or are damaged. */
export function contentCheck(
  head: Uint8Array,
  size: number,
  tools: FormatTools,
): ContentCheck<PeFile> | undefined {
  const header = headerIn(head);
  if (header === undefined) return undefined;
  const table = certificateTable(header, size);
  // 0 says that nobody worked it out, as linkers do for all but drivers.
  const checksum = header.windows.CheckSum === 0 ? undefined : checksumPass(checksumAt(header));
  const signature = table === null ? undefined : signaturePass(header, table, tools);
  return {
    add(bytes, offset) {
      checksum?.add(bytes, offset);
      signature?.add(bytes, offset);
    },
    complete(file) {
      const [slice] = file.slices;
      const { stored } = slice.checksum;
      const state = checksum === undefined ? "zero" : stateOf(stored === checksum.result(size));
      return {
        ...file,
        slices: [
          {
            ...slice,
            checksum: { stored, state },
            signature: signature?.result() ?? slice.signature,
          },
        ],
      };
    },
  };
}

function stateOf(isRight: boolean): PeChecksum["state"] {
  return isRight ? "right" : "wrong";
}

function headerIn(head: Uint8Array): PeHeader | undefined {
  try {
    return parseHeader(memorySource(head));
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** What the digest leaves out: the checksum, the security directory's entry, the certificate table. */
function unsignedRanges(header: PeHeader, table: CertificateTable): readonly ByteRange[] {
  const checksum = checksumAt(header);
  const entry = header.directories[DIRECTORY.IMAGE_DIRECTORY_ENTRY_SECURITY]?.at ?? 0;
  return [
    { start: checksum, end: checksum + 4 },
    { start: entry, end: entry + PeDirectory.sizeOf("pe") },
    { start: table.offset, end: table.offset + table.size },
  ];
}

function signaturePass(
  header: PeHeader,
  table: CertificateTable,
  tools: FormatTools,
): { add(bytes: Uint8Array, offset: number): void; result(): PeSignature } {
  const hashers = ALGORITHMS.map((name) => ({ name, hasher: tools.hasher(name) }));
  const skipped = unsignedRanges(header, table);
  const held = new Uint8Array(Math.min(table.size, MAX_CERTIFICATES));
  const update = (bytes: Uint8Array): void => {
    if (bytes.length > 0) for (const { hasher } of hashers) hasher.update(bytes);
  };
  return {
    add(bytes, offset) {
      const end = offset + bytes.length;
      let from = offset;
      for (const range of skipped) {
        if (range.end <= from || range.start >= end) continue;
        update(bytes.subarray(from - offset, Math.max(0, range.start - offset)));
        from = Math.max(from, Math.min(end, range.end));
      }
      update(bytes.subarray(from - offset));
      hold(held, table.offset, bytes, offset);
    },
    result() {
      if (held.length < table.size) return "unchecked";
      const digests = new Map(hashers.map(({ name, hasher }) => [name, hasher.digest()]));
      let state: PeSignature = "unchecked";
      const source = tableSource(held, table);
      for (const certificate of parseCertificates(source, header, collectProblems())) {
        if (!isSignedData(certificate)) continue;
        const signed = signedDigest(source.read(certificate.offset, certificate.size));
        const made = signed && digests.get(signed.algorithm);
        if (signed === undefined || made === undefined) continue;
        if (bytesEqual(made, signed.digest)) return "valid";
        state = "stale";
      }
      return state;
    },
  };
}

/** Copies what of `bytes` lies in the range that begins at `start` and is held. */
function hold(held: Uint8Array, start: number, bytes: Uint8Array, offset: number): void {
  const from = Math.max(start, offset);
  const to = Math.min(start + held.length, offset + bytes.length);
  if (from < to) held.set(bytes.subarray(from - offset, to - offset), from - start);
}

/** The certificate table at its place in a file of which nothing else is there. */
function tableSource(held: Uint8Array, { offset, size }: CertificateTable): Source {
  const whole = memorySource(held);
  return {
    size: offset + size,
    read: (at, length) => whole.read(at - offset, length),
  };
}
