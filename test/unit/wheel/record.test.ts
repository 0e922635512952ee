import { describe, expect, it } from "vitest";
import { encodeUtf8 } from "../../../src/bytes.ts";
import {
  checkRecordDigest,
  decodeDigest,
  formatRecord,
  parseRecord,
  recordPlan,
} from "../../../src/wheel/record.ts";
import { stopwatch } from "../../support/quick.ts";

const EMPTY = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

it("gives rows with their lines and bytes", () => {
  const text = `a,sha256=${EMPTY},0\r\n\r\n"b,\nc",sha256=${EMPTY},0\nd,,\n`;
  const { rows } = parseRecord(encodeUtf8(text));
  expect(rows.map(({ path, line, start, end }) => [path, line, text.slice(start, end)])).toEqual([
    ["a", 1, `a,sha256=${EMPTY},0\r\n`],
    ["b,\nc", 3, `"b,\nc",sha256=${EMPTY},0\n`],
    ["d", 5, "d,,\n"],
  ]);
});

it("reads paths of any script, and bytes that are not UTF-8 without failing", () => {
  const bytes = Uint8Array.from([...encodeUtf8("ü,,\n日本,,\n"), 0xff, 0x2c, 0x2c, 0x0a]);
  expect(parseRecord(bytes).rows.map((row) => row.path)).toEqual(["ü", "日本", "\ufffd"]);
});

it("reads rows that lie across its pieces", () => {
  const lines = Array.from(
    { length: 30_000 },
    (_, index) => `package/module_${index}.py,sha256=${EMPTY},${index}\n`,
  );
  lines[20_000] = `"quoted, ü",sha256=${EMPTY},1\n`;
  const { rows, problems } = parseRecord(encodeUtf8(lines.join("")));
  expect(problems).toEqual([]);
  expect(rows).toHaveLength(30_000);
  expect(rows[29_999]).toMatchObject({
    path: "package/module_29999.py",
    size: "29999",
    line: 30_000,
    digest: EMPTY,
  });
  expect(rows[20_000]?.path).toBe("quoted, ü");
});

describe("digests", () => {
  it.each([
    ["sha256", EMPTY, { ok: true, padded: false }],
    ["sha256", `${EMPTY}=`, { ok: true, padded: true }],
    [
      "sha256",
      EMPTY.replace("-", "+"),
      { ok: false, why: `\`${EMPTY.replace("-", "+")}\` is not URL-safe base64` },
    ],
    ["sha256", EMPTY.slice(0, -3), { ok: false, why: "it decodes to 30 bytes, sha256 has 32" }],
    ["crc32", "AAAA", { ok: false, why: "the algorithm is unknown" }],
  ])("%s=%s", (algorithm, digest, expected) => {
    expect(decodeDigest({ algorithm, digest })).toMatchObject(expected);
  });

  it("are planned and compared", () => {
    const record = formatRecord([
      { path: "a", hash: { algorithm: "sha256", digest: new Uint8Array(32) }, size: 3 },
      { path: "RECORD" },
    ]);
    const plan = recordPlan(parseRecord(record).rows);
    const expected = plan.get("a");
    expect([...plan.keys()]).toEqual(["a"]);
    expect(expected).toEqual({ algorithm: "sha256", digest: "A".repeat(43), size: 3 });
    if (expected === undefined) return;
    expect(checkRecordDigest("a", expected, new Uint8Array(32), 3)).toEqual([]);
    expect(checkRecordDigest("a", expected, new Uint8Array(32).fill(1), 3)).toEqual([
      {
        code: "REC008",
        path: "a",
        message:
          "RECORD promises sha256 0000000000000000…, the 3 bytes of the file have 0101010101010101…",
      },
    ]);
  });
});

describe("hostile files", () => {
  it("sees bytes that are not UTF-8 in a row that goes on for long", () => {
    // A quoted path with line ends: the reader's pieces end inside of it.
    const row = encodeUtf8(`"${"x\n".repeat(200_000)}~",,\nb,,\n`);
    expect(parseRecord(row).utf8).toBe(true);
    row[row.indexOf(0x7e)] = 0xff;
    expect(parseRecord(row).utf8).toBe(false);
  });

  it.each([
    ["blank lines", "\n"],
    ["rows without end", "a\n"],
    ["rows that end in CR alone", `${"a".repeat(99)}\r`],
    ["commas", ","],
    ["quotes", '"'],
    ["one field", "a"],
    ["doubled quotes in one field", '""'],
  ])("%s cost time and memory in proportion", (_, pattern) => {
    const bytes = encodeUtf8(pattern.repeat((8 << 20) / pattern.length));
    const took = stopwatch();
    const { rows, problems } = parseRecord(bytes);
    expect(took()).toBeLessThan(2000);
    expect(rows.length).toBeLessThanOrEqual(400_000);
    expect(problems.length).toBeLessThanOrEqual(20);
    for (const { path } of rows.slice(0, 10)) expect(path.length).toBeLessThanOrEqual(131_072);
  });
});
