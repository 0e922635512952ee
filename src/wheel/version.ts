/**
 * Versions (PEP 440; the packaging specifications' "Version specifiers").
 *
 * Numbers are bigints: time stamps of twenty digits are found in real versions and must compare
 * exactly.
 */
import { compareText } from "../bytes.ts";

export type PrePhase = "a" | "b" | "rc";

export interface Version {
  readonly epoch: bigint;
  /** At least one number. */
  readonly release: readonly bigint[];
  readonly pre?: { readonly phase: PrePhase; readonly number: bigint };
  readonly post?: bigint;
  readonly dev?: bigint;
  /** Segments of the local label: numbers, or lower-case letters and digits. */
  readonly local?: readonly (bigint | string)[];
}

/** Python itself refuses to convert longer numbers; longer versions are taken for invalid. */
const MAX_LENGTH = 4096;

// One small step at a time with sticky patterns: each is linear, and so is their sequence.
const EPOCH = /([0-9]+)!/y;
const RELEASE = /[0-9]+(?:\.[0-9]+)*/y;
const PRE = /[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?([0-9]*)/y;
const POST_NUMBER = /-([0-9]+)/y;
const POST = /[-_.]?(?:post|rev|r)[-_.]?([0-9]*)/y;
const DEV = /[-_.]?dev[-_.]?([0-9]*)/y;
const LOCAL = /\+([a-z0-9]+(?:[-_.][a-z0-9]+)*)/y;

/** White space as Python's `\s` has it in texts of this kind. */
const SPACES = /^[ \t\n\r\f\v]+|[ \t\n\r\f\v]+$/g;

/** The version, or `undefined` where PEP 440 (with its permitted variations) does not allow the text. */
export function parseVersion(text: string): Version | undefined {
  const bare = text.replace(SPACES, "");
  const scanned = scanVersion(bare, 0);
  return scanned?.end === bare.length ? scanned.version : undefined;
}

export interface ScannedVersion {
  readonly version: Version;
  /** First character behind the version. */
  readonly end: number;
}

/** The longest version that begins at `start`, for versions inside a longer text. */
export function scanVersion(text: string, start: number): ScannedVersion | undefined {
  const lower = lowerAscii(text.slice(start, start + MAX_LENGTH + 1));
  if (lower.length > MAX_LENGTH) return undefined;
  let at = lower.startsWith("v") ? 1 : 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(lower);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  const epoch = take(EPOCH);
  const release = take(RELEASE);
  if (release === null) return undefined;
  const pre = take(PRE);
  const post = take(POST_NUMBER) ?? take(POST);
  const dev = take(DEV);
  const local = take(LOCAL);
  const version: Version = {
    epoch: epoch === null ? 0n : BigInt(epoch[1] ?? "0"),
    release: release[0].split(".").map((part) => BigInt(part)),
    ...(pre === null ? {} : { pre: { phase: phaseOf(pre[1] ?? ""), number: numberOf(pre[2]) } }),
    ...(post === null ? {} : { post: numberOf(post[1]) }),
    ...(dev === null ? {} : { dev: numberOf(dev[1]) }),
    ...(local === null ? {} : { local: (local[1] ?? "").split(/[-_.]/).map(localSegment) }),
  };
  return { version, end: start + at };
}

/** The normal form (PEP 440, "Normalization"); parsing it gives the same version back. */
export function printVersion(version: Version): string {
  let text = version.epoch === 0n ? "" : `${version.epoch}!`;
  text += version.release.join(".");
  if (version.pre !== undefined) text += `${version.pre.phase}${version.pre.number}`;
  if (version.post !== undefined) text += `.post${version.post}`;
  if (version.dev !== undefined) text += `.dev${version.dev}`;
  if (version.local !== undefined) text += `+${version.local.join(".")}`;
  return text;
}

/** The normal form of a text, or `undefined` where it is no version. */
export function normalizeVersion(text: string): string | undefined {
  const version = parseVersion(text);
  return version === undefined ? undefined : printVersion(version);
}

export function isPrerelease(version: Version): boolean {
  return version.pre !== undefined || version.dev !== undefined;
}

/** The version without its local label. */
export function publicVersion(version: Version): Version {
  const { local: _, ...rest } = version;
  return rest;
}

/** Negative, zero or positive as `a` comes before, equals or comes behind `b` (PEP 440, "Summary of permitted suffixes and relative ordering"). */
export function compareVersions(a: Version, b: Version): number {
  return (
    compareNumbers(a.epoch, b.epoch) ||
    compareReleases(a.release, b.release) ||
    comparePre(a, b) ||
    compareNumbers(a.post ?? -1n, b.post ?? -1n) ||
    compareDev(a.dev, b.dev) ||
    compareLocal(a.local, b.local)
  );
}

export function compareReleases(a: readonly bigint[], b: readonly bigint[]): number {
  const length = Math.max(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const order = compareNumbers(a[index] ?? 0n, b[index] ?? 0n);
    if (order !== 0) return order;
  }
  return 0;
}

/** `1.0.dev1` < `1.0a1` < `1.0b1` < `1.0rc1` < `1.0`, and `1.0` < `1.0.post1`. */
function comparePre(a: Version, b: Version): number {
  const order = preRank(a) - preRank(b);
  if (order !== 0) return order;
  return compareNumbers(a.pre?.number ?? 0n, b.pre?.number ?? 0n);
}

function preRank({ pre, post, dev }: Version): number {
  if (pre !== undefined) return pre.phase === "a" ? 1 : pre.phase === "b" ? 2 : 3;
  return post === undefined && dev !== undefined ? 0 : 4;
}

/** A development release comes before what it leads to. */
function compareDev(a: bigint | undefined, b: bigint | undefined): number {
  if (a === undefined || b === undefined) return Number(b !== undefined) - Number(a !== undefined);
  return compareNumbers(a, b);
}

/** No label first; then segment by segment, words before numbers, the shorter label first. */
function compareLocal(a: Version["local"], b: Version["local"]): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const order = compareSegments(a[index] ?? "", b[index] ?? "");
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareSegments(a: bigint | string, b: bigint | string): number {
  if (typeof a === "string") return typeof b === "string" ? compareText(a, b) : -1;
  return typeof b === "string" ? 1 : compareNumbers(a, b);
}

function compareNumbers(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function numberOf(digits: string | undefined): bigint {
  return digits === undefined || digits === "" ? 0n : BigInt(digits);
}

function localSegment(text: string): bigint | string {
  return /^[0-9]+$/.test(text) ? BigInt(text) : text;
}

function phaseOf(spelling: string): PrePhase {
  if (spelling.startsWith("a")) return "a";
  return spelling.startsWith("b") ? "b" : "rc";
}

/** Only A-Z: `toLowerCase` would turn the Kelvin sign into a `k`. */
function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
