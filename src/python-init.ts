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
