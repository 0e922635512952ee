/** The wheel's grammars beside `packaging`, `email`, `csv` and `configparser`, in one Python process. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { encodeUtf8 } from "../../../src/bytes.ts";
import { parseEntryPoints } from "../../../src/wheel/entry-points.ts";
import { parseWheelFilename } from "../../../src/wheel/filename.ts";
import { evaluateMarker, printMarker } from "../../../src/wheel/marker.ts";
import { parseMetadata } from "../../../src/wheel/metadata.ts";
import { normalizeName } from "../../../src/wheel/names.ts";
import { parseRecord } from "../../../src/wheel/record.ts";
import { parseRequirement } from "../../../src/wheel/requirement.ts";
import {
  containsVersion,
  parseSpecifierSet,
  printSpecifier,
} from "../../../src/wheel/specifier.ts";
import { expandTags } from "../../../src/wheel/tag.ts";
import { compareVersions, normalizeVersion, parseVersion } from "../../../src/wheel/version.ts";
import { python } from "../../support/tools.ts";
import * as inputs from "./inputs.ts";

interface Answers {
  readonly versions: readonly (string | null)[];
  readonly order: readonly string[];
  readonly contains: readonly (readonly (readonly [boolean, boolean])[] | null)[];
  readonly requirements: readonly (null | {
    readonly name: string;
    readonly extras: readonly string[];
    readonly url: string | null;
    readonly specifiers: readonly string[];
    readonly marker: string | null;
  })[];
  readonly markers: readonly (readonly (boolean | null)[] | null)[];
  readonly filenames: readonly (null | {
    readonly name: string;
    readonly version: string;
    readonly build: string | null;
    readonly tags: readonly string[];
  })[];
  readonly metadata: readonly {
    readonly raw: Readonly<
      Record<string, string | readonly string[] | Readonly<Record<string, string>>>
    >;
    readonly unparsed: Readonly<Record<string, readonly string[]>>;
  }[];
  readonly records: readonly (readonly (readonly string[])[])[];
  readonly entryPoints: readonly (readonly (readonly [string, string, string])[] | null)[];
}

const versions = inputs.versions();
const specifiers = inputs.specifiers();
const requirements = inputs.requirements();
const valid = versions.filter((text) => parseVersion(text) !== undefined);
let answers: Answers;

beforeAll(() => {
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  const asked = {
    versions,
    valid,
    candidates: inputs.CANDIDATES,
    specifiers,
    requirements,
    markers: inputs.MARKERS,
    environments: inputs.ENVIRONMENTS,
    filenames: inputs.FILENAMES,
    metadata: inputs.METADATA.map(base64),
    records: inputs.RECORDS.map(base64),
    entryPoints: inputs.ENTRY_POINTS,
  };
  const script = fileURLToPath(new URL("./oracle.py", import.meta.url));
  const output = execFileSync(python(), [script], {
    input: JSON.stringify(asked),
    encoding: "utf8",
    env: { ...process.env, PYTHONUTF8: "1" },
  });
  answers = JSON.parse(output) as Answers;
});

describe("versions", () => {
  it("have the same normal forms, and the same texts are none", () => {
    const ours = versions.map((text) => normalizeVersion(text) ?? null);
    expect(table(versions, ours)).toEqual(table(versions, answers.versions));
  });

  it("have the same order", () => {
    const ordered = (texts: readonly string[]): (string | undefined)[] =>
      texts.map((text) => normalizeVersion(text));
    const sorted = [...valid].sort((a, b) => compareTexts(a, b));
    expect(ordered(sorted)).toEqual(ordered(answers.order));
  });
});

describe("specifiers", () => {
  it("admit the same versions", () => {
    const ours = specifiers.map((text) => {
      const set = parseSpecifierSet(text);
      if (set === undefined) return null;
      return inputs.CANDIDATES.map((each) => [
        containsVersion(set, each),
        containsVersion(set, each, false),
      ]);
    });
    expect(table(specifiers, ours)).toEqual(table(specifiers, answers.contains));
  });
});

describe("requirements", () => {
  it("have the same parts, and the same texts are none", () => {
    const ours = requirements.map((text) => {
      const parsed = parseRequirement(text);
      if (!parsed.ok) return null;
      const { name, extras, url, specifiers: set, marker } = parsed.requirement;
      return {
        name,
        extras: [...new Set(extras)].sort(),
        url: url ?? null,
        specifiers: [...new Set(set.map(printSpecifier))].sort(),
        marker: marker === undefined ? null : normalExtras(printMarker(marker)),
      };
    });
    expect(table(requirements, ours)).toEqual(table(requirements, answers.requirements));
  });

  it("say where their parts lie", () => {
    for (const text of requirements) {
      const parsed = parseRequirement(text);
      if (!parsed.ok) continue;
      const { name, specifiers: where } = parsed.spans;
      expect(text.slice(name.start, name.end)).toBe(parsed.requirement.name);
      const within = text
        .slice(where.start, where.end)
        .trim()
        .replace(/^\(|\)$/g, "");
      expect(parseSpecifierSet(within), text).toEqual(parsed.requirement.specifiers);
    }
  });
});

describe("markers", () => {
  it("have the same values", () => {
    const ours = inputs.MARKERS.map((text) => {
      const parsed = parseRequirement(`x;${text}`);
      if (!parsed.ok || parsed.requirement.marker === undefined) return null;
      const { marker } = parsed.requirement;
      return inputs.ENVIRONMENTS.map((environment) => evaluateMarker(marker, environment));
    });
    // What packaging calls undefined is false here.
    const theirs = answers.markers.map((values) => values?.map((value) => value ?? false) ?? null);
    expect(table(inputs.MARKERS, ours)).toEqual(table(inputs.MARKERS, theirs));
  });
});

describe("file names", () => {
  it("have the same parts", () => {
    inputs.FILENAMES.forEach((text, index) => {
      const theirs = answers.filenames[index];
      const { name } = parseWheelFilename(text);
      if (theirs === null || theirs === undefined) {
        // We split what packaging refuses; a rule then says what is wrong with the part.
        const sound =
          name !== undefined &&
          normalizeVersion(name.version) !== undefined &&
          (name.build === undefined || /^[0-9]/.test(name.build)) &&
          name.variant === undefined;
        expect(sound, text).toBe(false);
        return;
      }
      expect(name, text).toBeDefined();
      if (name === undefined) return;
      expect(normalizeName(name.name)).toBe(theirs.name);
      expect(normalizeVersion(name.version)).toBe(theirs.version);
      // packaging takes the build's digits for a number.
      expect(name.build?.replace(/^0+(?=[0-9])/, "") ?? null).toBe(theirs.build);
      expect(expandTags(name)).toEqual(theirs.tags);
    });
  });
});

describe("METADATA", () => {
  it.each(
    inputs.METADATA.map((text, index) => [JSON.stringify(text).slice(0, 60), text, index] as const),
  )("%s", (_, text, index) => {
    const theirs = answers.metadata[index];
    if (theirs === undefined) throw new Error("no answer");
    const fields = new Map<string, string[]>();
    const raw = parseMetadata(encodeUtf8(text));
    for (const { name, value } of raw.fields) {
      const key = name.toLowerCase();
      fields.set(key, [...(fields.get(key) ?? []), value]);
    }
    if (raw.body !== "")
      fields.set("description", [...(fields.get("description") ?? []), raw.body]);
    const expected = new Map<string, readonly string[]>();
    for (const [key, value] of Object.entries(theirs.raw))
      expected.set(emailName(key), listOf(key, value));
    for (const [key, value] of Object.entries(theirs.unparsed)) expected.set(key, value);
    const normal = (map: ReadonlyMap<string, readonly string[]>): unknown =>
      [...map]
        .map(([key, values]) => [key, values.map((value) => normalValue(key, value))] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1));
    expect(normal(fields)).toEqual(normal(expected));
  });
});

describe("RECORD", () => {
  it.each(inputs.RECORDS.map((text, index) => [JSON.stringify(text), text, index] as const))(
    "%s",
    (_, text, index) => {
      const ours = parseRecord(encodeUtf8(text)).rows.map(({ path, algorithm, digest, size }) => [
        path,
        digest === "" && !text.includes("=") ? algorithm : `${algorithm}=${digest}`,
        size,
      ]);
      const theirs = (answers.records[index] ?? []).map(([path = "", hash = "", size = ""]) => [
        path,
        hash.includes("=") || !text.includes("=") ? hash : `${hash}=`,
        size,
      ]);
      expect(ours).toEqual(theirs);
    },
  );
});

describe("entry points", () => {
  it("have the same sections, names and values", () => {
    const ours = inputs.ENTRY_POINTS.map((text) => {
      const { entryPoints, problems } = parseEntryPoints(encodeUtf8(text));
      if (problems.length > 0) return null;
      return entryPoints.map(({ group, name, value }) => [group, name, value]);
    });
    expect(table(inputs.ENTRY_POINTS, ours)).toEqual(
      table(inputs.ENTRY_POINTS, answers.entryPoints),
    );
  });
});

/** Question beside answer, so that a difference names its text. */
function table(texts: readonly string[], values: readonly unknown[]): unknown {
  return texts.map((text, index) => [text, values[index]]);
}

