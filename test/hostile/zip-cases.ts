/** For each rule on archives what breaks it, at the levels that it promises, and what just passes. */
import { deflateRawSync } from "node:zlib";
import type { Level } from "../../src/finding.ts";
import type { ZIP_RULES } from "../../src/zip/rules.ts";
import type { WheelSpec } from "../support/wheel-builder.ts";
import { buildWheel } from "../support/wheel-builder.ts";
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
import type { VerdictOptions } from "../support/zip-verdict.ts";
import { LINUX } from "../support/zip-verdict.ts";

export interface Case {
  readonly code: keyof typeof ZIP_RULES;
  readonly what: string;
  readonly archive: Uint8Array;
  /** Level under release, pypi and install; `-`: not reported. */
  readonly levels: readonly [Level | "-", Level | "-", Level | "-"];
  /** Further codes that this archive breaks as errors under release. */
  readonly also?: readonly string[];
  readonly options?: VerdictOptions;
}

export interface Pass {
  readonly code: keyof typeof ZIP_RULES;
  readonly what: string;
  readonly archive: Uint8Array;
  readonly options?: VerdictOptions;
}

const MODULE = "demo/__init__.py";
const E = "error";
const W = "warning";
const I = "info";

/** The wheel with one member changed. */
function changed(change: Partial<ZipMember>, spec: WheelSpec = {}): Uint8Array {
  return buildWheel({ ...spec, members: { [MODULE]: change } });
}

function withFile(name: string, data: string | Uint8Array = "x\n"): Uint8Array {
  return buildWheel({ files: { [name]: data } });
}

function withExtra(...extra: ZipMember[]): Uint8Array {
  return buildWheel({ extra });
}

export const CLEAN: Uint8Array = buildWheel();
const PYTHON = "x = 1\n".repeat(20);
const STREAM = deflateRawSync(toBytes(PYTHON));
const module = (change: Partial<ZipMember>): Uint8Array =>
  buildWheel({ files: { [MODULE]: PYTHON }, members: { [MODULE]: change } });

const tarHeader = ((): Uint8Array => {
  // A local header whose name field runs to 512 bytes, with a tar checksum where tar wants it.
  const name = "a".repeat(512 - 30);
  const zip = buildZip([{ name, data: "" }]);
  zip.fill(0x20, 148, 156);
  zip.set(toBytes("dddddddd"), 148);
  const block = zip.subarray(0, 512);
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  return toBytes(`${sum.toString(8).padStart(6, "0")}\0 `);
})();

function polyglot(right: boolean): Uint8Array {
  const name = new Uint8Array(512 - 30).fill(0x61);
  name.set(right ? tarHeader.subarray(0, 6) : toBytes("000001"), 148 - 30);
  name.set([0x20, 0x20], 154 - 30);
  return buildZip([{ name, data: "" }]);
}

