/** Files outside that differ in the case of their names only: no Windows has two of those in a folder. */
import type { DependencyGraph } from "../../audit/graph/graph.ts";
import { dllKey } from "../../formats.ts";
import { baseNameOf } from "../../paths.ts";
import { parentFolder } from "../../wheel/installed.ts";
import type { Graft } from "../platform.ts";

/** @returns a note for each graft that was chosen among such files: the first in code point order. */
export function caseNamesakes(
  grafts: readonly Graft[],
  { host }: Pick<DependencyGraph, "host">,
): readonly string[] {
  const notes = new Set<string>();
  for (const { from } of grafts) {
    const name = baseNameOf(from);
    const names = host.get(from)?.files?.list(parentFolder(from)) ?? [];
    const others = names.filter((each) => each !== name && dllKey(each) === dllKey(name));
    if (others.length === 0) continue;
    notes.add(
      `\`${from}\` was taken, and not \`${others.join("`, `")}\` beside it, which is the same name to Windows`,
    );
  }
  return [...notes];
}
