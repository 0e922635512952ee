/**
 * The Windows loader, as Python calls it: LoadLibraryEx with LOAD_LIBRARY_SEARCH_DEFAULT_DIRS and
 * LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR (CPython 3.8 and later).
 *
 * A name is looked for among the loaded modules, in the folder of the file that was asked for (also
 * for what that file's DLLs need), in the folders that code has added, and in System32. Which folders
 * code adds is not known here: every other folder of the wheel comes after the file's own, with the
 * words `added folder` in the trace.
 */
import { addTo } from "../../add-to.ts";
import type { Dependency } from "../../binary.ts";
import { compareText } from "../../bytes.ts";
import type { PeSlice } from "../../formats.ts";
import { dllKey } from "../../formats.ts";
import { baseNameOf } from "../../paths.ts";
import { isAmbiguousSystemName, isApiSet, systemSince } from "../../policy/windows/baseline.ts";
import { pythonDll } from "../../policy/windows/interpreter.ts";
import { isDriverDll, microsoftRuntime } from "../../policy/windows/runtimes.ts";
import { parentFolder, wheelLayout } from "../../wheel/installed.ts";
import type { HostFiles } from "../graph/host-files.ts";
import type { Candidate, Loader, Located, Place } from "../graph/loader.ts";
import { isCompatible } from "./arch.ts";
import type { HostFolder } from "./host-folders.ts";
import { folderOfFile } from "./host-folders.ts";
import type { PeBinary, WindowsIdentity } from "./identify.ts";

/** Where a trace says that only code can have led the loader there. */
export const ADDED_FOLDER = "added folder";

/**
 * HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\KnownDLLs: names that are never searched for.
 * The DLLs that Python itself has loaded are not searched for either.
 */
const KNOWN: ReadonlySet<string> = new Set(
  (
    "advapi32 bcrypt bcryptprimitives clbcatq combase comdlg32 crypt32 difxapi gdi32 gdiplus imagehlp " +
    "imm32 kernel32 kernelbase msctf msvcrt normaliz nsi ntdll ole32 oleaut32 psapi rpcrt4 sechost " +
    "setupapi shcore shell32 shlwapi ucrtbase user32 version wldap32 ws2_32"
  )
    .split(" ")
    .map((name) => `${name}.dll`),
);

/** What the search may count on without a file: Windows, drivers, the interpreter. */
export function isGiven(
  key: string,
  { arch, provided }: WindowsIdentity,
): "system" | "python" | undefined {
  if (pythonDll(key) !== undefined || provided.has(key)) return "python";
  if (isApiSet(key) || isDriverDll(key)) return "system";
  return systemSince(key, arch ?? "x86_64") === undefined ? undefined : "system";
}

export function windowsLoader(
  identity: WindowsIdentity,
  binaries: readonly PeBinary[],
  members: ReadonlySet<string>,
  outside: readonly HostFolder[],
): Loader<PeSlice> {
  const layout = wheelLayout(members);
  /** Installed paths of the wheel's PE files, by folder and name without regard to case. */
  const files = new Map<string, string>();
  /** The same by name alone, in code point order of their paths. */
  const namesakes = new Map<string, string[]>();
  for (const { path } of [...binaries].sort((a, b) => compareText(a.path, b.path))) {
    const installed = layout.installed(path);
    const key = dllKey(baseNameOf(path));
    files.set(fold(parentFolder(installed), key), installed);
    addTo(namesakes, key, installed);
  }

  const neighbours = new Map<string, HostFolder>();

  const given = (name: string): "system" | "python" | undefined => {
    const key = dllKey(name);
    const kind = isGiven(key, identity);
    if (KNOWN.has(key) || isApiSet(key)) return "system";
    if (kind === undefined) return isOfWindows(key) ? "system" : undefined;
    if (kind === "python") return kind;
    // Not loaded yet, so a file of the wheel comes before that of Windows.
    if (namesakes.has(key)) return "python";
    return isAmbiguousSystemName(key) && outside.some((each) => each.find(key).length > 0)
      ? undefined
      : "system";
  };

  /** A name that no list has, in a folder of Windows before any other has it. */
  const isOfWindows = (key: string): boolean => {
    if (namesakes.has(key) || microsoftRuntime(key) !== undefined) return false;
    const first = outside.find((each) => each.hasAsWindows(key) || each.find(key).length > 0);
    return first?.hasAsWindows(key) === true;
  };

  return {
    format: "pe",
    slicesOf: (file) => (file.format === "pe" ? file.slices : []),
    ownPlaces: ({ installed }) => [{ via: "folder", folder: parentFolder(installed) }],
    passesOn: () => true,
    *candidates(user: Located<PeSlice>, { name }: Dependency, inherited) {
      const key = dllKey(name);
      const seen = new Set<string>();
      const mine: Place = { via: "folder", folder: parentFolder(user.installed) };
      for (const place of user.files === undefined ? [mine, ...inherited] : inherited) {
        if (seen.has(place.folder)) continue;
        seen.add(place.folder);
        yield inFolder(place, key, name);
      }
      // What a DLL outside needs lies beside it, where it was built.
      if (user.files !== undefined) {
        const { place, find } = besideFile(user.path, user.files);
        yield { place, paths: find(key) };
      }
      for (const installed of namesakes.get(key) ?? []) {
        const folder = parentFolder(installed);
        if (!seen.has(folder)) yield { place: { via: ADDED_FOLDER, folder }, paths: [installed] };
      }
      for (const { place, find } of outside) yield { place, paths: find(key) };
    },
    *outside(name) {
      for (const { place, find } of outside) yield { place, paths: find(dllKey(name)) };
    },
    compatible: isCompatible,
    given,
    hostProvides: (name) => (given(name) === undefined ? "never" : "always"),
    key: dllKey,
    loadedNames: ({ path }) => [baseNameOf(path)],
    // Every file of the wheel is a candidate.
    mayBeLoaded: () => false,
  };

  function besideFile(path: string, on: HostFiles): HostFolder {
    const folder = parentFolder(path);
    const known = neighbours.get(folder) ?? folderOfFile(path, on);
    neighbours.set(folder, known);
    return known;
  }

  function inFolder(place: Place, key: string, name: string): Candidate {
    return { place, paths: [files.get(fold(place.folder, key)) ?? `${place.folder}/${name}`] };
  }
}

function fold(folder: string, key: string): string {
  return `${folder.toLowerCase()}/${key}`;
}
