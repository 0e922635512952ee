/** Folders outside the wheel where DLLs are looked for, by names without regard to case. */
import { addTo } from "../../add-to.ts";
import { dllKey } from "../../formats.ts";
import { isAmbiguousSystemName } from "../../policy/windows/baseline.ts";
import { microsoftRuntime } from "../../policy/windows/runtimes.ts";
import { parentFolder } from "../../wheel/installed.ts";
import type { HostFiles } from "../graph/host-files.ts";
import type { Place } from "../graph/loader.ts";
import type { NativeOptions } from "../options.ts";

export interface HostFolder {
  readonly place: Place;
  /** Paths of the files that a name may mean, in the order of the folder. */
  find(key: string): readonly string[];
  /** True for a name that it has as a part of Windows: all but the C++ runtime is, in such a folder. */
  hasAsWindows(key: string): boolean;
}

/** ProductName of what Windows itself consists of, wherever a copy lies. */
const WINDOWS = /^Microsoft.? Windows.? Operating System$/;

/** Where Linux distributions keep the DLLs of their cross compilers, by architecture. */
const CROSS: Readonly<Record<string, readonly string[]>> = {
  x86_64: ["x86_64-w64-mingw32", "x86_64-w64-mingw32ucrt"],
  x86: ["i686-w64-mingw32"],
  arm64: ["aarch64-w64-mingw32"],
};

/** The folder of a file that was found outside, for what it needs itself. */
export function folderOfFile(path: string, files: HostFiles): HostFolder {
  return hostFolder("folder", parentFolder(path), files);
}

/** In the order in which they are searched: what the caller gave, then cross compilers. */
export function hostFolders(
  { host, ldpaths, sysroot }: NativeOptions,
  arch: string,
): readonly HostFolder[] {
  const folders: HostFolder[] = [];
  for (const folder of host === undefined ? [] : ldpaths) {
    if (host !== undefined) folders.push(hostFolder("ldpaths", folder, host));
  }
  if (sysroot === undefined) return folders;
  for (const folder of crossFolders(sysroot, arch)) {
    folders.push(hostFolder("default", folder, sysroot));
  }
  return folders;
}

function crossFolders(files: HostFiles, arch: string): readonly string[] {
  return (CROSS[arch] ?? []).flatMap((triple) => [
    `/usr/${triple}/sys-root/mingw/bin`,
    `/usr/${triple}/bin`,
    `/usr/${triple}/lib`,
    // The newest compiler first; of its variants the one in code point order.
    ...[...files.list(`/usr/lib/gcc/${triple}`)]
      .sort((a, b) => Number.parseInt(b, 10) - Number.parseInt(a, 10))
      .map((version) => `/usr/lib/gcc/${triple}/${version}`),
  ]);
}

function hostFolder(via: string, folder: string, files: HostFiles): HostFolder {
  let names: ReadonlyMap<string, readonly string[]> | undefined;
  const open = (): ReadonlyMap<string, readonly string[]> => {
    if (names !== undefined) return names;
    const byKey = new Map<string, string[]>();
    for (const name of files.list(folder)) {
      const key = dllKey(name);
      addTo(byKey, key, name);
    }
    names = byKey;
    return byKey;
  };
  const base = folder === "/" ? "" : folder.replace(/\/+$/, "");
  const ofWindows = (key: string, path: string): boolean => {
    if (microsoftRuntime(key) === "redistributable") return false;
    if (open().has("ntdll.dll")) return true;
    // Some of Windows' own are given to ship, too.
    return !isAmbiguousSystemName(key) && WINDOWS.test(files.productOf?.(path) ?? "");
  };
  const all = (key: string): readonly string[] =>
    (open().get(key) ?? []).map((name) => `${base}/${name}`);
  return {
    place: { via, folder, files },
    find: (key) => all(key).filter((path) => !ofWindows(key, path)),
    hasAsWindows: (key) => all(key).some((path) => ofWindows(key, path)),
  };
}
