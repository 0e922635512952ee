/** Edits of METADATA as a whole: single fields, requirements, the description. */
import { concatBytes, decodeUtf8, encodeUtf8, printable } from "../bytes.ts";
import { RefusalError } from "../errors.ts";
import { didYouMean } from "../suggest.ts";
import { fieldsNamed, parseHeaders } from "../wheel/headers.ts";
import { extrasOf } from "../wheel/marker.ts";
import {
  compareMetadataVersions,
  isMetadataVersion,
  METADATA_FIELDS,
  metadataField,
} from "../wheel/metadata-fields.ts";
import { normalizeName } from "../wheel/names.ts";
import { parseSpecifierSet } from "../wheel/specifier.ts";
import { addField, removeFields, setField, setFields } from "./fields.ts";
import {
  addRequirement,
  constrainRequirement,
  parseWanted,
  removeRequirement,
  replaceRequirement,
} from "./requirements.ts";

/** The order in which fields are written. */
export const FIELD_ORDER: readonly string[] = METADATA_FIELDS.map(({ name }) => name);

export type RequirementAction = "add" | "remove" | "replace" | "constrain";

/** @param original METADATA before any edit, for messages that say what the wheel has. */
export function editRequirement(
  metadata: Uint8Array,
  action: RequirementAction,
  text: string,
  original: Uint8Array = metadata,
): Uint8Array {
  const wanted = parseWanted(text);
  const values = valuesOf(metadata, "Requires-Dist");
  const edit = {
    add: addRequirement,
    remove: removeRequirement,
    replace: replaceRequirement,
    constrain: constrainRequirement,
  }[action];
  const known = valuesOf(original, "Requires-Dist");
  const edited = setValues(metadata, "Requires-Dist", edit(values, wanted, known));
  if (action !== "add" && action !== "replace") return edited;
  // A requirement of an extra that nobody declares would never be installed.
  const { marker } = wanted.requirement;
  let result = edited;
  for (const extra of marker === undefined ? [] : extrasOf(marker)) {
    const declared = valuesOf(result, "Provides-Extra").map(normalizeName);
    if (!declared.includes(normalizeName(extra))) {
      result = withField(result, "Provides-Extra", normalizeName(extra));
    }
  }
  return result;
}

/** @throws RefusalError MET010 when it is no specifier set. */
export function setRequiresPython(metadata: Uint8Array, specifier: string): Uint8Array {
  const bare = specifier.trim();
  if (bare === "" || parseSpecifierSet(bare) === undefined) {
    throw new RefusalError(
      "MET010",
      `\`${printable(bare)}\` is not a version specifier`,
      "write it as in `>=3.9` or `>=3.9,<3.14`",
    );
  }
  return setValue(metadata, "Requires-Python", bare);
}

/** `--set`: one field to one value. */
export function setValue(metadata: Uint8Array, name: string, value: string): Uint8Array {
  const field = knownField(name);
  refuseLineBreak(field, value);
  refuseOwned(metadata, field, value);
  return raiseFor(setField(metadata, field, value, FIELD_ORDER), field);
}

/** `--unset`: the field goes, however often it stands there. */
export function unsetValue(metadata: Uint8Array, name: string): Uint8Array {
  const field = knownField(name);
  if (["Metadata-Version", "Name", "Version"].includes(field)) {
    throw new RefusalError(
      field === "Metadata-Version" ? "MET002" : "MET003",
      `\`${field}\` can't be removed: every METADATA must have it`,
    );
  }
  if (fieldsNamed(parseHeaders(metadata), field).length === 0) {
    throw new RefusalError("EDT003", `METADATA has no \`${field}\` to remove`);
  }
  return removeFields(metadata, field);
}

export function addClassifier(metadata: Uint8Array, classifier: string): Uint8Array {
  refuseLineBreak("Classifier", classifier);
  if (!/^[^:\s][^:]*( :: [^:\s][^:]*)+$/.test(classifier)) {
    throw new RefusalError(
      "MET012",
      `\`${printable(classifier)}\` is not a classifier`,
      "classifiers are written as in `Programming Language :: Python :: 3`",
    );
  }
  if (valuesOf(metadata, "Classifier").includes(classifier)) return metadata;
  return withField(metadata, "Classifier", classifier);
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  md: "text/markdown",
  markdown: "text/markdown",
  rst: "text/x-rst",
  txt: "text/plain",
};

