import type { Problem } from "../../../finding.ts";
import type { MacosModel } from "../../macos/model.ts";
import type { NativeCode } from "../texts.ts";

/** Code for Apple's own processors runs only with a signature that fits. */
const SIGNED: ReadonlySet<string> = new Set(["arm64", "arm64e"]);

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
      if (!SIGNED.has(arch) || identity.system === "ios") continue;
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
