/** A native member of a format that the wheel's platform does not load. */
import type { NativeMember } from "./member.ts";
import type { BinaryResult } from "./result.ts";

export function opaqueResult({ path, format, size }: NativeMember): BinaryResult {
  return {
    path,
    format,
    kind: "other",
    archs: [],
    id: null,
    dependencies: [],
    searchPaths: [],
    requires: {},
    pythonExtension: false,
    size,
  };
}
