import type { Problem } from "../../../finding.ts";
import type { LinuxModel } from "../../linux/model.ts";
import type { Unreached } from "../../linux/unreached.ts";
import type { NativeCode } from "../texts.ts";
import { quote } from "../wording.ts";

/** Libraries in the wheel that the loader does not find from the file that needs them. */
export function outOfReach({ unreached }: LinuxModel): readonly Problem<NativeCode>[] {
  // A dependency by path is LNK008's.
  return unreached
    .filter(({ byPath }) => !byPath)
    .map((each) => {
      const { path, name, library, at, fatal, usual, from } = each;
      const unless = fatal ? "" : beforehand(from);
      return {
        code: "LNK021",
        path,
        message: `needs ${quote(name)}, which is in the wheel at ${quote(library)}, but no search path of the file leads there${unless}`,
        hint: hintFor(each),
        at,
        // No repair will help there.
        ...(fatal && !each.mendable ? { profiles: { pending: "error" as const } } : {}),
        ...(fatal ? {} : { level: usual ? ("info" as const) : ("warning" as const) }),
      };
    });
}

function beforehand(from: Unreached["from"]): string {
  return from === "program"
    ? "; it only starts with the library path that the package sets"
    : "; it only loads after something else has loaded the library";
}

function hintFor({ way, mendable }: Unreached): string {
  if (!mendable) return "install the two into one tree: below site-packages, or both outside";
  return way === undefined
    ? "run `wheelkit repair`, which moves the program into the package and leaves a script in its place"
    : `run \`wheelkit repair\`, or link with \`-Wl,-rpath,${way}\``;
}
