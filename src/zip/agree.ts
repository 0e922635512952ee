/** Compares the local header of a member with its directory entry (ZIP009). */
import type { Level } from "../finding.ts";
import type { Add, ZipProblem } from "./collect.ts";
import { hex32, NOT_PYPI } from "./collect.ts";
import type { EntryDraft } from "./draft.ts";
import { resolveZip64 } from "./extra.ts";
import type { LocalHeader } from "./layout.ts";
import {
  FLAG_DESCRIPTOR,
  FLAG_ENCRYPTED,
  FLAG_MASKED,
  FLAG_PATCHED,
  FLAG_STRONG_ENCRYPTION,
  FLAG_UTF8,
  LOCAL_HEADER,
  LOCAL_SIZE,
  SENTINEL32,
} from "./layout.ts";

/** Flags that change what a reader makes of the member. */
const FLAGS = [
  [FLAG_ENCRYPTED, 0],
  [FLAG_DESCRIPTOR, 3],
  [FLAG_PATCHED, 5],
  [FLAG_STRONG_ENCRYPTION, 6],
  [FLAG_UTF8, 11],
  [FLAG_MASKED, 13],
] as const;

const GRAVE_FLAGS = FLAGS.reduce((sum, [mask]) => sum | mask, 0);

/** True when both headers say the same of the member's content. */
export function compareHeaders(
  entry: EntryDraft,
  local: LocalHeader,
  localExtra: Uint8Array,
  descriptorSound: boolean,
  add: Add,
): boolean {
  const identical =
    localExtra.length === 0 &&
    local.flags === entry.flags &&
    local.method === entry.method &&
    local.crc32 === entry.crc32 &&
    local.compressed_size === entry.compressedSize &&
    local.uncompressed_size === entry.size &&
    local.time === entry.dosTime &&
    local.date === entry.dosDate &&
    local.version_needed === entry.versionNeeded &&
    local.compressed_size !== SENTINEL32 &&
    local.uncompressed_size !== SENTINEL32;
  return identical || compareFields(entry, local, localExtra, descriptorSound, add);
}

function compareFields(
  entry: EntryDraft,
  local: LocalHeader,
  localExtra: Uint8Array,
  descriptorSound: boolean,
  add: Add,
): boolean {
  let agrees = true;
  const mild: Level = "warning";
  const differ = (
    field: keyof LocalHeader & string,
    message: string,
    more: Partial<ZipProblem> = {},
  ): void => {
    add({
      code: "ZIP009",
      path: entry.name,
      message,
      at: {
        record: LOCAL_HEADER.name,
        field,
        offset: entry.headerOffset + LOCAL_HEADER.offsetOf("zip", field),
        value: String(local[field]),
      },
      ...more,
    });
  };
  const grave = (
    field: keyof LocalHeader & string,
    ours: number,
    theirs: number,
    more: Partial<ZipProblem> = {},
    show: (value: number) => string = String,
  ): void => {
    agrees = false;
    const text = `\`${field}\` is ${show(ours)} in the local header and ${show(theirs)} in the central directory`;
    differ(field, text, more);
  };

  if (local.method !== entry.method) {
    grave("method", local.method, entry.method, { profiles: NOT_PYPI });
  }
  for (const [mask, bit] of FLAGS) {
    if (((local.flags ^ entry.flags) & mask) === 0) continue;
    const inLocal = (local.flags & mask) !== 0;
    // PyPI looks at the local bit 3; uv streams by it, CPython ignores it when the rest is right.
    const harmless = mask === FLAG_DESCRIPTOR && inLocal && descriptorSound;
    differ(
      "flags",
      `flag bit ${bit} is set only in the ${inLocal ? "local header" : "central directory"}`,
      { profiles: harmless ? { pypi: "warning", install: "warning" } : NOT_PYPI },
    );
    if (mask !== FLAG_DESCRIPTOR && mask !== FLAG_UTF8) agrees = false;
  }
  const others = (local.flags ^ entry.flags) & ~GRAVE_FLAGS;
  if (others !== 0) {
    differ("flags", `the flags differ in the bits 0x${others.toString(16)}`, { level: mild });
  }

  const place = {
    path: entry.name,
    header: LOCAL_HEADER.name,
    offset: entry.headerOffset + LOCAL_SIZE + local.name_length,
  };
  const narrow = { ...local, header_offset: 0, disk_start: 0 };
  const own = resolveZip64(narrow, localExtra, place, add);
  if (!own.sound) agrees = false;
  // With a data descriptor the local values may be zero.
  const streamed = (local.flags & FLAG_DESCRIPTOR) !== 0;
  const same = (ours: number, theirs: number): boolean =>
    ours === theirs || (streamed && ours === 0);
  if (!same(local.crc32, entry.crc32)) {
    grave("crc32", local.crc32, entry.crc32, { profiles: NOT_PYPI }, hex32);
  }
  if (own.sound && !entry.broken) {
    if (!same(own.compressedSize, entry.compressedSize)) {
      grave("compressed_size", own.compressedSize, entry.compressedSize);
    }
    if (!same(own.size, entry.size)) grave("uncompressed_size", own.size, entry.size);
  }

  if (local.version_needed !== entry.versionNeeded) {
    differ(
      "version_needed",
      `\`version_needed\` is ${local.version_needed} in the local header and ${entry.versionNeeded} in the central directory`,
      { level: mild },
    );
  }
  if (local.time !== entry.dosTime || local.date !== entry.dosDate) {
    differ("time", "the modification time differs from that in the central directory", {
      level: mild,
    });
  }
  return agrees;
}
