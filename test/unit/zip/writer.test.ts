import { describe, expect, it } from "vitest";
import { RefusalError } from "../../../src/errors.ts";
import { nodeCompression } from "../../../src/node/compression.ts";
import type { Source } from "../../../src/source.ts";
import { memorySource } from "../../../src/source.ts";
import { dosTimeOf } from "../../../src/zip/dos-time.ts";
import type { ZipIndex } from "../../../src/zip/index.ts";
import { readIndex } from "../../../src/zip/index.ts";
import { readMember } from "../../../src/zip/read.ts";
import type { ArchiveLayout, Member } from "../../../src/zip/writer.ts";
import {
  layoutArchive,
  layoutSource,
  packMember,
  rewriteMember,
  unchangedPrefix,
} from "../../../src/zip/writer.ts";
import { buildZip } from "../../support/zip-builder.ts";

const TIME = { date: (44 << 9) | (1 << 5) | 1, time: 0 };

function indexOf(source: Source): ZipIndex {
  return readIndex(source, { crc32: nodeCompression.crc32 });
}

function graveProblems(index: ZipIndex): readonly string[] {
  return index.problems
    .filter(({ code }) => !["ZIP042", "ZIP043", "ZIP044", "ZIP040"].includes(code))
    .map(({ code, message }) => `${code} ${message}`);
}

function textMember(name: string, text: string, mode?: number): Member {
  return packMember(
    {
      name,
      bytes: new TextEncoder().encode(text),
      time: TIME,
      ...(mode === undefined ? {} : { mode }),
    },
    nodeCompression,
  );
}

function bytesOf(layout: ArchiveLayout): Uint8Array {
  return layoutSource(layout).read(0, layout.size).slice();
}

/** `size` zeros without memory for them. */
function zeros(size: number): Source {
  return { size, read: (_, length) => new Uint8Array(length) };
}

describe("layoutArchive", () => {
  it("writes what the strict index accepts, and the members read back", () => {
    const bytes = bytesOf(
      layoutArchive([
        textMember("a.txt", "text ".repeat(100)),
        textMember("b/", "", 0o040755),
        textMember("b/c.sh", "x", 0o100755),
        textMember("b/ä.txt", ""),
      ]),
    );
    const index = indexOf(memorySource(bytes));
    expect(graveProblems(index)).toEqual([]);
    expect(index.entries.map(({ name, method, flags }) => [name, method, flags])).toEqual([
      ["a.txt", 8, 0],
      ["b/", 0, 0],
      ["b/c.sh", 0, 0],
      ["b/ä.txt", 0, 1 << 11],
    ]);
    expect(index.entries.map(({ externalAttributes }) => externalAttributes >>> 16)).toEqual([
      0o100644, 0o040755, 0o100755, 0o100644,
    ]);
    const [first] = index.entries;
    if (first === undefined) throw new Error("no entry");
    const { bytes: content, problems } = readMember(memorySource(bytes), first, nodeCompression);
    expect(problems).toEqual([]);
    expect(new TextDecoder().decode(content)).toBe("text ".repeat(100));
  });

  it("gives the same bytes each time", () => {
    const make = (): Uint8Array => bytesOf(layoutArchive([textMember("a", "a".repeat(99))]));
    expect(make()).toEqual(make());
  });

  it("refuses a name twice", () => {
    const member = textMember("a", "");
    expect(() => layoutArchive([member, member])).toThrow(RefusalError);
  });

  it("uses zip64 for a member of 5 GB, in both headers with both sizes", () => {
    const size = 5_000_000_000;
    const member: Member = {
      kind: "written",
      name: "large",
      method: 0,
      crc32: 0,
      compressedSize: size,
      size,
      mode: 0o100644,
      time: TIME,
      data: { source: zeros(size), start: 0, size },
    };
    const layout = layoutArchive([textMember("a", "a"), member, textMember("z", "z")]);
    const index = indexOf(layoutSource(layout));
    expect(graveProblems(index)).toEqual([]);
    const [a, large, z] = index.entries;
    expect([a?.versionNeeded, large?.versionNeeded]).toEqual([20, 45]);
    expect(large?.localExtra.length).toBe(20);
    expect(large?.centralExtra.length).toBe(20);
    // Only its offset is beyond 4 GiB.
    expect(z?.localExtra.length).toBe(0);
    expect(z?.centralExtra.length).toBe(12);
    expect(index.zip64).toBe(true);
    expect(layout.size).toBeGreaterThan(size);
  });

  it("uses zip64 for more than 65,535 members and not for 65,534", () => {
    const layoutOf = (count: number): ArchiveLayout =>
      layoutArchive(Array.from({ length: count }, (_, at) => textMember(`f${at}`, "")));
    const last = layoutOf(65_534).pieces.at(-1);
    expect(last !== undefined && "bytes" in last && last.bytes.length).toBe(22);
    const many = indexOf(layoutSource(layoutOf(65_536)));
    expect(many.zip64).toBe(true);
    expect(graveProblems(many)).toEqual([]);
    expect(many.entries.length).toBe(65_536);
  });

  it("keeps a kept member byte for byte, with its descriptor and extra fields", () => {
    const extra = new Uint8Array([0x55, 0x54, 1, 0, 7]);
    const old = buildZip([
      { name: "a", data: "a".repeat(50), descriptor: {} },
      { name: "b", data: "b".repeat(50), localExtra: extra, centralExtra: extra },
    ]);
    const source = memorySource(old);
    const members = indexOf(source).entries.map(
      (entry): Member => ({ kind: "kept", entry, source }),
    );
    expect(bytesOf(layoutArchive(members))).toEqual(old);
  });

  it("rewrites a member without its descriptor and extra fields, data untouched", () => {
    const extra = new Uint8Array([0x55, 0x54, 1, 0, 7]);
    const source = memorySource(
      buildZip([
        { name: "a", data: "a".repeat(50), descriptor: {}, localExtra: extra, mode: 0o100755 },
      ]),
    );
    const [entry] = indexOf(source).entries;
    if (entry === undefined) throw new Error("no entry");
    const layout = layoutArchive([rewriteMember(entry, source, { name: "b" })]);
    const index = indexOf(layoutSource(layout));
    expect(graveProblems(index)).toEqual([]);
    const [now] = index.entries;
    expect(now).toMatchObject({
      name: "b",
      flags: 0,
      crc32: entry.crc32,
      compressedSize: entry.compressedSize,
      dosDate: entry.dosDate,
    });
    expect(now?.localExtra.length).toBe(0);
    expect((now?.externalAttributes ?? 0) >>> 16).toBe(0o100755);
  });
});

