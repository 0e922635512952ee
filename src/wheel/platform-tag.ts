/** The platform tag: which operating system and processor a wheel runs on (PEP 425 and its heirs). */
import { parseNatural } from "./digits.ts";

/** The names from before PEP 600 and what they stand for. */
export type LegacyManylinux = "manylinux1" | "manylinux2010" | "manylinux2014";

export type PlatformTag =
  /** Runs everywhere. */
  | { readonly kind: "any" }
  /** Linux with glibc `major.minor` or newer (PEP 600; PEP 513, 571 and 599 for the old names). */
  | {
      readonly kind: "manylinux";
      readonly major: number;
      readonly minor: number;
      readonly arch: string;
      /** The spelling of the tag, where it is one of the old names. */
      readonly legacy?: LegacyManylinux;
    }
  /** Linux with musl `major.minor` or newer (PEP 656). */
  | {
      readonly kind: "musllinux";
      readonly major: number;
      readonly minor: number;
      readonly arch: string;
    }
  /** Linux without a promise: only the machine it was built on (PEP 425). */
  | { readonly kind: "linux"; readonly arch: string }
  /** macOS `major.minor` or newer; `arch` may be a group such as `universal2`. */
  | {
      readonly kind: "macosx";
      readonly major: number;
      readonly minor: number;
      readonly arch: string;
    }
  /** Windows. `win32` is `x86`; else the spelling behind `win_`. */
  | { readonly kind: "win"; readonly arch: string }
  /** Android with this API level or newer (PEP 738). */
  | { readonly kind: "android"; readonly api: number; readonly abi: string }
  /** iOS `major.minor` or newer, `sdk` iphoneos or iphonesimulator (PEP 730). */
  | {
      readonly kind: "ios";
      readonly major: number;
      readonly minor: number;
      readonly arch: string;
      readonly sdk: string;
    }
  /** The yearly ABI of Pyodide (PEP 783). */
  | {
      readonly kind: "pyemscripten";
      readonly year: number;
      readonly patch: number;
      readonly arch: string;
    }
  /** Pyodide's ABI under the name from before PEP 783. */
  | {
      readonly kind: "pyodide";
      readonly year: number;
      readonly patch: number;
      readonly arch: string;
    }
  /** One release of the Emscripten compiler (PEP 776). */
  | {
      readonly kind: "emscripten";
      readonly major: number;
      readonly minor: number;
      readonly patch: number;
      readonly arch: string;
    }
  | { readonly kind: "other"; readonly text: string };

/** glibc version of each old name (PEP 600, "Legacy manylinux tags"). */
const LEGACY: Readonly<Record<LegacyManylinux, readonly [major: number, minor: number]>> = {
  manylinux1: [2, 5],
  manylinux2010: [2, 12],
  manylinux2014: [2, 17],
};

const LEGACY_PATTERN = /^(manylinux1|manylinux2010|manylinux2014)_(\w+)$/;
const VERSIONED = /^(manylinux|musllinux|macosx|pyemscripten|pyodide)_([0-9]+)_([0-9]+)_(\w+)$/;
const ANDROID = /^android_([0-9]+)_(\w+)$/;
const IOS = /^ios_([0-9]+)_([0-9]+)_(\w+)_(iphoneos|iphonesimulator)$/;
const EMSCRIPTEN = /^emscripten_([0-9]+)_([0-9]+)_([0-9]+)_(\w+)$/;
const LINUX = /^linux_(\w+)$/;
const WINDOWS = /^win_(\w+)$/;

export function parsePlatformTag(text: string): PlatformTag {
  return parseKnown(text) ?? { kind: "other", text };
}

