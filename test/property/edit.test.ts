import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Edit } from "../../src/edit/apply.ts";
import { applyEdits } from "../../src/edit/apply.ts";
import { assemble } from "../../src/edit/assemble.ts";
import { openDraft } from "../../src/edit/open-draft.ts";
import { compareFindings, findingsOf, refuseInvalid } from "../../src/edit/verify.ts";
import { RefusalError } from "../../src/errors.ts";
import { nodeCompression } from "../../src/node/compression.ts";
import { memorySource } from "../../src/source.ts";
import type { Wheel } from "../../src/wheel/open.ts";
import { openSoundWheel } from "../../src/wheel/open.ts";
import { checkRecordDigest, parseRecord, recordPlan } from "../../src/wheel/record.ts";
import { layoutSource } from "../../src/zip/writer.ts";
import { buildWheel, wheelFileName } from "../support/wheel-builder.ts";

const RUNS = { numRuns: 60, seed: 20260 };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const NAMES = ["numpy", "Requests", "a-b", "a.c"];
const VERSIONS = ["1.0", "2.0rc1", "1.0.post3", "1!2", "3.1+local.1"];
const LINE_ENDS = ["\n", "\r\n"];

interface Start {
  readonly lineEnd: string;
  readonly fields: readonly string[];
  readonly requirements: readonly string[];
  readonly body: string;
  readonly reversed: boolean;
  readonly data: boolean;
}

const start: fc.Arbitrary<Start> = fc.record({
  lineEnd: fc.constantFrom(...LINE_ENDS),
  fields: fc.subarray([
    "Summary: x",
    "Keywords:a,b",
    "Classifier: A :: B",
    "Author:  Somebody ",
    "License: MIT\n  text",
  ]),
  requirements: fc.subarray(
    NAMES.map((name, at) => (at % 2 === 0 ? `${name} (>=1)` : `${name}; extra == "x"`)),
  ),
  body: fc.constantFrom("", "\nBody\n", "\nBody: x\n\n\n"),
  reversed: fc.boolean(),
  data: fc.boolean(),
});

function wheelOf({ lineEnd, fields, requirements, body, reversed, data }: Start): Wheel {
  const metadata = [
    "Metadata-Version: 2.1",
    "Name: demo",
    "Version: 1.0",
    ...fields,
    "Provides-Extra: x",
    ...requirements.map((each) => `Requires-Dist: ${each}`),
    body,
  ].join("\n");
  const content = buildWheel({
    files: {
      "demo/__init__.py": "def main(): pass\n",
      "demo/a b,c.txt": "odd name",
      ...(data ? { "demo-1.0.data/data/share/demo.txt": "x" } : {}),
      "%/METADATA": metadata.replaceAll("\n", lineEnd),
      "%/entry_points.txt": "[console_scripts]\ndemo = demo:main\n",
    },
    record: (lines) => (reversed ? [...lines].reverse() : lines),
  });
  return openSoundWheel(memorySource(content), wheelFileName(), nodeCompression);
}

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.constantFrom(...VERSIONS).map((version): Edit => ({ kind: "version", version })),
  fc.constant<Edit>({ kind: "post" }),
  fc.constantFrom("abc", "1.2", "").map((label): Edit => ({ kind: "local", label })),
  fc
    .record({
      action: fc.constantFrom("add", "remove", "replace", "constrain"),
      name: fc.constantFrom(...NAMES),
    })
    .map(
      ({ action, name }): Edit => ({
        kind: "requires",
        action: action as "add",
        requirement: action === "remove" ? name : `${name}<9`,
      }),
    ),
  fc
    .constantFrom(">=3.8", ">=3.9,<4")
    .map((specifier): Edit => ({ kind: "requires-python", specifier })),
  fc
    .record({
      field: fc.constantFrom("Summary", "Keywords", "Author", "License-Expression", "Home-page"),
      value: fc.constantFrom("MIT", "https://example.org", "ü"),
    })
    .map(({ field, value }): Edit => ({ kind: "set", field, value })),
  fc
    .constantFrom("Summary", "Keywords", "Classifier", "License")
    .map((field): Edit => ({ kind: "unset", field })),
  fc.constant<Edit>({ kind: "add-classifier", classifier: "C :: D" }),
  fc
    .constantFrom("demo/new.py", "demo/sub/ü.txt", "demo/a b,d.txt")
    .map((path): Edit => ({ kind: "add-file", path, bytes: bytes(path), mode: 0o100644 })),
  fc
    .constantFrom("demo/new.py", "demo/a b,c.txt", "demo/__init__.py")
    .map((path): Edit => ({ kind: "remove-file", path })),
  fc
    .constantFrom("LICENSE", "NOTICE")
    .map((path): Edit => ({ kind: "add-license", path, bytes: bytes(path) })),
  fc.constantFrom("two", "three").map(
    (name): Edit => ({
      kind: "add-entry-point",
      entry: { group: "console_scripts", name },
      value: "demo:main",
    }),
  ),
  fc
    .constantFrom("two", "demo")
    .map(
      (name): Edit => ({ kind: "remove-entry-point", entry: { group: "console_scripts", name } }),
    ),
  fc.constantFrom("+py2", "py310", "-py2").map((python): Edit => ({ kind: "tags", python })),
  fc.constantFrom("1", "").map((build): Edit => ({ kind: "tags", build })),
);

