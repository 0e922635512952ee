/** A signature vouches for every byte: a file that changes loses it, and what is left of it would only mislead. */
import type { ByteRange } from "../../source.ts";
import { DIRECTORY } from "../constants.ts";
import type { Draft } from "./draft.ts";

/** Bytes that a signer may add so that the certificate table begins at a multiple of 8. */
const MAX_PADDING = 7;

export function dropSignature(draft: Draft): void {
  const { image, directories, warnings, cuts, end } = draft;
  const { certificates, source } = image;
  const entry = directories[DIRECTORY.IMAGE_DIRECTORY_ENTRY_SECURITY];
  if (certificates === null || entry === undefined) return;
  entry.address = 0;
  entry.size = 0;
  warnings.push(
    "the Authenticode signature is removed, since the file changes: sign it after that",
  );
  const { offset, size } = certificates;
  if (offset < end || offset + size < source.size) {
    warnings.push(`${size} bytes of the signature stay: they are not at the end of the file`);
    return;
  }
  const start = afterZeros(draft, offset);
  const cut: ByteRange = { start, end: source.size };
  if (cut.end > cut.start) cuts.push(cut);
}

/** Where the zeros before the certificate table begin, if they are only there to align it. */
function afterZeros({ image, end }: Draft, offset: number): number {
  const { coff, source } = image;
  const used = coff !== null && coff.end > end && coff.end <= offset ? coff.end : end;
  const padding = offset - used;
  if (padding <= 0 || padding > MAX_PADDING || offset > source.size) return offset;
  return source.read(used, padding).every((byte) => byte === 0) ? used : offset;
}
