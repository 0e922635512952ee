import type { Problem } from "../../../finding.ts";
import type { LinuxModel } from "../../linux/model.ts";
import type { NativeCode } from "../texts.ts";
import { quoteSome } from "../wording.ts";

/** Strong imports that nobody defines; where that can't be told, they are unverified. */
export function undefinedSymbol({ undefineds }: LinuxModel): readonly Problem<NativeCode>[] {
  return undefineds
    .filter(({ unknown }) => unknown === undefined)
    .map(({ path, names, imported }) => ({
      code: "LNK003",
      path,
      message: `imports ${quoteSome(names)}, which no member, no Python and no library that the host provides defines`,
      hint: "link the file to the library that defines it, or build it where the C library has it",
      // Code for another program may find it there; a program may never call it.
      ...(imported ? {} : { level: "warning" as const }),
    }));
}
