import type { Problem } from "../../../finding.ts";
import { dllKey } from "../../../formats.ts";
import type { PythonDll } from "../../../policy/windows/interpreter.ts";
import { pythonDll } from "../../../policy/windows/interpreter.ts";
import type { PythonPromise } from "../../python/tags.ts";
import { pythonPromise } from "../../python/tags.ts";
import type { WindowsModel } from "../../windows/model.ts";
import type { NativeCode } from "../texts.ts";
import { quote, quoteSome } from "../wording.ts";

/** Python DLLs that no interpreter of the tags brings. */
export function wrongPythonDll(model: WindowsModel): readonly Problem<NativeCode>[] {
  const { graph, identity, wheel } = model;
  const promise = pythonPromise(wheel);
  const problems: Problem<NativeCode>[] = [];
  for (const { key, path } of identity.considered) {
    for (const { name, at } of graph.members.get(key)?.edges ?? []) {
      const dll = pythonDll(dllKey(name));
      const against = dll === undefined ? undefined : objection(dll, promise);
      if (against === undefined) continue;
      problems.push({
        code: "ABI004",
        path,
        message: `is linked against ${quote(name)}, ${against}, but the ABI tag is ${quoteSome(wheel.abiTags)}`,
        at,
      });
    }
  }
  return problems;
}

/** What the DLL is for, when the tags are for something else. */
function objection(dll: PythonDll, promise: PythonPromise): string | undefined {
  const { exact, abi3, abi3t, onlyCPython } = promise;
  switch (dll.kind) {
    case "mingw":
      return "the Python of MSYS2, which installs no wheel of this platform";
    case "pypy":
    case "graalpy":
      return onlyCPython ? "an interpreter other than CPython" : undefined;
    case "stable": {
      if (dll.debug && !exact.some(({ letters }) => letters.includes("d")))
        return "of debug builds";
      if (exact.length === 0) {
        if (dll.freeThreaded && !abi3t && abi3 !== null)
          return "the stable ABI of free-threaded builds";
        // 3.15 ships both, so python3t.dll serves `abi3.abi3t`.
        if (!dll.freeThreaded && abi3t) return "the stable ABI of ordinary builds";
        return undefined;
      }
      const free = exact.every(({ letters }) => letters.includes("t"));
      return dll.freeThreaded || !free ? undefined : "of builds that are not free-threaded";
    }
    case "release": {
      if (dll.major !== 3) return undefined;
      if (exact.length === 0) {
        return abi3 === null && !abi3t ? undefined : `of one version, 3.${dll.minor}, only`;
      }
      if (dll.debug && !exact.some(({ letters }) => letters.includes("d")))
        return "of debug builds";
      const same = exact.some(
        ({ minor, letters }) => minor === dll.minor && letters.includes("t") === dll.freeThreaded,
      );
      if (same) return undefined;
      return `of ${dll.freeThreaded ? "free-threaded " : ""}Python 3.${dll.minor}`;
    }
  }
}