export const CASES: readonly Case[] = [
  { code: "ZIP001", what: "an empty file", archive: new Uint8Array(0), levels: [E, E, E] },
  { code: "ZIP001", what: "text", archive: toBytes("not a wheel\n"), levels: [E, E, E] },
  {
    code: "ZIP001",
    what: "a truncated archive",
    archive: CLEAN.subarray(0, CLEAN.length - 1),
    levels: [E, E, E],
  },
  {
    code: "ZIP001",
    what: "a comment that is cut off",
    archive: buildWheel({ zip: { comment: "abc", end: { comment_length: 5 } } }),
    levels: [E, E, E],
  },
  {
    code: "ZIP002",
    what: "an archive in the comment of another",
    archive: buildWheel({ zip: { comment: CLEAN } }),
    levels: [E, E, E],
    also: ["ZIP005", "ZIP007", "ZIP008", "ZIP010"],
  },
  {
    code: "ZIP002",
    what: "an end record in the comment",
    archive: buildWheel({ zip: { comment: concat([u32(0x06054b50), new Uint8Array(30)]) } }),
    levels: [E, E, E],
  },
  {
    code: "ZIP002",
    what: "a comment with bytes of a signature",
    archive: buildWheel({ zip: { comment: Uint8Array.of(0x41, 3, 0x42) } }),
    levels: [E, W, E],
  },
  {
    code: "ZIP002",
    what: "an end record repeated",
    archive: concat([CLEAN, CLEAN.subarray(CLEAN.length - 22)]),
    levels: [E, E, E],
  },
  {
    code: "ZIP003",
    what: "a shell script in front",
    archive: buildWheel({ zip: { prefix: toBytes("#!/bin/sh\n") } }),
    levels: [E, E, E],
  },
  {
    code: "ZIP004",
    what: "a newline at the end",
    archive: buildWheel({ zip: { suffix: toBytes("\n") } }),
    levels: [E, E, E],
  },
  {
    code: "ZIP004",
    what: "NUL bytes at the end",
    archive: buildWheel({ zip: { suffix: new Uint8Array(4096) } }),
    levels: [E, E, W],
  },
  {
    code: "ZIP004",
    what: "more NUL bytes than uv reads",
    archive: buildWheel({ zip: { suffix: new Uint8Array(4097) } }),
    levels: [E, E, E],
  },
  {
    code: "ZIP005",
    what: "padding between members",
    archive: withExtra({ name: "demo/a.py", before: new Uint8Array(4) }),
    levels: [E, E, E],
  },
  {
    code: "ZIP005",
    what: "padding in front of the directory",
    archive: buildWheel({ zip: { beforeDirectory: Uint8Array.of(0) } }),
    levels: [E, E, E],
  },
  {
    code: "ZIP005",
    what: "a digital signature behind the directory",
    archive: buildWheel({
      zip: { afterDirectory: concat([u32(0x05054b50), Uint8Array.of(0, 0)]) },
    }),
    levels: [E, E, E],
  },
  {
    code: "ZIP005",
    what: "an archive extra data record",
    archive: buildWheel({ zip: { beforeDirectory: concat([u32(0x08064b50), u32(0)]) } }),
    levels: [E, E, E],
  },
  {
    code: "ZIP006",
    what: "a member inside another",
    archive: overlapping(),
    levels: [E, E, E],
  },
  {
    code: "ZIP006",
    what: "data that run into the directory",
    archive: buildZip([
      { name: "a", data: "abc", method: 0, both: { compressed_size: 4, uncompressed_size: 4 } },
    ]),
    levels: [E, E, E],
  },
  {
    code: "ZIP007",
    what: "a local header without directory entry",
    archive: withExtra({ name: "demo/a.py", data: "x", inCentral: false }),
    levels: [E, E, E],
  },
  {
    code: "ZIP007",
    what: "a directory entry without local header",
    archive: withExtra({ name: "demo/a.py", inLocal: false }),
    levels: [E, E, E],
    also: ["ZIP006", "ZIP009"],
  },
  {
    code: "ZIP007",
    what: "a directory entry beyond the file",
    archive: changed({ central: { header_offset: 0x7fff_ffff } }),
    levels: [E, W, E],
  },
  {
    code: "ZIP008",
    what: "two members of one name",
    archive: withExtra({ name: MODULE, data: "x" }),
    levels: [E, E, E],
  },
  {
    code: "ZIP008",
    what: "two members of one name and content",
    archive: withExtra({ name: MODULE, data: '"""A module."""\n' }),
    levels: [E, E, W],
  },
  {
    code: "ZIP009",
    what: "another name",
    archive: changed({ localName: "demo/__INIT__.py" }),
    levels: [E, E, E],
    also: ["ZIP007"],
  },
  {
    code: "ZIP009",
    what: "another CRC",
    archive: changed({ local: { crc32: 1 } }),
    levels: [E, W, E],
  },
  {
    code: "ZIP009",
    what: "another size",
    archive: changed({ local: { uncompressed_size: 1 } }),
    levels: [E, E, E],
  },
  {
    code: "ZIP009",
    what: "another packed size",
    archive: changed({ local: { compressed_size: 1 } }),
    levels: [E, E, E],
  },
  {
    code: "ZIP009",
    what: "another method",
    archive: changed({ local: { method: 0 } }),
    levels: [E, W, E],
  },
  {
    code: "ZIP009",
    what: "another flag bit 11",
    archive: changed({ local: { flags: 1 << 11 } }),
    levels: [E, W, E],
  },
  {
    code: "ZIP009",
    what: "another version",
    archive: changed({ local: { version_needed: 10 } }),
    levels: [W, W, W],
  },
  {
    code: "ZIP009",
    what: "another time",
    archive: changed({ local: { time: 77 } }),
    levels: [W, W, W],
  },
  {
    code: "ZIP010",
    what: "one entry too many",
    archive: buildWheel({ zip: { end: { entries: 5, disk_entries: 5 } } }),
    levels: [E, E, E],
  },
  {
    code: "ZIP010",
    what: "entries on this disk",
    archive: buildWheel({ zip: { end: { disk_entries: 3 } } }),
    levels: [E, E, E],
  },
  {
    code: "ZIP010",
    what: "a wrong size",
    archive: buildWheel({ zip: { end: { directory_size: 1 } } }),
    levels: [E, E, E],
  },
  {
    code: "ZIP010",
    what: "a wrong offset",
    archive: buildWheel({ zip: { end: { directory_offset: 1 } } }),
    levels: [E, E, E],
  },
  {
    code: "ZIP011",
    what: "a disk number in the end record",
    archive: buildWheel({ zip: { end: { disk: 1 } } }),
    levels: [E, W, E],
  },
  {
    code: "ZIP011",
    what: "a disk number in the directory",
    archive: changed({ central: { disk_start: 1 } }),
    levels: [E, W, E],
  },
  {
    code: "ZIP011",
    what: "several disks in the locator",
    archive: buildWheel({ zip: { zip64: true, locator: { disks: 2 } } }),
    levels: [E, E, E],
  },
  {
    code: "ZIP012",
    what: "a locator that points elsewhere",
    archive: buildWheel({ zip: { zip64: true, locator: { end_offset: 1 } } }),
    levels: [E, E, E],
  },
  {
    code: "ZIP012",
    what: "no locator",
    archive: buildWheel({ zip: { zip64: true, inLocator: false } }),
    levels: [E, E, E],
  },
  {
    code: "ZIP012",
    what: "a locator without record",
    archive: buildWheel({ zip: { zip64: true, inZip64End: false } }),
    levels: [E, E, E],
    also: ["ZIP005"],
  },
  {
    code: "ZIP012",
    what: "extensible data",
    archive: buildWheel({ zip: { zip64: true, extensible: new Uint8Array(8) } }),
    levels: [E, E, E],
  },
  {
    code: "ZIP012",
    what: "other values than the end record",
    archive: buildWheel({ zip: { zip64: true, end: { entries: 3, disk_entries: 3 } } }),
    levels: [E, E, E],
  },
  {
    code: "ZIP012",
    what: "values beyond any file",
    archive: hugeZip64(),
    levels: [E, E, E],
    also: ["ZIP002"],
  },
  {
    code: "ZIP013",
    what: "a sentinel without field",
    archive: changed({ central: { uncompressed_size: 0xffff_ffff } }),
    levels: [E, E, E],
  },
  {
    code: "ZIP013",
    what: "a field too short for its sentinels",
    archive: sentinels(extraField(1, u64s(6)), extraField(1, u64s(6))),
    levels: [E, E, E],
  },
  {
    code: "ZIP013",
    what: "an empty field for sentinels",
    archive: sentinels(extraField(1, u64s()), extraField(1, u64s())),
    levels: [E, E, E],
  },
  {
    code: "ZIP013",
    what: "a field of a forbidden length",
    archive: changed({ localExtra: extraField(1, new Uint8Array(12)) }),
    levels: [E, E, E],
  },
  {
    code: "ZIP013",
    what: "values that contradict the header",
    archive: changed({ localExtra: extraField(1, u64s(1, 1)) }),
    levels: [E, E, E],
  },
  {
    code: "ZIP013",
    what: "one value of a compressed member",
    archive: module({
      both: { uncompressed_size: 0xffff_ffff },
      localExtra: extraField(1, u64s(PYTHON.length)),
      centralExtra: extraField(1, u64s(PYTHON.length)),
    }),
    levels: [E, E, W],
  },
  {
    code: "ZIP013",
    what: "the right values where none are asked for, in the local header only",
    archive: module({ localExtra: extraField(1, u64s(PYTHON.length, STREAM.length)) }),
    levels: [W, W, W],
  },
  {
    code: "ZIP013",
    what: "the right values where none are asked for",
    archive: module({
      localExtra: extraField(1, u64s(PYTHON.length, STREAM.length)),
      centralExtra: extraField(1, u64s(PYTHON.length, STREAM.length)),
    }),
    levels: [W, W, E],
  },
  {
    code: "ZIP014",
    what: "a data descriptor",
    archive: changed({ descriptor: {} }),
    levels: [E, E, I],
  },
  {
    code: "ZIP014",
    what: "one without signature",
    archive: changed({ descriptor: { signature: false } }),
    levels: [E, E, I],
  },
  {
    code: "ZIP014",
    what: "one with 64-bit sizes and a zip64 field",
    archive: changed({ descriptor: { wide: true }, localExtra: extraField(1, u64s(0, 0)) }),
    levels: [E, E, I],
  },
  {
    code: "ZIP014",
    what: "one with 64-bit sizes without a zip64 field",
    archive: changed({ descriptor: { wide: true } }),
    levels: [E, E, E],
  },
  {
    code: "ZIP014",
    what: "a wrong CRC",
    archive: changed({ descriptor: { crc32: 1 } }),
    levels: [E, E, E],
  },
  {
    code: "ZIP014",
    what: "a wrong packed size",
    archive: changed({ descriptor: { compressed_size: 1 } }),
    levels: [E, E, E],
  },
  {
    code: "ZIP014",
    what: "a wrong size without signature",
    archive: changed({ descriptor: { uncompressed_size: 1, signature: false } }),
    levels: [E, E, E],
  },
  {
    code: "ZIP014",
    what: "a missing one",
    archive: changed({ descriptor: new Uint8Array(0) }),
    levels: [E, E, E],
  },
  {
    code: "ZIP015",
    what: "three bytes too many",
    archive: changed({ localExtra: new Uint8Array(3) }),
    levels: [E, E, W],
  },
  {
    code: "ZIP015",
    what: "three bytes too many in the directory",
    archive: changed({ centralExtra: new Uint8Array(3) }),
    levels: [E, W, W],
  },
  {
    code: "ZIP015",
    what: "a length past the end",
    archive: changed({ centralExtra: Uint8Array.of(9, 9, 5, 0, 1) }),
    levels: [E, E, E],
  },
  {
    code: "ZIP015",
    what: "two zip64 fields",
    archive: module({
      zip64: true,
      localExtra: extraField(1, u64s(PYTHON.length, STREAM.length)),
    }),
    levels: [E, E, E],
  },
  {
    code: "ZIP015",
    what: "two fields of another kind",
    archive: changed({ localExtra: concat([extraField(99, u32(1)), extraField(99, u32(1))]) }),
    levels: [W, W, E],
  },
  {
    code: "ZIP016",
    what: "another name",
    archive: changed({ centralExtra: unicodePath(MODULE, "demo/evil.py") }),
    levels: [E, W, E],
  },
  {
    code: "ZIP016",
    what: "no UTF-8",
    archive: changed({ centralExtra: unicodePath(MODULE, Uint8Array.of(0xff)) }),
    levels: [E, E, E],
  },
  {
    code: "ZIP016",
    what: "a control character",
    archive: changed({ localExtra: unicodePath(MODULE, "a\u0001") }),
    levels: [E, E, E],
  },
  {
    code: "ZIP016",
    what: "too short",
    archive: changed({ localExtra: extraField(0x7075, u32(1)) }),
    levels: [E, E, E],
  },
  {
    code: "ZIP016",
    what: "the same name",
    archive: changed({ localExtra: unicodePath(MODULE, MODULE) }),
    levels: [W, W, W],
  },
  {
    code: "ZIP016",
    what: "the name of another member",
    archive: changed({ localExtra: unicodePath(MODULE, "x", { crc: 1 }) }),
    levels: [W, W, W],
  },
  {
    code: "ZIP017",
    what: "Latin-1",
    archive: withExtra({ name: Uint8Array.of(0x64, 0xe9) }),
    levels: [E, E, E],
  },
  {
    code: "ZIP017",
    what: "UTF-8 without flag bit 11",
    archive: withExtra({ name: "demo/é.py", both: { flags: 0 } }),
    levels: [E, E, E],
  },
  { code: "ZIP018", what: "a NUL", archive: withFile("demo/a\0.py"), levels: [E, E, E] },
  { code: "ZIP018", what: "a DEL", archive: withFile("demo/\u007f.py"), levels: [E, E, E] },
  { code: "ZIP019", what: "no name", archive: withExtra({ name: "" }), levels: [E, W, E] },
  { code: "ZIP020", what: "bzip2", archive: changed({ method: 12 }), levels: [E, E, E] },
  { code: "ZIP020", what: "zstd", archive: changed({ method: 93 }), levels: [E, E, E] },
  {
    code: "ZIP021",
    what: "encryption",
    archive: changed({ both: { flags: 1 } }),
    levels: [E, W, E],
  },
  {
    code: "ZIP021",
    what: "patched data",
    archive: changed({ both: { flags: 1 << 5 } }),
    levels: [E, W, E],
  },
  {
    code: "ZIP021",
    what: "strong encryption",
    archive: changed({ both: { flags: 1 << 6 } }),
    levels: [E, W, E],
  },
  {
    code: "ZIP021",
    what: "masked headers",
    archive: changed({ both: { flags: 1 << 13 } }),
    levels: [E, W, E],
  },
  {
    code: "ZIP022",
    what: "version 6.4",
    archive: changed({ both: { version_needed: 64 } }),
    levels: [E, E, E],
  },
  {
    code: "ZIP022",
    what: "version 6.3",
    archive: changed({ both: { version_needed: 63 } }),
    levels: [W, W, W],
  },
  {
    code: "ZIP023",
    what: "changed data",
    archive: module({ method: 0, packed: toBytes(PYTHON.toUpperCase()) }),
    levels: [E, W, E],
  },
  {
    code: "ZIP024",
    what: "a declared size that is too short",
    archive: module({ both: { uncompressed_size: PYTHON.length - 1 } }),
    levels: [E, W, E],
  },
  {
    code: "ZIP024",
    what: "a declared size that is too long",
    archive: module({ both: { uncompressed_size: PYTHON.length + 1 } }),
    levels: [E, W, E],
  },
  {
    code: "ZIP025",
    what: "bytes behind the stream",
    archive: module({ packed: concat([STREAM, Uint8Array.of(0)]) }),
    levels: [E, W, E],
  },
  {
    code: "ZIP025",
    what: "two streams",
    archive: module({ packed: concat([STREAM, STREAM]) }),
    levels: [E, W, E],
  },
  {
    code: "ZIP025",
    what: "a stream without end",
    archive: module({ packed: STREAM.subarray(0, STREAM.length - 1) }),
    levels: [E, W, E],
  },
  {
    code: "ZIP025",
    what: "no stream at all",
    archive: module({ packed: Uint8Array.of(7, 255, 255) }),
    levels: [E, W, E],
  },
  {
    code: "ZIP026",
    what: "two sizes of a stored member",
    archive: module({ method: 0, both: { uncompressed_size: 7 } }),
    levels: [E, W, E],
  },
  {
    code: "ZIP026",
    what: "a ratio beyond deflate",
    archive: changed({ both: { uncompressed_size: 0x10_0000 } }),
    levels: [E, W, E],
  },
  {
    code: "ZIP026",
    what: "data of nothing",
    archive: module({ packed: new Uint8Array(0) }),
    levels: [E, W, E],
  },
  {
    code: "ZIP026",
    what: "nothing with a CRC",
    archive: withExtra({ name: "demo/e.py", both: { crc32: 9 } }),
    levels: [E, W, E],
  },
  {
    code: "ZIP027",
    what: "a directory with data",
    archive: withExtra({ name: "demo/d/", data: "x" }),
    levels: [E, W, E],
  },
  {
    code: "ZIP027",
    what: "a directory with a file's mode",
    archive: withExtra({ name: "demo/d/", mode: 0o100644 }),
    levels: [E, W, E],
  },
  {
    code: "ZIP027",
    what: "a file with a directory's mode",
    archive: withExtra({ name: "demo/d", mode: 0o040755 }),
    levels: [E, W, E],
  },
  {
    code: "ZIP028",
    what: "65 MiB of zeros",
    archive: buildWheel({ files: { "demo/zeros": new Uint8Array(65 << 20) } }),
    options: { content: false },
    levels: [E, E, W],
  },
  {
    code: "ZIP029",
    what: "a comment of a member",
    archive: changed({ comment: "hello" }),
    levels: [E, E, W],
  },
  {
    code: "ZIP029",
    what: "a comment of the archive",
    archive: buildWheel({ zip: { comment: "hello" } }),
    levels: [W, W, W],
  },
  {
    code: "ZIP030",
    what: "too many entries",
    archive: CLEAN,
    options: { limits: { entries: 3 } },
    levels: [E, E, E],
    also: ["ZIP007"],
  },
  {
    code: "ZIP030",
    what: "a long name",
    archive: withExtra({ name: "d/".repeat(2049) }),
    levels: [E, E, E],
  },
  {
    code: "ZIP030",
    what: "a large METADATA",
    archive: CLEAN,
    options: { limits: { metadata: 10 } },
    levels: [E, E, E],
  },
  {
    code: "ZIP030",
    what: "a large RECORD",
    archive: CLEAN,
    options: { limits: { record: 10 } },
    levels: [E, E, E],
  },
  {
    code: "ZIP030",
    what: "a large directory",
    archive: CLEAN,
    options: { limits: { directory: 100 } },
    levels: [E, E, E],
  },
  {
    code: "ZIP030",
    what: "much output",
    archive: CLEAN,
    options: { limits: { total: 100 } },
    levels: [E, E, E],
  },
  ...["../a", "a/../b", "/etc/passwd", "a//b", "./a", "a/.", "a/..", "a\\b", "//server/share"].map(
    (name): Case => ({ code: "ZIP031", what: name, archive: withFile(name), levels: [E, W, E] }),
  ),
  ...["demo/a.py;1", "demo/a.py;"].map(
    (name): Case => ({ code: "ZIP031", what: name, archive: withFile(name), levels: [E, W, W] }),
  ),
  {
    code: "ZIP031",
    what: "a drive letter",
    archive: withFile("C:/a"),
    levels: [E, W, E],
    also: ["ZIP036"],
  },
  {
    code: "ZIP032",
    what: "a symbolic link",
    archive: withExtra({ name: "demo/l", data: "x", mode: 0o120777 }),
    levels: [E, W, E],
  },
  {
    code: "ZIP032",
    what: "a device",
    archive: withExtra({ name: "demo/l", mode: 0o020666 }),
    levels: [E, W, E],
  },
  {
    code: "ZIP033",
    what: "set-user-id",
    archive: changed({ mode: 0o104755 }),
    levels: [W, W, W],
  },
  {
    code: "ZIP033",
    what: "writable by everybody",
    archive: changed({ mode: 0o100666 }),
    levels: [W, W, W],
  },
  {
    code: "ZIP033",
    what: "writable by a group",
    archive: changed({ mode: 0o100664 }),
    levels: [I, I, I],
  },
  {
    code: "ZIP033",
    what: "a script that can't be run",
    archive: withFile("demo-1.0.data/scripts/run"),
    levels: [I, I, I],
  },
  { code: "ZIP034", what: "case", archive: withFile("demo/__INIT__.py"), levels: [E, W, E] },
  {
    code: "ZIP034",
    what: "case, on Linux",
    archive: withFile("demo/__INIT__.py"),
    options: { targets: LINUX },
    levels: [W, W, W],
  },
  {
    code: "ZIP034",
    what: "ß and ss",
    archive: twins("demo/straße", "demo/STRASSE"),
    levels: [E, W, E],
  },
  {
    code: "ZIP034",
    what: "NFC and NFD",
    archive: twins("demo/é", "demo/e\u0301"),
    levels: [E, W, E],
  },
  {
    code: "ZIP034",
    what: "a trailing dot",
    archive: twins("demo/a", "demo/a."),
    levels: [E, W, E],
    also: ["ZIP036"],
  },
  {
    code: "ZIP034",
    what: "full-width letters",
    archive: twins("demo/a", "demo/ａ"),
    levels: [W, W, W],
  },
  {
    code: "ZIP034",
    what: "a file and a folder",
    archive: twins("demo/a", "demo/A/b"),
    levels: [E, W, E],
  },
  ...["aux.py", "CON", "nul.tar.gz", "com1.txt", "lpt².h", "conin$", "PRN .txt"].map(
    (name): Case => ({
      code: "ZIP035",
      what: name,
      archive: withFile(`demo/${name}`),
      levels: [E, W, E],
    }),
  ),
  { code: "ZIP035", what: "a folder", archive: withFile("demo/aux/a.py"), levels: [E, W, E] },
  {
    code: "ZIP035",
    what: "aux.py on Linux",
    archive: withFile("demo/aux.py"),
    options: { targets: LINUX },
    levels: [W, W, W],
  },
  ...["a:b", "a?", "a*", "a<b", 'a"', "a|b", "a.", "a "].map(
    (name): Case => ({
      code: "ZIP036",
      what: name,
      archive: withFile(`demo/${name}/x`),
      levels: [E, W, E],
    }),
  ),
  {
    code: "ZIP036",
    what: "a colon on Linux",
    archive: withFile("demo/a:b"),
    options: { targets: LINUX },
    levels: [I, I, I],
  },
  {
    code: "ZIP037",
    what: "a bidi override",
    archive: withFile("demo/\u202efdp.py"),
    levels: [E, W, E],
  },
  {
    code: "ZIP037",
    what: "a zero-width space",
    archive: withFile("demo/a\u200b.py"),
    levels: [E, W, E],
  },
  {
    code: "ZIP037",
    what: "a private character",
    archive: withFile("demo/\ue000"),
    levels: [E, W, E],
  },
  { code: "ZIP037", what: "a noncharacter", archive: withFile("demo/\uffff"), levels: [E, W, E] },
  { code: "ZIP038", what: "a and a/b", archive: twins("demo/a", "demo/a/b"), levels: [E, W, E] },
  {
    code: "ZIP038",
    what: "a and a/",
    archive: withExtra({ name: "demo/a" }, { name: "demo/a/" }),
    levels: [E, W, E],
  },
  {
    code: "ZIP039",
    what: "201 characters",
    archive: withFile(`demo/${"a/".repeat(97)}ab`),
    levels: [W, W, W],
  },
  {
    code: "ZIP039",
    what: "a component of 256 bytes",
    archive: withFile(`demo/${"a".repeat(256)}`),
    levels: [E, W, E],
  },
  { code: "ZIP040", what: "a space", archive: withFile("demo/a b"), levels: [I, I, I] },
  { code: "ZIP040", what: "an umlaut", archive: withFile("demo/ü"), levels: [I, I, I] },
  {
    code: "ZIP041",
    what: "zip and tar",
    archive: polyglot(true),
    levels: [E, E, E],
    also: ["ZIP039"],
  },
  {
    code: "ZIP042",
    what: "month 0",
    archive: changed({ both: { date: 0 } }),
    levels: [I, I, I],
  },
  {
    code: "ZIP042",
    what: "times that vary",
    archive: changed({ both: { time: 5 } }),
    levels: [I, I, I],
  },
  {
    code: "ZIP043",
    what: "a member behind RECORD",
    archive: withFileBehindRecord(),
    levels: [I, I, I],
  },
  {
    code: "ZIP044",
    what: "a directory entry",
    archive: withExtra({ name: "demo/d/" }),
    levels: [I, I, I],
  },
  {
    code: "ZIP045",
    what: "a directory in another order",
    archive: buildWheel({ zip: { order: [1, 0, 2, 3] } }),
    levels: [I, I, I],
  },
];

