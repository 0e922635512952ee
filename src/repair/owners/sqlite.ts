/**
 * The rows of one table of an SQLite file: just enough to read rpm's package database.
 *
 * Source: "SQLite Database File Format", sections 1.3 (header), 1.6 (b-tree pages), 2.1 (records).
 */

const MAGIC = "SQLite format 3\0";
const TABLE_INTERIOR = 5;
const TABLE_LEAF = 13;

/** The blobs in the rows of `table`; empty where the file is no database that has it. */
export function* readTableBlobs(file: Uint8Array, table: string): Generator<Uint8Array> {
  if (new TextDecoder("latin1").decode(file.subarray(0, 16)) !== MAGIC) return;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const declared = view.getUint16(16);
  const pageSize = declared === 1 ? 65536 : declared;
  const usable = pageSize - (file[20] ?? 0);
  if (pageSize < 512 || usable < 480) return;
  for (const row of rows(file, view, pageSize, usable, 1)) {
    const columns = recordColumns(row);
    // sqlite_schema: type, name, tbl_name, rootpage, sql
    const [type, name, , root] = columns;
    if (text(type) !== "table" || text(name) !== table || root === undefined) continue;
    for (const record of rows(file, view, pageSize, usable, integer(root))) {
      for (const column of recordColumns(record)) {
        if (column.kind === "blob") yield column.bytes;
      }
    }
  }
}

/** The payload of every row below `root`, in key order. */
function* rows(
  file: Uint8Array,
  view: DataView,
  pageSize: number,
  usable: number,
  root: number,
): Generator<Uint8Array> {
  const seen = new Set<number>();
  const open = [root];
  for (let page = open.pop(); page !== undefined; page = open.pop()) {
    const start = (page - 1) * pageSize;
    if (page < 1 || start + pageSize > file.length || seen.has(page)) continue;
    seen.add(page);
    const header = start + (page === 1 ? 100 : 0);
    const type = file[header];
    const cells = view.getUint16(header + 3);
    const pointers = header + (type === TABLE_INTERIOR ? 12 : 8);
    if (pointers + cells * 2 > start + pageSize) continue;
    const children: number[] = [];
    for (let index = 0; index < cells; index++) {
      const cell = start + view.getUint16(pointers + index * 2);
      if (cell + 4 > start + pageSize) continue;
      if (type === TABLE_INTERIOR) children.push(view.getUint32(cell));
      else if (type === TABLE_LEAF) yield payload(file, view, cell, pageSize, usable);
    }
    if (type === TABLE_INTERIOR) open.push(view.getUint32(header + 8), ...children.reverse());
  }
}

function payload(
  file: Uint8Array,
  view: DataView,
  cell: number,
  pageSize: number,
  usable: number,
): Uint8Array {
  const length = varint(file, cell);
  const rowId = varint(file, length.next);
  const size = Math.min(length.value, file.length);
  const most = usable - 35;
  if (size <= most) return file.subarray(rowId.next, rowId.next + size);
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const rest = least + ((size - least) % (usable - 4));
  const local = rest <= most ? rest : least;
  const whole = new Uint8Array(size);
  whole.set(file.subarray(rowId.next, rowId.next + local));
  let at = local;
  const link = rowId.next + local;
  let page = link + 4 > file.length ? 0 : view.getUint32(link);
  // Each page adds bytes, so a cycle ends when the payload is full.
  while (page !== 0 && at < size) {
    const start = (page - 1) * pageSize;
    if (start + pageSize > file.length) break;
    const part = file.subarray(start + 4, start + 4 + Math.min(usable - 4, size - at));
    whole.set(part, at);
    at += part.length;
    page = view.getUint32(start);
  }
  return whole;
}

interface Column {
  readonly kind: "integer" | "text" | "blob" | "other";
  readonly bytes: Uint8Array;
}

function recordColumns(record: Uint8Array): readonly Column[] {
  const header = varint(record, 0);
  const columns: Column[] = [];
  let at = header.next;
  let data = header.value;
  while (at < header.value && at < record.length) {
    const type = varint(record, at);
    at = type.next;
    const { kind, size } = columnType(type.value);
    columns.push({ kind, bytes: record.subarray(data, data + size) });
    data += size;
  }
  return columns;
}

function columnType(serial: number): { kind: Column["kind"]; size: number } {
  if (serial >= 12) {
    return { kind: serial % 2 === 0 ? "blob" : "text", size: Math.floor((serial - 12) / 2) };
  }
  const sizes = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0];
  return { kind: serial >= 1 && serial <= 6 ? "integer" : "other", size: sizes[serial] ?? 0 };
}

function text(column: Column | undefined): string | undefined {
  return column?.kind === "text" ? new TextDecoder().decode(column.bytes) : undefined;
}

function integer(column: Column): number {
  let value = 0;
  for (const byte of column.bytes) value = value * 256 + byte;
  return value;
}

function varint(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let index = 0; index < 8; index++) {
    const byte = bytes[at + index] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, next: at + index + 1 };
  }
  return { value: value * 256 + (bytes[at + 8] ?? 0), next: at + 9 };
}
