/** The containers of a region, one after the other. Only headers are read. */
import { FormatError, type FormatErrorPlace } from "../errors.ts";
import type { ByteRange, Source } from "../source.ts";
import { CONTAINER } from "./constants.ts";
import { type DeviceEntry, ENTRY_HEADER, entryOf } from "./entry.ts";
import { FATBIN, FatContainerRecord, FatEntryRecord } from "./layout.ts";

export interface DeviceContainer {
  /** Byte offset in the region. */
  readonly start: number;
  readonly end: number;
  readonly headerSize: number;
  readonly entries: readonly DeviceEntry[];
}

export interface DeviceCode {
  readonly containers: readonly DeviceContainer[];
  /** Zero bytes between and behind the containers. */
  readonly padding: number;
  /** What follows the last container that could be read, and why it is none; else `null`. */
  readonly unread: (ByteRange & { readonly reason: string }) | null;
}

const HEADER = FatContainerRecord.sizeOf(FATBIN.variant);
/** More than twenty times what the largest published library has; each costs an object. */
const MAX_ENTRIES = 1 << 19;
/** Drivers read `fat_size` as a signed number of 32 bits. */
const MAX_CONTAINER = 0x7fff_ffff;
const ALIGN = 8;
const CHUNK = 1 << 16;

/**
 * Reads the chain of containers. Zero bytes between two are skipped; payloads are never searched.
 * What can't be read ends the chain and is said in `unread`.
 */
export function readDeviceCode(region: Source): DeviceCode {
  const walk = walkDeviceCode(region.size);
  for (let step = walk.next(); ; ) {
    if (step.done === true) return step.value;
    const { start, end } = step.value;
    step = walk.next(region.read(start, end - start));
  }
}

/**
 * Asks for one range after the other and is given its bytes. None begins before the one before it,
 * so that a stream will do.
 */
export type DeviceWalk = Generator<ByteRange, DeviceCode, Uint8Array>;

/** @param size bytes of the region. */
export function* walkDeviceCode(size: number): DeviceWalk {
  const containers: DeviceContainer[] = [];
  let entries = 0;
  let padding = 0;
  let at = 0;
  try {
    for (;;) {
      const next = yield* skipZeros(size, at);
      padding += next - at;
      at = next;
      if (at === size) return { containers, padding, unread: null };
      const container = yield* readContainer(size, at, MAX_ENTRIES - entries);
      // Each container costs an object too, with entries or without.
      entries += container.entries.length + 1;
      containers.push(container);
      at = container.end;
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { containers, padding, unread: { start: at, end: size, reason: error.message } };
  }
}

/** The next multiple of 8 with a byte that is not zero, or the end. */
function* skipZeros(size: number, from: number): Generator<ByteRange, number, Uint8Array> {
  for (let at = from; at < size; ) {
    const bytes = yield { start: at, end: Math.min(at + CHUNK, size) };
    const found = bytes.findIndex((byte) => byte !== 0);
    if (found >= 0) return found === 0 ? at : at + Math.floor(found / ALIGN) * ALIGN;
    at += bytes.length;
  }
  return size;
}

/** @throws FormatError when there is no whole container at `start`. */
function* readContainer(
  size: number,
  start: number,
  maxEntries: number,
): Generator<ByteRange, DeviceContainer, Uint8Array> {
  const place = { format: "fatbin", record: "container", offset: start } as const;
  if (start + HEADER > size) {
    throw new FormatError("the container's header does not fit its region", place);
  }
  const bytes = yield { start, end: start + HEADER };
  const magic = FatContainerRecord.column(bytes, FATBIN, "magic")(0);
  if (magic !== CONTAINER.MAGIC) {
    const value = `0x${magic.toString(16)}`;
    const reason =
      magic === CONTAINER.ANCIENT_MAGIC
        ? "the container is of a form that no driver of today reads"
        : "there is no container";
    throw new FormatError(reason, { ...place, field: "magic", value });
  }
  const header = FatContainerRecord.read(bytes, 0, FATBIN, start);
  const { version, header_size, fat_size } = header;
  if (version !== CONTAINER.VERSION) {
    const value = String(version);
    throw new FormatError("the version is unknown", { ...place, field: "version", value });
  }
  if (header_size < HEADER || header_size % ALIGN !== 0) {
    const value = String(header_size);
    throw new FormatError("the size can't be right", { ...place, field: "header_size", value });
  }
  const end = start + header_size + fat_size;
  if (fat_size > MAX_CONTAINER || end > size) {
    const value = String(fat_size);
    throw new FormatError("the container ends behind its region", {
      ...place,
      field: "fat_size",
      value,
    });
  }
  if (maxEntries <= 0) throw tooMany(place);
  const entries: DeviceEntry[] = [];
  for (let at = start + header_size; at < end; ) {
    if (entries.length >= maxEntries) throw tooMany(place);
    const entry = yield* readEntry(at, end);
    entries.push(entry);
    at += entry.headerSize + entry.payloadSize;
  }
  return { start, end, headerSize: header_size, entries };
}

function tooMany(place: FormatErrorPlace): FormatError {
  return new FormatError(`there are more than ${MAX_ENTRIES} containers and entries`, place);
}

function* readEntry(start: number, end: number): Generator<ByteRange, DeviceEntry, Uint8Array> {
  const place = { format: "fatbin", record: "entry", offset: start } as const;
  if (end - start < ENTRY_HEADER) {
    throw new FormatError("the entry's header does not fit its container", place);
  }
  const bytes = yield { start, end: start + ENTRY_HEADER };
  const header = FatEntryRecord.read(bytes, 0, FATBIN, start);
  const { header_size, payload_size, compressed_size } = header;
  if (header_size < ENTRY_HEADER || header_size > end - start) {
    const value = String(header_size);
    throw new FormatError("the size can't be right", { ...place, field: "header_size", value });
  }
  if (payload_size > end - start - header_size) {
    const value = String(payload_size);
    throw new FormatError("the payload ends behind its container", {
      ...place,
      field: "payload_size",
      value,
    });
  }
  if (compressed_size > payload_size) {
    const value = String(compressed_size);
    throw new FormatError("the payload is longer than its place", {
      ...place,
      field: "compressed_size",
      value,
    });
  }
  return entryOf(header, start);
}
