import type { Problem } from "../../../finding.ts";
import type { WindowsModel } from "../../windows/model.ts";
import type { NativeCode } from "../texts.ts";
import { quoteSome } from "../wording.ts";

/** HRD003 and HRD007: sections that are both writable and executable, protections that are off. */
export function hardening({ identity }: WindowsModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  for (const { path, slice } of identity.considered) {
    const { aslr, nxCompat, highEntropyVa, writableCode } = slice.hardening;
    if (writableCode.length > 0) {
      problems.push({
        code: "HRD003",
        path,
        message: `${quoteSome(writableCode)} ${writableCode.length > 1 ? "are" : "is"} both writable and executable`,
        // What packs and protects executables does that, and Windows lets it.
        level: "warning",
      });
    }
    const off = [...(aslr ? [] : ["ASLR"]), ...(nxCompat ? [] : ["DEP"])];
    if (off.length > 0) {
      problems.push({ code: "HRD007", path, message: `built without ${off.join(" and ")}` });
    } else if (slice.bits === 64 && !highEntropyVa) {
      problems.push({
        code: "HRD007",
        path,
        message: "built without high-entropy addresses",
        level: "info",
      });
    }
  }
  return problems;
}