describe("unchangedPrefix", () => {
  it("ends where the first byte differs from the old file", () => {
    const old = bytesOf(layoutArchive([textMember("a", "aaaa"), textMember("b", "bbbb")]));
    const source = memorySource(old);
    const [a, b] = indexOf(source).entries;
    if (a === undefined || b === undefined) throw new Error("no entries");
    const keep = (entry: typeof a): Member => ({ kind: "kept", entry, source });
    expect(unchangedPrefix(layoutArchive([keep(a), keep(b)]), source)).toBe(old.length);
    expect(unchangedPrefix(layoutArchive([keep(a), textMember("c", "c")]), source)).toBe(a.end);
    expect(unchangedPrefix(layoutArchive([keep(b), keep(a)]), source)).toBe(0);
  });
});

describe("layoutSource", () => {
  it("reads any range as the written archive would", () => {
    const old = memorySource(buildZip([{ name: "a", data: "abcdef", method: 0 }]));
    const [entry] = indexOf(old).entries;
    if (entry === undefined) throw new Error("no entry");
    const layout = layoutArchive([
      { kind: "kept", entry, source: old },
      rewriteMember(entry, old, { name: "b" }),
      textMember("c", "x".repeat(300)),
    ]);
    const whole = bytesOf(layout);
    const source = layoutSource(layout);
    for (let start = 0; start < whole.length; start += 7) {
      for (const length of [0, 1, 13, 60]) {
        if (start + length > whole.length) continue;
        expect(source.read(start, length)).toEqual(whole.subarray(start, start + length));
      }
    }
    expect(() => source.read(whole.length, 1)).toThrow("the archive ends at");
  });
});

describe("dosTimeOf", () => {
  it("counts in two-second steps of UTC and stays inside 1980 to 2107", () => {
    expect(dosTimeOf(1_700_000_001)).toEqual(dosTimeOf(1_700_000_000));
    expect(dosTimeOf(0)).toEqual({ date: 33, time: 0 });
    expect(dosTimeOf(1e15)).toEqual({ date: 0xff9f, time: 0xbf7d });
  });
});
