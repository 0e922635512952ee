import type { Problem } from "../../../finding.ts";
import { OFTEN_ABSENT } from "../../../policy/providers.ts";
import type { LinuxModel } from "../../linux/model.ts";
import type { NativeCode } from "../texts.ts";
import { quoteSome } from "../wording.ts";

/** Allowed libraries that a minimal container does not have; one note for the wheel and library. */
export function oftenAbsent({ identity, graph }: LinuxModel): readonly Problem<NativeCode>[] {
  if (identity.family !== "manylinux") return [];
  const users = new Map<string, { names: Set<string>; path: string }>();
  for (const { path } of identity.considered) {
    for (const { name, target } of graph.members.get(path)?.edges ?? []) {
      const what = OFTEN_ABSENT.get(name);
      if (what === undefined || target.kind === "wheel") continue;
      const known = users.get(what);
      if (known === undefined) users.set(what, { names: new Set([name]), path });
      else known.names.add(name);
    }
  }
  return [...users].map(([what, { names, path }]) => ({
    code: "LNK014" as const,
    path,
    facts: { libraries: [...names].sort(), provider: what },
    message: `needs ${quoteSome([...names].sort(), 4)}: importing it fails on systems without ${what}`,
  }));
}