export const PASSES: readonly Pass[] = [
  { code: "ZIP001", what: "an empty archive", archive: buildZip([]) },
  {
    code: "ZIP002",
    what: "an archive stored last",
    archive: withExtra({ name: "z.zip", data: CLEAN, method: 0 }),
  },
  {
    code: "ZIP002",
    what: "an ordinary comment",
    archive: buildWheel({ zip: { comment: "built by hand\n" } }),
  },
  { code: "ZIP003", what: "a member at offset 0", archive: CLEAN },
  {
    code: "ZIP004",
    what: "a comment that ends the file",
    archive: buildWheel({ zip: { comment: "\0\0" } }),
  },
  { code: "ZIP005", what: "records without gaps", archive: buildWheel({ zip: { zip64: true } }) },
  { code: "ZIP006", what: "adjacent members", archive: CLEAN },
  { code: "ZIP007", what: "one to one", archive: CLEAN },
  { code: "ZIP008", what: "names that differ in case", archive: withFile("demo/__INIT__.py") },
  { code: "ZIP009", what: "zeros with a data descriptor", archive: changed({ descriptor: {} }) },
  { code: "ZIP010", what: "zip64 values and sentinels", archive: zip64Sentinels() },
  { code: "ZIP011", what: "disk 0", archive: buildWheel({ zip: { zip64: true } }) },
  { code: "ZIP012", what: "sentinels", archive: zip64Sentinels() },
  { code: "ZIP012", what: "legacy values too", archive: buildWheel({ zip: { zip64: true } }) },
  { code: "ZIP013", what: "both sizes", archive: module({ zip64: true }) },
  {
    code: "ZIP013",
    what: "an offset",
    archive: changed({
      central: { header_offset: 0xffff_ffff },
      centralExtra: extraField(1, u64s(0)),
    }),
  },
  {
    code: "ZIP013",
    what: "a disk number",
    archive: changed({ central: { disk_start: 0xffff }, centralExtra: extraField(1, u32(0)) }),
  },
  { code: "ZIP014", what: "none", archive: CLEAN },
  {
    code: "ZIP015",
    what: "two different fields",
    archive: changed({ localExtra: concat([extraField(9, u32(1)), extraField(8, u32(1))]) }),
  },
  { code: "ZIP016", what: "none", archive: CLEAN },
  { code: "ZIP017", what: "UTF-8 with bit 11", archive: withFile("demo/é.py") },
  { code: "ZIP018", what: "a tab's neighbour", archive: withFile("demo/a b~") },
  { code: "ZIP019", what: "one letter", archive: withFile("a") },
  { code: "ZIP020", what: "stored", archive: changed({ method: 0 }) },
  { code: "ZIP021", what: "compression options", archive: changed({ both: { flags: 6 } }) },
  { code: "ZIP022", what: "version 4.5", archive: changed({ both: { version_needed: 45 } }) },
  { code: "ZIP022", what: "a high byte", archive: changed({ both: { version_needed: 0x314 } }) },
  { code: "ZIP023", what: "right data", archive: module({}) },
  { code: "ZIP024", what: "right sizes", archive: module({}) },
  { code: "ZIP025", what: "empty blocks", archive: module({ packed: flushed(PYTHON) }) },
  {
    code: "ZIP026",
    what: "zeros near deflate's limit",
    archive: withFile("demo/z", new Uint8Array(1 << 20)),
  },
  { code: "ZIP026", what: "an empty deflated file", archive: changed({ data: "", method: 8 }) },
  { code: "ZIP027", what: "an ordinary directory", archive: withExtra({ name: "demo/d/" }) },
  {
    code: "ZIP028",
    what: "64 MiB of zeros",
    archive: withExtra({ name: "z", data: new Uint8Array(63 << 20) }),
    options: { content: false },
  },
  { code: "ZIP029", what: "none", archive: CLEAN },
  {
    code: "ZIP030",
    what: "as many entries as allowed",
    archive: CLEAN,
    options: { limits: { entries: 4 } },
  },
  { code: "ZIP031", what: "dots inside", archive: withFile("demo/..a/.b/c..d/...") },
  { code: "ZIP031", what: "semicolons inside", archive: withFile("demo;1/a;1.py") },
  {
    code: "ZIP032",
    what: "a DOS host with bits of no file type",
    archive: changed({ mode: 0o130777, central: { version_made_by: 20 } }),
  },
  { code: "ZIP033", what: "0755", archive: changed({ mode: 0o100755 }) },
  { code: "ZIP034", what: "other letters", archive: twins("demo/aa", "demo/ab") },
  { code: "ZIP035", what: "longer names", archive: withFile("demo/auxiliary.py") },
  { code: "ZIP035", what: "com10", archive: withFile("demo/com10") },
  { code: "ZIP036", what: "a dot inside", archive: withFile("demo/.a b.c") },
  { code: "ZIP037", what: "letters of other scripts", archive: withFile("demo/日本.py") },
  { code: "ZIP038", what: "a and ab", archive: twins("demo/a", "demo/ab/c") },
  { code: "ZIP039", what: "200 characters", archive: withFile(`demo/${"a/".repeat(97)}a`) },
  {
    code: "ZIP039",
    what: "a component of 190 bytes",
    archive: withFile(`demo/${"a".repeat(190)}`),
  },
  { code: "ZIP040", what: "ASCII", archive: CLEAN },
  { code: "ZIP041", what: "a wrong checksum", archive: polyglot(false) },
  { code: "ZIP042", what: "one time", archive: CLEAN },
  { code: "ZIP043", what: "RECORD last", archive: CLEAN },
  { code: "ZIP044", what: "none", archive: CLEAN },
  { code: "ZIP045", what: "the same order", archive: CLEAN },
];

