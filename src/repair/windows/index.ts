/** Repairs for Windows: the one file of this folder that others import. */

import { readVersionInfo } from "../../formats.ts";
import { oldestMinor } from "../../policy/windows/interpreter.ts";
import type { Source } from "../../source.ts";
import { openedLibraries } from "../opened.ts";
import type { RepairPlan, RepairPlatform, RepairRequest } from "../platform.ts";
import type { FileAbout } from "../sbom.ts";
import { folderSuffix } from "../settings.ts";
import { chooseTags } from "./goal.ts";
import { loadOrderName, needsLoadOrder } from "./load-order.ts";
import { planFiles } from "./plan.ts";

const FOLDER_SUFFIX = ".libs";

export const windows: RepairPlatform = {
  name: "windows",
  format: "pe",
  folderSuffix: FOLDER_SUFFIX,
  about: aboutDll,
  plan: planWindows,
};

function planWindows(request: RepairRequest): RepairPlan {
  const { judgement, settings, name, read } = request;
  const { facts, judged, members, verdict } = judgement.native.model;
  if (facts.platform !== "windows")
    throw new TypeError(`a plan for Windows from ${facts.platform}`);
  const { identity, graph } = facts;
  const tags = chooseTags(verdict, judged, settings.plat, settings.onlyPlat);
  const minor = oldestMinor(name.pythonTags);
  const opened = openedLibraries(settings.include, graph, "--add-path");
  const files = planFiles({
    distribution: name.name,
    libSuffix: folderSuffix(settings, FOLDER_SUFFIX),
    graph,
    members,
    considered: new Set(identity.considered.map(({ path }) => path)),
    opened: new Map([...opened].map(([name, { path }]) => [name, path])),
    layout: settings.windowsLayout,
    namespaces: settings.namespaces,
    patch: settings.patch,
    programs: settings.programs,
    companions: settings.companions,
    loadOrder: needsLoadOrder(minor) ? loadOrderName(name.name, name.version) : undefined,
    keepsName: settings.keepsName,
    strip: settings.strip,
    read,
    digestOutside(path, before) {
      const files = graph.host.get(path)?.files;
      return request.digestOf({ path, ...(files === undefined ? {} : { files }) }, before);
    },
    digestMember: request.digestOfMember,
  });
  return { ...files, tags };
}

/** The version resource. Texts are the maker's, so only their blanks are put right. */
function aboutDll(source: Source): FileAbout {
  const info = readVersionInfo(source);
  if (info === null) return {};
  const text = (key: string): string | undefined => {
    const value = info.strings.get(key)?.replace(/\s+/g, " ").trim();
    return value === "" ? undefined : value;
  };
  const version = text("ProductVersion") ?? info.productVersion ?? info.fileVersion ?? undefined;
  const publisher = text("CompanyName");
  const description = text("FileDescription");
  const copyright = text("LegalCopyright");
  return {
    ...(version === undefined ? {} : { version }),
    ...(publisher === undefined ? {} : { publisher }),
    ...(description === undefined ? {} : { description }),
    ...(copyright === undefined ? {} : { copyright }),
  };
}
