/**
 * The strict index of an archive: what every reader of it must agree on.
 *
 * Readers of zip files disagree: some walk the local headers, some the central directory, some
 * believe the end record and some search. This one does all of it and reports each difference.
 */

import { bytesEqual } from "../bytes.ts";
import { FormatError } from "../errors.ts";
import type { Source } from "../source.ts";
import { chunkReader } from "./chunks.ts";
import type { Add, ZipProblem } from "./collect.ts";
import { collector } from "./collect.ts";
import type { Directory } from "./directory.ts";
import { readDirectory } from "./directory.ts";
import type { EntryDraft } from "./draft.ts";
import { findEnd } from "./end.ts";
import type { ZipEntry } from "./entry.ts";
import { checkFraming, checkUnicodePath, parseExtras } from "./extra.ts";
import type { LocalHeader } from "./layout.ts";
import { CENTRAL_HEADER, CENTRAL_SIZE, LOCAL_HEADER, LOCAL_SIZE } from "./layout.ts";
import { ZIP_LIMITS } from "./limits.ts";
import { walkLocals } from "./locals.ts";
import { checkMember } from "./members.ts";
import { checkPlainNames } from "./names.ts";
import type { IndexOptions } from "./options.ts";
import { checkDirectoryOrder, checkWhole, reportDuplicate } from "./whole.ts";

export type { ZipLimits } from "./limits.ts";
export { ZIP_LIMITS } from "./limits.ts";
export type { NameTargets } from "./names.ts";
export { checkNames } from "./names.ts";

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
  const byName = mapNames(directory, add);
  checkDirectoryOrder(directory, add);
  const check = (entry: EntryDraft, local: LocalHeader | undefined): boolean => {
    checkExtras(entry, local, options, add);
    return checkMember(entry, local, limits, add);
  };
  const entries = walkLocals(chunks, directory, { ...options, limits }, check, add);
  checkPlainNames(entries, limits.name, add);
  checkWhole(source, end, entries, limits, add);
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

function mapNames(directory: Directory, add: Add): ReadonlyMap<string, ZipEntry> {
  const byName = new Map<string, EntryDraft>();
  for (const entry of directory.entries) {
    const earlier = byName.get(entry.name);
    if (earlier !== undefined && haveSameName(earlier, entry)) {
      reportDuplicate(earlier, entry, add);
    }
    byName.set(entry.name, entry);
  }
  return byName;
}

/** Two names that are not UTF-8, or one of them, may only look the same. */
function haveSameName(a: EntryDraft, b: EntryDraft): boolean {
  return (a.utf8 && b.utf8) || bytesEqual(a.nameBytes, b.nameBytes);
}

/** ZIP015 and ZIP016; both headers usually carry the same data, which then are checked once. */
function checkExtras(
  entry: EntryDraft,
  local: LocalHeader | undefined,
  options: IndexOptions,
  add: Add,
): void {
  const { name: path, localExtra, centralExtra } = entry;
  if (local !== undefined && localExtra.length > 0) {
    const fields = parseExtras(localExtra);
    const place = {
      path,
      header: LOCAL_HEADER.name,
      offset: entry.headerOffset + LOCAL_SIZE + local.name_length,
    };
    checkFraming(localExtra, fields, place, add);
    checkUnicodePath(fields, entry, options.crc32, place, add);
    if (bytesEqual(localExtra, centralExtra)) return;
  }
  if (centralExtra.length === 0) return;
  const fields = parseExtras(centralExtra);
  const offset = entry.at + CENTRAL_SIZE + entry.nameLength;
  const place = { path, header: CENTRAL_HEADER.name, offset };
  checkFraming(centralExtra, fields, place, add);
  checkUnicodePath(fields, entry, options.crc32, place, add);
}
