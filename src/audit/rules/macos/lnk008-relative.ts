import type { Problem } from "../../../finding.ts";
import { parseInstallName } from "../../../policy/macos/install-name.ts";
import type { MacosModel } from "../../macos/model.ts";
import type { NativeCode } from "../texts.ts";
import { quote } from "../wording.ts";

/** Install names that depend on the working directory of whoever imports the module. */
export function relativeNames({ considered }: MacosModel): readonly Problem<NativeCode>[] {
  const seen = new Set<string>();
  return considered.flatMap(({ path, slice }) =>
    slice.dependencies.flatMap(({ name, at }): readonly Problem<NativeCode>[] => {
      if (parseInstallName(name).kind !== "relative" || seen.has(`${path}\0${name}`)) return [];
      seen.add(`${path}\0${name}`);
      const message = `needs ${quote(name)}, which is looked for in the working directory of the process`;
      return [{ code: "LNK008", path, message, at }];
    }),
  );
}
