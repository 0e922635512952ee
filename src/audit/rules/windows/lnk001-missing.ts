import { addTo } from "../../../add-to.ts";
import type { Level, Problem } from "../../../finding.ts";
import { hidesDlls } from "../../../formats.ts";
import type { RequiredProject } from "../../../policy/meta-packages.ts";
import type { Provider } from "../../../policy/providers.ts";
import { knownProvider } from "../../../policy/providers.ts";
import { hex } from "../../../problems.ts";
import type { Edge } from "../../graph/graph.ts";
import type { WindowsModel } from "../../windows/model.ts";
import { followedEdges, provenanceOf } from "../../windows/needs.ts";
import { providedBy } from "../provided.ts";
import type { NativeCode } from "../texts.ts";
import { quote, quoteSome } from "../wording.ts";

/** DLLs that neither the wheel nor Windows nor the interpreter has. */
export function missingLibrary(model: WindowsModel): readonly Problem<NativeCode>[] {
  const { graph, identity, wheel } = model;
  const problems: Problem<NativeCode>[] = [];
  for (const { key, path } of identity.considered) {
    const node = graph.members.get(key);
    if (node === undefined) continue;
    const lacking = new Map<string, Edge>();
    const hidden: string[] = [];
    for (const edge of followedEdges(node)) {
      const provenance = provenanceOf(edge, identity);
      if (provenance === "wrong-machine") problems.push(wrongMachine(path, edge));
      else if (provenance === "missing" || provenance === "outside") lacking.set(edge.name, edge);
      else if (provenance === "beside" || provenance === "added") hidden.push(edge.name);
    }
    const { dependentLoadFlags } = node.slice;
    if (hidden.length > 0 && hidesDlls(dependentLoadFlags)) {
      problems.push({
        code: "LNK001",
        path,
        message: `needs ${quoteSome(hidden, 5)} of the wheel, and its DependentLoadFlags (${hex(dependentLoadFlags)}) keep Windows from looking there`,
        hint: "build without `/DEPENDENTLOADFLAG`; `wheelkit repair` clears it",
      });
    }
    for (const group of byProvider([...lacking.values()], wheel.requirements)) {
      const { edges, hint, level } = group;
      const names = edges.map(({ name }) => name);
      const late = edges.every(({ how }) => how === "delay");
      problems.push({
        code: "LNK001",
        path,
        message: `needs ${quoteSome(names, 5)}, which ${names.length > 1 ? "are" : "is"} neither in the wheel nor part of Windows`,
        ...(hint === undefined ? {} : { hint }),
        ...(edges[0] === undefined ? {} : { at: edges[0].at }),
        // Only looked for when it is called.
        ...(late || level !== undefined ? { level: level ?? ("warning" as const) } : {}),
      });
    }
  }
  return problems;
}

function wrongMachine(path: string, { name, at, trace }: Edge): Problem<NativeCode> {
  const place = trace.find(({ found }) => found === "incompatible")?.place ?? "";
  return {
    code: "LNK001",
    path,
    message: `needs ${quote(name)}; the one in ${quote(place)} is for another processor`,
    at,
  };
}

interface Group {
  readonly edges: readonly Edge[];
  readonly hint?: string;
  readonly level?: Level;
}

/** One group for what nobody is known to provide, one for each provider. */
function byProvider(
  edges: readonly Edge[],
  requirements: readonly RequiredProject[],
): readonly Group[] {
  const groups = new Map<Provider | undefined, Edge[]>();
  for (const edge of edges) {
    const provider = knownProvider(edge.name.toLowerCase());
    addTo(groups, provider, edge);
  }
  return [...groups].map(([provider, of]): Group => {
    if (provider === undefined) return { edges: of };
    return { edges: of, ...providedBy(provider, requirements, `--exclude ${of[0]?.name ?? ""}`) };
  });
}
