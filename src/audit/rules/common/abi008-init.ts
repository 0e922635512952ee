import type { Slice } from "../../../binary.ts";
import type { Problem } from "../../../finding.ts";
import type { AuditModel } from "../../model.ts";
import { hasInit, moduleName, moduleSuffix } from "../../python/module.ts";
import { parseModuleSuffix, pythonPromise } from "../../python/tags.ts";
import type { NativeCode } from "../texts.ts";
import { quote } from "../wording.ts";

/** ABI008, ABI010, ABI014: initialisers, and what may be imported. */
export function initialisers(model: AuditModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  const promise = pythonPromise(model.wheel);
  for (const { path, slice } of model.considered) {
    const suffix = parseModuleSuffix(moduleSuffix(path));
    if (suffix.kind === "plain") continue;
    const name = moduleName(path);
    if (suffix.kind === "abi3t") {
      const modern = slice.pythonInit.includes(`PyModExport_${name}`);
      if (!modern) {
        const old = hasInit(slice.pythonInit, name);
        problems.push({
          code: "ABI010",
          path,
          message: old
            ? `exports only ${quote(`PyInit_${name}`)}; modules for \`abi3t\` need ${quote(`PyModExport_${name}`)}`
            : `does not export ${quote(`PyModExport_${name}`)}`,
          ...(old ? { level: "warning" as const } : {}),
        });
      }
    } else if (suffix.kind !== "other" && !hasInit(slice.pythonInit, name)) {
      // A library that other members link to was only built like a module: nobody imports it.
      if (!initialises(slice) && model.graph.users.has(path)) continue;
      problems.push({
        code: "ABI008",
        path,
        facts: { symbol: `PyInit_${name}` },
        message: `does not export ${quote(`PyInit_${name}`)}`,
        ...(isPlainLibrary(model, path, slice) ? { level: "info" as const } : {}),
      });
    }
  }
  if (promise.abi3t && promise.minors.some((minor) => minor < 15)) {
    const [oldest] = promise.minors;
    problems.push({
      code: "ABI010",
      message: `tagged \`abi3t\` for 3.${oldest}, but it begins with 3.15`,
    });
  }
  if (promise.abi3t && promise.abi3 === null) {
    problems.push({
      code: "ABI010",
      message: "tagged `abi3t` alone; `abi3.abi3t` is also found by ordinary builds",
      level: "warning",
    });
  }
  return problems;
}

/**
 * Build back ends give a library that ctypes opens the suffix of a module: it is called `lib…`, or
 * Python code opens it by its module's name, it has no initialiser of any name and asks nothing of
 * Python.
 */
function isPlainLibrary({ mentions }: AuditModel, path: string, slice: Slice): boolean {
  return (
    !initialises(slice) &&
    !slice.imports.some((symbol) => !symbol.defined && /^_?Py/.test(symbol.name)) &&
    (moduleName(path).startsWith("lib") || mentions.module(path))
  );
}

/** True when it initialises some module of Python 3; `init…` may be any function of a C library. */
function initialises({ pythonInit }: Slice): boolean {
  return pythonInit.some((symbol) => symbol.startsWith("Py"));
}
