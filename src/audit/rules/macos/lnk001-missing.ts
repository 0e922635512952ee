import { printable } from "../../../bytes.ts";
import type { Level, Problem } from "../../../finding.ts";
import { baseNameOf, folderOf } from "../../../paths.ts";
import type { RequiredProject } from "../../../policy/meta-packages.ts";
import { knownProvider } from "../../../policy/providers.ts";
import type { Edge } from "../../graph/graph.ts";
import type { MacosModel } from "../../macos/model.ts";
import { type Provided, providedBy } from "../provided.ts";
import type { NativeCode } from "../texts.ts";
import { quote } from "../wording.ts";

/** Libraries that dyld finds neither in the wheel nor in the system. */
export function missingLibrary(model: MacosModel): readonly Problem<NativeCode>[] {
  const { graph, considered, identity } = model;
  const found = new Map<string, { problem: Problem<NativeCode>; archs: string[]; path: string }>();
  const slices = new Map<string, number>();
  const own = new Set<string>();
  for (const path of model.members) {
    for (let at = folderOf(path); at !== "" && !own.has(at); at = folderOf(at)) own.add(at);
  }
  for (const { path } of considered) slices.set(path, (slices.get(path) ?? 0) + 1);
  for (const { key, path, slice } of considered) {
    for (const edge of graph.members.get(key)?.edges ?? []) {
      if (edge.target.kind !== "none" && edge.target.kind !== "host") continue;
      const problem = describe(
        path,
        edge,
        identity.system === "ios",
        own,
        model.wheel.requirements,
      );
      const id = `${path}\0${problem.message}`;
      const known = found.get(id);
      if (known === undefined) found.set(id, { problem, archs: [slice.arch], path });
      else known.archs.push(slice.arch);
    }
  }
  return [...found.values()].map(({ problem, archs, path }) =>
    archs.length === slices.get(path)
      ? problem
      : { ...problem, message: `${problem.message} (${archs.join(", ")})` },
  );
}

function describe(
  path: string,
  edge: Edge,
  isPhone: boolean,
  own: ReadonlySet<string>,
  requirements: readonly RequiredProject[],
): Problem<NativeCode> {
  const { name, how, trace, at } = edge;
  const weak = how === "weak";
  const wrong = trace.some(({ found }) => found === "incompatible");
  const what = wrong
    ? `needs ${quote(name)}, which the wheel has, but not for this processor and system`
    : name.startsWith("/")
      ? `needs ${quote(name)}, a path of the machine that built it`
      : `needs ${quote(name)}, which no search path leads to`;
  const neighbour = isPhone ? undefined : neighbourFolder(edge, own);
  const provider = isPhone ? undefined : providerOf(name, requirements);
  const level: Level | undefined =
    provider?.level ?? (weak || neighbour !== undefined ? "warning" : undefined);
  return {
    code: "LNK001",
    path,
    message: weak ? `${what}; it is weak, so the file loads without it` : what,
    at,
    ...(level === undefined ? {} : { level }),
    ...(provider === undefined ? {} : { hint: provider.hint }),
    ...(isPhone
      ? { hint: "link it statically, or ship it as a framework: phones load no loose libraries" }
      : {}),
    ...(neighbour === undefined || provider !== undefined
      ? {}
      : {
          hint: `a run path leads to \`${printable(neighbour)}\`, which another wheel may fill; require that wheel, and say so with \`--exclude\``,
        }),
  };
}

/** Another wheel that is known to bring the library; no driver of a Mac does. */
function providerOf(name: string, requirements: readonly RequiredProject[]): Provided | undefined {
  const provider = knownProvider(name);
  if (provider?.kind !== "wheel") return undefined;
  return providedBy(provider, requirements, `--exclude ${baseNameOf(name)}`);
}

/** A folder of site-packages on the way in which the wheel has nothing: another wheel's. */
function neighbourFolder({ trace }: Edge, own: ReadonlySet<string>): string | undefined {
  return trace.find(({ via, place }) => via === "rpath" && /^[^/.]/.test(place) && !own.has(place))
    ?.place;
}
