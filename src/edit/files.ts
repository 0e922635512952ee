/** Files added to and removed from a wheel. */
import { printable } from "../bytes.ts";
import { RefusalError } from "../errors.ts";
import { baseNameOf } from "../paths.ts";
import { didYouMean } from "../suggest.ts";
import { parseEntryPoints, parseObjectReference } from "../wheel/entry-points.ts";
import { pathInSite } from "../wheel/installed.ts";
import { compareMetadataVersions, isMetadataVersion } from "../wheel/metadata-fields.ts";
import type { Draft } from "./draft.ts";
import { valuesOf, withField } from "./metadata-edit.ts";

const NEEDED: Readonly<Record<string, string>> = {
  METADATA: "MET001",
  WHEEL: "WHL001",
  RECORD: "REC001",
};

/** `--add-file SRC=DST`. */
export function addFile(draft: Draft, path: string, bytes: Uint8Array, mode: number): void {
  refuseUnsafePath(path);
  refuseNeeded(draft, path);
  if (draft.has(path)) {
    throw new RefusalError(
      "ZIP008",
      `the wheel has \`${printable(path)}\` already`,
      `to replace it: \`--remove-file ${path}\` before \`--add-file\``,
    );
  }
  draft.write(path, bytes, mode);
}

/** `--remove-file PATH`. */
export function removeFile(draft: Draft, path: string): void {
  refuseNeeded(draft, path);
  if (!draft.has(path) || path.endsWith("/")) {
    const inside = draft.paths().filter((each) => each.startsWith(`${path.replace(/\/$/, "")}/`));
    throw new RefusalError(
      "EDT003",
      `the wheel has no file \`${printable(path)}\``,
      inside.length > 0
        ? `it is a folder with ${inside.length} files; name the files`
        : didYouMean(path, draft.paths()),
    );
  }
  refuseEntryPointModule(draft, path);
  draft.remove(path);
}

/** A module that a script imports, or the `__init__.py` of a package on the way to it. */
function refuseEntryPointModule(draft: Draft, path: string): void {
  const bytes = draft.read(`${draft.distInfo}/entry_points.txt`);
  if (bytes === undefined) return;
  const installed = pathInSite(path);
  for (const { group, name, value } of parseEntryPoints(bytes).entryPoints) {
    const parts = parseObjectReference(value)?.module.split(".") ?? [];
    const needed = parts.some((_, at) => {
      const module = parts.slice(0, at + 1).join("/");
      const last = at === parts.length - 1;
      return (
        installed === `${module}/__init__.py` ||
        (last && installed.startsWith(`${module}.`) && /\.(py|so|pyd)$/.test(installed))
      );
    });
    if (!needed) continue;
    throw new RefusalError(
      "EPT004",
      `the entry point \`${printable(name)}\` of \`[${printable(group)}]\` needs \`${printable(path)}\``,
      `remove it first: \`--remove-entry-point ${group}:${name}\``,
    );
  }
}

/**
 * `--add-license FILE`: the text goes to `licenses/`, and METADATA names it.
 *
 * Before Metadata-Version 2.4 build back ends put licences beside METADATA; those move along, for
 * from 2.4 on they must be in `licenses/`.
 */
export function addLicense(draft: Draft, path: string, bytes: Uint8Array): void {
  const metadataPath = `${draft.distInfo}/METADATA`;
  const metadata = draft.needMetadata();
  const relative = baseNameOf(path);
  refuseUnsafePath(relative);
  const listed = valuesOf(metadata, "License-File");
  if (listed.includes(relative)) {
    throw new RefusalError(
      "ZIP008",
      `the wheel has a licence file \`${printable(relative)}\` already`,
    );
  }
  const version = valuesOf(metadata, "Metadata-Version")[0]?.trim() ?? "";
  if (isMetadataVersion(version) && compareMetadataVersions(version, "2.4") < 0) {
    for (const old of listed) {
      const from = `${draft.distInfo}/${old}`;
      const content = draft.read(from);
      if (content === undefined || draft.has(`${draft.distInfo}/licenses/${old}`)) continue;
      draft.remove(from);
      draft.write(`${draft.distInfo}/licenses/${old}`, content);
    }
  }
  addFile(draft, `${draft.distInfo}/licenses/${relative}`, bytes, 0o100644);
  draft.write(metadataPath, withField(metadata, "License-File", relative));
}

function refuseNeeded(draft: Draft, path: string): void {
  const name = path.startsWith(`${draft.distInfo}/`) ? path.slice(draft.distInfo.length + 1) : "";
  const code = NEEDED[name];
  if (code === undefined) return;
  throw new RefusalError(
    code,
    `\`${printable(path)}\` can be neither added nor removed: every wheel must have it`,
    name === "METADATA" ? "edit its fields with `--set`, `--unset` and the like" : undefined,
  );
}

function refuseUnsafePath(path: string): void {
  const parts = path.split("/");
  const unsafe =
    path === "" ||
    path.includes("\\") ||
    /^[A-Za-z]:/.test(path) ||
    parts.some((part) => part === "" || part === "." || part === "..");
  if (!unsafe) return;
  throw new RefusalError(
    "ZIP031",
    `\`${printable(path)}\` is not a path inside a wheel`,
    "paths are relative to the wheel's root, with `/` between their parts and no `.` or `..`",
  );
}