/** The edited wheel, or `undefined` when the edits are refused. */
function edited(wheel: Wheel, edits: readonly Edit[], inPlace = false): Wheel | undefined {
  try {
    const draft = openDraft(wheel);
    applyEdits(draft, edits);
    const built = assemble(draft, { inPlace });
    refuseInvalid(compareFindings(wheel, built).fresh, ["NAM003"]);
    const { size } = built.layout;
    const archive = layoutSource(built.layout).read(0, size).slice();
    return openSoundWheel(memorySource(archive), built.file, nodeCompression);
  } catch (error) {
    if (error instanceof RefusalError) return undefined;
    throw error;
  }
}

/** Every member is in RECORD with its hash and size, and nothing else is. */
function expectRightRecord(wheel: Wheel): void {
  const info =
    wheel.index.entries.find(({ name }) => name.endsWith(".dist-info/RECORD"))?.name ?? "";
  const { rows, problems } = parseRecord(wheel.read(info) ?? new Uint8Array());
  expect(problems).toEqual([]);
  const names = wheel.index.entries.map(({ name }) => name).sort();
  expect(rows.map(({ path }) => path).sort()).toEqual(names);
  const plan = recordPlan(rows);
  for (const name of names) {
    const expectation = plan.get(name);
    if (name === info) continue;
    const content = wheel.read(name) ?? new Uint8Array();
    const hasher = nodeCompression.hasher("sha256");
    hasher.update(content);
    if (expectation === undefined) throw new Error(`${name} has no hash`);
    expect(checkRecordDigest(name, expectation, hasher.digest(), content.length)).toEqual([]);
    expect(expectation.size).toBe(content.length);
  }
}

function text(wheel: Wheel, name: string): string {
  const path = wheel.index.entries.find((entry) => entry.name.endsWith(`.dist-info/${name}`))?.name;
  return new TextDecoder().decode(path === undefined ? undefined : wheel.read(path));
}

