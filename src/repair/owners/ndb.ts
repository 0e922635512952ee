/**
 * The values of rpm's own database, `Packages.db`: what openSUSE uses.
 *
 * Pages of slots come first, each slot saying where the blob of a package lies. Source: rpm's
 * lib/backend/ndb/rpmpkg.c.
 */

const FILE_MAGIC = 0x506d_7052; // "RpmP"
const SLOT_MAGIC = 0x746f_6c53; // "Slot"
const BLOB_MAGIC = 0x5362_6c42; // "BlbS"
const PAGE_SIZE = 4096;
const SLOT_SIZE = 16;
/** The file's header takes the place of the first two slots. */
const HEADER_SIZE = 32;
const BLOB_HEADER_SIZE = 16;
/** Blobs begin and end at multiples of it. */
const BLOCK_SIZE = 16;

/** The blob of each slot in use, in order; empty where the file is no such database. */
export function* readNdbBlobs(file: Uint8Array): Generator<Uint8Array> {
  if (file.length < HEADER_SIZE) return;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (view.getUint32(0, true) !== FILE_MAGIC) return;
  const end = Math.min(view.getUint32(12, true) * PAGE_SIZE, file.length);
  for (let slot = HEADER_SIZE; slot + SLOT_SIZE <= end; slot += SLOT_SIZE) {
    const block = view.getUint32(slot + 8, true);
    if (view.getUint32(slot, true) !== SLOT_MAGIC || block === 0) continue;
    const blob = block * BLOCK_SIZE;
    const start = blob + BLOB_HEADER_SIZE;
    if (start > file.length || view.getUint32(blob, true) !== BLOB_MAGIC) continue;
    const length = view.getUint32(blob + 12, true);
    if (length <= file.length - start) yield file.subarray(start, start + length);
  }
}
