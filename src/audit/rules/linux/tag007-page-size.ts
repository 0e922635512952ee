import type { Problem } from "../../../finding.ts";
import type { ElfSlice } from "../../../formats.ts";
import type { LinuxModel } from "../../linux/model.ts";
import type { NativeCode } from "../texts.ts";

/** Play store rules count from this API level on for new targets. */
const STRICT_API = 35;

/** TAG007 and TAG008: segments aligned to less than the pages of some kernels. */
export function smallPageAlignment(model: LinuxModel): readonly Problem<NativeCode>[] {
  const { identity } = model;
  const problems: Problem<NativeCode>[] = [];
  const android = identity.family === "android";
  const wanted = android ? 16384n : 65536n;
  const concerned = android || identity.arch === "aarch64" || identity.arch === "ppc64le";
  if (!concerned) return [];
  const strict = identity.claims.some(({ tag }) => tag.kind === "android" && tag.api >= STRICT_API);
  for (const { path, slice } of identity.considered) {
    if (android && slice.bits !== 64) continue;
    const bad = firstBelow(slice, wanted);
    if (bad === undefined) continue;
    problems.push({
      code: android ? "TAG007" : "TAG008",
      path,
      facts: { align: Number(bad.align), pageSize: Number(wanted) },
      message: `a load segment is aligned to ${bad.align} bytes, pages may have ${wanted}`,
      at: bad.at,
      ...(android && strict ? { level: "error" as const } : {}),
    });
  }
  return problems;
}

function firstBelow({ loads }: ElfSlice, wanted: bigint): ElfSlice["loads"][number] | undefined {
  return loads.find(({ align }) => align < wanted);
}