/** Replaces the long description, which becomes the body. */
export function setDescription(
  metadata: Uint8Array,
  text: Uint8Array,
  fileName: string,
): Uint8Array {
  if (decodeUtf8(text) === undefined) {
    throw new RefusalError("MET001", `\`${printable(fileName)}\` is not UTF-8`);
  }
  const extension = fileName.slice(fileName.lastIndexOf(".") + 1).toLowerCase();
  const type = CONTENT_TYPES[extension];
  let result = removeFields(metadata, "Description");
  const present = valuesOf(result, "Description-Content-Type")[0];
  if (type !== undefined && present?.split(";")[0]?.trim().toLowerCase() !== type) {
    result = raiseFor(
      setField(result, "Description-Content-Type", type, FIELD_ORDER),
      "Description-Content-Type",
    );
  }
  const { fields, bodyStart } = parseHeaders(result);
  const last = fields.at(-1);
  const end = last?.end ?? 0;
  const open = end > 0 && result[end - 1] !== 0x0a;
  const head = result.subarray(0, bodyStart);
  const separated = bodyStart > end;
  return concatBytes([
    separated ? head : result.subarray(0, end),
    encodeUtf8(separated ? "" : open ? "\n\n" : "\n"),
    text,
  ]);
}

/** Adds one more value to a field that may stand often. */
export function withField(metadata: Uint8Array, name: string, value: string): Uint8Array {
  refuseLineBreak(name, value);
  return raiseFor(addField(metadata, name, value, FIELD_ORDER), name);
}

export function valuesOf(metadata: Uint8Array, name: string): readonly string[] {
  return fieldsNamed(parseHeaders(metadata), name).map((field) => field.value);
}

function setValues(metadata: Uint8Array, name: string, values: readonly string[]): Uint8Array {
  const result = setFields(metadata, name, values, FIELD_ORDER);
  return values.length === 0 || result === metadata ? result : raiseFor(result, name);
}

/** Raises Metadata-Version to the first that knows the field, and never further. */
function raiseFor(metadata: Uint8Array, name: string): Uint8Array {
  const since = metadataField(name)?.since;
  const present = valuesOf(metadata, "Metadata-Version")[0]?.trim() ?? "";
  if (since === undefined || !isMetadataVersion(present)) return metadata;
  if (compareMetadataVersions(present, since) >= 0) return metadata;
  return setField(metadata, "Metadata-Version", since, FIELD_ORDER);
}

/** The field as the specification spells it. */
export function knownField(name: string): string {
  const field = metadataField(name.trim());
  if (field !== undefined) return field.name;
  throw new RefusalError(
    "MET005",
    `\`${printable(name)}\` is not a field of METADATA`,
    didYouMean(name, FIELD_ORDER) ?? "the core metadata specification lists the fields",
  );
}

export function refuseLineBreak(field: string, value: string): void {
  // Besides the line ends of the format: what Python's `str.splitlines` and terminals take for one.
  if (!/[\p{Cc}\u2028\u2029]/u.test(value)) return;
  throw new RefusalError(
    "EDT001",
    `the value for \`${field}\` has a line break or a control character: \`${printable(value)}\``,
    field === "Description"
      ? "give the description as a file, with `--description FILE`"
      : "give the value on one line",
  );
}

/** Fields that say what the wheel is, or that have an edit of their own. */
function refuseOwned(metadata: Uint8Array, field: string, value: string): void {
  if (field === "Name") {
    const present = valuesOf(metadata, "Name")[0] ?? "";
    if (normalizeName(present) === normalizeName(value)) return;
    throw new RefusalError(
      "EDT002",
      `the wheel is \`${printable(present)}\`; \`--set Name=${printable(value)}\` would make it another project`,
      "only the spelling of a name can be edited",
    );
  }
  if (field === "Version") {
    throw new RefusalError(
      "MET003",
      "the version is listed in the file name, in folder names and in METADATA at once",
      "change all of them with `--version`, `--post` or `--local`",
    );
  }
  if (field === "Description") {
    throw new RefusalError(
      "MET005",
      "the description is the body of METADATA",
      "use `--description FILE`",
    );
  }
  if (metadataField(field)?.many === true && valuesOf(metadata, field).length > 1) {
    throw new RefusalError(
      "EDT005",
      `\`${field}\` stands ${valuesOf(metadata, field).length} times; \`--set\` would leave one`,
      "remove them first with `--unset`",
    );
  }
  if (field === "Requires-Dist") parseWanted(value);
  if (field === "Requires-Python" && parseSpecifierSet(value) === undefined) {
    throw new RefusalError("MET010", `\`${printable(value)}\` is not a version specifier`);
  }
}
