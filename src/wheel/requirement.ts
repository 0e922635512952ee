/** Requirements: `name[extra]>=1.0; marker` or `name @ url ; marker` (PEP 508). */
import type { Marker } from "./marker.ts";
import { printMarker, scanMarker } from "./marker.ts";
import type { Scanner } from "./scanner.ts";
import { scannerOf } from "./scanner.ts";
import type { Specifier, SpecifierSet } from "./specifier.ts";
import {
  parseSpecifierSet,
  printSpecifier,
  printSpecifierSet,
  scanSpecifier,
} from "./specifier.ts";
import { quoted } from "./text.ts";

export interface Requirement {
  /** As spelled. */
  readonly name: string;
  /** As spelled, in order. */
  readonly extras: readonly string[];
  /** Empty when there is a URL. */
  readonly specifiers: SpecifierSet;
  readonly url?: string;
  readonly marker?: Marker;
}

/** Half-open ranges of the text, for edits that leave the rest as it is. */
export interface RequirementSpans {
  readonly name: { readonly start: number; readonly end: number };
  /** The version specifiers, with parentheses if there are any; empty where one would stand. */
  readonly specifiers: { readonly start: number; readonly end: number };
}

export type ParsedRequirement =
  | { readonly ok: true; readonly requirement: Requirement; readonly spans: RequirementSpans }
  | { readonly ok: false; readonly message: string /** Index in the text. */; readonly at: number };

const IDENTIFIER = /[a-zA-Z0-9][a-zA-Z0-9._-]*\b/y;
const OPEN_BRACKET = /\[/y;
const CLOSE_BRACKET = /\]/y;
const OPEN = /\(/y;
const CLOSE = /\)/y;
const COMMA = /,/y;
const AT = /@/y;
const URL = /[^ \t]+/y;
const SEMICOLON = /;/y;
/** From an operator to the next comma, parenthesis, semicolon or blank behind it. */
const BROKEN_SPECIFIER = /[<>=!~]+[ \t]*[^,;() \t]*/y;

/** Longer requirements are refused: no real one comes near. */
const MAX_LENGTH = 65_536;

export function parseRequirement(text: string): ParsedRequirement {
  if (text.length > MAX_LENGTH) {
    return { ok: false, message: `it is ${text.length} characters long`, at: 0 };
  }
  const scanner = scannerOf(text);
  const parsed = scanRequirement(scanner);
  if (parsed !== undefined) return { ok: true, ...parsed };
  const { message, at } = scanner.failure ?? { message: "it can't be read", at: scanner.at };
  return { ok: false, message, at };
}

function scanRequirement(
  scanner: Scanner,
): { readonly requirement: Requirement; readonly spans: RequirementSpans } | undefined {
  scanner.skipBlanks();
  const start = scanner.at;
  const name = scanner.take(IDENTIFIER);
  if (name === undefined) return scanner.fail("it does not begin with a name");
  const spans = { name: { start, end: scanner.at } };
  scanner.skipBlanks();
  const extras = scanExtras(scanner);
  if (extras === undefined) return undefined;
  const afterExtras = scanner.at;
  scanner.skipBlanks();

  if (scanner.take(AT) !== undefined) {
    scanner.skipBlanks();
    const url = scanner.take(URL);
    if (url === undefined) return scanner.fail("a URL is missing behind `@`");
    const gap = scanner.at;
    scanner.skipBlanks();
    const requirement = { name, extras, specifiers: [], url };
    const where = { ...spans, specifiers: { start: afterExtras, end: afterExtras } };
    if (scanner.at === scanner.text.length) return { requirement, spans: where };
    if (scanner.at === gap) return scanner.fail("a blank is missing behind the URL");
    const marker = scanTail(scanner, "`;` or the end is missing behind the URL");
    return marker === undefined
      ? undefined
      : { requirement: { ...requirement, ...marker }, spans: where };
  }

  const from = scanner.at;
  const specifiers = scanSpecifiers(scanner);
  if (specifiers === undefined) return undefined;
  const where =
    scanner.at === from || specifiers.to === from
      ? { ...spans, specifiers: { start: afterExtras, end: afterExtras } }
      : { ...spans, specifiers: { start: from, end: specifiers.to } };
  scanner.skipBlanks();
  const requirement = { name, extras, specifiers: specifiers.set };
  if (scanner.at === scanner.text.length) return { requirement, spans: where };
  const marker = scanTail(
    scanner,
    specifiers.set.length === 0
      ? "a version specifier, `;` or the end is missing behind the name"
      : "a comma, `;` or the end is missing behind the version",
  );
  return marker === undefined
    ? undefined
    : { requirement: { ...requirement, ...marker }, spans: where };
}

