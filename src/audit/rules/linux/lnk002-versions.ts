import type { Problem } from "../../../finding.ts";
import type { LinuxModel } from "../../linux/model.ts";
import type { NativeCode } from "../texts.ts";
import { quote, quoteSome } from "../wording.ts";

/** Versions that a file needs of a library in the wheel which does not define them. musl ignores versions. */
export function missingVersion({ graph, identity }: LinuxModel): readonly Problem<NativeCode>[] {
  if (identity.family === "musllinux") return [];
  const problems: Problem<NativeCode>[] = [];
  for (const { path, slice, edges } of graph.members.values()) {
    for (const { library, versions } of slice.versionNeeds) {
      const edge = edges.find(({ name }) => name === library);
      if (edge?.target.kind !== "wheel") continue;
      const provider = graph.members.get(edge.target.path)?.slice;
      if (provider === undefined) continue;
      const { versionDefinitions, id } = provider;
      const missing = versions.filter(
        ({ version, weak }) => !weak && version !== id && !versionDefinitions.includes(version),
      );
      const [first] = missing;
      if (first === undefined) continue;
      // A library without any definitions is only worth a message to the loader.
      const unversioned = versionDefinitions.length === 0;
      problems.push({
        code: "LNK002",
        path,
        facts: { library, versions: missing.map(({ version }) => version), path: edge.target.path },
        message: `needs ${quoteSome(missing.map(({ version }) => version))} of ${quote(library)}, but ${quote(edge.target.path)} defines ${unversioned ? "no versions" : "no such version"}`,
        at: first.at,
        ...(unversioned ? { level: "warning" as const } : {}),
      });
    }
  }
  return problems;
}