function compareTexts(a: string, b: string): number {
  const left = parseVersion(a);
  const right = parseVersion(b);
  if (left === undefined || right === undefined) throw new Error("no version");
  return compareVersions(left, right);
}

/** packaging normalizes the names of extras when it prints. */
function normalExtras(marker: string): string {
  return marker.replace(
    /extra == "([^"]*)"/g,
    (_, extra: string) => `extra == "${normalizeName(extra)}"`,
  );
}

const PLURALS: Readonly<Record<string, string>> = {
  platforms: "platform",
  classifiers: "classifier",
  project_urls: "project-url",
  license_files: "license-file",
};

function emailName(key: string): string {
  return PLURALS[key] ?? key.replaceAll("_", "-");
}

function listOf(
  key: string,
  value: string | readonly string[] | Readonly<Record<string, string>>,
): readonly string[] {
  if (typeof value === "string") return [value];
  if (key === "keywords" && Array.isArray(value)) return [value.join(",")];
  if (Array.isArray(value)) return value as readonly string[];
  return Object.entries(value).map(([label, url]) => `${label},${url}`);
}

/** What packaging does to values behind the email parser, and the email parser of older Pythons. */
function normalValue(key: string, value: string): string {
  if (key === "description") return value;
  const trimmed = value.replace(/^[ \t\r\n]+/, "");
  return key === "keywords" || key === "project-url"
    ? trimmed.replaceAll(/\s*,\s*/g, ",")
    : trimmed;
}
