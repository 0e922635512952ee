import type { Problem } from "../../../finding.ts";
import type { MacosTag } from "../../../policy/macos/tags.ts";
import { promisedByAll, refusedByInstallers } from "../../../policy/macos/tags.ts";
import { compareVersions } from "../../../policy/macos/version.ts";
import { parsePlatformTag } from "../../../wheel/platform-tag.ts";
import type { MacosModel } from "../../macos/model.ts";
import type { NativeCode } from "../texts.ts";
import { quote, quoteSome } from "../wording.ts";

/** The files would run on older systems than the tags let them be installed on. */
export function narrowTag(model: MacosModel): readonly Problem<NativeCode>[] {
  const { identity, verdict } = model;
  const { supported, truthful } = verdict;
  if (identity.system !== "macos" || supported === null || truthful !== true) return [];
  const claimed = identity.claims.flatMap(({ tag }) => (tag.kind === "macosx" ? tag : []));
  if (claimed.length === 0 || claimed.some((tag) => refusedByInstallers(tag) !== undefined))
    return [];
  const promised = promisedByAll(claimed);
  const possible = promisedByAll(supported.split(".").flatMap(macosTag));
  const older = [...possible].some(([arch, version]) => {
    const now = promised.get(arch);
    return now !== undefined && compareVersions(version, now) < 0;
  });
  if (!older) return [];
  const names = quoteSome(
    identity.claims.map(({ text }) => text),
    2,
  );
  return [
    { code: "TAG010", message: `tagged ${names}, but the files also allow ${quote(supported)}` },
  ];
}

function macosTag(text: string): readonly MacosTag[] {
  const tag = parsePlatformTag(text);
  return tag.kind === "macosx" ? [tag] : [];
}
