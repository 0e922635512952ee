/** The head of a zstd frame (RFC 8878, 3.1.1), for what must be known before a decoder takes memory. */
import { FormatError } from "../errors.ts";

export interface ZstdFrame {
  /** Bytes that the frame says it gives; `undefined` when it does not say. */
  readonly contentSize: number | undefined;
  /** Bytes that a decoder must look back at most. */
  readonly windowSize: number;
  readonly checksum: boolean;
  readonly dictionary: boolean;
}

const MAGIC = 0xfd2fb528;

/** @throws FormatError when the bytes begin with no zstd frame. */
export function readZstdFrame(bytes: Uint8Array): ZstdFrame {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 6 || view.getUint32(0, true) !== MAGIC) {
    throw new FormatError("there is no zstd frame", { format: "zstd", record: "frame", offset: 0 });
  }
  const descriptor = view.getUint8(4);
  const single = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeFlag = descriptor >>> 6;
  const sizeBytes = sizeFlag === 0 ? Number(single) : 1 << sizeFlag;
  let at = 5;
  let windowSize = 0;
  if (!single) {
    const byte = view.getUint8(at++);
    const base = 2 ** (10 + (byte >>> 3));
    windowSize = base + (base / 8) * (byte & 7);
  }
  let dictionary = false;
  for (let index = 0; index < dictionaryBytes; index++) {
    if (bytes[at + index] !== 0) dictionary = true;
  }
  at += dictionaryBytes;
  if (at + sizeBytes > bytes.length) {
    throw new FormatError("the head is cut off", { format: "zstd", record: "frame", offset: 0 });
  }
  const contentSize = contentSizeAt(view, at, sizeBytes);
  return {
    contentSize,
    windowSize: single ? (contentSize ?? 0) : windowSize,
    checksum: (descriptor & 4) !== 0,
    dictionary,
  };
}

function contentSizeAt(view: DataView, at: number, width: number): number | undefined {
  switch (width) {
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, true) + 256;
    case 4:
      return view.getUint32(at, true);
    case 8:
      return Number(view.getBigUint64(at, true));
  }
  return undefined;
}
