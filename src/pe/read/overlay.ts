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
  if (end <= start) return { start, end: start, kind: "none" };
  // Up to 7 bytes may be between the symbols and the certificate table.
  const symbols = coff !== null && coff.offset === start && coff.end <= end && end - coff.end < 8;
  return { start, end, kind: symbols ? "coff-symbols" : "other" };
}