/** The second member's header lies inside the data of the first. */
function overlapping(): Uint8Array {
  const inner = buildZip([{ name: "b", data: "bbbb", method: 0 }]);
  const local = inner.subarray(0, 30 + 1 + 4);
  const outer: ZipMember = { name: "a", data: local, method: 0 };
  const central = { header_offset: 30 + 1 };
  return buildZip([outer, { name: "b", data: "bbbb", method: 0, inLocal: false, central }]);
}

function hugeZip64(): Uint8Array {
  const archive = buildWheel({ zip: { zip64: true } });
  // The offset of the directory in the zip64 end record.
  archive.fill(0xff, archive.length - 22 - 20 - 8, archive.length - 22 - 20);
  return archive;
}

function sentinels(localExtra: Uint8Array, centralExtra: Uint8Array): Uint8Array {
  return module({
    both: { uncompressed_size: 0xffff_ffff, compressed_size: 0xffff_ffff },
    localExtra,
    centralExtra,
  });
}

function zip64Sentinels(): Uint8Array {
  const end = {
    entries: 0xffff,
    disk_entries: 0xffff,
    directory_size: 0xffff_ffff,
    directory_offset: 0xffff_ffff,
  };
  return buildWheel({ zip: { zip64: true, end } });
}

function twins(a: string, b: string): Uint8Array {
  return buildWheel({ files: { [a]: "1", [b]: "2" } });
}

function withFileBehindRecord(): Uint8Array {
  return buildZip([
    { name: "demo-1.0.dist-info/RECORD", data: "" },
    { name: "demo/a.py", data: "" },
  ]);
}

/** A deflate stream with an empty stored block in front. */
function flushed(text: string): Uint8Array {
  return concat([Uint8Array.of(0, 0, 0, 0xff, 0xff), deflateRawSync(toBytes(text))]);
}
