/**
 * Data descriptors (ZIP014): the sizes that a streaming writer puts behind the data.
 *
 * Source: APPNOTE 4.3.9.
 */
import type { ChunkReader } from "./chunks.ts";
import type { Add } from "./collect.ts";
import { hex32 } from "./collect.ts";
import type { EntryDraft } from "./draft.ts";
import { DESCRIPTOR, DESCRIPTOR_SIGNATURE } from "./layout.ts";

/** Its four forms. */
const FORMS = [
  { signed: true, wide: false, length: 16 },
  { signed: false, wide: false, length: 12 },
  { signed: true, wide: true, length: 24 },
  { signed: false, wide: true, length: 20 },
] as const;

export interface FoundDescriptor {
  /** First byte behind the descriptor. */
  readonly end: number;
  /** It is there and says what the central directory says. */
  readonly sound: boolean;
}

/**
 * Reads the descriptor behind the data of `entry`.
 *
 * @param at end of the data; `next` is where the next record begins.
 * @param zip64 the local header has a zip64 extra field, so that the sizes have 64 bits.
 * @param announced the local header has flag bit 3; else only the directory has it.
 */
export function readDescriptor(
  chunks: ChunkReader,
  entry: EntryDraft,
  at: number,
  next: number,
  zip64: boolean,
  announced: boolean,
  add: Add,
): FoundDescriptor {
  const space = next - at;
  const bytes = chunks.read(at, Math.min(space, 24), 512) ?? new Uint8Array(0);
  const fitting = FORMS.filter(
    (form) => form.length <= bytes.length && matches(bytes, form, entry),
  );
  const form =
    fitting.find((each) => each.length === space && each.wide === zip64) ??
    fitting.find((each) => each.length === space) ??
    fitting.find((each) => each.wide === zip64) ??
    fitting[0];
  const where = { record: DESCRIPTOR.name, offset: at };
  // A defect is one for installers too, a right descriptor is not.
  const pypi = announced ? "error" : "warning";
  const grave = { level: "error", profiles: { install: "error", pypi } } as const;
  if (form === undefined) {
    add({ code: "ZIP014", path: entry.name, message: explain(bytes, zip64), at: where, ...grave });
    const length = FORMS.find((each) => each.length === space)?.length ?? Math.min(space, 16);
    return { end: at + length, sound: false };
  }
  if (form.wide !== zip64) {
    add({
      code: "ZIP014",
      path: entry.name,
      message: form.wide
        ? "the data descriptor has 64-bit sizes although the local header has no zip64 extra field"
        : "the data descriptor has 32-bit sizes although the local header has a zip64 extra field",
      at: where,
      ...grave,
    });
    return { end: at + form.length, sound: false };
  }
  add({
    code: "ZIP014",
    path: entry.name,
    message: "the sizes of the member follow its data in a data descriptor",
    at: where,
    ...(announced ? {} : { profiles: { install: "info", pypi: "warning" } }),
  });
  return { end: at + form.length, sound: true };
}

function matches(bytes: Uint8Array, form: (typeof FORMS)[number], entry: EntryDraft): boolean {
  const start = form.signed ? 4 : 0;
  if (form.signed && signatureOf(bytes) !== DESCRIPTOR_SIGNATURE) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, form.length - start);
  const size = (offset: number): number =>
    form.wide
      ? view.getUint32(offset + 4, true) * 0x1_0000_0000 + view.getUint32(offset, true)
      : view.getUint32(offset, true);
  return (
    view.getUint32(0, true) === entry.crc32 &&
    size(4) === entry.compressedSize &&
    size(form.wide ? 12 : 8) === entry.size
  );
}

function signatureOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
}

function explain(bytes: Uint8Array, zip64: boolean): string {
  if (bytes.length < 12) return "the data descriptor is missing";
  const start = signatureOf(bytes) === DESCRIPTOR_SIGNATURE ? 4 : 0;
  const needed = start + (zip64 ? 20 : 12);
  if (bytes.length < needed) return "the data descriptor is cut off";
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.length - start);
  const size = (offset: number): number =>
    zip64
      ? view.getUint32(offset + 4, true) * 0x1_0000_0000 + view.getUint32(offset, true)
      : view.getUint32(offset, true);
  const packed = size(4);
  const unpacked = size(zip64 ? 12 : 8);
  return `the data descriptor (CRC-32 ${hex32(view.getUint32(0, true))}, ${packed} and ${unpacked} bytes) contradicts the central directory`;
}