function scanTail(scanner: Scanner, missing: string): { readonly marker: Marker } | undefined {
  if (scanner.take(SEMICOLON) === undefined) return scanner.fail(missing);
  const marker = scanMarker(scanner);
  if (marker === undefined) return undefined;
  scanner.skipBlanks();
  if (scanner.at !== scanner.text.length) {
    return scanner.fail("`and`, `or` or the end is missing in the marker");
  }
  return { marker };
}

function scanExtras(scanner: Scanner): readonly string[] | undefined {
  const extras: string[] = [];
  if (scanner.take(OPEN_BRACKET) === undefined) return extras;
  scanner.skipBlanks();
  let extra = scanner.take(IDENTIFIER);
  while (extra !== undefined) {
    extras.push(extra);
    scanner.skipBlanks();
    if (scanner.take(COMMA) === undefined) break;
    scanner.skipBlanks();
    extra = scanner.take(IDENTIFIER);
    if (extra === undefined) return scanner.fail("an extra is missing behind the comma");
  }
  scanner.skipBlanks();
  if (scanner.take(CLOSE_BRACKET) === undefined) return scanner.fail("`]` is missing");
  return extras;
}

function scanSpecifiers(
  scanner: Scanner,
): { readonly set: SpecifierSet; readonly to: number } | undefined {
  const enclosed = scanner.take(OPEN) !== undefined;
  scanner.skipBlanks();
  const set: Specifier[] = [];
  let to = scanner.at;
  for (;;) {
    const found = scanSpecifier(scanner.text, scanner.at);
    if (found === undefined) {
      const wrong = scanner.take(BROKEN_SPECIFIER);
      if (wrong === undefined) break;
      return scanner.fail(`${quoted(wrong)} is not a version specifier`, scanner.at - wrong.length);
    }
    const split = splitArbitrary(found.specifier);
    if (split === undefined)
      return scanner.fail("a part between commas is not a version specifier");
    set.push(...split);
    scanner.moveTo(found.end);
    to = scanner.at;
    if (scanner.text.startsWith(".*", scanner.at)) {
      return scanner.fail("`.*` only goes with `==` and `!=` and a plain release number");
    }
    scanner.skipBlanks();
    if (scanner.take(COMMA) === undefined) break;
    to = scanner.at;
    scanner.skipBlanks();
  }
  scanner.skipBlanks();
  if (enclosed) {
    if (scanner.take(CLOSE) === undefined) return scanner.fail("`)` is missing");
    to = scanner.at;
  }
  return { set, to };
}

/** The text behind `===` runs on over commas; `packaging` splits it at them afterwards. */
function splitArbitrary(specifier: Specifier): SpecifierSet | undefined {
  if (specifier.operator !== "===" || !specifier.text.includes(",")) return [specifier];
  return parseSpecifierSet(printSpecifier(specifier));
}

/** As `packaging` prints it, with the extras and specifiers in their order. */
export function printRequirement(requirement: Requirement): string {
  const { name, extras, specifiers, url, marker } = requirement;
  let text = name;
  if (extras.length > 0) text += `[${extras.join(",")}]`;
  text += printSpecifierSet(specifiers);
  if (url !== undefined) text += ` @ ${url}${marker === undefined ? "" : " "}`;
  if (marker !== undefined) text += `; ${printMarker(marker)}`;
  return text;
}
