/** Parse and print are inverse for every grammar of the wheel. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeUtf8 } from "../../../src/bytes.ts";
import { parseAbiTag, printAbiTag } from "../../../src/wheel/abi-tag.ts";
import { decodeBase64Url, encodeBase64Url } from "../../../src/wheel/base64.ts";
import { formatDataPath, parseDataPath } from "../../../src/wheel/data-scheme.ts";
import { formatWheelFilename, parseWheelFilename } from "../../../src/wheel/filename.ts";
import type { Marker, MarkerOperand } from "../../../src/wheel/marker.ts";
import { parsePlatformTag, printPlatformTag } from "../../../src/wheel/platform-tag.ts";
import { parsePythonTag, printPythonTag } from "../../../src/wheel/python-tag.ts";
import type { RecordLine, RecordRow } from "../../../src/wheel/record.ts";
import { decodeDigest, formatRecord, parseRecord, recordPlan } from "../../../src/wheel/record.ts";
import type { Requirement } from "../../../src/wheel/requirement.ts";
import { parseRequirement, printRequirement } from "../../../src/wheel/requirement.ts";
import type { Specifier } from "../../../src/wheel/specifier.ts";
import { parseSpecifierSet, printSpecifierSet } from "../../../src/wheel/specifier.ts";
import { expandTags, parseTag, printTag } from "../../../src/wheel/tag.ts";
import type { Version } from "../../../src/wheel/version.ts";
import { compareVersions, parseVersion, printVersion } from "../../../src/wheel/version.ts";

const RUNS = { seed: 20_251_121, numRuns: 400 };
const number = fc.bigInt({ min: 0n, max: 10n ** 22n });
const small = fc.nat({ max: 40 });
const word = fc.stringMatching(/^[a-z0-9]{1,6}$/);

const version: fc.Arbitrary<Version> = fc
  .record(
    {
      epoch: fc.oneof(fc.constant(0n), number),
      release: fc.array(number, { minLength: 1, maxLength: 5 }),
      pre: fc.record({ phase: fc.constantFrom("a", "b", "rc"), number }),
      post: number,
      dev: number,
      local: fc.array(fc.oneof(number, fc.stringMatching(/^[a-z][a-z0-9]{0,4}$/)), {
        minLength: 1,
        maxLength: 3,
      }),
    },
    { requiredKeys: ["epoch", "release"] },
  )
  .map((parts) => parts as Version);

describe("versions", () => {
  it("come back from their normal form", () => {
    fc.assert(
      fc.property(version, (value) => {
        expect(parseVersion(printVersion(value))).toEqual(value);
      }),
      RUNS,
    );
  });

  it("are ordered totally", () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) + 0);
        expect(compareVersions(a, a)).toBe(0);
        const [x, y, z] = [a, b, c].sort(compareVersions);
        if (x !== undefined && y !== undefined && z !== undefined) {
          expect(compareVersions(x, z)).toBeLessThanOrEqual(0);
        }
      }),
      RUNS,
    );
  });
});

describe("tags", () => {
  const python = fc.oneof(
    fc.string(),
    fc
      .tuple(fc.constantFrom("py", "cp", "pp", "ip", "jy", "graalpy", "x"), fc.nat({ max: 4000 }))
      .map(([name, digits]) => `${name}${digits}`),
  );
  const abi = fc.oneof(
    fc.string(),
    fc.constantFrom(
      "none",
      "abi3",
      "abi3t",
      "cp313t",
      "cp27mu",
      "cp038",
      "pypy310_pp73",
      "graalpy240_311_native",
    ),
  );
  const platform = fc.oneof(
    fc.string(),
    fc
      .tuple(
        fc.constantFrom(
          "manylinux",
          "manylinux1",
          "manylinux2014",
          "musllinux",
          "macosx",
          "linux",
          "win",
          "win32",
          "ios",
          "android",
          "pyemscripten",
          "pyodide",
          "emscripten",
          "any",
        ),
        fc.array(
          fc.oneof(
            small.map(String),
            fc.constantFrom("x86_64", "arm64", "x86", "00", "iphoneos", "1x"),
          ),
          { maxLength: 4 },
        ),
      )
      .map(([name, parts]) => [name, ...parts].join("_")),
  );

  it("are printed as they were written", () => {
    fc.assert(
      fc.property(python, (text) => printPythonTag(parsePythonTag(text)) === text),
      RUNS,
    );
    fc.assert(
      fc.property(abi, (text) => printAbiTag(parseAbiTag(text)) === text),
      RUNS,
    );
    fc.assert(
      fc.property(platform, (text) => printPlatformTag(parsePlatformTag(text)) === text),
      { ...RUNS, numRuns: 2000 },
    );
  });

  it("come back whole", () => {
    fc.assert(
      fc.property(python, abi, platform, (p, a, l) => {
        const text = [p, a, l].map((part) => part.replaceAll("-", "")).join("-");
        const tag = parseTag(text);
        expect(tag && printTag(tag)).toBe(text);
      }),
      RUNS,
    );
  });
});

describe("file names", () => {
  const part = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,6}$/);
  const set = fc.uniqueArray(part, { minLength: 1, maxLength: 3 });
  const filename = fc
    .record(
      {
        name: part,
        version: version.map(printVersion),
        build: fc.stringMatching(/^[0-9][a-z0-9]{0,3}$/),
        pythonTags: fc.uniqueArray(fc.constantFrom("py2", "py3", "cp312", "pp310"), {
          minLength: 1,
          maxLength: 3,
        }),
        abiTags: set,
        platformTags: set,
        variant: fc.stringMatching(/^[a-z0-9._]{1,8}$/),
        extension: fc.constantFrom(".whl", ".whlx"),
      },
      { requiredKeys: ["name", "version", "pythonTags", "abiTags", "platformTags", "extension"] },
    )
    .map((parts) => parts);

  it("come back from their parts", () => {
    fc.assert(
      fc.property(filename, (parts) => {
        const { name } = parseWheelFilename(formatWheelFilename(parts as never));
        expect(name).toEqual(parts);
      }),
      RUNS,
    );
  });

  it("expand to the product of their sets, sorted", () => {
    fc.assert(
      fc.property(set, set, set, (pythonTags, abiTags, platformTags) => {
        const tags = expandTags({ pythonTags, abiTags, platformTags });
        expect(tags).toHaveLength(pythonTags.length * abiTags.length * platformTags.length);
        expect([...tags].sort()).toEqual(tags);
      }),
      RUNS,
    );
  });
});

const specifier: fc.Arbitrary<Specifier> = fc.oneof(
  fc.stringMatching(/^[a-z0-9.]{1,8}$/).map((text): Specifier => ({ operator: "===", text })),
  fc
    .tuple(fc.constantFrom("==", "!=", "<=", ">=", "<", ">", "~=", "==*"), version)
    .filter(([operator, { release, ...rest }]) => {
      if (operator === "~=") return release.length > 1 && rest.local === undefined;
      if (operator === "==*")
        return (
          rest.pre === undefined &&
          rest.post === undefined &&
          rest.dev === undefined &&
          rest.local === undefined
        );
      return operator === "==" || operator === "!=" || rest.local === undefined;
    })
    .map(([operator, value]): Specifier => {
      const wildcard = operator === "==*";
      const text = `${printVersion(value)}${wildcard ? ".*" : ""}`;
      return { operator: wildcard ? "==" : (operator as ">="), version: value, wildcard, text };
    }),
);

const operand: fc.Arbitrary<MarkerOperand> = fc.oneof(
  fc
    .constantFrom("python_version", "os_name", "extra", "platform_machine")
    .map((name) => ({ kind: "variable" as const, name: name as "extra" })),
  fc.stringMatching(/^[ -!#-~]{0,8}$/).map((text) => ({ kind: "literal" as const, text })),
  fc.stringMatching(/^[ -&(-~]{0,8}$/).map((text) => ({ kind: "literal" as const, text })),
);

const marker: fc.Arbitrary<Marker> = fc.letrec<{ any: Marker; compare: Marker; group: Marker }>(
  (tie) => ({
    any: fc.oneof({ maxDepth: 4, withCrossShrink: true }, tie("compare"), tie("group")),
    compare: fc
      .tuple(operand, fc.constantFrom("==", "!=", "<", "in", "not in", "~=", "==="), operand)
      .map(([left, operator, right]) => ({
        kind: "compare" as const,
        left,
        operator: operator as "==",
        right,
      })),
    group: fc
      .tuple(fc.constantFrom("and", "or"), fc.array(tie("any"), { minLength: 2, maxLength: 3 }))
      .map(([kind, operands]) => ({ kind: kind as "and", operands })),
  }),
).any;

describe("requirements", () => {
  it("come back from their specifiers", () => {
    fc.assert(
      fc.property(fc.array(specifier, { maxLength: 4 }), (set) => {
        expect(parseSpecifierSet(printSpecifierSet(set))).toEqual(set);
      }),
      RUNS,
    );
  });

  it("come back whole", () => {
    const requirement = fc
      .record(
        {
          name: fc.stringMatching(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,5}[A-Za-z0-9])?$/),
          extras: fc.array(word, { maxLength: 3 }),
          specifiers: fc.array(specifier, { maxLength: 3 }),
          url: fc.stringMatching(/^https:\/\/[a-z/;]{1,8}$/),
          marker,
        },
        { requiredKeys: ["name", "extras", "specifiers"] },
      )
      .map((parts) => (parts.url === undefined ? parts : { ...parts, specifiers: [] }));
    fc.assert(
      fc.property(requirement, (parts) => {
        const text = printRequirement(parts as Requirement);
        const parsed = parseRequirement(text);
        expect(parsed.ok ? parsed.requirement : parsed.message, text).toEqual(parts);
      }),
      RUNS,
    );
  });
});

describe("RECORD", () => {
  const digest = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const line: fc.Arbitrary<RecordLine> = fc.record({
    path: fc
      .string({ unit: "binary", minLength: 1, maxLength: 20 })
      .filter((text) => !/[\0\ufffd]/.test(text)),
    hash: digest.map((bytes) => ({ algorithm: "sha256" as const, digest: bytes })),
    size: fc.nat(),
  });

  it("comes back row by row", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const bytes = formatRecord(lines);
        const { rows, problems } = parseRecord(bytes);
        expect(problems).toEqual([]);
        expect(rows.map((row) => row.path)).toEqual(lines.map((each) => each.path));
        rows.forEach((row, index) => {
          const decoded = decodeDigest(row);
          expect(decoded.ok && decoded.bytes).toEqual(lines[index]?.hash?.digest);
          expect(row.size).toBe(String(lines[index]?.size));
        });
        expect(rows.reduce((end, row) => (row.start === end ? row.end : -1), 0)).toBe(bytes.length);
        expect(recordPlan(rows).size).toBe(new Set(lines.map((each) => each.path)).size);
      }),
      RUNS,
    );
  });

  it("encodes digests as base64 does", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        const text = encodeBase64Url(bytes);
        expect(text).toBe(Buffer.from(bytes).toString("base64url"));
        expect(decodeBase64Url(text)).toEqual(bytes);
      }),
      RUNS,
    );
  });

  it("reads the same rows from plain text and through the slow way", () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z,=0-9 ]{0,12}(?:\r?)$/), { maxLength: 20 }),
        (lines) => {
          const text = `${lines.join("\n")}\n`;
          const facts = (row: RecordRow) => [
            row.path,
            row.algorithm,
            row.digest,
            row.size,
            row.line,
            row.start,
            row.end,
          ];
          const plain = parseRecord(encodeUtf8(text)).rows.map(facts);
          // A quote in the last line sends the whole piece the slow way.
          const slow = parseRecord(encodeUtf8(`${text}"q",,\n`))
            .rows.slice(0, -1)
            .map(facts);
          expect(plain).toEqual(slow);
        },
      ),
      RUNS,
    );
  });
});

describe("data paths", () => {
  it("come back", () => {
    fc.assert(
      fc.property(fc.string(), (rest) => {
        const path = `demo-1.0.data/${rest}`;
        const parsed = parseDataPath(path);
        // An empty path below a key can't be told from the key alone; nothing of the sort is written.
        if (parsed !== undefined && !path.endsWith("/")) expect(formatDataPath(parsed)).toBe(path);
      }),
      RUNS,
    );
  });
});
