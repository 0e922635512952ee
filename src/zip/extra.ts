/**
 * Extra fields: their framing (ZIP015), zip64 values (ZIP013) and the second name (ZIP016).
 *
 * Sources: APPNOTE 4.5.1, 4.5.3, 4.6.9; the upload validator of PyPI; uv.
 */
import { bytesEqual, decodeUtf8 } from "../bytes.ts";
import type { FieldRef } from "../errors.ts";
import type { Add, ZipProblem } from "./collect.ts";
import { NOT_INSTALL, NOT_PYPI, shown } from "./collect.ts";
import {
  EXTRA_UNICODE_PATH,
  EXTRA_ZIP64,
  LOCAL_HEADER,
  SENTINEL16,
  SENTINEL32,
  STORED,
} from "./layout.ts";

export interface ExtraField {
  readonly id: number;
  readonly payload: Uint8Array;
  /** Offset of its header in the extra data. */
  readonly at: number;
}

/** Which header's extra data are read, for messages. */
export interface ExtraPlace {
  readonly path: string;
  readonly header: string;
  /** File offset of the extra data. */
  readonly offset: number;
}

const NO_FIELDS: readonly ExtraField[] = [];

/** Splits extra data; what does not fit is left out. */
export function parseExtras(extra: Uint8Array): readonly ExtraField[] {
  if (extra.length < 4) return NO_FIELDS;
  const fields: ExtraField[] = [];
  let at = 0;
  while (at + 4 <= extra.length) {
    const id = u16(extra, at);
    const end = at + 4 + u16(extra, at + 2);
    if (end > extra.length) break;
    fields.push({ id, payload: extra.subarray(at + 4, end), at });
    at = end;
  }
  return fields;
}

/** Reports framing and repeated fields (ZIP015). */
export function checkFraming(
  extra: Uint8Array,
  fields: readonly ExtraField[],
  place: ExtraPlace,
  add: Add,
): void {
  const last = fields.at(-1);
  const end = last === undefined ? 0 : last.at + 4 + last.payload.length;
  const left = extra.length - end;
  // CPython and uv skip up to three bytes; PyPI does in the central directory only.
  const local = place.header === LOCAL_HEADER.name;
  if (left > 0 && left < 4) {
    add({
      code: "ZIP015",
      path: place.path,
      message: `the extra data of the ${place.header} end with ${left} bytes that are not a field`,
      at: refOf(place, end),
      profiles: local ? NOT_INSTALL : { ...NOT_PYPI, ...NOT_INSTALL },
    });
  } else if (left >= 4) {
    add({
      code: "ZIP015",
      path: place.path,
      message: `the extra field ${hex16(u16(extra, end))} of the ${place.header} claims ${u16(extra, end + 2)} bytes, ${left - 4} are left`,
      at: refOf(place, end),
    });
  }
  if (fields.length < 2) return;
  const seen = new Set<number>();
  const told = new Set<number>();
  for (const { id, at } of fields) {
    if (seen.has(id) && !told.has(id)) {
      told.add(id);
      const grave = id === EXTRA_ZIP64 || id === EXTRA_UNICODE_PATH;
      add({
        code: "ZIP015",
        path: place.path,
        message: `the extra field ${hex16(id)} occurs more than once in the ${place.header}`,
        at: refOf(place, at),
        // uv refuses every repetition.
        ...(grave ? {} : { level: "warning", profiles: { install: "error" } }),
        ...(grave && !local ? { profiles: NOT_PYPI } : {}),
      });
    }
    seen.add(id);
  }
}

/** A header's sizes and offsets as the zip64 extra field completes them. */
export interface Wide {
  readonly size: number;
  readonly compressedSize: number;
  /** Central directory only. */
  readonly headerOffset: number;
  readonly disk: number;
  /** False when a value is missing or ambiguous, so that the entry can't be read. */
  readonly sound: boolean;
}

export interface Narrow {
  readonly uncompressed_size: number;
  readonly compressed_size: number;
  readonly header_offset: number;
  readonly disk_start: number;
  readonly method: number;
}

/** The values of `header`, sentinels replaced by those of the zip64 field (ZIP013). */
export function resolveZip64(header: Narrow, extra: Uint8Array, place: ExtraPlace, add: Add): Wide {
  const { uncompressed_size, compressed_size, header_offset, disk_start } = header;
  const asks =
    uncompressed_size === SENTINEL32 ||
    compressed_size === SENTINEL32 ||
    header_offset === SENTINEL32;
  if (!asks && extra.length === 0) {
    return {
      size: uncompressed_size,
      compressedSize: compressed_size,
      headerOffset: header_offset,
      disk: disk_start,
      sound: true,
    };
  }
  return resolveSlowly(header, parseExtras(extra), place, add);
}

