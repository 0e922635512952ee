import { LONGEST_PATH, pathLength } from "../../audit/windows/path-length.ts";
import type { Graft } from "../platform.ts";

/** The longest path that the repair makes, where Windows may not load it: the hash adds 33 characters. */
export function newPathNotes(grafts: readonly Pick<Graft, "path">[]): readonly string[] {
  let longest = "";
  for (const { path } of grafts) if (pathLength(path) > pathLength(longest)) longest = path;
  const length = pathLength(longest);
  if (length <= LONGEST_PATH) return [];
  return [
    `\`${longest}\` has a path of ${length} characters, which Windows may not load: some 75 more lead to site-packages`,
  ];
}
