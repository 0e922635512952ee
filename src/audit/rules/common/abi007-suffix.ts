import { addTo } from "../../../add-to.ts";
import type { Problem } from "../../../finding.ts";
import type { Binary } from "../../member.ts";
import type { AuditModel } from "../../model.ts";
import { isPythonExtension, moduleStem, moduleSuffix } from "../../python/module.ts";
import type { ModuleSuffix, PythonPromise } from "../../python/tags.ts";
import { parseModuleSuffix, pythonPromise } from "../../python/tags.ts";
import type { NativeCode } from "../texts.ts";
import { quote, quoteSome } from "../wording.ts";

/** ABI007 and ABI009: suffixes that no interpreter of the tags imports. */
export function moduleSuffixes(model: AuditModel): readonly Problem<NativeCode>[] {
  const promise = pythonPromise(model.wheel);
  if (!promise.onlyCPython) return [];
  const problems: Problem<NativeCode>[] = [];
  const groups = new Map<string, Binary[]>();
  for (const binary of model.considered) {
    if (moduleSuffix(binary.path) === undefined && !isPythonExtension(binary)) continue;
    const folder = binary.path.slice(0, binary.path.lastIndexOf("/") + 1);
    const module = folder + moduleStem(binary.path);
    addTo(groups, module, binary);
  }
  const tags = quoteSome(model.wheel.abiTags);
  for (const group of groups.values()) {
    const found = group.some(({ path }) => fits(parseModuleSuffix(moduleSuffix(path)), promise));
    for (const { path } of group) {
      const suffix = parseModuleSuffix(moduleSuffix(path));
      if (fits(suffix, promise)) continue;
      const threads = mixesThreading(suffix, promise);
      problems.push({
        code: threads ? "ABI009" : "ABI007",
        path,
        message: threads
          ? `${quote(suffixText(path))} is for ${isFree(suffix) ? "free-threaded" : "ordinary"} builds, but the ABI tag is ${tags}`
          : `no Python with the ABI tag ${tags} imports ${quote(suffixText(path))}`,
        // Beside the right one it does no harm: it was left behind by another build.
        ...(found ? leftover(suffix, promise) : {}),
      });
    }
  }
  return problems;
}

/** `.cpython-312-x86_64-linux-gnu.so` */
function suffixText(path: string): string {
  return `.${moduleSuffix(path)}${path.slice(path.lastIndexOf("."))}`;
}

function fits(suffix: ModuleSuffix, { exact, abi3, abi3t }: PythonPromise): boolean {
  const free = exact.some(({ letters }) => letters.includes("t"));
  const ordinary = exact.some(({ letters }) => !letters.includes("t"));
  const nothingKnown = exact.length === 0 && abi3 === null && !abi3t;
  switch (suffix.kind) {
    case "plain":
      return true;
    case "abi3":
      // Free-threaded builds don't load the ordinary stable ABI.
      return nothingKnown || abi3 !== null || ordinary;
    case "abi3t":
      return abi3t || exact.some(({ minor }) => minor >= 15);
    case "cpython":
      if (nothingKnown) return true;
      return exact.some(
        ({ minor, letters }) => minor === suffix.minor && sameLetters(letters, suffix.letters),
      );
    case "other":
      return nothingKnown && !free;
  }
}

function leftover(
  suffix: ModuleSuffix,
  promise: PythonPromise,
): Pick<Problem<NativeCode>, "level" | "hint"> {
  return {
    level: isNamed(suffix, promise) ? "info" : "warning",
    hint: "clean the build folder between Pythons, so that only the module for this one is packed",
  };
}

/** True where the tags name a Python that would load the file, though not by this ABI tag. */
function isNamed(suffix: ModuleSuffix, { minors, exact, abi3 }: PythonPromise): boolean {
  if (suffix.kind !== "cpython" || suffix.letters !== "") return false;
  if (abi3 !== null && suffix.minor >= abi3) return true;
  return minors.includes(suffix.minor) && !exact.some(({ minor }) => minor === suffix.minor);
}

/** `m` (pymalloc) was written in tags and suffixes up to 3.7, by some tools in only one of them. */
function sameLetters(a: string, b: string): boolean {
  return a.replace("m", "") === b.replace("m", "");
}

function isFree(suffix: ModuleSuffix): boolean {
  return suffix.kind === "cpython" && suffix.letters.includes("t");
}

function mixesThreading(suffix: ModuleSuffix, { exact }: PythonPromise): boolean {
  if (exact.length === 0) return false;
  const free = exact.every(({ letters }) => letters.includes("t"));
  if (suffix.kind === "abi3") return free;
  if (suffix.kind !== "cpython") return false;
  const sameVersion = exact.some(({ minor }) => minor === suffix.minor);
  return sameVersion && isFree(suffix) !== free;
}
