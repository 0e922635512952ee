import type { DynamicSymbol } from "../../../binary.ts";
import type { Problem } from "../../../finding.ts";
import { exportingMinors, NEWEST_STABLE_MINOR, stableSymbol } from "../../../policy/python-abi.ts";
import type { Binary } from "../../member.ts";
import type { AuditModel, PlatformFacts } from "../../model.ts";
import { isPythonExtension, moduleSuffix } from "../../python/module.ts";
import { parseModuleSuffix, pythonPromise } from "../../python/tags.ts";
import type { NativeCode } from "../texts.ts";
import { quoteSome } from "../wording.ts";

const PYTHON_NAME = /^_?Py/;
/** Macros of Misc/stable_abi.toml that no ordinary build for the platform has set. */
const UNSET: Readonly<Record<PlatformFacts["platform"], readonly string[]>> = {
  linux: ["MS_WINDOWS", "Py_REF_DEBUG", "USE_STACKCHECK"],
  macos: ["MS_WINDOWS", "Py_REF_DEBUG", "USE_STACKCHECK"],
  windows: ["HAVE_FORK", "Py_REF_DEBUG"],
};
const TITLE: Readonly<Record<PlatformFacts["platform"], string>> = {
  linux: "Linux",
  macos: "macOS",
  windows: "Windows",
};

/** ABI001, ABI002, ABI003: imports of modules that promise the stable ABI. */
export function stableAbi(model: AuditModel): readonly Problem<NativeCode>[] {
  const promise = pythonPromise(model.wheel);
  const problems: Problem<NativeCode>[] = [];
  for (const binary of model.considered) {
    if (!isPythonExtension(binary)) continue;
    const suffix = parseModuleSuffix(moduleSuffix(binary.path));
    const promised =
      suffix.kind === "abi3" ||
      suffix.kind === "abi3t" ||
      (suffix.kind === "plain" && (promise.abi3 !== null || promise.abi3t));
    if (!promised) continue;
    const floor = promise.abi3 ?? promise.minors[0] ?? null;
    problems.push(...judge(model, binary, floor));
  }
  return problems;
}

function judge(model: AuditModel, binary: Binary, floor: number | null): Problem<NativeCode>[] {
  const unstable: DynamicSymbol[] = [];
  const foreign: string[] = [];
  const newer = new Map<number, string[]>();
  const { platform } = model.facts;
  for (const symbol of pythonImports(binary)) {
    const entry = stableSymbol(symbol.name);
    if (entry === undefined) {
      if (!mayBeNeighbours(model, binary, symbol.name)) unstable.push(symbol);
    } else if (UNSET[platform].includes(entry.ifdef)) {
      foreign.push(symbol.name);
    } else if (
      floor !== null &&
      entry.minor > floor &&
      entry.minor <= NEWEST_STABLE_MINOR &&
      !symbol.weak
    ) {
      const names = newer.get(entry.minor);
      if (names === undefined) newer.set(entry.minor, [symbol.name]);
      else names.push(symbol.name);
    }
  }
  const { path } = binary;
  const problems: Problem<NativeCode>[] = [];
  const strong = unstable.filter(({ weak }) => !weak).map(({ name }) => name);
  const weak = unstable.filter((symbol) => symbol.weak).map(({ name }) => name);
  if (strong.length > 0) {
    problems.push({
      code: "ABI001",
      path,
      facts: { symbols: strong },
      message: `imports ${quoteSome(strong)}, not in the stable ABI`,
    });
  }
  if (weak.length > 0) {
    problems.push({
      code: "ABI001",
      path,
      facts: { symbols: weak },
      message: `weakly imports ${quoteSome(weak)}, not in the stable ABI`,
      level: "warning",
    });
  }
  for (const [minor, names] of [...newer].sort(([a], [b]) => b - a)) {
    problems.push({
      code: "ABI002",
      path,
      facts: { symbols: names, since: `3.${minor}`, tagged: `3.${floor}` },
      message: `imports ${quoteSome(names)}, in the stable ABI since 3.${minor}, but tagged for 3.${floor}`,
    });
  }
  if (foreign.length > 0) {
    problems.push({
      code: "ABI003",
      path,
      facts: { symbols: foreign },
      message: `imports ${quoteSome(foreign)}, which no ordinary Python on ${TITLE[platform]} has`,
    });
  }
  return problems;
}

/**
 * Undefined `Py*` and `_Py*` names, sorted by the worker. PyPy's are ABI014's. What a file takes from
 * a library that it names, and that is not Python, is no business of Python's.
 */
export function pythonImports({ slice }: Binary): readonly DynamicSymbol[] {
  return slice.imports.filter(
    ({ name, defined, library }) =>
      !defined &&
      PYTHON_NAME.test(name) &&
      !name.startsWith("PyPy") &&
      (library === undefined || !/\.dll$/i.test(library) || /^(?:lib)?python/i.test(library)),
  );
}

/**
 * True for a name that no CPython is known to export, in a module with libraries beside it: they may
 * define it (Qt bindings, for example, name their own functions `Py…`).
 */
export function mayBeNeighbours(model: AuditModel, { key }: Binary, name: string): boolean {
  if (exportingMinors(name).size > 0) return false;
  const edges = model.graph.members.get(key)?.edges ?? [];
  return edges.some(({ target, name: library }) => {
    if (target.kind === "wheel" || target.kind === "host" || target.kind === "excluded")
      return true;
    return target.kind === "none" && model.hostProvides(library) === "never";
  });
}
