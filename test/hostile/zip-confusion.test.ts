/**
 * Archives that PyPI's upload validation and uv's extraction refuse, each by its condition, made by
 * our own builder: whatever the one refuses must be an error under `pypi`, the other under
 * `install`, and both under `release`.
 */
import { deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Profile } from "../../src/finding.ts";
import type { ZipMember } from "../support/zip-builder.ts";
import {
  buildZip,
  concat,
  extraField,
  toBytes,
  u32,
  u64s,
  unicodePath,
} from "../support/zip-builder.ts";
import { LINUX, verdict } from "../support/zip-verdict.ts";

const HELLO = "hello hello hello";
const PACKED = deflateRawSync(toBytes(HELLO));
const FILE: ZipMember = { name: "fixme", data: HELLO };
const OTHER: ZipMember = { name: "two", data: HELLO };
const ONE = buildZip([FILE]);
const TWO = buildZip([OTHER]);
const WIDE = 0xffff_ffff;

interface Row {
  readonly what: string;
  readonly archive: Uint8Array;
  /** What the profiles say; release always refuses what one of them refuses. */
  readonly pypi: "accept" | "reject";
  readonly install: "accept" | "reject";
  /** Only for what no validator but ours refuses. */
  readonly release?: "reject";
}

function one(change: Partial<ZipMember>): Uint8Array {
  return buildZip([{ ...FILE, ...change }]);
}

/** A local header that announces a data descriptor while the directory does not. */
function localDescriptor(descriptor: ZipMember["descriptor"], more: Partial<ZipMember> = {}) {
  return one({ descriptor: descriptor ?? {}, central: { flags: 0 }, ...more });
}

const ZIP64_STREAM = extraField(1, u64s());
const END64 = { directory_size: WIDE, directory_offset: WIDE } as const;
const ALL64 = { ...END64, entries: 0xffff, disk_entries: 0xffff } as const;

