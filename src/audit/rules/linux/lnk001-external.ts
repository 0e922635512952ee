import { addTo } from "../../../add-to.ts";
import { printable } from "../../../bytes.ts";
import type { Level, Problem } from "../../../finding.ts";
import { policyApi } from "../../../policy/linux/android.ts";
import { nearestPolicy } from "../../../policy/linux/manylinux.ts";
import type { RequiredProject } from "../../../policy/meta-packages.ts";
import type { Provider } from "../../../policy/providers.ts";
import { knownProvider } from "../../../policy/providers.ts";
import type { Edge } from "../../graph/graph.ts";
import type { LinuxModel } from "../../linux/model.ts";
import { providedBy } from "../provided.ts";
import type { NativeCode } from "../texts.ts";
import { quote, quoteSome } from "../wording.ts";

/** Libraries that are neither in the wheel nor the host's to provide. */
export function externalLibrary(model: LinuxModel): readonly Problem<NativeCode>[] {
  const { needs, graph } = model;
  const allowed = allowedPosition(model);
  const own = new Set([...model.members].map(topFolder));
  const problems: Problem<NativeCode>[] = [];
  const byFile = new Map<string, string[]>();
  const later: Problem<NativeCode>[] = [];
  for (const { path, why, library, position } of needs) {
    if (why !== "library" || library === undefined || position <= allowed) continue;
    const policy = model.table?.policies[position]?.name;
    if (policy !== undefined) {
      later.push(allowedLater(model, path, library, policy));
      continue;
    }
    addTo(byFile, path, library);
  }
  for (const [path, libraries] of byFile) {
    for (const { names, ...group } of byProvider(libraries, model.wheel.requirements)) {
      const edge = graph.members.get(path)?.edges.find(({ name }) => names.includes(name));
      const neighbour = edge === undefined ? undefined : neighbourFolder(edge, own);
      const { hint, level } =
        group.hint === undefined && neighbour !== undefined ? besides(neighbour) : group;
      const many = names.length > 1;
      problems.push({
        code: "LNK001",
        path,
        facts: { libraries: names },
        message: `needs ${quoteSome(names, 5)}, which ${many ? "are" : "is"} neither in the wheel nor allowed by any policy`,
        ...(hint === undefined ? {} : { hint }),
        ...(level === undefined ? {} : { level }),
        ...(edge === undefined ? {} : { at: edge.at }),
      });
    }
  }
  return [...problems, ...later];
}

/** The host has the library, but only hosts newer than the tag promises. */
function allowedLater(
  { graph, identity }: LinuxModel,
  path: string,
  library: string,
  policy: string,
): Problem<NativeCode> {
  const at = graph.members.get(path)?.edges.find(({ name }) => name === library)?.at;
  const tag = quote(`${policy}_${identity.tagArch}`);
  const api = policyApi(policy);
  return {
    code: "LNK001",
    path,
    message:
      api !== undefined
        ? `needs ${quote(library)}, which Android provides only since API level ${api}`
        : `needs ${quote(library)}, which is not in the wheel and which no policy before ${quote(policy)} allows`,
    hint:
      api !== undefined
        ? `tag it ${tag}, or open the library only where it exists`
        : `tag it ${tag}, or run \`wheelkit repair\` to put the library into the wheel`,
    ...(at === undefined ? {} : { at }),
  };
}

/** The most compatible claimed policy: what a newer one allows may still be missing there. */
function allowedPosition({ identity, table }: LinuxModel): number {
  if (table === undefined) return 0;
  let allowed = table.none - 1;
  for (const { tag } of identity.claims) {
    if (tag.kind === "manylinux" && table.family === "manylinux") {
      allowed = Math.min(allowed, nearestPolicy(table, tag).position);
    } else if (tag.kind === "android" && table.family === "android") {
      const levels = table.policies.map(({ name }) => policyApi(name) ?? Infinity);
      allowed = Math.min(
        allowed,
        Math.max(0, levels.filter((level) => level <= tag.api).length - 1),
      );
    }
  }
  return allowed;
}

interface Group {
  readonly names: readonly string[];
  readonly hint?: string;
  readonly level?: Level;
}

/** A folder of site-packages on the search path that no member lies in: another wheel's. */
function neighbourFolder({ trace }: Edge, own: ReadonlySet<string>): string | undefined {
  for (const { via, place } of trace) {
    if (via !== "rpath" && via !== "runpath") continue;
    const top = topFolder(place);
    if (place.startsWith("/") || top === "." || top === "..") continue;
    if (!own.has(top)) return place;
  }
  return undefined;
}

function topFolder(path: string): string {
  const at = path.indexOf("/");
  return at < 0 ? path : path.slice(0, at);
}

function besides(folder: string): Pick<Group, "hint" | "level"> {
  return {
    hint: `the search path leads to \`${printable(folder)}\` of another wheel; require that wheel, and say so with \`--exclude\``,
    level: "warning",
  };
}

/** One group for what nobody is known to provide, one for each provider. */
function byProvider(
  libraries: readonly string[],
  requirements: readonly RequiredProject[],
): readonly Group[] {
  const groups = new Map<Provider | undefined, string[]>();
  for (const library of libraries) {
    const provider = knownProvider(library);
    addTo(groups, provider, library);
  }
  return [...groups].map(([provider, names]): Group => {
    if (provider === undefined) return { names };
    return { names, ...providedBy(provider, requirements, `--exclude ${names[0] ?? ""}`) };
  });
}
