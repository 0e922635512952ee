/**
 * The strict index of an archive: what every reader of it must agree on.
 *
 * Readers of zip files disagree: some walk the local headers, some the central directory, some
 * believe the end record and some search. This one does all of it and reports each difference.
 */
import { FormatError } from "../errors.ts";
import type { Source } from "../source.ts";
import { chunkReader } from "./chunks.ts";
import type { Add, ZipProblem } from "./collect.ts";
import { collector } from "./collect.ts";
import { readDirectory } from "./directory.ts";
import { findEnd } from "./end.ts";
import type { ZipEntry } from "./entry.ts";
import { checkFraming, checkUnicodePath } from "./extra.ts";
import { LOCAL_SIZE } from "./layout.ts";
import type { ZipLimits } from "./limits.ts";
import { ZIP_LIMITS } from "./limits.ts";
import type { PlacedEntry } from "./locals.ts";
import { walkLocals } from "./locals.ts";
import { checkMember } from "./members.ts";
import { checkPlainNames } from "./names.ts";
import { checkDirectoryOrder, checkDuplicates, checkWhole, sameExtra } from "./whole.ts";

export type { ZipLimits } from "./limits.ts";
export { ZIP_LIMITS } from "./limits.ts";
export type { NameTargets } from "./names.ts";
export { checkNames } from "./names.ts";

export interface IndexOptions {
  crc32(bytes: Uint8Array, seed?: number): number;
  readonly limits?: Partial<ZipLimits>;
}

export interface ZipIndex {
  /** Members in physical order. */
  readonly entries: readonly ZipEntry[];
  /** Where a name occurs twice, the later directory entry, as most readers have it. */
  readonly byName: ReadonlyMap<string, ZipEntry>;
  readonly problems: readonly ZipProblem[];
  /** False when no directory could be found, so that nothing can be read. */
  readonly readable: boolean;
  /** Bytes of the archive. */
  readonly size: number;
  readonly comment: Uint8Array;
  readonly directoryOffset: number;
  readonly directorySize: number;
  /** True when there is a zip64 end record. */
  readonly zip64: boolean;
}

/**
 * Reads and checks the index of an archive: never throws on any bytes, and reads only headers.
 *
 * Content is checked by `readMember`, names against the target systems by `checkNames`.
 */
export function readIndex(source: Source, options: IndexOptions): ZipIndex {
  const { add, finish } = collector();
  const empty: ZipIndex = {
    entries: [],
    byName: new Map(),
    problems: [],
    readable: false,
    size: source.size,
    comment: new Uint8Array(0),
    directoryOffset: 0,
    directorySize: 0,
    zip64: false,
  };
  try {
    const found = readAll(source, options, add);
    return { ...empty, ...found, problems: finish() };
  } catch (error) {
    // The source itself failed: it shrank, or gave less than it promised.
    if (!(error instanceof FormatError)) throw error;
    add({ code: "ZIP001", message: `the archive can't be read: ${error.problem}` });
    return { ...empty, problems: finish() };
  }
}

function readAll(source: Source, options: IndexOptions, add: Add): Partial<ZipIndex> {
  const limits = { ...ZIP_LIMITS, ...options.limits };
  const chunks = chunkReader(source);
  const end = findEnd(source, chunks, add);
  if (end === undefined) return {};
  const directory = readDirectory(chunks, end, limits, add);
  if (directory === undefined) return {};
  checkDuplicates(directory, add);
  checkDirectoryOrder(directory, add);
  const placed = walkLocals(chunks, directory, limits, add);
  const entries: ZipEntry[] = [];
  for (const each of placed) {
    checkExtras(each, options, add);
    const readable = checkMember(each, limits, add);
    entries.push(toEntry(each, readable));
  }
  checkPlainNames(entries, limits.name, add);
  checkWhole(source, end, entries, limits, add);
  const byOffset = new Map(entries.map((entry, index) => [placed[index]?.central, entry]));
  const byName = new Map<string, ZipEntry>();
  for (const central of directory.entries) {
    const entry = byOffset.get(central);
    if (entry !== undefined) byName.set(entry.name, entry);
  }
  return {
    entries,
    byName,
    readable: true,
    comment: end.comment,
    directoryOffset: directory.start,
    directorySize: directory.size,
    zip64: end.zip64,
  };
}

function checkExtras(placed: PlacedEntry, options: IndexOptions, add: Add): void {
  const { central, local, localExtra, localFields } = placed;
  const { name: path, nameBytes } = central;
  if (local !== undefined && localExtra.length > 0) {
    const place = {
      path,
      header: "local file header",
      offset: central.headerOffset + LOCAL_SIZE + local.name_length,
    } as const;
    checkFraming(localExtra, localFields, place, add);
    checkUnicodePath(localFields, nameBytes, options.crc32, place, add);
    if (sameExtra(localExtra, central.extra)) return;
  }
  if (central.extra.length === 0) return;
  const place = {
    path,
    header: "central directory header",
    offset: central.at + 46 + nameBytes.length,
  } as const;
  checkFraming(central.extra, central.fields, place, add);
  checkUnicodePath(central.fields, nameBytes, options.crc32, place, add);
}

function toEntry(placed: PlacedEntry, readable: boolean): ZipEntry {
  const { central, localExtra, dataOffset, end, broken } = placed;
  const { header, wide } = central;
  return {
    name: central.name,
    nameBytes: central.nameBytes,
    directory: central.name.endsWith("/"),
    method: header.method,
    flags: header.flags,
    crc32: header.crc32,
    compressedSize: wide.compressedSize,
    size: wide.size,
    headerOffset: central.headerOffset,
    dataOffset,
    end,
    versionMadeBy: header.version_made_by,
    versionNeeded: header.version_needed,
    externalAttributes: header.external_attributes,
    internalAttributes: header.internal_attributes,
    dosTime: header.time,
    dosDate: header.date,
    localExtra,
    centralExtra: central.extra,
    broken: broken || !readable,
  };
}