function parseKnown(text: string): PlatformTag | undefined {
  if (text === "any") return { kind: "any" };
  if (text === "win32") return { kind: "win", arch: "x86" };

  let match = LEGACY_PATTERN.exec(text);
  if (match !== null) {
    const legacy = match[1] as LegacyManylinux;
    const [major, minor] = LEGACY[legacy];
    return { kind: "manylinux", major, minor, arch: match[2] ?? "", legacy };
  }
  match = VERSIONED.exec(text);
  if (match !== null) {
    const first = parseNatural(match[2] ?? "");
    const second = parseNatural(match[3] ?? "");
    const arch = match[4] ?? "";
    if (first === undefined || second === undefined) return undefined;
    const kind = match[1];
    if (kind === "manylinux" || kind === "musllinux" || kind === "macosx") {
      return { kind, major: first, minor: second, arch };
    }
    if (kind === "pyemscripten" || kind === "pyodide") {
      return { kind, year: first, patch: second, arch };
    }
  }
  match = ANDROID.exec(text);
  if (match !== null) {
    const api = parseNatural(match[1] ?? "");
    return api === undefined ? undefined : { kind: "android", api, abi: match[2] ?? "" };
  }
  match = IOS.exec(text);
  if (match !== null) {
    const major = parseNatural(match[1] ?? "");
    const minor = parseNatural(match[2] ?? "");
    if (major === undefined || minor === undefined) return undefined;
    return { kind: "ios", major, minor, arch: match[3] ?? "", sdk: match[4] ?? "" };
  }
  match = EMSCRIPTEN.exec(text);
  if (match !== null) {
    const major = parseNatural(match[1] ?? "");
    const minor = parseNatural(match[2] ?? "");
    const patch = parseNatural(match[3] ?? "");
    if (major === undefined || minor === undefined || patch === undefined) return undefined;
    return { kind: "emscripten", major, minor, patch, arch: match[4] ?? "" };
  }
  match = LINUX.exec(text);
  if (match !== null) return { kind: "linux", arch: match[1] ?? "" };
  match = WINDOWS.exec(text);
  // `win_x86` would print as `win32`, so it stays what it is: unknown.
  if (match !== null && match[1] !== "x86") return { kind: "win", arch: match[1] ?? "" };
  return undefined;
}

export function printPlatformTag(tag: PlatformTag): string {
  switch (tag.kind) {
    case "any":
      return "any";
    case "manylinux":
      return tag.legacy === undefined
        ? `manylinux_${tag.major}_${tag.minor}_${tag.arch}`
        : `${tag.legacy}_${tag.arch}`;
    case "musllinux":
    case "macosx":
      return `${tag.kind}_${tag.major}_${tag.minor}_${tag.arch}`;
    case "linux":
      return `linux_${tag.arch}`;
    case "win":
      return tag.arch === "x86" ? "win32" : `win_${tag.arch}`;
    case "android":
      return `android_${tag.api}_${tag.abi}`;
    case "ios":
      return `ios_${tag.major}_${tag.minor}_${tag.arch}_${tag.sdk}`;
    case "pyemscripten":
    case "pyodide":
      return `${tag.kind}_${tag.year}_${tag.patch}_${tag.arch}`;
    case "emscripten":
      return `emscripten_${tag.major}_${tag.minor}_${tag.patch}_${tag.arch}`;
    case "other":
      return tag.text;
  }
}

/** The same tag in today's spelling: `manylinux_2_17_x86_64` for `manylinux2014_x86_64` (PEP 600). */
export function modernTag(tag: PlatformTag): string {
  if (tag.kind !== "manylinux") return printPlatformTag(tag);
  const { kind, major, minor, arch } = tag;
  return printPlatformTag({ kind, major, minor, arch });
}

/** What the tag promises of the system, without the processor: `manylinux_2_17`, `android_24`. */
export function policyName(tag: PlatformTag): string {
  switch (tag.kind) {
    case "manylinux":
    case "musllinux":
    case "macosx":
    case "ios":
      return `${tag.kind}_${tag.major}_${tag.minor}`;
    case "android":
      return `android_${tag.api}`;
    case "linux":
    case "win":
      return tag.kind;
    default:
      return printPlatformTag(tag);
  }
}

/** Greater for a newer system; comparable among tags of one kind. 0 where no version is named. */
export function tagRank(tag: PlatformTag): number {
  switch (tag.kind) {
    case "manylinux":
    case "musllinux":
    case "macosx":
    case "ios":
      return tag.major * 10_000 + tag.minor;
    case "android":
      return tag.api * 10_000;
    default:
      return 0;
  }
}