describe("any sequence of edits", () => {
  it("is refused as a whole or leaves a valid wheel with a right RECORD", () => {
    let done = 0;
    fc.assert(
      fc.property(
        start,
        fc.array(edit, { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        (from, edits, inPlace) => {
          const after = edited(wheelOf(from), edits, inPlace);
          if (after === undefined) return;
          done++;
          expectRightRecord(after);
          const wrong = findingsOf(after).filter(({ level }) => level === "error");
          // PyPI takes no local versions, but they are asked for here.
          expect(wrong.filter(({ code }) => code !== "NAM003")).toEqual([]);
        },
      ),
      { ...RUNS, numRuns: 300 },
    );
    expect(done).toBeGreaterThan(60);
  });

  it("gives the same bytes as the edits one by one, but for the archive around them", () => {
    fc.assert(
      fc.property(start, fc.array(edit, { minLength: 2, maxLength: 4 }), (from, edits) => {
        const atOnce = edited(wheelOf(from), edits);
        let step: Wheel | undefined = wheelOf(from);
        for (const each of edits) step = step && edited(step, [each]);
        if (atOnce === undefined || step === undefined) return;
        expect(step.file).toBe(atOnce.file);
        for (const name of ["METADATA", "WHEEL", "entry_points.txt"]) {
          expect(text(step, name)).toBe(text(atOnce, name));
        }
      }),
      RUNS,
    );
  });
});

describe("an edit and its inverse", () => {
  const inverses: readonly (readonly [string, readonly Edit[], readonly Edit[]])[] = [
    ["a version", [{ kind: "post" }], [{ kind: "version", version: "1.0" }]],
    ["a local label", [{ kind: "local", label: "x" }], [{ kind: "local", label: "" }]],
    [
      "a requirement",
      [{ kind: "requires", action: "add", requirement: "extra-thing>=2" }],
      [{ kind: "requires", action: "remove", requirement: "extra-thing" }],
    ],
    [
      "a field",
      [{ kind: "set", field: "Maintainer", value: "m" }],
      [{ kind: "unset", field: "Maintainer" }],
    ],
    [
      "Requires-Python",
      [{ kind: "requires-python", specifier: ">=3" }],
      [{ kind: "unset", field: "Requires-Python" }],
    ],
    [
      "a file",
      [{ kind: "add-file", path: "demo/zz.txt", bytes: bytes("z"), mode: 0o100644 }],
      [{ kind: "remove-file", path: "demo/zz.txt" }],
    ],
    [
      "an entry point",
      [{ kind: "add-entry-point", entry: { group: "plugins", name: "p" }, value: "demo:main" }],
      [{ kind: "remove-entry-point", entry: { group: "plugins", name: "p" } }],
    ],
    [
      "tags",
      [{ kind: "tags", python: "+py2", build: "1" }],
      [{ kind: "tags", python: "-py2", build: "" }],
    ],
  ];

  it.each(inverses)(
    "of %s give back METADATA, WHEEL and RECORD byte for byte",
    (_, there, back) => {
      fc.assert(
        fc.property(start, (from) => {
          const wheel = wheelOf(from);
          const middle = edited(wheel, there);
          const after = middle && edited(middle, back);
          if (after === undefined) throw new Error("refused");
          expect(after.file).toBe(wheel.file);
          for (const name of ["METADATA", "WHEEL", "RECORD", "entry_points.txt"]) {
            expect(text(after, name)).toBe(text(wheel, name));
          }
        }),
        { ...RUNS, numRuns: 25 },
      );
    },
  );

  it("of any sequence, taken back from its end, give back every byte of them", () => {
    fc.assert(
      fc.property(start, fc.shuffledSubarray([...inverses], { minLength: 2 }), (from, chosen) => {
        const wheel = wheelOf(from);
        const there = chosen.flatMap(([, edits]) => edits);
        const back = chosen.toReversed().flatMap(([, , edits]) => edits);
        // A local label over a post-release is one thing, taken back as another.
        const versions = chosen.filter(([name]) => /version|label/.test(name));
        fc.pre(versions.length < 2);
        const middle = edited(wheel, there);
        const after = middle && edited(middle, back);
        if (after === undefined) throw new Error("refused");
        expect(after.file).toBe(wheel.file);
        for (const name of ["METADATA", "WHEEL", "RECORD", "entry_points.txt"]) {
          expect(text(after, name)).toBe(text(wheel, name));
        }
      }),
      RUNS,
    );
  });
});
