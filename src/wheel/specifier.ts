/**
 * Version specifiers: `>=1.2,!=1.4.*` (PEP 440, "Version specifiers").
 *
 * Membership follows the specification as `packaging` 26 implements it.
 */
import type { Version } from "./version.ts";
import {
  compareReleases,
  compareVersions,
  isPrerelease,
  parseVersion,
  printVersion,
  publicVersion,
  scanVersion,
} from "./version.ts";

export type SpecifierOperator = "~=" | "==" | "!=" | "<=" | ">=" | "<" | ">" | "===";

export type Specifier =
  | {
      readonly operator: Exclude<SpecifierOperator, "===">;
      readonly version: Version;
      /** `==1.2.*` and `!=1.2.*` only. */
      readonly wildcard: boolean;
      /** The version as written. */
      readonly text: string;
    }
  /** Compares texts; the text need not be a version. */
  | { readonly operator: "==="; readonly text: string };

/** All of them must hold; none: every version is in. */
export type SpecifierSet = readonly Specifier[];

const OPERATOR = /===|==|~=|!=|<=|>=|<|>/y;
const ARBITRARY = /[^\s;)]*/y;

export interface ScannedSpecifier {
  readonly specifier: Specifier;
  readonly end: number;
}

/** The specifier that begins at `start` of a longer text. */
export function scanSpecifier(text: string, start: number): ScannedSpecifier | undefined {
  OPERATOR.lastIndex = start;
  const match = OPERATOR.exec(text);
  if (match === null) return undefined;
  const operator = match[0] as SpecifierOperator;
  const begin = skipSpace(text, OPERATOR.lastIndex);
  if (operator === "===") {
    ARBITRARY.lastIndex = begin;
    const found = ARBITRARY.exec(text)?.[0] ?? "";
    return { specifier: { operator, text: found }, end: begin + found.length };
  }
  const scanned = scanVersion(text, begin);
  if (scanned === undefined) return undefined;
  const { version, end } = scanned;
  const equality = operator === "==" || operator === "!=";
  if (version.local !== undefined && !equality) return undefined;
  if (operator === "~=" && version.release.length < 2) return undefined;
  const wildcard = equality && isRelease(version) && text.startsWith(".*", end);
  const last = wildcard ? end + 2 : end;
  return {
    specifier: { operator, version, wildcard, text: text.slice(begin, last) },
    end: last,
  };
}

/** Longer sets are refused: no real one comes near. */
const MAX_LENGTH = 65_536;

/** `undefined` where any part is no specifier. Empty parts are skipped, as `packaging` does. */
export function parseSpecifierSet(text: string): SpecifierSet | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const set: Specifier[] = [];
  for (const part of text.split(",")) {
    const bare = part.trim();
    if (bare === "") continue;
    const scanned = scanSpecifier(bare, 0);
    if (scanned === undefined || scanned.end !== bare.length) return undefined;
    set.push(scanned.specifier);
  }
  return set;
}

export function printSpecifier(specifier: Specifier): string {
  return `${specifier.operator}${specifier.text}`;
}

/** In the order given, without blanks. */
export function printSpecifierSet(set: SpecifierSet): string {
  return set.map(printSpecifier).join(",");
}

/**
 * True when every specifier admits the version.
 *
 * @param prereleases `false` keeps pre-releases out whatever the specifiers say. By default they are
 *   judged like others, as for a single candidate.
 */
export function containsVersion(
  set: SpecifierSet,
  version: Version | string,
  prereleases: boolean = true,
): boolean {
  const parsed = typeof version === "string" ? parseVersion(version) : version;
  if (!prereleases && parsed !== undefined && isPrerelease(parsed)) return false;
  const text = typeof version === "string" ? version : printVersion(version);
  return set.every((specifier) => admits(specifier, parsed, text));
}

function admits(specifier: Specifier, item: Version | undefined, text: string): boolean {
  if (specifier.operator === "===") return specifier.text.toLowerCase() === text.toLowerCase();
  if (item === undefined) return false;
  const { operator, version, wildcard } = specifier;
  switch (operator) {
    case "==":
      return wildcard ? hasPrefix(item, version, version.release) : equals(item, version);
    case "!=":
      return !(wildcard ? hasPrefix(item, version, version.release) : equals(item, version));
    case ">=":
      return compareVersions(item, version) >= 0;
    case "<=":
      return compareVersions(publicVersion(item), version) <= 0;
    case "<":
      // `<1.0` leaves out the pre-releases of 1.0.
      return compareVersions(item, isPrerelease(version) ? version : { ...version, dev: 0n }) < 0;
    case ">":
      return isAfter(item, version);
    case "~=":
      return (
        compareVersions(item, version) >= 0 &&
        hasPrefix(item, version, version.release.slice(0, -1))
      );
  }
}

/** A local label of the item counts only where the specifier has one. */
function equals(item: Version, version: Version): boolean {
  const candidate = version.local === undefined ? publicVersion(item) : item;
  return compareVersions(candidate, version) === 0;
}

/** `==1.2.*`: from 1.2.dev0 up to, and without, 1.3.dev0. */
function hasPrefix(item: Version, { epoch }: Version, prefix: readonly bigint[]): boolean {
  if (item.epoch !== epoch) return false;
  for (let index = 0; index < prefix.length; index++) {
    if ((item.release[index] ?? 0n) !== prefix[index]) return false;
  }
  return true;
}

/** `>1.0` leaves out 1.0+local and 1.0.post1; `>1.0.post1` leaves out 1.0.post1+local. */
function isAfter(item: Version, version: Version): boolean {
  if (version.dev !== undefined || version.post !== undefined) {
    return compareVersions(publicVersion(item), version) > 0;
  }
  const sameFamily =
    item.epoch === version.epoch &&
    compareReleases(item.release, version.release) === 0 &&
    item.pre?.phase === version.pre?.phase &&
    item.pre?.number === version.pre?.number;
  return !sameFamily && compareVersions(item, version) > 0;
}

function isRelease({ pre, post, dev, local }: Version): boolean {
  return pre === undefined && post === undefined && dev === undefined && local === undefined;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (at < text.length && /\s/.test(text.charAt(at))) at++;
  return at;
}
