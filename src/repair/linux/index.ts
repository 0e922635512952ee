/** Repairs for Linux and Android: the one file of this folder that others import. */

import type { LinuxFacts } from "../../audit/linux/facts.ts";
import { RefusalError } from "../../errors.ts";
import { policyArch } from "../../policy/arch.ts";
import { policyTable } from "../../policy/linux/table.ts";
import { formatWheelFilename } from "../../wheel/filename.ts";
import type { PlatformTag } from "../../wheel/platform-tag.ts";
import { openedLibraries } from "../opened.ts";
import type { PlannedTags, RepairPlan, RepairPlatform, RepairRequest } from "../platform.ts";
import type { RepairSettings } from "../settings.ts";
import { folderSuffix } from "../settings.ts";
import { chooseGoal } from "./goal.ts";
import { leftAlone } from "./left-alone.ts";
import { planFiles } from "./plan.ts";
import { repairedPlatforms } from "./tags.ts";
import type { TargetFacts } from "./target.ts";

const FOLDER_SUFFIX = ".libs";

export const linux: RepairPlatform = {
  name: "linux",
  format: "elf",
  folderSuffix: FOLDER_SUFFIX,
  plan: planLinux,
  newest: newestPolicy,
};

function newestPolicy(tag: PlatformTag): string | undefined {
  if (tag.kind !== "manylinux" && tag.kind !== "musllinux") return undefined;
  const newest = policyTable(tag.kind, policyArch(tag.arch))?.policies.at(-1);
  return newest && `${newest.name}_${tag.arch}`;
}

function planLinux(request: RepairRequest): RepairPlan {
  const { judgement, settings, name, platlib } = request;
  const { facts: known } = judgement.native.model;
  if (known.platform !== "linux") throw new TypeError(`a plan for Linux from ${known.platform}`);
  const { identity, table, graph } = known;
  if (table === undefined || identity.family === null) {
    throw new RefusalError(
      "TAG002",
      `no platform policy exists for \`${formatWheelFilename(name)}\` (${identity.arch})`,
      "`wheelkit show` tells what they are built for",
    );
  }
  refuseOutOfReach(known, settings);
  const opened = openedLibraries(settings.include, graph, "--ldpaths");
  const facts: TargetFacts = {
    table,
    considered: identity.considered,
    graph,
    needOptions: { isaCheck: settings.isaCheck, isa: identity.isa },
    included: opened,
    bundled: openedLibraries(settings.bundle, graph, "--ldpaths"),
  };
  const goal = chooseGoal(facts, identity, settings.plat, settings.onlyPlat);
  const files = planFiles({
    ...settings,
    family: identity.family,
    distribution: name.name,
    base: platlib === undefined ? "" : `${platlib}/`,
    libSuffix: folderSuffix(settings, FOLDER_SUFFIX),
    considered: identity.considered,
    graph,
    target: goal.target,
    opened,
    providerFolders: request.providerFolders,
    digestOf: request.digestOf,
  });
  const tags = repairedPlatforms(identity, goal, table, settings.plat);
  const rootIsPure = platlib !== undefined;
  return {
    ...files,
    tags,
    rootIsPure,
    notes: [...forgoneTags(tags), ...leftAlone(identity, goal.target, files, settings)],
  };
}

function forgoneTags({ platforms, forgone = [] }: PlannedTags): readonly string[] {
  if (forgone.length === 0) return [];
  const [stays = ""] = platforms;
  return [
    `the tag \`${stays}\` stays, for PyPI takes it; it does not take \`${forgone.join(".")}\`, which is as true (\`--plat\` asks for it)`,
  ];
}

/** @throws RefusalError for a library that no relative path leads to: then no tag would be true. */
function refuseOutOfReach({ unreached }: LinuxFacts, { updateTags }: RepairSettings): void {
  const first = unreached.find(({ fatal, mendable }) => fatal && !mendable);
  if (first === undefined || !updateTags) return;
  throw new RefusalError(
    "LNK021",
    `\`${first.path}\` needs \`${first.name}\`, and no relative path leads from it to \`${first.library}\``,
    "install the two into one tree: below site-packages, or both outside",
  );
}
