import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { nodeCompression } from "../../../src/node/compression.ts";
import { openFile } from "../../../src/node/file.ts";
import { streamMember } from "../../../src/node/stream.ts";
import type { Source } from "../../../src/source.ts";
import { memorySource } from "../../../src/source.ts";
import type { ZipIndex } from "../../../src/zip/index.ts";
import { readIndex } from "../../../src/zip/index.ts";
import { readMember } from "../../../src/zip/read.ts";
import { stopwatch } from "../../support/quick.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { buildWheel } from "../../support/wheel-builder.ts";
import type { ZipMember } from "../../support/zip-builder.ts";
import { buildZip, concat, extraField, toBytes, u64s } from "../../support/zip-builder.ts";

function indexOf(bytes: Uint8Array): ZipIndex {
  return readIndex(memorySource(bytes), nodeCompression);
}

function graveCodes(index: ZipIndex): readonly string[] {
  return index.problems.filter(({ code }) => code < "ZIP040").map(({ code }) => code);
}

function texts(bytes: Uint8Array): Record<string, string> {
  const source = memorySource(bytes);
  const found: Record<string, string> = {};
  for (const entry of indexOf(bytes).entries) {
    const member = readMember(source, entry, nodeCompression);
    found[entry.name] = new TextDecoder().decode(member.bytes);
  }
  return found;
}

