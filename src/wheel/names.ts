/** Names of projects and extras, and the forms in which they are compared and written. */

/** ASCII letters, digits, `-`, `_`, `.`; the first and the last are letters or digits. */
const NAME: RegExp = /^(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9])$/;

/** True for a name that the core metadata allows (`Name`, `Provides-Extra`, requirements). */
export function isProjectName(text: string): boolean {
  return NAME.test(text);
}

/** The form in which names are compared: `Foo._Bar` becomes `foo-bar` (PEP 503, PEP 685). */
export function normalizeName(name: string): string {
  return joinRuns(name, "-").toLowerCase();
}

/** The form that a wheel's file name carries: `Foo.-Bar` becomes `foo_bar` (binary distribution format). */
export function escapeName(name: string): string {
  return joinRuns(name, "_").toLowerCase();
}

function joinRuns(name: string, separator: string): string {
  return name.replace(/[-_.]+/g, separator);
}
