import type { Problem } from "../../../finding.ts";
import { needsSignature } from "../../../policy/macos/archs.ts";
import type { MacosModel } from "../../macos/model.ts";
import type { NativeCode } from "../texts.ts";

/** Signatures that are missing where they are needed, or do not fit. */
export function brokenSignature({
  considered,
  identity,
}: MacosModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  for (const { path, slice } of considered) {
    const { arch, signature } = slice;
    const { kind, valid, faults, at } = signature;
    if (kind === "none") {
      // Whoever builds an app for phones signs all of it.
      if (!needsSignature(arch) || identity.system === "ios") continue;
      problems.push({ code: "LNK018", path, message: `is not signed (${arch})` });
    } else if (valid === false) {
      problems.push({
        code: "LNK018",
        path,
        message: `has a signature that does not fit (${arch}): ${faults[0] ?? "damaged"}`,
        ...(at === null ? {} : { at }),
      });
    }
  }
  return problems;
}