describe("readIndex", () => {
  test("gives every fact of a member", () => {
    const extra = extraField(0x5455, Uint8Array.of(1, 0, 0, 0, 0));
    const archive = buildZip([
      { name: "first", data: "1" },
      { name: "dir/é", data: "data data data", mode: 0o100755, localExtra: extra },
    ]);
    const index = indexOf(archive);
    expect(index).toMatchObject({ readable: true, size: archive.length, zip64: false });
    expect(index.problems.filter(({ code }) => code !== "ZIP040")).toEqual([]);
    const entry = index.byName.get("dir/é");
    const packed = nodeCompression.deflateRaw(toBytes("data data data"), 6);
    const first = 30 + 5 + nodeCompression.deflateRaw(toBytes("1"), 6).length;
    expect(entry).toMatchObject({
      name: "dir/é",
      nameBytes: toBytes("dir/é"),
      directory: false,
      method: 8,
      flags: 1 << 11,
      crc32: nodeCompression.crc32(toBytes("data data data")),
      compressedSize: packed.length,
      size: 14,
      headerOffset: first,
      dataOffset: first + 30 + 6 + extra.length,
      end: index.directoryOffset,
      versionMadeBy: (3 << 8) | 20,
      versionNeeded: 20,
      dosTime: 0,
      localExtra: extra,
      centralExtra: new Uint8Array(0),
      broken: false,
    });
    expect((entry?.externalAttributes ?? 0) >>> 16).toBe(0o100755);
  });

  test("lists members in the order of the file", () => {
    const members = ["c", "a", "b"].map((name): ZipMember => ({ name, data: name }));
    const index = indexOf(buildZip(members, { order: [1, 2, 0] }));
    expect(index.entries.map(({ name }) => name)).toEqual(["c", "a", "b"]);
  });

  test("takes the later of two members of one name, as most readers do", () => {
    const archive = buildZip([
      { name: "a", data: "first" },
      { name: "a", data: "second" },
    ]);
    expect(indexOf(archive).byName.get("a")?.size).toBe(6);
  });

  test("reads members behind foreign data in front", () => {
    const archive = concat([toBytes("#!/bin/sh\n"), buildZip([{ name: "a", data: "content" }])]);
    expect(texts(archive)).toEqual({ a: "content" });
  });

  test("keeps sound members readable beside broken ones", () => {
    const archive = buildZip([
      { name: "good", data: "good" },
      { name: "bad", data: "bad", local: { compressed_size: 99 } },
      { name: "lost", data: "lost", central: { header_offset: 7 } },
      { name: "fine", data: "fine" },
    ]);
    const index = indexOf(archive);
    const broken = index.entries.filter((entry) => entry.broken).map(({ name }) => name);
    expect(broken.sort()).toEqual(["bad", "lost"]);
    expect(texts(archive)).toMatchObject({ good: "good", fine: "fine" });
  });

  test("one wrong size does not make every other member overlap", () => {
    const members = [..."abcdef"].map((name): ZipMember => ({ name, data: name.repeat(9) }));
    members[2] = { name: "c", data: "c", both: { compressed_size: 0x7fff_ffff } };
    const index = indexOf(buildZip(members));
    expect(graveCodes(index)).toEqual(["ZIP006"]);
    expect(index.entries.filter((entry) => entry.broken).map(({ name }) => name)).toEqual(["c"]);
  });

  test("points at the bytes that are wrong", () => {
    const archive = buildZip([{ name: "a", data: "aaaa", local: { crc32: 0x1234 } }]);
    const [problem] = indexOf(archive).problems;
    expect(problem).toMatchObject({
      code: "ZIP009",
      path: "a",
      at: { record: "local file header", field: "crc32", offset: 14, value: "4660" },
    });
    const descriptor = buildZip([{ name: "a", data: "aaaa", descriptor: { crc32: 1 } }]);
    const { length } = nodeCompression.deflateRaw(toBytes("aaaa"), 6);
    expect(indexOf(descriptor).problems[0]?.at).toEqual({
      record: "data descriptor",
      offset: 31 + length,
    });
  });

  test("lists a hundred defects of a kind and counts the rest", () => {
    const members = Array.from(
      { length: 130 },
      (_, at): ZipMember => ({ name: `f${at}`, comment: "c" }),
    );
    const { problems } = indexOf(buildZip(members));
    expect(problems.length).toBe(101);
    expect(problems.at(-1)).toMatchObject({
      code: "ZIP029",
      message: "30 further members have a defect of this kind",
    });
  });

  test("a wheel of 65,536 members needs zip64, and gets it", () => {
    const members = Array.from({ length: 65_536 }, (_, at): ZipMember => ({ name: `f/${at}` }));
    const end = { entries: 0xffff, disk_entries: 0xffff };
    const archive = buildZip(members, { zip64: true, end });
    const index = indexOf(archive);
    expect(graveCodes(index)).toEqual([]);
    expect(index.entries.length).toBe(65_536);
    expect(index.zip64).toBe(true);
    // Without zip64 the count has lost its upper bits.
    const records = archive.subarray(0, index.directoryOffset + index.directorySize);
    const { directoryOffset: directory_offset, directorySize: directory_size } = index;
    const folded = concat([records, buildZip([], { end: { directory_offset, directory_size } })]);
    expect(graveCodes(indexOf(folded))).toEqual(["ZIP010"]);
    // Exactly 65,535 members do not need it.
    const most = indexOf(buildZip(members.slice(1)));
    expect(graveCodes(most)).toEqual([]);
    expect(most.entries.length).toBe(65_535);
  });

  test("zip64 in every place", () => {
    const members = ["a", "b"].map((name): ZipMember => ({ name, data: name, zip64: true }));
    const end = {
      entries: 0xffff,
      disk_entries: 0xffff,
      directory_size: 0xffff_ffff,
      directory_offset: 0xffff_ffff,
    };
    const archive = buildZip(members, { zip64: true, end });
    expect(graveCodes(indexOf(archive))).toEqual([]);
    expect(texts(archive)).toEqual({ a: "a", b: "b" });
  });
});

describe("how much is read", () => {
  /** Counts calls and bytes. */
  function counting(source: Source): Source & { calls: number; bytes: number } {
    const counter = {
      size: source.size,
      calls: 0,
      bytes: 0,
      read(offset: number, length: number): Uint8Array {
        counter.calls++;
        counter.bytes += length;
        return source.read(offset, length);
      },
    };
    return counter;
  }

  test("small members in few reads", () => {
    const members = Array.from(
      { length: 5000 },
      (_, at): ZipMember => ({ name: `pkg/module_${at}.py`, data: `x = ${at}\n`, method: 0 }),
    );
    const archive = buildZip(members);
    const source = counting(memorySource(archive));
    expect(readIndex(source, nodeCompression).entries.length).toBe(5000);
    expect(source.calls).toBeLessThan(20);
    expect(source.bytes).toBeLessThan(2 * archive.length + 200_000);
  });

  test("large members are skipped", () => {
    const large = new Uint8Array(4 << 20);
    const archive = buildZip([
      { name: "a", data: large, method: 0 },
      { name: "b", data: large, method: 0 },
    ]);
    const source = counting(memorySource(archive));
    readIndex(source, nodeCompression);
    expect(source.calls).toBeLessThan(10);
    expect(source.bytes).toBeLessThan(500_000);
  });
});

