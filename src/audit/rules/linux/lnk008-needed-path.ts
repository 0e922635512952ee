import type { Problem } from "../../../finding.ts";
import { baseNameOf } from "../../../paths.ts";
import type { Edge } from "../../graph/graph.ts";
import type { LinuxModel } from "../../linux/model.ts";
import type { NativeCode } from "../texts.ts";
import { quote } from "../wording.ts";

/** DT_NEEDED with a slash. */
export function neededByPath({
  identity,
  others,
  graph,
}: LinuxModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  for (const { path } of [...identity.considered, ...others]) {
    for (const edge of graph.members.get(path)?.edges ?? []) {
      const { name, at } = edge;
      if (!name.includes("/")) continue;
      problems.push({
        code: "LNK008",
        path,
        message: `needs ${quote(name)} by its path${whereElse(edge)}`,
        hint: hintFor(edge),
        at,
      });
    }
  }
  return problems;
}

function whereElse({ target }: Edge): string {
  return target.kind === "wheel" ? `; the wheel has ${quote(target.path)}` : "";
}

function hintFor({ name, target }: Edge): string {
  const bare = quote(baseNameOf(name));
  if (target.kind === "wheel" || target.kind === "host") {
    return `run \`wheelkit repair\`, which asks for ${bare} and leads the loader there`;
  }
  return `no search finds a path: run \`wheelkit repair\` with the folder that has ${bare} (\`--ldpaths\`), or link the library with a SONAME (CMake: without \`IMPORTED_NO_SONAME\`)`;
}
