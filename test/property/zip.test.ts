import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Problem } from "../../src/finding.ts";
import { ZIP_RULES } from "../../src/zip/rules.ts";
import { stopwatch } from "../support/quick.ts";
import { buildWheel } from "../support/wheel-builder.ts";
import type { ZipMember, ZipShape } from "../support/zip-builder.ts";
import { buildZip, concat, extraField, u64s, unicodePath } from "../support/zip-builder.ts";
import type { Verdict } from "../support/zip-verdict.ts";
import { LINUX, verdict } from "../support/zip-verdict.ts";

const SEED = 20260;

/** Names that are valid everywhere and do not collide: `n0`, `d1/n1`, … */
const memberArbitrary: fc.Arbitrary<Omit<ZipMember, "name">> = fc.record(
  {
    data: fc.uint8Array({ maxLength: 200 }),
    method: fc.constantFrom(0, 8),
    zip64: fc.boolean(),
  },
  { requiredKeys: ["data"] },
);

const archiveArbitrary = fc
  .tuple(fc.array(memberArbitrary, { maxLength: 6 }), fc.boolean(), fc.string({ maxLength: 5 }))
  .map(([members, zip64, comment]) => {
    const named = members.map(
      (member, at): ZipMember => ({ ...member, name: at % 2 === 0 ? `n${at}` : `d${at}/n` }),
    );
    const shape: ZipShape = { zip64, comment: comment.replace(/[^ -~]/g, "") };
    return { members: named, bytes: buildZip(named, shape) };
  });

/** Judges an archive and holds the result to what must be true of any bytes. */
function judge(bytes: Uint8Array): Verdict {
  const took = stopwatch();
  const result = verdict(bytes, { targets: LINUX });
  expect(took()).toBeLessThan(2000);
  for (const problem of result.index.problems) checkTyped(problem, bytes.length);
  for (const entry of result.index.entries) {
    if (entry.broken) continue;
    expect(entry.dataOffset + entry.compressedSize).toBeLessThanOrEqual(bytes.length);
  }
  return result;
}

function checkTyped(problem: Problem, size: number): void {
  expect(Object.hasOwn(ZIP_RULES, problem.code)).toBe(true);
  expect(problem.message).not.toBe("");
  const offset = problem.at?.offset ?? 0;
  expect(Number.isSafeInteger(offset) && offset <= size).toBe(true);
}