test("an archive of 5 GB takes neither its memory nor its time", async () => {
  const size = 5 * 2 ** 30;
  const path = join(scratchFolder(), "large.zip");
  const values = { compressed_size: 0xffff_ffff, uncompressed_size: 0xffff_ffff };
  const zip64 = extraField(1, u64s(size, size));
  const template = buildZip([
    {
      name: "zeros",
      both: { ...values, version_needed: 45 },
      localExtra: zip64,
      centralExtra: zip64,
    },
    {
      name: "last",
      data: "behind 4 GiB",
      central: { header_offset: 0xffff_ffff },
      centralExtra: extraField(1, u64s(30 + 5 + 20 + size)),
    },
  ]);
  const plain = readIndex(memorySource(template), nodeCompression);
  const cut = 30 + 5 + zip64.length;
  const directory = plain.directoryOffset;
  const file = openSync(path, "w");
  ftruncateSync(file, size + cut);
  writeSync(file, template.subarray(0, cut), 0, cut, 0);
  const tail = buildTail(template, cut, directory, plain.directorySize, size);
  writeSync(file, tail, 0, tail.length, size + cut);
  closeSync(file);

  const source = openFile(path);
  const before = process.memoryUsage().rss;
  const took = stopwatch();
  const index = readIndex(source, nodeCompression);
  expect(took()).toBeLessThan(2000);
  expect(index.problems.filter(({ code }) => code < "ZIP028")).toEqual([]);
  expect(index.problems.map(({ code }) => code)).not.toContain("ZIP030");
  const [zeros, last] = index.entries;
  if (zeros === undefined || last === undefined) throw new Error("entries are missing");
  expect([zeros.size, zeros.end, last.headerOffset]).toEqual([size, size + cut, size + cut]);
  expect(new TextDecoder().decode(readMember(source, last, nodeCompression).bytes)).toBe(
    "behind 4 GiB",
  );
  // Too large to be read whole; as a stream it is read as far as the caller likes.
  expect(readMember(source, zeros, nodeCompression).problems[0]?.code).toBe("ZIP030");
  let seen = 0;
  await streamMember(source)(zeros, (bytes) => {
    seen += bytes.length;
    return seen < 100 << 20;
  });
  expect(seen).toBeGreaterThanOrEqual(100 << 20);
  expect(process.memoryUsage().rss - before).toBeLessThan(200 << 20);
  source.close();
});

/** The records behind the 5 GB, with their offsets moved there. */
function buildTail(
  template: Uint8Array,
  cut: number,
  directory: number,
  directorySize: number,
  size: number,
): Uint8Array {
  const moved = buildZip([], {
    zip64: true,
    zip64End: {
      entries: 2,
      disk_entries: 2,
      directory_size: directorySize,
      directory_offset: directory + size,
    },
    locator: { end_offset: directory + directorySize + size },
    end: {
      entries: 2,
      disk_entries: 2,
      directory_size: directorySize,
      directory_offset: 0xffff_ffff,
    },
  });
  return concat([template.subarray(cut, directory + directorySize), moved]);
}

test("a source that fails becomes a finding", () => {
  const archive = buildWheel();
  // As a file that shrank does.
  const empty = memorySource(new Uint8Array(0));
  const source: Source = { size: archive.length, read: empty.read };
  expect(readIndex(source, nodeCompression)).toMatchObject({
    readable: false,
    problems: [{ code: "ZIP001" }],
  });
});
