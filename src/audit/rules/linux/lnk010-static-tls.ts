import type { Problem } from "../../../finding.ts";
import type { LinuxModel } from "../../linux/model.ts";
import type { NativeCode } from "../texts.ts";

/** Run-time libraries of compilers that always have it, in small amounts. */
const USUAL = /(^|\/)lib(gomp|iomp5|omp|stdc\+\+|tcmalloc|jemalloc)\b/;

/** DF_STATIC_TLS in a library; a program has its own block. */
export function staticTls({ identity }: LinuxModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  for (const { path, slice } of identity.considered) {
    if (!slice.staticTls || slice.kind !== "shared" || slice.interpreter !== null) continue;
    problems.push({
      code: "LNK010",
      path,
      message: "the library asks for static thread-local storage",
      ...(USUAL.test(path) ? { level: "info" as const } : {}),
    });
  }
  return problems;
}
