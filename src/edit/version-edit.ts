/** Another version: file name, dist-info, `.data`, METADATA and SBOMs move together. */
import { printable } from "../bytes.ts";
import { RefusalError } from "../errors.ts";
import { distInfoParts } from "../wheel/dist-info.ts";
import type { Version } from "../wheel/version.ts";
import { parseVersion, printVersion } from "../wheel/version.ts";
import type { Draft } from "./draft.ts";
import { setField } from "./fields.ts";
import { FIELD_ORDER, valuesOf } from "./metadata-edit.ts";
import { editSbom } from "./sbom-edit.ts";

export type VersionEdit =
  | { readonly kind: "version"; readonly version: string }
  | { readonly kind: "post" }
  | { readonly kind: "local"; readonly label: string };

export function editVersion(draft: Draft, edit: VersionEdit): void {
  const before = parsed(draft.name.version, "the wheel's version");
  const after = printVersion(nextVersion(before, edit));
  if (after === draft.name.version) return;

  const name = distInfoParts(draft.distInfo)?.name ?? draft.name.name;
  const metadata = draft.needMetadata();
  const project = valuesOf(metadata, "Name")[0] ?? name;
  draft.write(`${draft.distInfo}/METADATA`, setField(metadata, "Version", after, FIELD_ORDER));
  for (const path of draft.paths()) {
    if (!path.startsWith(`${draft.distInfo}/sboms/`) || path.endsWith("/")) continue;
    const bytes = draft.read(path);
    if (bytes === undefined) continue;
    draft.write(path, editSbom(bytes, { project, before: draft.name.version, after }));
  }
  const data = draft.paths().find((path) => isDataOf(path, before));
  if (data !== undefined) {
    const folder = data.slice(0, data.indexOf("/"));
    draft.renameFolder(folder, `${folder.slice(0, folder.indexOf("-"))}-${after}.data`);
  }
  draft.renameFolder(draft.distInfo, `${name}-${after}.dist-info`);
  draft.name = { ...draft.name, version: after };
}

/** @throws RefusalError NAM003 for a value that is no version or label. */
export function checkVersionValue(edit: VersionEdit): void {
  nextVersion(parsed("0", "the wheel's version"), edit);
}

function nextVersion(before: Version, edit: VersionEdit): Version {
  switch (edit.kind) {
    case "version":
      return parsed(edit.version, "the new version");
    case "post":
      if (before.dev !== undefined) {
        throw new RefusalError(
          "NAM003",
          `\`${printVersion(before)}\` is a development release, which has no post-releases`,
          "give the new version with `--version`",
        );
      }
      return { ...before, post: (before.post ?? 0n) + 1n };
    case "local": {
      const { local: _, ...plain } = before;
      if (edit.label === "") return plain;
      const { local } = parsed(`0+${edit.label}`, "the local label", edit.label);
      return local === undefined ? plain : { ...plain, local };
    }
  }
}

function parsed(text: string, what: string, shown: string = text): Version {
  const version = parseVersion(text);
  if (version !== undefined) return version;
  throw new RefusalError(
    "NAM003",
    `${what} \`${printable(shown)}\` is not valid`,
    "versions are written as PEP 440 has them, for example `1.2.post1` or `1.2+cuda12`",
  );
}

/** True for a path below `NAME-VERSION.data/`. */
function isDataOf(path: string, version: Version): boolean {
  const folder = /^[^/]+-([^/-]+)\.data\//.exec(path)?.[1];
  const found = folder === undefined ? undefined : parseVersion(folder);
  return found !== undefined && printVersion(found) === printVersion(version);
}
