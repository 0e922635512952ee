import type { Problem } from "../../../finding.ts";
import type { AuditModel } from "../../model.ts";
import { moduleSuffix } from "../../python/module.ts";
import { pythonPromise } from "../../python/tags.ts";
import type { NativeCode } from "../texts.ts";
import { quoteSome } from "../wording.ts";

/** Imports of PyPy's C API in a wheel that only CPython installs. */
export function pypySymbols(model: AuditModel): readonly Problem<NativeCode>[] {
  if (!pythonPromise(model.wheel).onlyCPython) return [];
  const problems: Problem<NativeCode>[] = [];
  for (const { path, slice } of model.considered) {
    if (moduleSuffix(path)?.startsWith("pypy") === true) continue;
    const names = slice.imports
      .filter(({ name, defined, weak }) => !defined && !weak && name.startsWith("PyPy"))
      .map(({ name }) => name);
    if (names.length === 0) continue;
    problems.push({
      code: "ABI014",
      path,
      facts: { symbols: names },
      message: `imports ${quoteSome(names)} of PyPy's C API`,
    });
  }
  return problems;
}
