/**
 * The values of a Berkeley DB hash file: how rpm before 4.16 keeps its `Packages`.
 *
 * Package headers are far larger than a page, so each is an off-page item: a chain of overflow
 * pages. Source: Berkeley DB's on-disk format (dbinc/db_page.h: DBMETA, PAGE, HOFFPAGE).
 */

const HASH_MAGIC = 0x061561;
const PAGE_HASH_UNSORTED = 2;
const PAGE_OVERFLOW = 7;
const PAGE_HASH = 13;
const OFF_PAGE_ITEM = 3;
const PAGE_HEADER = 26;

/** The off-page values of every hash page, in page order; empty where the file is no such database. */
export function* readHashValues(file: Uint8Array): Generator<Uint8Array> {
  if (file.length < 72) return;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const littleEndian = view.getUint32(12, true) === HASH_MAGIC;
  if (!littleEndian && view.getUint32(12, false) !== HASH_MAGIC) return;
  const pageSize = view.getUint32(20, littleEndian);
  if (pageSize < 512 || pageSize > 65536) return;
  for (let start = pageSize; start + pageSize <= file.length; start += pageSize) {
    const type = file[start + 25];
    if (type !== PAGE_HASH && type !== PAGE_HASH_UNSORTED) continue;
    const items = view.getUint16(start + 20, littleEndian);
    // Items alternate: key, value. The index holds their offsets in the page.
    for (let index = 1; index < items; index += 2) {
      const slot = start + PAGE_HEADER + index * 2;
      if (slot + 2 > start + pageSize) break;
      const item = start + view.getUint16(slot, littleEndian);
      if (item + 12 > start + pageSize || file[item] !== OFF_PAGE_ITEM) continue;
      const first = view.getUint32(item + 4, littleEndian);
      const length = view.getUint32(item + 8, littleEndian);
      if (length <= file.length) yield chain(file, view, pageSize, littleEndian, first, length);
    }
  }
}

function chain(
  file: Uint8Array,
  view: DataView,
  pageSize: number,
  littleEndian: boolean,
  first: number,
  length: number,
): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  let page = first;
  while (page !== 0 && at < length) {
    const start = page * pageSize;
    if (start + pageSize > file.length || file[start + 25] !== PAGE_OVERFLOW) break;
    // hf_offset is the number of bytes on an overflow page.
    const size = Math.min(
      view.getUint16(start + 22, littleEndian),
      pageSize - PAGE_HEADER,
      length - at,
    );
    if (size === 0) break;
    whole.set(file.subarray(start + PAGE_HEADER, start + PAGE_HEADER + size), at);
    at += size;
    page = view.getUint32(start + 16, littleEndian);
  }
  return whole;
}
