/** Broken texts end in problems: never in an exception, a hang or a wrong span. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeUtf8 } from "../../../src/bytes.ts";
import { parseEntryPoints } from "../../../src/wheel/entry-points.ts";
import { parseWheelFilename } from "../../../src/wheel/filename.ts";
import { parseHeaders } from "../../../src/wheel/headers.ts";
import { parseRecord } from "../../../src/wheel/record.ts";
import { parseRequirement } from "../../../src/wheel/requirement.ts";
import { WHEEL_RULES } from "../../../src/wheel/rules.ts";
import { parseVersion } from "../../../src/wheel/version.ts";
import { stopwatch } from "../../support/quick.ts";
import { checkBuilt } from "../../support/wheel-check.ts";

const RUNS = { seed: 20_251_122, numRuns: 150 };

const METADATA = encodeUtf8(
  "Metadata-Version: 2.4\nName: demo\nVersion: 1.0\nSummary: x\nRequires-Python: >=3.8\nRequires-Dist: a[b]>=1; extra == 'c'\nProvides-Extra: c\nLicense-Expression: MIT OR (ISC AND BSD-3-Clause)\nAuthor-email: A <a@example.org>\nProject-URL: Docs, https://example.org\nLicense: a\n  b\n\nbody\n",
);
const ENTRY_POINTS = encodeUtf8("[console_scripts]\ndemo = demo:main [c]\n[x]\ny = demo\n");

/** Changes, drops, doubles or inserts a few bytes. */
const mutation = fc.array(
  fc.tuple(
    fc.nat(),
    fc.constantFrom("set", "drop", "double", "insert"),
    fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 10, 13, 34, 44, 58, 92, 0xff)),
  ),
  { minLength: 1, maxLength: 4 },
);
type Mutation = [number, string, number][];

function mutate(bytes: Uint8Array, changes: Mutation): Uint8Array {
  const content = [...bytes];
  for (const [where, how, value] of changes) {
    const at = content.length === 0 ? 0 : where % content.length;
    if (how === "set") content[at] = value;
    else if (how === "drop") content.splice(at, 1 + (value % 40));
    else if (how === "double") content.splice(at, 0, ...content.slice(at, at + value));
    else content.splice(at, 0, value);
  }
  return Uint8Array.from(content);
}

describe("a wheel with damaged texts", () => {
  it.each(["%/METADATA", "%/WHEEL", "%/entry_points.txt", "%/RECORD"])("%s", (path) => {
    fc.assert(
      fc.property(mutation, (changes) => {
        const wheel = checkBuilt({
          files: {
            "%/METADATA": path === "%/METADATA" ? mutate(METADATA, changes) : METADATA,
            "%/entry_points.txt":
              path === "%/entry_points.txt" ? mutate(ENTRY_POINTS, changes) : ENTRY_POINTS,
            ...(path === "%/WHEEL"
              ? {
                  "%/WHEEL": mutate(
                    encodeUtf8("Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
                    changes,
                  ),
                }
              : {}),
          },
          ...(path === "%/RECORD"
            ? {
                record: (lines: string[]) => [
                  new TextDecoder("latin1").decode(mutate(encodeUtf8(lines.join("\n")), changes)),
                ],
              }
            : {}),
        });
        for (const { code, message } of wheel.problems) {
          expect(Object.hasOwn(WHEEL_RULES, code)).toBe(true);
          expect(message).not.toMatch(/[\n\x1b]|undefined/);
        }
      }),
      RUNS,
    );
  });

  it("every prefix of METADATA and of RECORD", () => {
    for (let length = 0; length < METADATA.length; length++) {
      expect(() =>
        checkBuilt({ files: { "%/METADATA": METADATA.subarray(0, length) } }),
      ).not.toThrow();
    }
    const record = encodeUtf8('"a,""b",sha256=x,1\r\nc,,\n');
    for (let length = 0; length < record.length; length++) {
      const { rows } = parseRecord(record.subarray(0, length));
      for (const row of rows) expect(row.end).toBeLessThanOrEqual(length);
    }
  });
});

describe("any bytes", () => {
  const bytes = fc.uint8Array({ maxLength: 200 });

  it("give headers whose spans tile the file", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          bytes,
          mutation.map((changes) => mutate(METADATA, changes)),
        ),
        (content) => {
          const { fields, bodyStart } = parseHeaders(content);
          let last = 0;
          for (const { start, valueStart, end } of fields) {
            expect(start).toBeGreaterThanOrEqual(last);
            expect(valueStart).toBeGreaterThan(start);
            expect(end).toBeGreaterThanOrEqual(valueStart);
            last = end;
          }
          expect(bodyStart).toBeGreaterThanOrEqual(last);
          expect(bodyStart).toBeLessThanOrEqual(content.length);
        },
      ),
      { ...RUNS, numRuns: 1000 },
    );
  });

  it("give rows that follow one another", () => {
    fc.assert(
      fc.property(bytes, (content) => {
        let last = 0;
        let line = 0;
        for (const row of parseRecord(content).rows) {
          expect(row.start).toBeGreaterThanOrEqual(last);
          expect(row.line).toBeGreaterThan(line);
          last = row.end;
          line = row.line;
        }
        parseEntryPoints(content);
      }),
      { ...RUNS, numRuns: 1000 },
    );
  });
});

describe("long texts take time in proportion", () => {
  const LONG = 600_000;
  const patterns = [
    "a",
    ".",
    "-",
    "_",
    "1",
    "1.",
    "a-",
    "(",
    "[",
    ",",
    " ",
    "\n",
    '"',
    '""',
    '",',
    "=",
    "==1",
    "\\",
    "<",
    "a@",
    "..",
    "and ",
    "\r",
  ];
  it.each(
    patterns.map(
      (pattern) => [JSON.stringify(pattern), pattern.repeat(LONG / pattern.length)] as const,
    ),
  )("%s", (_, text) => {
    const took = stopwatch();
    parseVersion(text);
    parseVersion(`1${text}`);
    parseRequirement(text);
    parseRequirement(`a;${text}`);
    parseWheelFilename(`${text}.whl`);
    const content = encodeUtf8(text);
    parseHeaders(content);
    parseRecord(content);
    parseEntryPoints(content);
    expect(took()).toBeLessThan(2000);
  });

  it.each([
    "Summary",
    "Description-Content-Type",
    "Requires-Dist",
    "Requires-Python",
    "Provides-Extra",
    "Author-email",
    "Project-URL",
    "License-Expression",
    "License-File",
    "Dynamic",
    "Version",
    "Name",
  ])("%s", (field) => {
    for (const pattern of [
      "a",
      "a.",
      "1.",
      ">=1,",
      "(",
      "<",
      '"',
      "@",
      "; ",
      "a,",
      "MIT OR ",
      "../",
      " ",
    ]) {
      const value = pattern.repeat(100_000 / pattern.length);
      const took = stopwatch();
      checkBuilt({
        files: { "%/METADATA": `Metadata-Version: 2.4\n${field}: ${value}\n\n${value}` },
      });
      expect(took(), pattern).toBeLessThan(2000);
    }
  });
});
