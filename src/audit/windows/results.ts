/** The `binaries` of a result: the graph and the facts in the words of the JSON. */
import type { PeSlice } from "../../formats.ts";
import type { DependencyGraph } from "../graph/graph.ts";
import type { NativeMember } from "../member.ts";
import { dependencyResult, opaqueResult } from "../member-result.ts";
import { isPythonExtension } from "../python/module.ts";
import type { BinaryResult, DependencyPlace } from "../result.ts";
import type { WindowsIdentity } from "./identify.ts";
import { peBinaries } from "./identify.ts";
import type { Provenance } from "./needs.ts";
import { provenanceOf } from "./needs.ts";

/** One member; of another format only that. */
export function peResult(
  member: NativeMember,
  graph: DependencyGraph<PeSlice>,
  identity: WindowsIdentity,
): BinaryResult {
  const [binary] = peBinaries([member]);
  if (binary === undefined) return opaqueResult(member);
  const { key, path, size, slice } = binary;
  const edges = graph.members.get(key)?.edges ?? [];
  return {
    path,
    format: "pe",
    kind: slice.kind,
    archs: [slice.arch],
    id: slice.id,
    dependencies: edges.map((edge) =>
      dependencyResult(edge, placeOf(provenanceOf(edge, identity), graph)),
    ),
    searchPaths: [],
    requires: {},
    pythonExtension: isPythonExtension(binary),
    size,
    machine: slice.machine,
    exports: { count: slice.exports.count, forwarders: slice.exports.forwarders.length },
    signature: slice.signature,
    overlay: slice.overlay.size,
    checksum: slice.checksum.state,
    dependentLoadFlags: slice.dependentLoadFlags,
  };
}

function placeOf(
  provenance: Provenance,
  { searchedHost }: DependencyGraph<PeSlice>,
): DependencyPlace {
  switch (provenance) {
    case "beside":
    case "added":
      return "wheel";
    case "outside":
      return "external";
    case "interpreter":
      return "allowed";
    case "runtime":
    case "missing":
    case "wrong-machine":
      return searchedHost ? "missing" : "external";
    default:
      return provenance;
  }
}
