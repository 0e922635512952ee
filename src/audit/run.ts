/** Runs one platform over what it sees of a wheel. */
import type { Slice } from "../binary.ts";
import { compareText } from "../bytes.ts";
import { checkDeviceVariant } from "./device-variant.ts";
import { resolveGraph } from "./graph/resolve.ts";
import type { AuditModel } from "./model.ts";
import type { NativeAudit, PlatformInput, PlatformView } from "./platform.ts";
import { COMMON_RULES } from "./rules/common/index.ts";
import { completeVerdict } from "./verdict.ts";

export function auditView<S extends Slice>(
  input: PlatformInput,
  view: PlatformView<S>,
): NativeAudit {
  const { wheel, named: claims = input.claims, members, paths, idle, mentions, options } = input;
  const { linked, considered, others, data, programs } = view;
  const { exclude, include, ldpaths, host, sysroot } = options;
  const graph = resolveGraph(linked, paths, view.loader, {
    exclude,
    ...(include === undefined ? {} : { include }),
    searchesHost: (host !== undefined && ldpaths.length > 0) || sysroot !== undefined,
  });
  const judged = view.judge(graph);
  const { facts, tags, external, unverified } = judged;
  const verdict = completeVerdict(judged.verdict);
  const model: AuditModel<S> = {
    wheel,
    claims,
    members: paths,
    binaries: members,
    unreadable: input.unreadable,
    linked,
    considered,
    others,
    data,
    programs,
    idle,
    graph,
    mentions,
    hostProvides: view.loader.hostProvides,
    facts,
    judged: tags,
    verdict,
  };
  const gpus = checkDeviceVariant(wheel.variant, members, paths);
  return {
    systems: [facts.platform],
    verdict,
    problems: [
      ...COMMON_RULES.flatMap((rule) => rule(model)),
      ...view.check(model, judged),
      ...gpus.problems,
    ],
    unverified: [...unverified, ...gpus.unverified],
    binaries: [...members]
      .sort((a, b) => compareText(a.path, b.path))
      .map((member) => view.describe(member, graph, judged)),
    external,
    graph,
    model,
    targets: {
      windows: claims.some(({ tag }) => tag.kind === "win"),
      macos: claims.some(({ tag }) => tag.kind === "macosx"),
      any: claims.some(({ tag }) => tag.kind === "any"),
    },
  };
}
