/** Microsoft's C and C++ runtimes: which may travel in a wheel, and which never do. */

export type MicrosoftRuntime =
  /** Of the redistributable package: may be shipped. */
  | "redistributable"
  /** Only in Visual Studio, and its licence forbids to ship it. */
  | "debug"
  /**
   * `/openmp:llvm`: only in Visual Studio's debug_nonredist folder, though many machines have one in
   * System32.
   */
  | "openmp-llvm";

const REDISTRIBUTABLE =
  /^(?:vcruntime\d[\d_a-z]*|vccorlib\d+|msvcp\d[\d_a-z]*|msvcr\d+|concrt\d+|mfcm?\d+u?|mfcmifc\d+|vcamp\d+|vcomp\d*|ucrtbase)\.dll$/;
const DEBUG =
  /^(?:vcruntime\d+(?:_\d+)?d|vccorlib\d+d|msvcp\d+(?:_\d|_atomic_wait|_codecvt_ids)?d|msvcp\d+d_[a-z_]+|msvcr\d+d|msvcrtd|concrt\d+d|mfcm?\d+u?d|vcamp\d+d|vcomp\d+d|ucrtbased)\.dll$/;

/** @param name in lower case, with its extension. */
export function microsoftRuntime(name: string): MicrosoftRuntime | undefined {
  if (DEBUG.test(name)) return "debug";
  if (/^libomp140d?\.(?:x86_64|aarch64|i386)\.dll$/.test(name)) {
    return name.startsWith("libomp140d") ? "debug" : "openmp-llvm";
  }
  return REDISTRIBUTABLE.test(name) ? "redistributable" : undefined;
}

/**
 * True for a dependency that the loader never follows on any Windows that Python runs on:
 * `msvcp140.dll` loads `concrt140.dll` on Windows XP only.
 */
export function isIdleDependency(user: string, name: string): boolean {
  return user === "msvcp140.dll" && name === "concrt140.dll";
}

/** DLLs of device drivers: the machine has them or not, and a copy in a wheel would not do. */
export function isDriverDll(name: string): boolean {
  return /^(?:nvcuda|nvcuvid|nvml|nvapi(?:64)?|nvencodeapi(?:64)?|nvofapi(?:64)?|nvoptix(?:\.\d+)?|ze_loader|amdhip64(?:_\d+)?|atiadlxx|amf(?:rt64|rt32))\.dll$/.test(
    name,
  );
}
