/**
 * Patch files: which wheels, then what changes in them. docs/edit.md describes the format.
 *
 * Conditions of one patch must all hold. Its edits apply in the order in which they are written.
 */
import { printable } from "../bytes.ts";
import { RefusalError, UsageError } from "../errors.ts";
import { didYouMean } from "../suggest.ts";
import { isTable } from "../tables.ts";
import type { Marker } from "../wheel/marker.ts";
import { scanMarker } from "../wheel/marker.ts";
import { normalizeName } from "../wheel/names.ts";
import { parseRequirement } from "../wheel/requirement.ts";
import { scannerOf } from "../wheel/scanner.ts";
import type { SpecifierSet } from "../wheel/specifier.ts";
import { containsVersion, parseSpecifierSet } from "../wheel/specifier.ts";
import type { Edit } from "./apply.ts";
import { checkValues } from "./check-values.ts";
import { parseEntryPointOption } from "./entry-points-edit.ts";
import { valuesOf } from "./metadata-edit.ts";
import { mayHold, tagEnvironment } from "./tag-environment.ts";

export interface Patch {
  /** 1 for the first of the file. */
  readonly number: number;
  /** Normalised project name. */
  readonly name: string;
  readonly version: SpecifierSet;
  /** Any of them must match one of the wheel's tags; empty: every wheel. `*` stands for any text. */
  readonly tags: readonly string[];
  readonly marker: Marker | undefined;
  /** The wheel must require this project. */
  readonly requires: string | undefined;
  readonly edits: readonly Edit[];
  /** `post = false`: the wheel is replaced under its own version. */
  readonly keepsVersion: boolean;
}

/** What a patch is matched against. */
export interface Subject {
  readonly name: string;
  readonly version: string;
  /** Expanded. */
  readonly tags: readonly string[];
  readonly metadata: Uint8Array;
}

/** The first condition that does not hold; `undefined`: the patch is for this wheel. */
export function failedCondition(
  { name, version, tags, marker, requires }: Patch,
  subject: Subject,
): Exclude<(typeof CONDITIONS)[number], "reason"> | undefined {
  if (normalizeName(subject.name) !== name) return "name";
  if (!containsVersion(version, subject.version)) return "version";
  if (!anyTag(tags, (glob) => subject.tags.some((tag) => globMatches(glob, tag)))) return "tags";
  if (marker !== undefined && !subject.tags.some((tag) => mayHold(marker, tagEnvironment(tag)))) {
    return "marker";
  }
  if (requires !== undefined && !requiresProject(subject.metadata, requires)) return "requires";
  return undefined;
}

/** No tag asked for is any tag. */
function anyTag(tags: readonly string[], matches: (glob: string) => boolean): boolean {
  return tags.length === 0 || tags.some(matches);
}

function requiresProject(metadata: Uint8Array, project: string): boolean {
  return valuesOf(metadata, "Requires-Dist").some((value) => {
    const parsed = parseRequirement(value);
    return parsed.ok && normalizeName(parsed.requirement.name) === project;
  });
}