function resolveSlowly(
  header: Narrow,
  fields: readonly ExtraField[],
  place: ExtraPlace,
  add: Add,
): Wide {
  const local = place.header === LOCAL_HEADER.name;
  const own = [
    header.uncompressed_size,
    header.compressed_size,
    local ? 0 : header.header_offset,
  ] as const;
  const diskWanted = !local && header.disk_start === SENTINEL16;
  const wanted = own.filter((value) => value === SENTINEL32).length * 8 + (diskWanted ? 4 : 0);
  const field = fields.find((each) => each.id === EXTRA_ZIP64);
  const report = (message: string, more: Partial<ZipProblem> = {}): void =>
    add({
      code: "ZIP013",
      path: place.path,
      message: `${message} in the ${place.header}`,
      at: refOf(place, field?.at ?? 0),
      ...more,
    });
  const values: number[] = [...own];
  let disk = header.disk_start;
  let sound = true;
  if (field === undefined) {
    if (wanted > (diskWanted ? 4 : 0)) {
      report("a size or offset is 0xffffffff without a zip64 extra field");
      sound = false;
    }
  } else {
    const { payload } = field;
    if (payload.length < wanted) {
      report(`the zip64 extra field has ${payload.length} bytes, ${wanted} are needed`);
      sound = false;
    } else {
      let at = 0;
      for (const [index, value] of own.entries()) {
        if (value !== SENTINEL32) continue;
        values[index] = u64(payload, at);
        at += 8;
      }
      if (diskWanted) disk = u32(payload, at);
      sound = checkLength(payload, wanted, values, local, report);
      if (sound && local && payload.length === 8 && header.method !== STORED) {
        report("the zip64 extra field holds one size of a compressed member", {
          profiles: NOT_INSTALL,
        });
      }
    }
    if (values.some((value) => value > Number.MAX_SAFE_INTEGER)) {
      report("the zip64 extra field holds a value beyond any file");
      sound = false;
    }
  }
  // What is unknown counts as nothing.
  const known = sound ? values : values.map((value) => (value < SENTINEL32 ? value : 0));
  const [size = 0, compressedSize = 0, headerOffset = 0] = known;
  return { size, compressedSize, headerOffset, disk, sound };
}

/**
 * A field longer than its sentinels need. Some readers take the values by position whether or not
 * they are asked for, so they must then agree with the header.
 */
function checkLength(
  payload: Uint8Array,
  wanted: number,
  values: readonly number[],
  local: boolean,
  report: (message: string, more?: Partial<ZipProblem>) => void,
): boolean {
  if (local && ![0, 8, 16, 24, 28].includes(payload.length)) {
    report(`the zip64 extra field has ${payload.length} bytes, a length that does not exist`);
    return false;
  }
  if (payload.length === wanted) {
    // Nothing is asked for and nothing is there.
    if (wanted === 0) report("the zip64 extra field is empty", { level: "warning" });
    return true;
  }
  // A local header has two values; what follows them there means nothing.
  const places = Math.min(local ? 2 : 3, Math.floor(payload.length / 8));
  for (let index = 0; index < places; index++) {
    if (u64(payload, 8 * index) === values[index]) continue;
    report(
      `the zip64 extra field has ${payload.length} bytes where ${wanted} are needed, and its values contradict the header`,
    );
    return false;
  }
  // `wheel tags` wrote such fields for years; uv refuses them now in the central directory.
  report(`the zip64 extra field has ${payload.length} bytes, ${wanted} are needed`, {
    level: "warning",
    ...(local ? {} : { profiles: { install: "error" } }),
  });
  return true;
}

/** Reports an Info-ZIP Unicode Path field (ZIP016). */
export function checkUnicodePath(
  fields: readonly ExtraField[],
  entry: { readonly nameBytes: Uint8Array },
  crc32: (bytes: Uint8Array) => number,
  place: ExtraPlace,
  add: Add,
): void {
  for (const { id, payload, at } of fields) {
    if (id !== EXTRA_UNICODE_PATH) continue;
    const rawName = entry.nameBytes;
    const report = (message: string, more: Partial<ZipProblem> = {}): void =>
      add({ code: "ZIP016", path: place.path, message, at: refOf(place, at), ...more });
    if (payload.length < 5) {
      report(`the Unicode Path field has ${payload.length} bytes, at least 5 are needed`);
      continue;
    }
    const bytes = payload.subarray(5);
    const name = decodeUtf8(bytes);
    if (name === undefined) {
      report("the name in the Unicode Path field is not UTF-8");
    } else if (bytes.some((byte) => byte < 0x20 || byte === 0x7f)) {
      report("the name in the Unicode Path field holds a control character");
    } else if (payload[0] !== 1) {
      report(`the Unicode Path field has the unknown version ${payload[0]}`, { level: "warning" });
    } else if (u32(payload, 1) !== crc32(rawName)) {
      report("the Unicode Path field belongs to another name", { level: "warning" });
    } else if (!bytesEqual(bytes, rawName)) {
      report(`the Unicode Path field gives the member the other name \`${shown(name)}\``, {
        profiles: NOT_PYPI,
      });
    } else {
      report("the Unicode Path field repeats the name", { level: "warning" });
    }
  }
}

function refOf(place: ExtraPlace, at: number): FieldRef {
  return { record: place.header, field: "extra", offset: place.offset + at };
}

function hex16(value: number): string {
  return `0x${value.toString(16).padStart(4, "0")}`;
}

function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

function u32(bytes: Uint8Array, at: number): number {
  return (u16(bytes, at) | (u16(bytes, at + 2) << 16)) >>> 0;
}

/** Exact up to 2^53, and above it still above it. */
function u64(bytes: Uint8Array, at: number): number {
  const high = u32(bytes, at + 4);
  // What a product is part of V8 keeps as a double, in an object of its own.
  return high === 0 ? u32(bytes, at) : high * 0x1_0000_0000 + u32(bytes, at);
}
