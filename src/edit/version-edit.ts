/** Another version: file name, dist-info, `.data`, METADATA and SBOMs move together. */
import { printable } from "../bytes.ts";
import { RefusalError } from "../errors.ts";
import { distInfoParts } from "../wheel/dist-info.ts";
import { normalizeName } from "../wheel/names.ts";
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

/**
 * States the version wherever a wheel states one, whichever of these places disagree before: a wheel
 * that was renamed by hand says one thing in its file name and another in METADATA.
 */
export function editVersion(draft: Draft, edit: VersionEdit): void {
  const after = printVersion(nextVersion(draft.name.version, edit));
  const info = distInfoParts(draft.distInfo);
  const metadata = draft.needMetadata();
  const project = valuesOf(metadata, "Name")[0] ?? draft.name.name;
  const stated = [draft.name.version, info?.version, ...valuesOf(metadata, "Version")];
  const before = [...new Set(stated.flatMap((text) => (text === undefined ? [] : [text.trim()])))];

  draft.write(`${draft.distInfo}/METADATA`, setField(metadata, "Version", after, FIELD_ORDER));
  for (const path of draft.paths()) {
    if (!path.startsWith(`${draft.distInfo}/sboms/`) || path.endsWith("/")) continue;
    const bytes = draft.read(path);
    if (bytes === undefined) continue;
    draft.write(path, editSbom(bytes, { project, before, after }));
  }
  const names = [draft.name.name, info?.name ?? draft.name.name].map(normalizeName);
  const own = spelledName(draft, info?.name ?? draft.name.name);
  const moves = new Map([[draft.distInfo, `${own}-${after}.dist-info`]]);
  for (const [folder, name] of dataFolders(draft.paths())) {
    if (!names.includes(normalizeName(name))) continue;
    moves.set(folder, `${spelledName(draft, name)}-${after}.data`);
  }
  draft.renameFolders(moves);
  draft.name = { ...draft.name, version: after };
}

/** As the file name has it, unless the folder is another project's. */
function spelledName(draft: Draft, name: string): string {
  return normalizeName(name) === normalizeName(draft.name.name) ? draft.name.name : name;
}

/** The folders `NAME-….data` at the root, with their names. */
function dataFolders(paths: readonly string[]): ReadonlyMap<string, string> {
  const folders = new Map<string, string>();
  for (const path of paths) {
    const [, folder, name] = /^(([^/-]+)-[^/]*\.data)\//.exec(path) ?? [];
    if (folder !== undefined && name !== undefined) folders.set(folder, name);
  }
  return folders;
}

/** @throws RefusalError NAM003 for a value that is no version or label. */
export function checkVersionValue(edit: VersionEdit): void {
  nextVersion("0", edit);
}

/** @param before the version in the file name: it matters only where it is built upon. */
function nextVersion(before: string, edit: VersionEdit): Version {
  switch (edit.kind) {
    case "version":
      return parsed(edit.version, "the new version");
    case "post": {
      const version = baseVersion(before);
      if (version.dev !== undefined) {
        throw new RefusalError(
          "NAM003",
          `\`${printVersion(version)}\` is a development release, which has no post-releases`,
          "give the new version with `--version`",
        );
      }
      return { ...version, post: (version.post ?? 0n) + 1n };
    }
    case "local": {
      const { local: _, ...plain } = baseVersion(before);
      if (edit.label === "") return plain;
      const { local } = parsed(`0+${edit.label}`, "the local label", edit.label);
      return local === undefined ? plain : { ...plain, local };
    }
  }
}

function baseVersion(text: string): Version {
  return parsed(text, "the wheel's version", text, "give a valid one with `--version`");
}

function parsed(
  text: string,
  what: string,
  shown: string = text,
  hint: string = "versions are written as PEP 440 has them, for example `1.2.post1` or `1.2+cuda12`",
): Version {
  const version = parseVersion(text);
  if (version !== undefined) return version;
  throw new RefusalError("NAM003", `${what} \`${printable(shown)}\` is not valid`, hint);
}
