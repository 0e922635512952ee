/** The security directory: Authenticode signatures, at a file offset and never in memory. */
import type { Problems } from "../../problems.ts";
import type { Source } from "../../source.ts";
import { CERT_TYPE, DIRECTORY } from "../constants.ts";
import { PeCertificate, PLAIN } from "../layout.ts";
import { directoryOf, type PeHeader } from "./header.ts";

export interface CertificateTable {
  /** File offset. */
  readonly offset: number;
  /** Bytes that the file has of it. */
  readonly size: number;
}

export interface Certificate {
  /** File offset of its header. */
  readonly at: number;
  readonly type: number;
  /** File offset and bytes of what the header announces: DER of a PKCS #7 SignedData. */
  readonly offset: number;
  readonly size: number;
}

/** Each entry begins at a multiple of 8. */
const ALIGN = 8;
const MAX_CERTIFICATES = 64;

export function certificateTable(header: PeHeader, fileSize: number): CertificateTable | null {
  const directory = directoryOf(header, DIRECTORY.IMAGE_DIRECTORY_ENTRY_SECURITY);
  if (directory === undefined || directory.size === 0) return null;
  const { address: offset, size } = directory;
  return { offset, size: Math.max(0, Math.min(size, fileSize - offset)) };
}

export function parseCertificates(
  source: Source,
  header: PeHeader,
  problems: Problems,
): readonly Certificate[] {
  const table = certificateTable(header, source.size);
  if (table === null) return [];
  const certificates: Certificate[] = [];
  const head = PeCertificate.sizeOf("pe");
  const end = table.offset + table.size;
  for (let at = table.offset; at + head <= end && certificates.length < MAX_CERTIFICATES; ) {
    const row = PeCertificate.read(source.read(at, head), 0, PLAIN, at);
    const size = row.dwLength - head;
    if (size < 0 || at + row.dwLength > end) {
      problems.addMinor("a signature ends after the certificate table", {
        record: "WIN_CERTIFICATE",
        field: "dwLength",
        offset: at,
        value: String(row.dwLength),
      });
      return certificates;
    }
    certificates.push({ at, type: row.wCertificateType, offset: at + head, size });
    at += Math.ceil(row.dwLength / ALIGN) * ALIGN;
  }
  return certificates;
}

export function isSignedData({ type }: Certificate): boolean {
  return type === CERT_TYPE.WIN_CERT_TYPE_PKCS_SIGNED_DATA;
}