describe("any archive", () => {
  test("a valid one has no error, and its content comes back", () => {
    fc.assert(
      fc.property(archiveArbitrary, ({ members, bytes }) => {
        const { index, codes } = judge(bytes);
        expect(codes("error")).toEqual([]);
        expect(index.entries.map(({ name, size }) => [name, size])).toEqual(
          members.map(({ name, data }) => [name, data?.length ?? 0]),
        );
      }),
      { seed: SEED, numRuns: 150 },
    );
  });

  test("one changed byte never throws", () => {
    fc.assert(
      fc.property(
        archiveArbitrary,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (zip, at, change) => {
          const bytes = zip.bytes.slice();
          const place = at % bytes.length;
          bytes[place] = (bytes[place] ?? 0) ^ change;
          judge(bytes);
        },
      ),
      { seed: SEED, numRuns: 600 },
    );
  });

  test("two archives spliced anywhere never throw", () => {
    fc.assert(
      fc.property(archiveArbitrary, archiveArbitrary, fc.nat(), fc.nat(), (a, b, cutA, cutB) => {
        const head = a.bytes.subarray(0, cutA % (a.bytes.length + 1));
        judge(concat([head, b.bytes.subarray(cutB % (b.bytes.length + 1))]));
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test("headers of random values never throw", () => {
    const u16 = fc.oneof(fc.constantFrom(0, 1, 8, 0xffff), fc.nat({ max: 0xffff }));
    const u32 = fc.oneof(
      fc.constantFrom(0, 1, 30, 0xffff_ffff, 0x7fff_ffff),
      fc.nat({ max: 0xffff_ffff }),
    );
    const extra = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { maxLength: 4 })
        .map((values) => extraField(1, u64s(...values))),
      fc.string({ maxLength: 9 }).map((name) => unicodePath("a", name)),
    );
    const fields = {
      flags: u16,
      method: u16,
      crc32: u32,
      compressed_size: u32,
      uncompressed_size: u32,
      extra_length: u16,
    };
    const member = fc.record({
      local: fc.record(fields, { requiredKeys: [] }),
      central: fc.record(
        { ...fields, comment_length: u16, header_offset: u32, disk_start: u16 },
        { requiredKeys: [] },
      ),
      localExtra: extra,
      centralExtra: extra,
    });
    const end = fc.record(
      { entries: u16, disk_entries: u16, directory_size: u32, directory_offset: u32, disk: u16 },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.array(member, { maxLength: 4 }),
        end,
        fc.boolean(),
        (members, record, zip64) => {
          const named = members.map(
            (each, at): ZipMember => ({ name: `n${at}`, data: "x", ...each }),
          );
          judge(buildZip(named, { end: record, zip64 }));
        },
      ),
      { seed: SEED, numRuns: 400 },
    );
  });
});

describe("a small wheel", () => {
  const wheel = buildWheel({ zip: { zip64: true, comment: "c" } });

  test("every prefix is an error", () => {
    for (let length = 0; length < wheel.length; length++) {
      expect(judge(wheel.subarray(0, length)).codes("error")).toContain("ZIP001");
    }
  });

  test("every byte counts: a change is found, or it is one that no reader looks at", () => {
    const silent = new Set<string>();
    const usual = JSON.stringify(judge(wheel).findings);
    for (let at = 0; at < wheel.length; at++) {
      const bytes = wheel.slice();
      bytes[at] = (bytes[at] ?? 0) ^ 0x55;
      if (JSON.stringify(judge(bytes).findings) === usual) silent.add(fieldAt(wheel, at));
    }
    expect([...silent].sort()).toEqual([
      "comment",
      "external_attributes",
      "internal_attributes",
      "zip64 version_made_by",
      "zip64 version_needed",
    ]);
  });
});

/** Which field a byte belongs to, as far as the test above needs it. */
function fieldAt(bytes: Uint8Array, at: number): string {
  const view = new DataView(bytes.buffer);
  const end = bytes.length - 23;
  if (at === bytes.length - 1) return "comment";
  const zip64 = end - 76;
  if (at >= zip64 + 12 && at < zip64 + 14) return "zip64 version_made_by";
  if (at >= zip64 + 14 && at < zip64 + 16) return "zip64 version_needed";
  let entry = view.getUint32(end + 16, true);
  while (entry < zip64) {
    const within = at - entry;
    if (within >= 36 && within < 38) return "internal_attributes";
    if (within >= 38 && within < 42) return "external_attributes";
    if (within >= 4 && within < 6) return "version_made_by";
    entry += 46 + view.getUint16(entry + 28, true);
  }
  return `byte ${at}`;
}

describe("hostile numbers", () => {
  test("a directory of many overlapping members takes no time", () => {
    const members: ZipMember[] = [{ name: "a".repeat(60_000), data: "x".repeat(1000) }];
    for (let at = 0; at < 3000; at++) {
      members.push({ name: `n${at}`, inLocal: false, central: { header_offset: at % 500 } });
    }
    const { codes } = judge(buildZip(members));
    expect(codes("error")).toContain("ZIP007");
  });

  test("names made to be slow are not", () => {
    const names = [
      `${". ".repeat(2000)}x`,
      `${"a ".repeat(2000)}.`,
      "/".repeat(4000),
      "con ".repeat(1000),
      `${"\u0301".repeat(1300)}e`,
      "\ufdfa".repeat(1300),
      "ß".repeat(2000),
    ];
    const members = Array.from({ length: 200 }, (_, at): ZipMember => {
      return { name: `${names[at % names.length]}${at}`, data: "" };
    });
    judge(buildZip(members));
  });

  test("thousands of hidden local headers are listed once", () => {
    const hidden = Array.from(
      { length: 3000 },
      (_, at): ZipMember => ({ name: `h${at}`, inCentral: false }),
    );
    const { index } = judge(buildZip([...hidden, { name: "a" }]));
    expect(index.problems.length).toBeLessThan(110);
  });

  test("a million tiny signatures at the end are looked at once", () => {
    const signature = Uint8Array.of(0x50, 0x4b, 5, 6);
    judge(concat(Array.from({ length: 50_000 }, () => signature)));
  });

  test("a bomb is not unpacked", () => {
    const bomb = buildZip([{ name: "b", data: new Uint8Array(100 << 20), both: {} }]);
    const before = process.memoryUsage().rss;
    const { codes } = judge(bomb);
    expect(codes("error")).toEqual(["ZIP028"]);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 << 20);
  });
});
