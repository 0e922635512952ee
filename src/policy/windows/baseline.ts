/**
 * Which DLLs are Windows' own, and since which version.
 *
 * The lists of `../data/windows.ts` say what every Windows from 7 on has (x86, x64) and what Windows
 * 10 and 11 have (arm64). What only the arm64 list has counts as there on every architecture since
 * Windows 10: 32- and 64-bit Windows of one release differ by a few drivers that nothing links to.
 * {@link ADDED_IN_8} holds what came in between, {@link SIDE_BY_SIDE} what lies in WinSxS and so in
 * no list of System32.
 */
import { SYSTEM_DLLS_TEXT } from "../data/windows.ts";

/** As PE slices name it. */
export type WindowsArch = "x86" | "x86_64" | "arm64";

/** In the order of their release. */
const WINDOWS_VERSIONS = ["7", "8", "8.1", "10"] as const;
export type WindowsVersion = (typeof WINDOWS_VERSIONS)[number];

/** Microsoft Learn, "Requirements" of the functions that each DLL exports. */
const ADDED_IN_8: ReadonlyMap<string, WindowsVersion> = new Map([
  ...["combase", "dcomp", "kernel.appcore", "mfcaptureengine"].map(since("8")),
  ...["mfmediaengine", "mfsrcsnk", "msauserext", "ninput", "profext", "wincorlib"].map(since("8")),
  ...["windows.storage", "windowscodecsext", "xaudio2_8", "xinput1_4", "wwapi"].map(since("8")),
  ...["bcp47langs", "biwinrt", "rometadata", "twinapi", "winmmbase", "wsclient"].map(since("8")),
  ...["d3dcompiler_47", "shcore", "clipc", "d3d10warp", "wldp"].map(since("8.1")),
]);

/** Microsoft Learn, "Isolated applications and side-by-side assemblies": supported ones. */
const SIDE_BY_SIDE: readonly string[] = ["gdiplus.dll", "comctl32.dll"];

/**
 * The universal C runtime: part of Windows 10, an update before. CPython 3.5 and later don't run
 * without it.
 */
const UNIVERSAL_CRT = "ucrtbase.dll";

/** Of Windows 10, in no list: they came after its first release or have no exports of their own. */
const LATER: readonly string[] = ["dxcore.dll", "icu.dll", "d3d12core.dll"];

/**
 * Names that Windows 10 has and that libraries of other origin have too. A file of that name that
 * the user offers is the one that was linked against.
 */
const AMBIGUOUS: ReadonlySet<string> = new Set([
  ...["icuuc.dll", "icuin.dll", "icu.dll", "libcrypto.dll", "archiveint.dll"],
  ...["d3dcompiler_47.dll", "d3d12core.dll", "directml.dll", "xaudio2_9.dll"],
]);

let systemDlls: ReadonlyMap<string, ReadonlySet<string>> | undefined;

/**
 * The version since which Windows has the DLL; `undefined` when it is not Windows' own.
 *
 * @param name in lower case, with its extension.
 * @param arch of the process; `unknown` ones are looked up as x64.
 */
export function systemSince(name: string, arch: string): WindowsVersion | undefined {
  if (isApiSet(name)) return "7";
  if (SIDE_BY_SIDE.includes(name)) return arch === "arm64" ? "10" : "7";
  if (name === UNIVERSAL_CRT) return "7";
  if (LATER.includes(name)) return "10";
  systemDlls ??= decode();
  const archs = systemDlls.get(name);
  if (archs === undefined) return undefined;
  const list = arch === "x86" || arch === "arm64" ? arch : "x64";
  if (list === "arm64") return archs.has("arm64") ? "10" : undefined;
  if (archs.has(list)) return "7";
  if (!archs.has("arm64")) return undefined;
  return ADDED_IN_8.get(name) ?? "10";
}

/** True when `since` is part of a Windows `floor` and of all later ones. */
export function isCovered(since: WindowsVersion, floor: WindowsVersion): boolean {
  return WINDOWS_VERSIONS.indexOf(since) <= WINDOWS_VERSIONS.indexOf(floor);
}

/**
 * API sets: names that the loader maps to a DLL of the system without looking for a file
 * (Microsoft Learn, "Windows API sets").
 */
export function isApiSet(name: string): boolean {
  return /^(?:api|ext)-/.test(name);
}

/** True where a file of the user's comes before Windows' own of that name. */
export function isAmbiguousSystemName(name: string): boolean {
  return AMBIGUOUS.has(name);
}

/**
 * The oldest Windows that a Python runs on: PEP 11 and the "Using Python on Windows" page of each
 * release. PyPy and GraalPy follow the CPython that they implement.
 *
 * @param minor of Python 3, `undefined` when any may come.
 */
export function oldestWindows(minor: number | undefined, arch: string): WindowsVersion {
  if (arch === "arm64") return "10";
  if (minor === undefined || minor < 9) return "7";
  return minor < 13 ? "8.1" : "10";
}

function since(version: WindowsVersion): (stem: string) => [string, WindowsVersion] {
  return (stem) => [`${stem}.dll`, version];
}

function decode(): ReadonlyMap<string, ReadonlySet<string>> {
  const byName = new Map<string, ReadonlySet<string>>();
  for (const line of SYSTEM_DLLS_TEXT.split("\n")) {
    const [key = "", names = ""] = line.split(": ");
    const archs = new Set(key.split(" "));
    for (const name of names.split(" ")) {
      byName.set(name.endsWith(".drv") ? name : `${name}.dll`, archs);
    }
  }
  return byName;
}
