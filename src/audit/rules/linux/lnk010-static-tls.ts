import type { Problem } from "../../../finding.ts";
import { symbolHash } from "../../../symbol-hash.ts";
import { closure } from "../../graph/names.ts";
import type { ElfBinary } from "../../linux/binary.ts";
import type { LinuxModel } from "../../linux/model.ts";
import { isPythonExtension } from "../../python/module.ts";
import type { NativeCode } from "../texts.ts";

/** Run-time libraries of compilers that always have it, in small amounts. */
const USUAL = /(^|\/)lib(gomp|iomp5|omp|stdc\+\+|tcmalloc|jemalloc)\b/;

/** DF_STATIC_TLS in a library; a program has its own block. */
export function staticTls(model: LinuxModel): readonly Problem<NativeCode>[] {
  const { family, considered } = model.identity;
  const asking = considered.filter(({ path, slice }) => {
    return slice.staticTls && slice.kind === "shared" && !model.programs.has(path);
  });
  if (family !== "manylinux") return withoutReserve(model, asking);
  return asking.map(({ path }) => ({
    code: "LNK010",
    path,
    message: "the library asks for static thread-local storage",
    ...(USUAL.test(path) ? { level: "info" as const } : {}),
  }));
}

/**
 * musl and Android keep no reserve for what is loaded after the start: their loaders refuse the
 * relocation, unless the variable belongs to something that was there at the start.
 */
function withoutReserve(
  model: LinuxModel,
  asking: readonly ElfBinary[],
): readonly Problem<NativeCode>[] {
  const { family } = model.identity;
  const problems: Problem<NativeCode>[] = [];
  for (const { key, path, slice } of asking) {
    const { own, names } = slice.staticTlsUse;
    const hashes = names.map(symbolHash);
    const others = (): boolean =>
      model.linked.some((each) => hashes.some((hash) => each.slice.exportHashes.includes(hash)));
    if (!(own || others()) || onlyAtStart(model, key)) continue;
    const loader = family === "android" ? "Android's loader" : "musl's loader";
    problems.push({
      code: "LNK010",
      path,
      level: "error",
      message: `wants thread-local variables at fixed places, which ${loader} has only for what is loaded when a process starts`,
      hint: "compile with `-ftls-model=global-dynamic` (mimalloc: `-DMI_LOCAL_DYNAMIC_TLS=ON`); Go builds no such library for this system (`-buildmode=c-shared`)",
    });
  }
  return problems;
}

/** True for a library that only programs load. */
function onlyAtStart({ graph, linked, programs }: LinuxModel, key: string): boolean {
  const users = new Map<string, string[]>();
  for (const node of graph.members.values()) {
    for (const { target } of node.edges) {
      if (target.kind !== "wheel") continue;
      const of = users.get(target.key);
      if (of === undefined) users.set(target.key, [node.key]);
      else of.push(node.key);
    }
  }
  const byKey = new Map(linked.map((binary) => [binary.key, binary]));
  const roots = [...closure(key, (each) => users.get(each) ?? [])].filter((each) => {
    const binary = byKey.get(each);
    return binary !== undefined && (!users.has(each) || isPythonExtension(binary));
  });
  return roots.length > 0 && roots.every((each) => programs.has(byKey.get(each)?.path ?? ""));
}
