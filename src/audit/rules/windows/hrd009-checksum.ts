import type { Problem } from "../../../finding.ts";
import type { WindowsModel } from "../../windows/model.ts";
import type { NativeCode } from "../texts.ts";

/** HRD009 and SIG004: checksums and signatures that are no longer those of the file. */
export function staleSeals({ considered, others }: WindowsModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  for (const { path, slice } of [...considered, ...others]) {
    if (slice.checksum.state === "wrong") {
      problems.push({
        code: "HRD009",
        path,
        message: "the checksum in the header is not that of the file",
      });
    }
    if (slice.signature === "stale") {
      problems.push({
        code: "SIG004",
        path,
        message: "was changed after it was signed",
        ...(slice.hardening.forceIntegrity ? {} : { level: "warning" as const }),
      });
    }
  }
  return problems;
}
