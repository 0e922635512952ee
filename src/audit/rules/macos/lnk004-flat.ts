import type { Problem } from "../../../finding.ts";
import { isInLibSystem } from "../../../policy/macos/exports.ts";
import { symbolHash } from "../../../symbol-hash.ts";
import type { MachoBinary } from "../../macos/facts.ts";
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
 * the linker left out without a word, since modules are linked with `-undefined dynamic_lookup`. What
 * a file of the wheel exports on that processor may have been loaded before, so it is not told.
 */
export function flatImports({ considered, linked }: MacosModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  const exported = new Map<string, ReadonlySet<number>>();
  const exportsFor = (arch: string): ReadonlySet<number> => {
    const known = exported.get(arch) ?? hashesOf(linked, arch);
    exported.set(arch, known);
    return known;
  };
  const bySlice = new Map<string, Map<string, readonly string[]>>();
  for (const binary of considered) {
    if (!isPythonExtension(binary)) continue;
    const { arch, flatImports: names } = binary.slice;
    const open = names.filter(
      (name) =>
        !ALWAYS_LOADED.test(name) &&
        !isInLibSystem(name) &&
        !exportsFor(arch).has(symbolHash(name)),
    );
    const slices = bySlice.get(binary.path);
    if (slices === undefined) bySlice.set(binary.path, new Map([[arch, open]]));
    else slices.set(arch, open);
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

function hashesOf(
  linked: readonly Pick<MachoBinary, "slice">[],
  arch: string,
): ReadonlySet<number> {
  const hashes = new Set<number>();
  for (const { slice } of linked) {
    if (slice.arch === arch) for (const hash of slice.exportHashes) hashes.add(hash);
  }
  return hashes;
}
