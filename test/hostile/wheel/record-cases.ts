import { wheelMembers } from "../../support/wheel-builder.ts";
import { toBytes } from "../../support/zip-builder.ts";
import type { CaseTable } from "./cases.ts";

type Lines = (lines: string[]) => readonly string[];
type Wheel = CaseTable[string]["passes"][number]["wheel"];

const record = (change: Lines): Wheel => ({ record: change });
const INIT = "demo/__init__.py";

/** Changes the row of `demo/__init__.py`: path, hash, size. */
const row = (change: (fields: [string, string, string]) => string): Wheel =>
  record((lines) =>
    lines.map((line) => {
      const [path = "", hash = "", size = ""] = line.split(",");
      return path === INIT ? change([path, hash, size]) : line;
    }),
  );

const EMPTY_SHA256 = "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";
/** Its digest has both letters that the two base64 alphabets spell differently. */
const EMPTY_STANDARD = "sha256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU";
const empty = (hash: string): Wheel => ({
  files: { "demo/empty.py": "" },
  record: (lines) =>
    lines.map((line) => (line.startsWith("demo/empty.py") ? `demo/empty.py,${hash},0` : line)),
});

/** The right RECORD of the default wheel, and a path in Latin-1. */
const LATIN1 = Uint8Array.from([
  ...toBytes(wheelMembers().at(-1)?.data ?? ""),
  0xfc,
  0x2c,
  0x2c,
  0x0a,
]);

const LENIENT = { pypi: "warning", install: "warning" } as const;

