/** What a file has after its last section: nothing maps it. */
import type { CertificateTable } from "./certificates.ts";
import type { CoffTables } from "./coff-symbols.ts";
import type { PeHeader } from "./header.ts";
import type { Section } from "./section.ts";

export interface Overlay {
  /** File offset after the last section's bytes. */
  readonly start: number;
  /** File offset of the end, the certificate table at the end left out. */
  readonly end: number;
  readonly kind: "none" | "coff-symbols" | "other";
}

const CERTIFICATE_ALIGNMENT = 8;

/** File offset after everything that is mapped. */
export function mappedEnd({ windows }: PeHeader, sections: readonly Section[]): number {
  let end = windows.SizeOfHeaders;
  for (const { PointerToRawData, SizeOfRawData } of sections) {
    if (SizeOfRawData > 0) end = Math.max(end, PointerToRawData + SizeOfRawData);
  }
  return end;
}

/** @param fileSize bytes. */
export function overlayOf(
  header: PeHeader,
  sections: readonly Section[],
  tables: {
    readonly coff: CoffTables | null;
    readonly certificates: CertificateTable | null;
    readonly fileSize: number;
  },
): Overlay {
  const { coff, certificates, fileSize } = tables;
  const start = Math.min(mappedEnd(header, sections), fileSize);
  const atEnd = certificates !== null && certificates.offset + certificates.size >= fileSize;
  const end = atEnd ? Math.max(start, Math.min(certificates.offset, fileSize)) : fileSize;
  // The certificate table is aligned.
  const padding = atEnd ? CERTIFICATE_ALIGNMENT - 1 : 0;
  if (end <= start + padding) return { start, end: start, kind: "none" };
  const symbols =
    coff !== null && coff.offset === start && coff.end <= end && end - coff.end <= padding;
  return { start, end, kind: symbols ? "coff-symbols" : "other" };
}