const ROWS: readonly Row[] = [
  // Accepted by both.
  row("one deflated member", ONE, "accept", "accept"),
  row("one stored member", one({ method: 0 }), "accept", "accept"),
  row("nothing", buildZip([]), "accept", "accept"),
  row("an archive comment", buildZip([FILE], { comment: "hello" }), "accept", "accept"),
  row(
    "a folder and a file in it",
    buildZip([{ name: "foo/" }, { name: "foo/bar", data: HELLO }]),
    "accept",
    "accept",
  ),
  row("a file in a folder without entry", one({ name: "foo/bar" }), "accept", "accept"),
  row("zip64 end records", buildZip([FILE], { zip64: true, end: END64 }), "accept", "accept"),
  row(
    "zip64 everywhere",
    buildZip([{ ...FILE, zip64: true }], { zip64: true, end: ALL64 }),
    "accept",
    "accept",
  ),
  row("a zero CRC of empty data", one({ data: "" }), "accept", "accept"),

  // The end of the file.
  row("no zip", toBytes("not a zip at all"), "reject", "reject"),
  row("bytes in front", buildZip([FILE], { prefix: toBytes("XXXX") }), "reject", "reject"),
  row("bytes in front that no offset counts", concat([toBytes("XXXX"), ONE]), "reject", "reject"),
  row("bytes behind", concat([ONE, toBytes("    ")]), "reject", "reject"),
  row("NUL bytes behind", concat([ONE, new Uint8Array(8)]), "reject", "accept"),
  row("an end record in the comment", endInComment(), "reject", "reject"),
  row("an archive in the comment", buildZip([FILE], { comment: TWO }), "reject", "reject"),
  row(
    "an empty archive in the comment",
    buildZip([FILE], { comment: buildZip([]) }),
    "reject",
    "reject",
  ),
  row("two archives one after the other", concat([ONE, TWO]), "reject", "reject"),
  row("two end records", concat([ONE, ONE.subarray(ONE.length - 22)]), "reject", "reject"),
  row(
    "control bytes in the comment",
    buildZip([FILE], { comment: Uint8Array.of(1, 2) }),
    "accept",
    "reject",
  ),

  // Records.
  row(
    "a gap between members",
    buildZip([FILE, { ...OTHER, before: Uint8Array.of(0) }]),
    "reject",
    "reject",
  ),
  row(
    "a gap before the directory",
    buildZip([FILE], { beforeDirectory: toBytes("X") }),
    "reject",
    "reject",
  ),
  row(
    "a member that only the local headers have",
    buildZip([FILE, { ...OTHER, inCentral: false }]),
    "reject",
    "reject",
  ),
  row("a member that only the directory has", onlyInDirectory(), "reject", "reject"),
  row(
    "an entry twice in the directory",
    buildZip([FILE, { ...FILE, inLocal: false, central: { header_offset: 0 } }]),
    "reject",
    "reject",
  ),
  row(
    "a name twice in local headers",
    buildZip([FILE, { ...FILE, inCentral: false }]),
    "reject",
    "reject",
  ),
  row("a name twice", buildZip([FILE, { ...FILE, data: "other" }]), "reject", "reject"),
  row("a comment in the directory", one({ comment: "c" }), "reject", "accept"),
  row(
    "a wrong count",
    buildZip([FILE], { end: { entries: 2, disk_entries: 2 } }),
    "reject",
    "reject",
  ),
  row("a count for this disk", buildZip([FILE], { end: { disk_entries: 0 } }), "reject", "reject"),
  ...[-46, -2, -1, 1, 2].map((by) =>
    row(`a directory size ${by} off`, shifted({ size: by }), "reject", "reject"),
  ),
  ...[-30, -1, 1].map((by) =>
    row(`a directory offset ${by} off`, shifted({ offset: by }), "reject", "reject"),
  ),

  // zip64.
  row(
    "a locator that points elsewhere",
    buildZip([FILE], { zip64: true, end: END64, locator: { end_offset: 5 } }),
    "reject",
    "reject",
  ),
  row(
    "a zip64 record without locator",
    buildZip([FILE], { zip64: true, inLocator: false }),
    "reject",
    "reject",
  ),
  row(
    "a locator without record",
    buildZip([FILE], { zip64: true, end: END64, inZip64End: false }),
    "reject",
    "reject",
  ),
  row(
    "zip64 records without end record",
    buildZip([FILE], { zip64: true, inEnd: false }),
    "reject",
    "reject",
  ),
  row(
    "something else where the record should be",
    buildZip([FILE], { zip64: true, end: END64, zip64End: { signature: 0x12345678 } }),
    "reject",
    "reject",
  ),
  row(
    "extensible data",
    buildZip([FILE], { zip64: true, end: ALL64, extensible: new Uint8Array(20) }),
    "reject",
    "reject",
  ),
  row("two zip64 archives in one", zip64Confusion(), "reject", "reject"),
  row(
    "a zip64 record with a wrong count",
    buildZip([FILE], { zip64: true, end: ALL64, zip64End: { entries: 2, disk_entries: 2 } }),
    "reject",
    "reject",
  ),
  row(
    "a disk that only a zip64 record could tell",
    buildZip([FILE], { end: { disk: 0xffff, directory_disk: 0xffff } }),
    "accept",
    "reject",
  ),
  {
    what: "a locator that counts no disk, as unzip alone minds",
    archive: buildZip([FILE], { zip64: true, end: END64, locator: { disks: 0 } }),
    pypi: "accept",
    install: "accept",
    release: "reject",
  },
  row(
    "a disk that the zip64 record tells",
    buildZip([FILE], { zip64: true, end: { ...ALL64, disk: 0xffff, directory_disk: 0xffff } }),
    "accept",
    "accept",
  ),

  // zip64 extra fields.
  row(
    "a packed size alone, deflated",
    one({ both: { compressed_size: WIDE }, ...bothExtras(extraField(1, u64s(PACKED.length))) }),
    "reject",
    "accept",
  ),
  row(
    "a wrong packed size alone",
    one({ both: { compressed_size: WIDE }, ...bothExtras(extraField(1, u64s(PACKED.length + 1))) }),
    "reject",
    "reject",
  ),
  row(
    "a wrong size alone",
    one({
      both: { uncompressed_size: WIDE },
      ...bothExtras(extraField(1, u64s(HELLO.length + 1))),
    }),
    "reject",
    "reject",
  ),
  row(
    "a field too short for its sentinels",
    one({
      both: { compressed_size: WIDE, uncompressed_size: WIDE },
      ...bothExtras(extraField(1, u64s(HELLO.length))),
    }),
    "reject",
    "reject",
  ),
  row(
    "a field too long, with another packed size",
    one({ both: { uncompressed_size: WIDE }, ...bothExtras(extraField(1, u64s(HELLO.length, 0))) }),
    "reject",
    "reject",
  ),
  row(
    "an empty field for a sentinel",
    one({ both: { uncompressed_size: WIDE }, ...bothExtras(ZIP64_STREAM) }),
    "reject",
    "reject",
  ),
  row(
    "other sizes than the header's",
    one({ ...bothExtras(extraField(1, u64s(PACKED.length, HELLO.length + 1))) }),
    "reject",
    "reject",
  ),
  row(
    "a forbidden length",
    one({ localExtra: extraField(1, new Uint8Array(4)) }),
    "reject",
    "reject",
  ),
  row(
    "two zip64 fields",
    one({ zip64: true, localExtra: extraField(1, u64s(9, 9)) }),
    "reject",
    "reject",
  ),

  // Other extra fields and names.
  row("three bytes of extra data", one(bothExtras(toBytes("   "))), "reject", "accept"),
  row(
    "an extra field that is too long",
    one({ localExtra: Uint8Array.of(1, 2, 9, 0) }),
    "reject",
    "reject",
  ),
  row(
    "a Unicode Path that is cut off",
    one({ centralExtra: unicodePath("fixme", "étc").subarray(0, -1) }),
    "reject",
    "reject",
  ),
  row(
    "two Unicode Paths",
    one(bothExtras(concat([unicodePath("fixme", "first"), unicodePath("fixme", "second")]))),
    "reject",
    "reject",
  ),
  row(
    "a chain of Unicode Paths",
    one(
      bothExtras(
        concat([
          unicodePath("fixme", "first"),
          unicodePath("fixme", "ignore", { crc: 4 }),
          unicodePath("fixme", "reset"),
        ]),
      ),
    ),
    "reject",
    "reject",
  ),
  row(
    "a Unicode Path with a control character",
    one({ localExtra: unicodePath("fixme", "a\n") }),
    "reject",
    "reject",
  ),
  row(
    "a Unicode Path that is not a UTF-8",
    one({ localExtra: unicodePath("fixme", Uint8Array.of(0xf7)) }),
    "reject",
    "reject",
  ),
  row(
    "a name in code page 437",
    one({ name: Uint8Array.of(0x82), ...bothExtras(unicodePath(Uint8Array.of(0x82), "é")) }),
    "reject",
    "reject",
  ),
  row("a control character", one({ name: "a\u007f" }), "reject", "reject"),
  row("a NUL", one({ name: "a\0b" }), "reject", "reject"),
  row("a name that differs", one({ localName: "fixed" }), "reject", "reject"),
  row("no name", one({ name: "" }), "accept", "reject"),
  row("a format character", one({ name: "a\u200e" }), "accept", "reject"),

  // Data descriptors: PyPI refuses all, uv only the wrong ones.
  row("a data descriptor", one({ descriptor: {} }), "reject", "accept"),
  row("one without signature", one({ descriptor: { signature: false } }), "reject", "accept"),
  row("one that the directory does not announce", localDescriptor({}), "reject", "accept"),
  row(
    "one with 64-bit sizes",
    localDescriptor({ wide: true }, { localExtra: ZIP64_STREAM }),
    "reject",
    "accept",
  ),
  row("one with a wrong CRC", localDescriptor({ crc32: 1 }), "reject", "reject"),
  row("one with CRC 0", localDescriptor({ crc32: 0 }), "reject", "reject"),
  row("one with a wrong packed size", localDescriptor({ compressed_size: 1 }), "reject", "reject"),
  row("one with a wrong size", localDescriptor({ uncompressed_size: 1 }), "reject", "reject"),
  row(
    "one without signature and with a wrong size",
    localDescriptor({ uncompressed_size: 1, signature: false }),
    "reject",
    "reject",
  ),
  row(
    "a wide one with a wrong packed size",
    localDescriptor({ wide: true, compressed_size: 1 }, { localExtra: ZIP64_STREAM }),
    "reject",
    "reject",
  ),
  row(
    "a wide one with a wrong size",
    localDescriptor({ wide: true, uncompressed_size: 1 }, { localExtra: ZIP64_STREAM }),
    "reject",
    "reject",
  ),
  row(
    "one with a wrong signature",
    one({ descriptor: concat([u32(0x08074b51), u32(0), u32(PACKED.length), u32(HELLO.length)]) }),
    "reject",
    "reject",
  ),
  row("none where one is announced", one({ descriptor: new Uint8Array(0) }), "reject", "reject"),

  // What PyPI reads from one of the two headers only.
  row(
    "version 6.4 in the local header only",
    one({ local: { version_needed: 64 } }),
    "accept",
    "reject",
  ),
  row(
    "UTF-8 declared in the directory only",
    one({ name: "é", local: { flags: 0 } }),
    "accept",
    "reject",
  ),
  row(
    "UTF-8 declared in the local header only",
    one({ name: "é", central: { flags: 0 } }),
    "reject",
    "reject",
  ),
  row(
    "a descriptor announced in the directory only",
    one({ central: { flags: 8 } }),
    "accept",
    "reject",
  ),
  row("an offset into the void", one({ central: { header_offset: 1 } }), "accept", "reject"),
  row("other methods", one({ local: { method: 0 } }), "accept", "reject"),

  // Content, which PyPI does not look at.
  row(
    "a declared size that is too short",
    one({ both: { uncompressed_size: 5 } }),
    "accept",
    "reject",
  ),
  row("a wrong CRC", one({ both: { crc32: 1 } }), "accept", "reject"),
  row("another CRC in the local header", one({ local: { crc32: 1 } }), "accept", "reject"),
  row("two deflate streams", one({ packed: concat([PACKED, PACKED]) }), "accept", "reject"),
  row("a truncated deflate stream", one({ packed: PACKED.subarray(0, -2) }), "accept", "reject"),
  row("encryption", one({ both: { flags: 1 } }), "accept", "reject"),
  row("strong encryption", one({ both: { flags: 0x41 } }), "accept", "reject"),
  row("patched data", one({ both: { flags: 0x20 } }), "accept", "reject"),
  row("version 6.4", one({ both: { version_needed: 64 } }), "reject", "reject"),
  row("bzip2", one({ method: 12 }), "reject", "reject"),
  row("a directory with data", one({ name: "d/" }), "accept", "reject"),
  row(
    "a directory's name with a file's mode",
    one({ name: "d/", data: "", mode: 0o100644 }),
    "accept",
    "reject",
  ),
  ...[0, 3, 5, 16, 19].map((host) =>
    row(
      `a symbolic link made by host ${host}`,
      one({ mode: 0o120777, central: { version_made_by: (host << 8) | 20 } }),
      "accept",
      "reject",
    ),
  ),
  row("a path out of the folder", one({ name: "../a" }), "accept", "reject"),
  row("a backslash", one({ name: "a\\b" }), "accept", "reject"),
  row("an absolute path", one({ name: "/a" }), "accept", "reject"),
];

