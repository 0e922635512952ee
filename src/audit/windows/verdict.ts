/**
 * The verdict on a wheel's Windows tags: they promise a processor and nothing else. What a file needs
 * of Windows beyond that is a finding of its own, for no tag could say it.
 */
import { compareText } from "../../bytes.ts";
import type { Unverified } from "../../finding.ts";
import type { PeSlice } from "../../formats.ts";
import type { Claim } from "../claim.ts";
import type { DependencyGraph } from "../graph/graph.ts";
import type { JudgedTag } from "../model.ts";
import type { BareVerdict, ExternalLibrary } from "../result.ts";
import { archOf, archOfTag, tagOf } from "./arch.ts";
import type { WindowsIdentity } from "./identify.ts";
import { allEdges, provenanceOf } from "./needs.ts";

export interface WindowsVerdict {
  readonly verdict: BareVerdict;
  readonly tags: readonly JudgedTag[];
  readonly unverified: readonly Unverified[];
}

/** @param unknown true when the wheel has native members that are no PE files, or can't be read. */
export function judgeTags(
  claims: readonly Claim[],
  identity: WindowsIdentity,
  unknown: boolean,
): WindowsVerdict {
  const { arch, considered, others } = identity;
  const code = [...considered, ...others];
  const loaded = code.filter(({ path }) => /\.(?:pyd|dll)$/i.test(path));
  const none = code.length === 0 && !unknown ? "any" : null;
  const supported = considered.length > 0 && arch !== null ? tagOf(arch) : none;
  const tags = claims.map(({ text, tag }): JudgedTag => {
    if (tag.kind === "win") {
      if (code.length === 0) return { tag: text, verdict: { truthful: unknown ? null : true } };
      const right = code.some(({ slice }) => archOf(slice) === archOfTag(text));
      return { tag: text, verdict: { truthful: right } };
    }
    if (tag.kind === "any") {
      return { tag: text, verdict: { truthful: loaded.length === 0 } };
    }
    return { tag: text, verdict: { truthful: null } };
  });
  const truthful = tags.map(({ verdict }) => verdict.truthful);
  return {
    verdict: {
      family:
        supported === "any" && claims.some(({ tag }) => tag.kind === "any") ? "any" : "windows",
      claimed: claims.map(({ text }) => text),
      supported,
      reachable: supported,
      truthful: truthful.includes(false)
        ? false
        : truthful.length === 0 || truthful.includes(null)
          ? null
          : true,
      reasons: [],
    },
    tags,
    unverified: tags.flatMap(({ tag, verdict }) =>
      verdict.truthful === null
        ? [
            {
              code: "TAG003",
              why: `\`${tag}\` was not judged: the wheel is judged as one for Windows`,
            },
          ]
        : [],
    ),
  };
}

/** What a repair must put into the wheel, or can't find. */
export function externalLibraries(
  identity: WindowsIdentity,
  graph: DependencyGraph<PeSlice>,
): readonly ExternalLibrary[] {
  const found = new Map<string, { neededBy: Set<string>; found: string | null }>();
  for (const [node, edge] of allEdges(identity, graph)) {
    const kind = provenanceOf(edge, identity);
    if (
      kind !== "outside" &&
      kind !== "missing" &&
      kind !== "runtime" &&
      kind !== "wrong-machine"
    ) {
      continue;
    }
    const entry = found.get(edge.name) ?? { neededBy: new Set(), found: null };
    found.set(edge.name, entry);
    entry.neededBy.add(node.files === undefined ? node.path : relative(node.path));
    if (edge.target.kind === "host") entry.found ??= relative(edge.target.path);
  }
  return [...found]
    .sort(([a], [b]) => compareText(a, b))
    .map(([name, { neededBy, found: at }]) => ({
      name,
      neededBy: [...neededBy].sort(compareText),
      found: at,
    }));
}

function relative(path: string): string {
  return path.replace(/^\/+/, "");
}
