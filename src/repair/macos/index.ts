/** Repairs for macOS: the one file of this folder that others import. iOS wheels are only checked. */
import type { MacosFacts } from "../../audit/macos/facts.ts";
import { needsOf } from "../../audit/macos/needs.ts";
import { openedSlices } from "../opened.ts";
import type { OutsideFile, RepairPlan, RepairPlatform, RepairRequest } from "../platform.ts";
import { refuseMissingArchs, targetOf } from "./demands.ts";
import { FOLDER_SUFFIX, graftFolder } from "./folder.ts";
import { planIos } from "./ios.ts";
import { planMembers } from "./members.ts";
import { nameGrafts } from "./names.ts";
import { leftAlone } from "./notes.ts";
import type { GraftSource, Sources } from "./sources.ts";
import { collectSources } from "./sources.ts";
import type { RepairedSlice } from "./tags.ts";
import { neededUpdates, repairedTags } from "./tags.ts";

export const macos: RepairPlatform = {
  name: "macos",
  format: "macho",
  folderSuffix: FOLDER_SUFFIX,
  plan: planMacos,
};

function planMacos(request: RepairRequest): RepairPlan {
  const { judgement, settings, name } = request;
  const { facts, members } = judgement.native.model;
  if (facts.platform !== "macos") throw new TypeError("the wheel was not judged for macOS");
  if (facts.identity.system === "ios") return planIos(request, facts);
  const opened = openedSlices(settings.include, facts.graph, "--lib-path");
  const sources = collectSources(facts, opened, settings.ignoresMissing);
  const folder = graftFolder(name.name, members, settings.libSuffix);
  const names = nameGrafts({
    sources: new Map([...sources.grafts].map(([from, { nodes }]) => [from, nodes[0]?.files])),
    folder,
    members,
    opened: new Map([...opened].flatMap(([as, nodes]) => nodes.map(({ path }) => [path, as]))),
    digestOf: (path) => request.digestOf(outsideFile(sources, path)),
  });
  const planned = planMembers({ request, facts, sources, names });
  const slices = repairedSlices(facts, sources, (path) => planned.whereNow(path));
  const needs = slices.flatMap(({ path, slice }) => needsOf(path, slice, "macos"));
  refuseMissingArchs(settings, slices);
  const target = targetOf(settings);
  const { identity } = facts;
  const { unread } = facts;
  const { plat } = settings;
  const tags = repairedTags({ name, identity, slices, needs, plat, target, unread });
  const { grafts, members: edited, files } = planned;
  return {
    grafts,
    members: edited,
    files,
    tags,
    notes: [
      ...leftAlone(facts, sources, planned),
      ...(target === undefined ? neededUpdates(identity, slices, needs) : []),
    ],
  };
}

function outsideFile({ grafts }: Sources, path: string): OutsideFile {
  const files = grafts.get(path)?.nodes[0]?.files;
  return files === undefined ? { path } : { path, files };
}

/** Slices that the result has, for this platform. */
function repairedSlices(
  { identity }: MacosFacts,
  { grafts }: Sources,
  whereNow: (path: string) => string,
): readonly RepairedSlice[] {
  return [
    ...identity.considered.map(({ path, slice }) => ({ path: whereNow(path), slice })),
    ...[...grafts.values()].flatMap(({ from, nodes }: GraftSource) =>
      nodes.map(({ slice }) => ({ path: whereNow(from), slice })),
    ),
  ];
}
