import type { Problem } from "../../../finding.ts";
import { exportingMinors, KNOWN_EXPORTS } from "../../../policy/python-abi.ts";
import type { AuditModel } from "../../model.ts";
import { isPythonExtension, moduleSuffix } from "../../python/module.ts";
import { parseModuleSuffix, pythonPromise } from "../../python/tags.ts";
import type { NativeCode } from "../texts.ts";
import { quoteSome } from "../wording.ts";
import { mayBeNeighbours, pythonImports } from "./abi001-stable.ts";

/** Imports of version-specific modules that the tagged CPython does not export. */
export function missingExports(model: AuditModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  const promise = pythonPromise(model.wheel);
  for (const binary of model.considered) {
    if (!isPythonExtension(binary)) continue;
    const suffix = parseModuleSuffix(moduleSuffix(binary.path));
    let minor: number | undefined;
    if (suffix.kind === "cpython" && isUsual(suffix.letters, suffix.minor)) minor = suffix.minor;
    const [only, ...others] = promise.exact;
    if (
      suffix.kind === "plain" &&
      promise.onlyCPython &&
      others.length === 0 &&
      only !== undefined
    ) {
      if (isUsual(only.letters, only.minor)) minor = only.minor;
    }
    if (minor === undefined || !KNOWN_EXPORTS.includes(minor)) continue;
    const wanted = minor;
    const missing = pythonImports(binary)
      .filter(({ weak, name }) => !weak && !exportingMinors(name).has(wanted))
      .map(({ name }) => name)
      // The tables are those of Linux: what only Python for Windows exports is in none of them.
      .filter((name) => model.facts.platform !== "windows" || exportingMinors(name).size > 0)
      // Whatever a module defines for its neighbours has a name that no CPython exports.
      .filter((name) => exportingMinors(name).size > 0 || !mayBeNeighbours(model, binary, name))
      .filter((name) => !/^PyInit|^PyModExport/.test(name));
    if (missing.length === 0) continue;
    problems.push({
      code: "ABI006",
      path: binary.path,
      facts: { symbols: missing, python: `3.${minor}` },
      message: `imports ${quoteSome(missing)}, which CPython 3.${minor} does not export`,
    });
  }
  return problems;
}

/** Release builds with the GIL: the only ones whose exports are known. `m` was in every name to 3.7. */
function isUsual(letters: string, minor: number): boolean {
  return letters === "" || (letters === "m" && minor < 8);
}
