/** The functions that Python calls when it imports an extension module. */

/** PEP 489 (`PyInit_`, `PyInitU_`), PEP 793, Python 2 and cffi under PyPy. */
export const PYTHON_INIT_PREFIXES: readonly string[] = [
  "PyInit_",
  "PyInitU_",
  "PyModExport_",
  "PyModExportU_",
  "init",
  "_cffi_pypyinit_",
];

/** True for the name of a module initialiser, as C spells it. */
export function isPythonInit(name: string): boolean {
  return PYTHON_INIT_PREFIXES.some(
    (prefix) => name.length > prefix.length && name.startsWith(prefix),
  );
}

/** False for the first two characters of nearly all names, which then need not be decoded. */
export function mayBePythonInit(first: number | undefined, second: number | undefined): boolean {
  switch (first) {
    case 0x50: // P
      return second === 0x79;
    case 0x69: // i
      return second === 0x6e;
    case 0x5f: // _, with which every C++ name begins
      return second === 0x63;
    default:
      return false;
  }
}