describe("archives that readers disagree about", () => {
  for (const { what, archive, pypi, install, ...row } of ROWS) {
    test(what, () => {
      const both = pypi === "reject" || install === "reject" ? "reject" : "accept";
      const release = row.release ?? both;
      expect(classOf(archive, "pypi"), "pypi").toBe(pypi);
      expect(classOf(archive, "install"), "install").toBe(install);
      expect(classOf(archive, "release"), "release").toBe(release);
      expect(classOf(archive, "pending"), "pending").toBe(release);
    });
  }
});

function row(what: string, archive: Uint8Array, pypi: Row["pypi"], install: Row["install"]): Row {
  return { what, archive, pypi, install };
}

function classOf(archive: Uint8Array, profile: Profile): "accept" | "reject" {
  const errors = verdict(archive, { profile, targets: LINUX }).codes("error");
  return errors.length === 0 ? "accept" : "reject";
}

function bothExtras(extra: Uint8Array): Partial<ZipMember> {
  return { localExtra: extra, centralExtra: extra };
}

function endInComment(): Uint8Array {
  const comment = concat([
    u32(0x06054b50),
    new Uint8Array(3),
    Uint8Array.of(255, 255),
    new Uint8Array(100),
  ]);
  return buildZip([FILE], { comment });
}

/** The second entry's local header is nowhere. */
function onlyInDirectory(): Uint8Array {
  return buildZip([FILE, { ...OTHER, inLocal: false }]);
}

function shifted({ size = 0, offset = 0 }: { size?: number; offset?: number }): Uint8Array {
  const view = new DataView(ONE.buffer);
  const end = ONE.length - 22;
  const directory_size = view.getUint32(end + 12, true) + size;
  const directory_offset = view.getUint32(end + 16, true) + offset;
  return buildZip([FILE], { end: { directory_size, directory_offset } });
}

/** The comment of a zip64 archive holds the end of another one. */
function zip64Confusion(): Uint8Array {
  const inner = buildZip([OTHER], { zip64: true, end: ALL64 });
  return buildZip([FILE], { zip64: true, end: ALL64, comment: inner });
}
