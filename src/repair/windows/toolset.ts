/** Whether a Visual C++ runtime from outside is as new as what was built with it. */
import type { DependencyGraph } from "../../audit/graph/graph.ts";
import { compareText } from "../../bytes.ts";
import type { PeSlice } from "../../formats.ts";
import { dllKey } from "../../formats.ts";
import { baseNameOf } from "../../paths.ts";
import { microsoftRuntime } from "../../policy/windows/runtimes.ts";

/**
 * Microsoft promises that a runtime serves what older tool sets built, and nothing the other way. A
 * linker's minor version counts updates in its ones, and the tens are the tool set's (14.3x, 14.4x).
 *
 * @returns a note for each runtime that is older than a file that needs it.
 */
export function olderRuntimes({ members, host }: DependencyGraph<PeSlice>): readonly string[] {
  const notes: string[] = [];
  for (const user of [...members.values(), ...host.values()]) {
    for (const { target } of user.edges) {
      const found = target.kind === "host" ? host.get(target.key) : undefined;
      if (found === undefined) continue;
      const name = baseNameOf(found.path);
      if (microsoftRuntime(dllKey(name)) !== "redistributable") continue;
      if (microsoftRuntime(dllKey(baseNameOf(user.path))) !== undefined) continue;
      const [built, given] = [user.slice.linkerVersion, found.slice.linkerVersion];
      if (toolsetOf(built) <= toolsetOf(given)) continue;
      notes.push(
        `\`${user.path}\` was built with a newer tool set (${built}) than \`${found.path}\` (${given}), which may lack what it needs`,
      );
    }
  }
  return notes.sort(compareText);
}

/** Visual Studio 2015 and later: earlier runtimes have their tool set in their names. */
function toolsetOf(version: string): number {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < 14 ? 0 : major * 100 + Math.floor(minor / 10);
}
