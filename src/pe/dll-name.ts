/**
 * Names of DLLs as the Windows loader compares them.
 *
 * Import names are bytes of the system's ANSI code page; everything but ASCII is kept as it is, and
 * only ASCII letters are folded: what else is equal depends on the machine.
 */

/** The name with `.dll` where it has no extension: the loader appends that. A final dot means none. */
export function dllName(name: string): string {
  const base = name.slice(Math.max(name.lastIndexOf("\\"), name.lastIndexOf("/")) + 1);
  return base.includes(".") || base === "" ? name : `${name}.dll`;
}

/** Two names with one key are one DLL: loaded modules are found by it. */
export function dllKey(name: string): string {
  return dllName(name).replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
