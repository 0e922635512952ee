/**
 * `variant.json`: what the label at the end of a variant wheel's name stands for.
 *
 * Source: PEP 825 (draft of August 2026) and the schemas that PEP 825 and variantlib publish.
 */
import { decodeUtf8 } from "../bytes.ts";
import type { Problem } from "../finding.ts";
import type { Table } from "../tables.ts";
import { isTable, parseJson } from "../tables.ts";
import type { VariantCode } from "./rules/variants.ts";
import { quoted } from "./text.ts";

export const VARIANT_FILE = "variant.json";
/** The label of a wheel without properties, which fits everywhere. */
export const NULL_LABEL = "null";

export interface Variant {
  readonly label: string;
  /** Values by feature, by namespace. */
  readonly properties: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
}

export interface VariantFile {
  /** Namespaces, the most important first. */
  readonly priorities: readonly string[];
  /** One in a wheel, several in the file of an index. */
  readonly variants: readonly Variant[];
}

export interface ParsedVariants {
  /** `undefined` where it is nothing that could be judged further. */
  readonly file?: VariantFile;
  /** VAR002 and VAR004. */
  readonly problems: readonly Problem<VariantCode>[];
}

const LABEL = /^[0-9a-z._]+$/;
/** Of namespaces and features. */
const NAME = /^[a-z0-9_]+$/;
const VALUE = /^[a-z0-9_.]+$/;
/** The schema's address ends in its version. */
const SCHEMA = /v([0-9]+)\.[0-9]+\.[0-9]+(?:\.json)?$/;
/** Drafts; nobody knows yet what a version 1 will be. */
const KNOWN_MAJOR = "0";

type Report = (message: string) => void;

/** Never throws. */
export function parseVariantFile(bytes: Uint8Array): ParsedVariants {
  const problems: Problem<VariantCode>[] = [];
  const report: Report = (message) => problems.push({ code: "VAR002", message });
  const text = decodeUtf8(bytes);
  const document = text === undefined ? undefined : parseJson(text);
  if (!isTable(document)) {
    report(
      text === undefined
        ? `\`${VARIANT_FILE}\` is not UTF-8`
        : document === undefined
          ? `\`${VARIANT_FILE}\` is not JSON`
          : `\`${VARIANT_FILE}\` is not a JSON object`,
    );
    return { problems };
  }
  if (!checkSchema(document.$schema, problems, report)) return { problems };
  const priorities = readPriorities(document["default-priorities"], report);
  const variants = readVariants(document.variants, problems, report);
  return variants === undefined ? { problems } : { file: { priorities, variants }, problems };
}

/** @returns false where the rest may mean anything. */
function checkSchema(schema: unknown, problems: Problem<VariantCode>[], report: Report): boolean {
  if (schema === undefined) {
    problems.push({
      code: "VAR002",
      level: "warning",
      message: `\`${VARIANT_FILE}\` has no \`$schema\` to say its version`,
    });
    return true;
  }
  const major = typeof schema === "string" ? SCHEMA.exec(schema)?.[1] : undefined;
  if (major === KNOWN_MAJOR) return true;
  report(
    major === undefined
      ? `\`$schema\` of \`${VARIANT_FILE}\` does not end in a version`
      : `\`${VARIANT_FILE}\` has version ${quoted(major)} of its format, which nobody knows yet`,
  );
  return major === undefined;
}

function readPriorities(value: unknown, report: Report): readonly string[] {
  if (!isTable(value)) {
    report("`default-priorities` is missing or no object");
    return [];
  }
  const namespaces = texts(value.namespace);
  if (namespaces === undefined || namespaces.length === 0) {
    report("`default-priorities.namespace` is not a list of namespaces");
    return [];
  }
  const wrong = namespaces.find((name) => !NAME.test(name));
  if (wrong !== undefined) report(`${quoted(wrong)} is not a name of a namespace`);
  const { feature, property } = value;
  if (feature !== undefined && !isTableOf(feature, (each) => texts(each) !== undefined)) {
    report("`default-priorities.feature` has something else than lists of features by namespace");
  }
  const lists = (each: unknown): boolean => isTableOf(each, (list) => texts(list) !== undefined);
  if (property !== undefined && !isTableOf(property, lists)) {
    report("`default-priorities.property` has something else than lists of values by feature");
  }
  return namespaces;
}

function readVariants(
  value: unknown,
  problems: Problem<VariantCode>[],
  report: Report,
): readonly Variant[] | undefined {
  if (!isTable(value)) {
    report("`variants` is missing or no object");
    return undefined;
  }
  return Object.entries(value).map(([label, namespaces]) => {
    if (!LABEL.test(label)) report(`${quoted(label)} is not a variant label`);
    return { label, properties: readProperties(label, namespaces, problems, report) };
  });
}

function readProperties(
  label: string,
  value: unknown,
  problems: Problem<VariantCode>[],
  report: Report,
): Variant["properties"] {
  const properties = new Map<string, ReadonlyMap<string, readonly string[]>>();
  for (const [namespace, features] of namedTables(value, `variant ${quoted(label)}`, report)) {
    const byFeature = new Map<string, readonly string[]>();
    properties.set(namespace, byFeature);
    for (const [feature, list] of namedTables(features, quoted(namespace), report, false)) {
      const where = quoted(`${namespace} :: ${feature}`);
      const values = texts(list);
      if (values === undefined || values.length === 0) {
        report(`${where} is not a list of values`);
        continue;
      }
      const wrong = values.find((each) => !VALUE.test(each));
      if (wrong !== undefined) report(`${quoted(wrong)} is not a value for ${where}`);
      byFeature.set(feature, values);
      if (values.every((each, at) => at === 0 || (values[at - 1] ?? "") < each)) continue;
      problems.push({
        code: "VAR004",
        message: `the values of ${where} are not sorted, or stand twice`,
      });
    }
  }
  return properties;
}

/** The members of an object whose keys are names. @param nested the values are objects, too. */
function namedTables(
  value: unknown,
  what: string,
  report: Report,
  nested: boolean = true,
): readonly (readonly [string, unknown])[] {
  if (!isTable(value)) {
    report(`${what} is not an object`);
    return [];
  }
  const entries = Object.entries(value);
  for (const [name, item] of entries) {
    if (!NAME.test(name)) report(`${quoted(name)} in ${what} is not a name`);
    if (nested && !isTable(item)) report(`${quoted(name)} in ${what} is not an object`);
  }
  return nested ? entries.filter(([, item]) => isTable(item)) : entries;
}

function isTableOf(value: unknown, fits: (item: unknown) => boolean): value is Table {
  return isTable(value) && Object.values(value).every(fits);
}

function texts(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((item) => typeof item === "string")
    ? value
    : undefined;
}
