import type { Problem } from "../../../finding.ts";
import type { MacosModel } from "../../macos/model.ts";
import { isPythonExtension } from "../../python/module.ts";
import type { NativeCode } from "../texts.ts";
import { quoteSome } from "../wording.ts";

/**
 * What is loaded in every process that imports the module: the interpreter, whatever it is called,
 * and the Objective-C run-time library, which libSystem brings.
 */
const ALWAYS_LOADED = /^_?(?:Py|PyPy|GraalPy)|^_PyPy|^_cffi|^objc_/;

/**
 * Imports that are looked up in whatever is loaded: mostly a library of the wrong architecture that
 * the linker left out without a word, since modules are linked with `-undefined dynamic_lookup`.
 */
export function flatImports({ considered }: MacosModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  const bySlice = new Map<string, Map<string, readonly string[]>>();
  for (const binary of considered) {
    if (!isPythonExtension(binary)) continue;
    const names = binary.slice.flatImports.filter((name) => !ALWAYS_LOADED.test(name));
    const slices = bySlice.get(binary.path);
    if (slices === undefined) bySlice.set(binary.path, new Map([[binary.slice.arch, names]]));
    else slices.set(binary.slice.arch, names);
  }
  for (const [path, slices] of bySlice) {
    const hit = [...slices].filter(([, names]) => names.length > 0);
    const [first] = hit;
    if (first === undefined) continue;
    const [arch, names] = first;
    const only = hit.length < slices.size ? `, and only for ${arch}` : "";
    problems.push({
      code: "LNK004",
      path,
      message: `imports ${quoteSome(names)} of no library: looked up in whatever is loaded${only}`,
      // One slice alone means that a library was missing there when it was linked.
      ...(only === "" ? {} : { level: "error" as const }),
    });
  }
  return problems;
}
