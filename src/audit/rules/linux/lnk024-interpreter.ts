import type { Problem } from "../../../finding.ts";
import { folderOf } from "../../../paths.ts";
import type { LinuxModel } from "../../linux/model.ts";
import type { NativeCode } from "../texts.ts";
import { quote } from "../wording.ts";

/** Where systems keep their loaders; Debian's folders by processor and Android's among them. */
const LOADERS =
  /^(?:\/usr)?\/(?:lib|lib32|lib64|libx32)(?:\/[\w-]+-linux-\w+)?$|^\/system\/bin$|^\/apex\/com\.android\.runtime\/bin$/;

/** Programs that name a loader of the machine that built them. */
export function foreignLoader({ identity, programs }: LinuxModel): readonly Problem<NativeCode>[] {
  return identity.considered.flatMap(({ path, slice }) => {
    const { interpreter } = slice;
    if (!programs.has(path) || interpreter === null || LOADERS.test(folderOf(interpreter)))
      return [];
    return [
      {
        code: "LNK024" as const,
        path,
        facts: { interpreter },
        message: `is started by ${quote(interpreter)}, which only the machine has that built it`,
      },
    ];
  });
}