export const RECORD_CASES: CaseTable = {
  REC001: {
    breaks: [
      { what: "missing", wheel: { record: null }, level: "error", pypi: "error", install: "error" },
      {
        what: "not UTF-8",
        wheel: { record: LATIN1 },
        level: "error",
        says: "UTF-8",
        also: ["REC004", "REC005", "REC009"],
      },
    ],
    passes: [{ what: "there", wheel: {} }],
  },
  REC002: {
    breaks: [
      {
        what: "one column",
        wheel: row(([path]) => path),
        level: "error",
        pypi: "warning",
        install: "error",
        says: "1 column",
        also: ["REC005", "REC009"],
      },
      {
        what: "two columns",
        wheel: row(([path, hash]) => `${path},${hash}`),
        level: "error",
        says: "2 columns",
        also: ["REC009"],
      },
      {
        what: "four columns",
        wheel: row((fields) => `${fields.join(",")},x`),
        level: "error",
        says: "more than 3 columns",
      },
      {
        what: "text behind a quote",
        wheel: row(([path, hash, size]) => `"demo/"__init__.py,${hash},${size}${path.slice(0, 0)}`),
        level: "error",
      },
      {
        what: "a quote without end",
        wheel: record((lines) => [...lines.slice(0, -1), `"${lines.at(-1)}`]),
        level: "error",
        says: "quote without end",
        also: ["REC003", "REC004", "REC005", "REC009"],
      },
      {
        what: "NUL",
        wheel: row(([path, hash, size]) => `${path},${hash},${size}\0`),
        level: "error",
        says: "NUL",
        also: ["REC009"],
      },
    ],
    passes: [
      {
        what: "a quoted path with a comma and a quote",
        wheel: { files: { 'demo/a,"b".txt': "x" } },
      },
      {
        what: "every path quoted",
        wheel: row(([path, hash, size]) => `"${path}","${hash}","${size}"`),
      },
      {
        what: "blank lines and CR LF",
        wheel: { record: (lines) => lines.map((line) => `${line}\r\n\r`) },
      },
      {
        what: "no line end at the end",
        wheel: record((lines) => [...lines.slice(1), lines[0] ?? ""]),
      },
    ],
  },
  REC003: {
    breaks: [
      {
        what: "an unlisted file",
        wheel: { extra: [{ name: "demo/backdoor.py", data: "x" }] },
        level: "error",
        ...LENIENT,
      },
      {
        what: "RECORD itself",
        wheel: record((lines) => lines.slice(0, -1)),
        level: "error",
        ...LENIENT,
      },
      {
        what: "a signature outside of .dist-info",
        wheel: { extra: [{ name: "demo/RECORD.jws", data: "x" }] },
        level: "error",
      },
    ],
    passes: [{ what: "an unlisted directory", wheel: { extra: [{ name: "demo/sub/" }] } }],
  },
  REC004: {
    breaks: [
      {
        what: "a lost file",
        wheel: record((lines) => [`demo/lost.py,${EMPTY_SHA256},0`, ...lines]),
        level: "error",
        ...LENIENT,
      },
      {
        what: "another spelling",
        wheel: row(([path, hash, size]) => `./${path},${hash},${size}`),
        level: "error",
        also: ["REC003"],
      },
    ],
    passes: [{ what: "every file there", wheel: { files: { "demo/a.py": "", "demo/ü.py": "x" } } }],
  },
  REC005: {
    breaks: [
      {
        what: "no hash",
        wheel: row(([path, , size]) => `${path},,${size}`),
        level: "error",
        ...LENIENT,
      },
    ],
    passes: [{ what: "no hash of RECORD", wheel: {} }],
  },
  REC006: {
    breaks: [
      { what: "md5", wheel: empty("md5=1B2M2Y8AsgTpgAmY7PhCfg"), level: "error", ...LENIENT },
      { what: "sha1", wheel: empty("sha1=2jmj7l5rSw0yVb_vlWAYkK_YBwk"), level: "error" },
      {
        what: "sha224",
        wheel: empty("sha224=0UoCjCo6K8lHYQK7KII0xBWisB-CjqYqxbPkLw"),
        level: "error",
      },
      { what: "an unknown one", wheel: empty("blake2b=AAAA"), level: "error" },
      {
        what: "none before the digest",
        wheel: empty("47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"),
        level: "error",
      },
      { what: "capitals", wheel: empty(EMPTY_SHA256.replace("sha", "SHA")), level: "error" },
    ],
    passes: [
      {
        what: "sha384",
        wheel: empty("sha384=OLBgp1GsljhM2TJ-sbHjaiH9txEUvgdDTAzHv2P24donTt6_529l-9Ua0vFImLlb"),
      },
      {
        what: "sha512",
        wheel: empty(
          "sha512=z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg_SpIdNs6c5H0NE8XYXysP-DGNKHfuwvY7kxvUdBeoGlODJ6-SfaPg",
        ),
      },
    ],
  },
  REC007: {
    breaks: [
      {
        what: "padding, as catboost has it",
        wheel: empty(`${EMPTY_SHA256}=`),
        level: "warning",
        ...LENIENT,
        says: "padded",
      },
      {
        what: "the other alphabet, as pants has it",
        wheel: empty(EMPTY_STANDARD),
        level: "error",
        ...LENIENT,
      },
      {
        what: "the wrong length",
        wheel: empty("sha256=47DEQpj8HBSa"),
        level: "error",
        says: "bytes",
      },
      {
        what: "hexadecimal",
        wheel: empty("sha256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        level: "error",
      },
      { what: "nothing", wheel: empty("sha256="), level: "error" },
      { what: "spare bits", wheel: empty(`${EMPTY_SHA256.slice(0, -1)}V`), level: "error" },
    ],
    passes: [{ what: "the right alphabet", wheel: empty(EMPTY_SHA256) }],
  },
  REC008: {
    breaks: [
      {
        what: "a changed file",
        wheel: {
          files: { "demo/a.py": "x" },
          record: (lines) =>
            lines.map((line) =>
              line.startsWith("demo/a.py") ? `demo/a.py,${EMPTY_SHA256},1` : line,
            ),
        },
        level: "error",
        pypi: "warning",
        install: "error",
      },
    ],
    passes: [{ what: "the right digest", wheel: empty(EMPTY_SHA256) }],
  },
  REC009: {
    breaks: [
      {
        what: "no size",
        wheel: row(([path, hash]) => `${path},${hash},`),
        level: "warning",
        ...LENIENT,
      },
      {
        what: "no number",
        wheel: row(([path, hash]) => `${path},${hash},1k`),
        level: "error",
        ...LENIENT,
      },
      {
        what: "a sign",
        wheel: row(([path, hash, size]) => `${path},${hash},+${size}`),
        level: "error",
      },
      {
        what: "a wrong number",
        wheel: row(([path, hash, size]) => `${path},${hash},${Number(size) + 1}`),
        level: "error",
        says: "promises",
      },
    ],
    passes: [{ what: "zero", wheel: empty(EMPTY_SHA256) }],
  },
  REC010: {
    breaks: [
      {
        what: "twice the same",
        wheel: record((lines) => [lines[0] ?? "", ...lines]),
        level: "warning",
        ...LENIENT,
      },
      {
        what: "two different ones",
        wheel: record((lines) => [`${INIT},${EMPTY_SHA256},0`, ...lines]),
        level: "error",
        ...LENIENT,
        also: ["REC009"],
      },
    ],
    passes: [{ what: "once each", wheel: { files: { "demo/A.py": "", "demo/a.py": "" } } }],
  },
  REC011: {
    breaks: [
      ...["../demo.py", "/etc/passwd", "C:/x.py", "demo/../../x.py", "c:x"].map(
        (path) =>
          ({
            what: path,
            wheel: record((lines) => [`${path},${EMPTY_SHA256},0`, ...lines]),
            level: "error",
            pypi: "warning",
            install: "error",
            also: ["REC004"],
          }) as const,
      ),
      {
        what: "backslashes",
        wheel: row(([path, hash, size]) => `${path.replace("/", "\\")},${hash},${size}`),
        level: "error",
      },
    ],
    passes: [
      {
        what: "dots inside names",
        wheel: { files: { "demo/..x": "", "demo/x..": "", "demo/a:b": "" } },
      },
    ],
  },
  REC012: {
    breaks: [
      { what: "a directory", wheel: record((lines) => ["demo/,,", ...lines]), level: "warning" },
      {
        what: "a directory without slash",
        wheel: record((lines) => ["demo,,", ...lines]),
        level: "warning",
      },
      {
        what: "RECORD's own hash",
        wheel: record((lines) => [
          ...lines.slice(0, -1),
          `demo-1.0.dist-info/RECORD,${EMPTY_SHA256},0`,
        ]),
        level: "warning",
        also: ["REC008"],
      },
      {
        what: "its signature",
        wheel: {
          extra: [{ name: "demo-1.0.dist-info/RECORD.jws", data: "{}" }],
          record: (lines) => ["demo-1.0.dist-info/RECORD.jws,,", ...lines],
        },
        level: "warning",
        also: ["DST010"],
      },
    ],
    passes: [{ what: "RECORD without a hash", wheel: {} }],
  },
  REC013: {
    breaks: [
      {
        what: "not sorted",
        wheel: { files: { "demo/b.py": "x", "demo/a.py": "x" } },
        level: "info",
      },
      {
        what: "RECORD first",
        wheel: record((lines) => [lines.at(-1) ?? "", ...lines.slice(0, -1)]),
        level: "info",
      },
      { what: "CR LF", wheel: record((lines) => lines.map((line) => `${line}\r`)), level: "info" },
    ],
    passes: [
      { what: "sorted, .dist-info last", wheel: { files: { "demo/a.py": "x", "zeta/a.py": "x" } } },
    ],
  },
};
