import type { Problem } from "../../../finding.ts";
import type { LinuxModel } from "../../linux/model.ts";
import type { NativeCode } from "../texts.ts";
import { quote } from "../wording.ts";

/** Android files for a newer API level than the tag's. */
export function newerAndroid({ claims, considered }: LinuxModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  for (const { tag, text } of claims) {
    if (tag.kind !== "android") continue;
    for (const { path, slice } of considered) {
      if (slice.androidApi === null || slice.androidApi <= tag.api) continue;
      problems.push({
        code: "TAG003",
        path,
        facts: { api: slice.androidApi, tags: [text] },
        message: `built for API level ${slice.androidApi}, but tagged ${quote(text)}`,
      });
    }
  }
  return problems;
}
