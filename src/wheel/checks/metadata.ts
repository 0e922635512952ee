/** MET001-MET006 and MET015: the file, its version and its fields. */
import type { HeaderField } from "../headers.ts";
import { fieldsNamed } from "../headers.ts";
import { knownFields, singleField } from "../metadata.ts";
import {
  compareMetadataVersions,
  DRAFT_FIELDS,
  METADATA_VERSIONS,
  metadataField,
  NEWEST_ON_PYPI,
} from "../metadata-fields.ts";
import { isProjectName, normalizeName } from "../names.ts";
import { quoted } from "../text.ts";
import { compareVersions, parseVersion } from "../version.ts";
import type { CheckContext } from "../view.ts";
import { checkDescription } from "./description.ts";
import { checkLicense } from "./license.ts";
import { checkImports, checkLinks } from "./links.ts";
import type { MetadataContext } from "./metadata-context.ts";
import { metadataContext, report } from "./metadata-context.ts";
import { checkRequirements } from "./requirements.ts";

/** What `str.splitlines` of Python takes for the end of a line. */
const LINE_BREAK = /[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;
const MAX_SUMMARY = 512;

export function checkMetadata(wheel: CheckContext): void {
  const { distInfo, metadata, files, problems } = wheel;
  if (distInfo === undefined) return;
  const path = `${distInfo}/METADATA`;
  if (metadata === undefined) {
    const entry = files.get(path);
    if (entry?.broken === true) return;
    problems.add({
      code: "MET001",
      path,
      message: entry === undefined ? `\`${path}\` is missing` : `\`${path}\` can't be read`,
    });
    return;
  }
  const context = metadataContext(wheel, metadata, path);
  checkFile(context);
  checkVersions(context);
  checkIdentity(context);
  checkFields(context);
  checkSummary(context);
  checkDynamic(context);
  checkDescription(context);
  checkRequirements(context);
  checkLinks(context);
  checkImports(context);
  checkLicense(context);
}

function checkFile(context: MetadataContext): void {
  const { metadata } = context;
  const notMissing = { profiles: { pypi: "warning" } } as const;
  if (metadata.bom) {
    report(context, "MET001", "METADATA begins with a byte order mark", undefined, {
      ...notMissing,
      hint: "Save it without one: parsers lose the first field",
    });
  }
  if (!metadata.utf8) {
    const field = metadata.fields.find((each) => !each.utf8);
    report(
      context,
      "MET001",
      field === undefined
        ? "the description in METADATA is not UTF-8"
        : `the field ${quoted(field.name)} in METADATA is not UTF-8`,
      field,
      notMissing,
    );
  }
  const [defect] = metadata.defects;
  if (defect !== undefined) {
    context.wheel.problems.add({
      code: "MET005",
      level: "warning",
      path: context.path,
      message: `METADATA is malformed: ${defect.message}`,
      at: { record: "METADATA", offset: defect.offset },
    });
  }
}

function checkVersions(context: MetadataContext): void {
  const field = singleField(context.metadata, "Metadata-Version");
  if (context.version !== undefined) {
    if (compareMetadataVersions(context.version, NEWEST_ON_PYPI) <= 0) return;
    report(
      context,
      "MET002",
      `\`Metadata-Version\` is ${context.version}, and PyPI's list ended at ${NEWEST_ON_PYPI} in August 2026`,
      field,
      { level: "info", profiles: { pypi: "warning", install: "info" } },
    );
    return;
  }
  report(
    context,
    "MET002",
    field === undefined
      ? "METADATA has no `Metadata-Version`"
      : `\`Metadata-Version\` is ${quoted(field.value)}, none of ${METADATA_VERSIONS.join(", ")}`,
    field,
  );
}

function checkIdentity(context: MetadataContext): void {
  const { metadata, wheel } = context;
  const name = fieldsNamed(metadata, "Name")[0];
  const project = name?.value.trim() ?? "";
  if (name === undefined || project === "") {
    report(context, "MET003", "METADATA has no `Name`", name);
  } else if (!isProjectName(project)) {
    report(context, "MET003", `\`Name\` is ${quoted(project)}, no project name`, name);
  } else if (
    wheel.filename !== undefined &&
    normalizeName(project) !== normalizeName(wheel.filename.name)
  ) {
    report(
      context,
      "MET003",
      `\`Name\` is ${quoted(project)}, the file name says ${quoted(wheel.filename.name)}`,
      name,
      { hint: "Give the file the name of the project that it holds, or build the wheel again" },
    );
  }
  const version = fieldsNamed(metadata, "Version")[0];
  const text = version?.value.trim() ?? "";
  const parsed = parseVersion(text);
  if (version === undefined || text === "") {
    report(context, "MET003", "METADATA has no `Version`", version);
  } else if (parsed === undefined) {
    report(context, "MET003", `\`Version\` is ${quoted(text)}, no version`, version);
  } else if (wheel.filename !== undefined) {
    const claimed = parseVersion(wheel.filename.version);
    if (claimed !== undefined && compareVersions(parsed, claimed) !== 0) {
      report(
        context,
        "MET003",
        `\`Version\` is ${quoted(text)}, the file name says ${quoted(wheel.filename.version)}`,
        version,
      );
    }
  }
}

/** Fields by which installers choose: readers that take the first and those that take the last differ. */
const DECIDING: readonly string[] = ["Metadata-Version", "Name", "Version", "Requires-Python"];

function checkFields(context: MetadataContext): void {
  const { metadata, version } = context;
  const seen = new Map<string, HeaderField>();
  const repeated = new Set<string>();
  for (const field of metadata.fields) {
    const key = field.name.toLowerCase();
    const first = seen.get(key);
    const info = metadataField(key);
    if (first !== undefined) {
      if (info?.many === false && !repeated.has(key)) {
        repeated.add(key);
        report(context, "MET005", `\`${info.name}\` stands more than once`, field, {
          level: DECIDING.includes(info.name) ? "error" : "warning",
        });
      }
      continue;
    }
    seen.set(key, field);
    if (info === undefined) {
      // PEP 777's field has a rule of its own.
      if (key === "wheel-version") continue;
      const draft = DRAFT_FIELDS[key];
      if (draft !== undefined) {
        checkDraftField(context, field, draft);
        continue;
      }
      report(context, "MET005", `the field ${quoted(field.name)} is unknown`, field, {
        level: "warning",
      });
    } else if (version !== undefined && compareMetadataVersions(info.since, version) > 0) {
      report(
        context,
        "MET004",
        `\`${info.name}\` came with metadata version ${info.since}, this is ${version}`,
        field,
        // Back ends wrote this one for years before it was specified.
        info.name === "License-File" ? { level: "info" } : {},
      );
    }
  }
  const header = seen.get("description");
  if (header !== undefined && metadata.body.trim() !== "" && header.value.trim() !== "") {
    report(
      context,
      "MET005",
      "the description stands twice: as a field and behind the fields",
      header,
    );
  }
}

/** `dep:type/[namespace/]name[@version][?qualifiers][#subpath] [; marker]` (PEP 725). */
const EXTERNAL =
  /^dep:[a-z][a-z0-9.+-]*\/[^\s@?#;]+(?:@(?:(?:[<>]=?|==)?[^\s?#;,<>=!~]+,?)+)?(?:\?[^\s#;]*)?(?:#[^\s;]*)?\s*(?:;.*)?$/i;

function checkDraftField(context: MetadataContext, field: HeaderField, draft: string): void {
  const { name, value } = field;
  const isWrong = name.toLowerCase() === "requires-external-dep" && !EXTERNAL.test(value.trim());
  report(
    context,
    "MET005",
    isWrong
      ? `\`${name}\` is ${quoted(value)}, not \`dep:type/name\` with a version and a marker (${draft}, a draft)`
      : `the field \`${name}\` is only defined by a draft (${draft})`,
    field,
    { level: "info" },
  );
}

function checkSummary(context: MetadataContext): void {
  const field = singleField(context.metadata, "Summary");
  if (field === undefined) return;
  if (LINE_BREAK.test(field.value)) {
    report(context, "MET006", "`Summary` has more than one line", field);
  }
  const { length } = [...field.value.slice(0, 4 * MAX_SUMMARY)];
  if (length > MAX_SUMMARY) {
    report(
      context,
      "MET006",
      `\`Summary\` has ${field.value.length} characters, ${MAX_SUMMARY} are allowed`,
      field,
    );
  }
}

function checkDynamic(context: MetadataContext): void {
  for (const field of knownFields(context.metadata, "Dynamic")) {
    const name = field.value.trim();
    const info = metadataField(name);
    if (info === undefined) {
      report(context, "MET015", `\`Dynamic\` names ${quoted(name)}, which is not a field`, field);
    } else if (["Name", "Version", "Metadata-Version"].includes(info.name)) {
      report(context, "MET015", `\`${info.name}\` can't be dynamic`, field);
    }
  }
}
