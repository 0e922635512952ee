/** A signature vouches for every byte: a file that changes loses it, and what is left of it would only mislead. */
import type { ByteRange } from "../../source.ts";
import { DIRECTORY, DLL_FLAGS } from "../constants.ts";
import type { Draft } from "./draft.ts";

/** Bytes that a signer may add so that the certificate table begins at a multiple of 8. */
const MAX_PADDING = 7;

export function dropSignature(draft: Draft): void {
  const { image, directories, warnings, cuts, end } = draft;
  warnOfLoss(draft);
  const { certificates, source } = image;
  const entry = directories[DIRECTORY.IMAGE_DIRECTORY_ENTRY_SECURITY];
  if (certificates === null || entry === undefined) return;
  entry.address = 0;
  entry.size = 0;
  warnings.push("the Authenticode signature is removed, since the file changes: sign it again");
  const { offset, size } = certificates;
  if (offset < end || offset + size < source.size) {
    warnings.push(`${size} bytes of the signature stay: they are not at the end of the file`);
    return;
  }
  const start = afterZeros(draft, offset);
  const cut: ByteRange = { start, end: source.size };
  if (cut.end > cut.start) cuts.push(cut);
}

/** COMIMAGE_FLAGS_STRONGNAMESIGNED */
const STRONG_NAME = 8;

function warnOfLoss({ image, warnings }: Draft): void {
  const { DllCharacteristics } = image.header.windows;
  if ((DllCharacteristics & DLL_FLAGS.IMAGE_DLLCHARACTERISTICS_FORCE_INTEGRITY) !== 0) {
    warnings.push("the file asks Windows for a valid signature: it loads only when signed again");
  }
  if (((image.cor()?.Flags ?? 0) & STRONG_NAME) !== 0) {
    warnings.push("the strong name of the .NET assembly no longer holds");
  }
}

/** Where the zeros before the certificate table begin, if they are only there to align it. */
function afterZeros({ image, end }: Draft, offset: number): number {
  const { coff, source } = image;
  const used = coff !== null && coff.end > end && coff.end <= offset ? coff.end : end;
  const padding = offset - used;
  if (padding <= 0 || padding > MAX_PADDING || offset > source.size) return offset;
  return source.read(used, padding).every((byte) => byte === 0) ? used : offset;
}
