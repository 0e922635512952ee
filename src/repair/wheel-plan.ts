/**
 * Everything that a repair will do to a wheel: the platform's plan, and what it means for the rest.
 * RECORD alone is left to what every edit does once it is made.
 */
import type { BinaryFormat } from "../binary.ts";
import type { Draft } from "../edit/draft.ts";
import { baseNameOf } from "../paths.ts";
import type { Source } from "../source.ts";
import { VERSION } from "../version.ts";
import type { WheelFilename } from "../wheel/filename.ts";
import { formatWheelFilename } from "../wheel/filename.ts";
import { normalizeName } from "../wheel/names.ts";
import type { Wheel } from "../wheel/open.ts";
import type { PlannedMode } from "./modes.ts";
import { planModes } from "./modes.ts";
import type { RepairPlan, RepairPlatform, RepairRequest } from "./platform.ts";
import { platlibFolder } from "./platlib.ts";
import type { RepairRoot, RepairRoots } from "./roots.ts";
import { rootOf } from "./roots.ts";
import type { FileAbout, GraftedComponent } from "./sbom.ts";
import { formatSbom, readComponents, SBOM_NAME } from "./sbom.ts";
import { fixWheelFile, retag } from "./wheel-file.ts";

export interface WheelPlan {
  readonly platform: RepairPlatform["name"];
  /** Of the files that change. */
  readonly format: BinaryFormat;
  readonly native: RepairPlan;
  readonly modes: readonly PlannedMode[];
  /** Name, version and tags of the result. */
  readonly name: WheelFilename;
  /** Content of WHEEL. */
  readonly wheelFile: Uint8Array;
  /** Of the grafts, in their order. */
  readonly components: readonly GraftedComponent[];
  /** The bill of materials, where there is one. */
  readonly sbom: Uint8Array | undefined;
  /** Tags of the input that the result no longer has, because they are not true of it. */
  readonly removedTags: readonly string[];
}

export interface WheelPlanInput {
  readonly draft: Draft;
  readonly wheel: Wheel;
  readonly request: RepairRequest;
  readonly roots: RepairRoots;
  /** Called as soon as it is known which files change: what follows takes a while, too. */
  readonly onFiles?: (count: number) => void;
}

/** @throws RefusalError when the goal can't be reached. */
export function planWheel(input: WheelPlanInput, platform: RepairPlatform): WheelPlan {
  const { draft, wheel, request, roots } = input;
  const { settings } = request;
  const fixed = fixWheelFile(draft.need(wheelFilePath(draft), "WHL001"));
  const { binaries, data } = request.judgement.native.model;
  const natives = binaries.map(({ path }) => path).filter((path) => !data.has(path));
  const platlib = platlibFolder(fixed, natives);
  const native = platform.plan(platlib === undefined ? request : { ...request, platlib });
  const { members, grafts, companions = [] } = native;
  input.onFiles?.(members.length + grafts.length + companions.length);
  const retagged = settings.updateTags
    ? retag(fixed, draft.name, native.tags.platforms, native.rootIsPure === true)
    : { wheel: fixed, name: draft.name };
  const components = native.grafts.map((graft): GraftedComponent => {
    const { path, from, sha256 } = graft;
    const root = rootOf(roots, { ...graft, path: from });
    const about = platform.about === undefined ? undefined : aboutFile(root, from, platform.about);
    return {
      path,
      originalName: baseNameOf(from),
      sha256,
      owner: root.ownerOf(from),
      ...(about === undefined ? {} : { about }),
    };
  });
  return {
    platform: platform.name,
    format: platform.format,
    native,
    modes: planModes(
      wheel.index.entries,
      platform.name === "windows" ? new Set() : request.judgement.native.model.programs,
    ),
    name: retagged.name,
    wheelFile: retagged.wheel,
    components,
    sbom: settings.sbom ? planSbom(input, native, retagged.name, components) : undefined,
    removedTags: settings.updateTags ? native.tags.contradicted : [],
  };
}

function aboutFile(
  root: RepairRoot,
  path: string,
  about: (source: Source) => FileAbout,
): FileAbout {
  const source = root.open(path);
  try {
    return about(source);
  } finally {
    source.close();
  }
}

export function wheelFilePath({ distInfo }: Draft): string {
  return `${distInfo}/WHEEL`;
}

export function sbomPath({ distInfo }: Draft): string {
  return `${distInfo}/sboms/${SBOM_NAME}`;
}

/** Also rewritten when nothing is grafted now: what an earlier repair brought is still in the wheel. */
function planSbom(
  { draft, request }: WheelPlanInput,
  { grafts, members, files }: RepairPlan,
  name: WheelFilename,
  components: readonly GraftedComponent[],
): Uint8Array | undefined {
  const before = draft.read(sbomPath(draft));
  if (before === undefined && components.length === 0) return undefined;
  const subject = {
    name: normalizeName(name.name),
    version: request.judgement.model.version ?? "0",
    file: formatWheelFilename(name),
  };
  const paths = new Set(draft.paths());
  for (const { path, movesTo } of members) {
    if (movesTo === undefined) continue;
    paths.delete(path);
    paths.add(movesTo);
  }
  for (const { path } of [...files, ...grafts]) paths.add(path);
  const earlier = readComponents(before ?? new Uint8Array(), (member) => paths.has(member));
  return formatSbom(subject, components, VERSION, earlier);
}