/** Linear: the pieces between stars are looked for from left to right. */
function globMatches(glob: string, text: string): boolean {
  const [first = "", ...rest] = glob.split("*");
  const last = rest.pop();
  if (last === undefined) return glob === text;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

const CONDITIONS = ["name", "version", "tags", "marker", "requires", "reason"] as const;
const EDITS = [
  "new-version",
  "post",
  "local",
  "add-requires",
  "remove-requires",
  "replace-requires",
  "constrain",
  "requires-python",
  "set",
  "unset",
  "add-classifier",
  "add-entry-point",
  "remove-entry-point",
  "remove-file",
] as const;
type EditKey = (typeof EDITS)[number];

/**
 * @param document the parsed TOML.
 * @param file where it is from, for messages.
 * @throws UsageError naming the file, the patch and the key.
 */
export function readPatches(document: unknown, file: string): readonly Patch[] {
  const inFile = (problem: string, hint?: string): UsageError =>
    new UsageError(`\`${printable(file)}\`: ${problem}`, hint);
  const table = isTable(document) ? document : undefined;
  const list = table?.patch;
  const unknown = Object.keys(table ?? {}).find((key) => key !== "patch");
  if (unknown !== undefined) {
    throw inFile(
      `\`${printable(unknown)}\` is not a key of a patch file`,
      "a patch file consists of `[[patch]]` tables",
    );
  }
  if (!Array.isArray(list) || list.length === 0) {
    throw inFile("the patch file has no `[[patch]]`");
  }
  return list.map((item: unknown, index) => {
    const fail: Fail = (problem, hint) => inFile(`patch ${index + 1}: ${problem}`, hint);
    return readPatch(item, index + 1, fail);
  });
}

function readPatch(item: unknown, number: number, fail: Fail): Patch {
  if (!isTable(item)) throw fail("it is not a table");
  const table = item;
  const text = (key: string): string | undefined => {
    const value = table[key];
    if (value === undefined || typeof value === "string") return value;
    throw fail(`\`${key}\` must be a text`);
  };
  const name = text("name");
  if (name === undefined) throw fail("`name` is missing", "say which project it is for");
  const version = parseSpecifierSet(text("version") ?? "");
  if (version === undefined)
    throw fail("`version` is not a version specifier", "for example `>=1.0,<2`");
  const requires = text("requires");
  text("reason");
  const edits: Edit[] = [];
  for (const [key, value] of Object.entries(table)) {
    if (CONDITIONS.some((known) => known === key)) continue;
    const known = EDITS.find((edit) => edit === key);
    if (known === undefined) {
      throw fail(
        `\`${printable(key)}\` is not a key of a patch`,
        didYouMean(key, [...CONDITIONS, ...EDITS]),
      );
    }
    edits.push(...checkedEdits(known, value, fail));
  }
  if (edits.length === 0) throw fail("it changes nothing", `its edits are ${EDITS.join(", ")}`);
  return {
    number,
    name: normalizeName(name),
    version,
    tags: textList(table.tags, () => fail("`tags` must be a text or a list of texts")),
    marker: readMarker(text("marker"), fail),
    requires: requires === undefined ? undefined : normalizeName(requires),
    edits,
    keepsVersion: table.post === false,
  };
}

/** A value that is wrong for any wheel is a mistake of the file, found before a wheel is opened. */
function checkedEdits(key: EditKey, value: unknown, fail: Fail): readonly Edit[] {
  try {
    const edits = readEdits(key, value, fail);
    for (const edit of edits) checkValues(edit);
    return edits;
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error;
    throw fail(`\`${key}\`: ${error.message} [${error.code}]`, error.hint);
  }
}

type Fail = (problem: string, hint?: string) => UsageError;

function readMarker(text: string | undefined, fail: Fail): Marker | undefined {
  if (text === undefined) return undefined;
  const scanner = scannerOf(text);
  const marker = scanMarker(scanner);
  scanner.skipBlanks();
  if (marker !== undefined && scanner.at === text.length) return marker;
  throw fail("`marker` is not a marker", "for example `python_version < '3.12'`");
}

function readEdits(key: EditKey, value: unknown, fail: Fail): readonly Edit[] {
  const texts = (): readonly string[] =>
    textList(value, () => fail(`\`${key}\` must be a text or a list of texts`));
  const one = (): string => {
    if (typeof value === "string") return value;
    throw fail(`\`${key}\` must be a text`);
  };
  switch (key) {
    case "new-version":
      return [{ kind: "version", version: one() }];
    case "local":
      return [{ kind: "local", label: one() }];
    case "post":
      if (typeof value !== "boolean") throw fail("`post` is `true` or `false`");
      return value ? [{ kind: "post" }] : [];
    case "add-requires":
    case "remove-requires":
    case "replace-requires":
    case "constrain": {
      const action = key === "constrain" ? key : ACTIONS[key];
      return texts().map((requirement) => ({ kind: "requires", action, requirement }));
    }
    case "requires-python":
      return [{ kind: key, specifier: one() }];
    case "set": {
      const fields = Object.entries(isTable(value) ? value : {});
      return fields.map(([field, content]) => {
        if (typeof content !== "string") throw fail(`\`set.${field}\` must be a text`);
        return { kind: "set", field, value: content };
      });
    }
    case "unset":
      return texts().map((field) => ({ kind: key, field }));
    case "add-classifier":
      return texts().map((classifier) => ({ kind: key, classifier }));
    case "remove-file":
      return texts().map((path) => ({ kind: key, path }));
    case "add-entry-point":
      return texts().map((each) => {
        const { value: reference, ...entry } = parseEntryPointOption(each);
        if (reference === undefined)
          throw fail(`\`${each}\` names no object: \`GROUP:NAME=OBJECT\``);
        return { kind: key, entry, value: reference };
      });
    case "remove-entry-point":
      return texts().map((each) => ({ kind: key, entry: parseEntryPointOption(each) }));
  }
}

const ACTIONS = {
  "add-requires": "add",
  "remove-requires": "remove",
  "replace-requires": "replace",
} as const;

function textList(value: unknown, fail: () => UsageError): readonly string[] {
  if (value === undefined) return [];
  if (typeof value === "string") return [value];
  if (!Array.isArray(value)) throw fail();
  return value.map((item: unknown) => {
    if (typeof item === "string") return item;
    throw fail();
  });
}
