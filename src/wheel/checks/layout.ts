/** DST001-DST011. */
import type { ZipEntry } from "../../zip/entry.ts";
import type { DataPath } from "../data-scheme.ts";
import { isInterpreterName, isSchemeKey, parseDataPath } from "../data-scheme.ts";
import { distInfoDirectories, isDistInfoOf } from "../dist-info.ts";
import { listed, quoted } from "../text.ts";
import type { CheckContext } from "../view.ts";

export function checkLayout(context: CheckContext): void {
  checkDistInfo(context);
  checkStrayInfo(context);
  checkData(context);
  checkInstallerFiles(context);
}

function checkDistInfo({ view, filename, distInfo, problems }: CheckContext): void {
  const directories = distInfoDirectories(view.entries);
  if (directories.length === 0) {
    problems.add({
      code: "DST001",
      message: "there is no `.dist-info` directory at the root",
      profiles: { pypi: "error" },
    });
    return;
  }
  if (directories.length > 1) {
    problems.add({
      code: "DST001",
      message: `there are ${directories.length} \`.dist-info\` directories at the root: ${listed(directories)}`,
      ...(distInfo === undefined ? { profiles: { pypi: "error" } } : {}),
    });
  }
  if (filename === undefined || distInfo === undefined) return;
  const wanted = `${filename.name}-${filename.version}.dist-info`;
  if (distInfo === wanted) return;
  problems.add({
    code: "DST002",
    path: distInfo,
    message: `the directory is ${quoted(distInfo)}, the file name asks for ${quoted(wanted)}`,
    ...(isDistInfoOf(distInfo, filename.name, filename.version)
      ? { profiles: { install: "info" } }
      : {}),
  });
}

/** Folders under which projects keep the code of others, metadata included. */
const VENDORED = /^_?(?:vendor|vendored|vendors|third_party|thirdparty|extern|externals)$/;

function checkStrayInfo({ view, problems }: CheckContext): void {
  const seen = new Set<string>();
  for (const { name, directory } of view.entries) {
    const end = infoEnd(name, directory);
    if (end === undefined) continue;
    const path = name.slice(0, end);
    if (seen.has(path)) continue;
    seen.add(path);
    const slash = path.lastIndexOf("/");
    const vendored = path
      .slice(0, Math.max(0, slash))
      .split("/")
      .some((part) => VENDORED.test(part));
    problems.add({
      code: "DST003",
      path,
      ...(vendored ? { level: "info" } : {}),
      message:
        slash === -1
          ? `${quoted(path)} at the root is metadata in the old form`
          : `${quoted(path.slice(slash + 1))} is metadata of another project inside the wheel`,
    });
  }
}

/** End of the first component that is stray metadata; the root's `.dist-info` is none. */
function infoEnd(name: string, directory: boolean): number | undefined {
  for (let at = 0; ; ) {
    const slash = name.indexOf("/", at);
    const end = slash === -1 ? name.length : slash;
    if (name.endsWith(".egg-info", end)) return end;
    if (at > 0 && name.endsWith(".dist-info", end) && (slash !== -1 || directory)) return end;
    if (slash === -1) return undefined;
    at = slash + 1;
  }
}

function checkData(context: CheckContext): void {
  const { view, distInfo, problems } = context;
  const wanted = distInfo?.replace(/\.dist-info$/, ".data");
  const directories = new Set<string>();
  const keys = new Set<string>();
  const foreign = new Set<string>();
  for (const entry of view.entries) {
    const data = parseDataPath(entry.name);
    if (data === undefined) continue;
    directories.add(data.directory);
    if (entry.directory && data.key === "") continue;
    const place = `${data.directory}/${data.key}`;
    if (!isSchemeKey(data.key) || (data.path === "" && !entry.directory)) {
      if (!keys.has(place)) {
        problems.add({
          code: "DST005",
          path: entry.name,
          message:
            data.path === "" && !entry.directory
              ? `${quoted(entry.name)} lies directly under \`.data\``
              : `${quoted(data.key)} is not an install location`,
        });
      }
    } else {
      if (!keys.has(place)) checkRootScheme(context, data, place);
      checkOverwriting(context, data, entry);
      checkPlacement(context, data, entry, foreign);
    }
    keys.add(place);
  }
  for (const directory of directories) {
    if (wanted === undefined || directory === wanted) continue;
    problems.add({
      code: "DST004",
      path: directory,
      message: `the directory is ${quoted(directory)}, the metadata asks for ${quoted(wanted)}`,
    });
  }
}

function checkOverwriting(context: CheckContext, data: DataPath, { name }: ZipEntry): void {
  if (!isRootScheme(context, data) || !context.files.has(data.path)) return;
  context.problems.add({
    code: "DST006",
    level: "error",
    path: name,
    message: `${quoted(data.path)} is at the root and under \`.data/${data.key}\`: one overwrites the other`,
  });
}

/** True for the key that is the same place as the root. */
function isRootScheme({ rootIsPurelib }: CheckContext, { key }: DataPath): boolean {
  return rootIsPurelib !== undefined && key === (rootIsPurelib ? "purelib" : "platlib");
}

function checkRootScheme(context: CheckContext, data: DataPath, path: string): void {
  if (!isRootScheme(context, data)) return;
  const { rootIsPurelib, problems } = context;
  const { key } = data;
  problems.add({
    code: "DST006",
    path,
    message: `\`.data/${key}\` is the same place as the root, since \`Root-Is-Purelib\` is \`${rootIsPurelib}\``,
  });
}

function checkPlacement(
  { problems }: CheckContext,
  { key, path }: DataPath,
  entry: ZipEntry,
  seen: Set<string>,
): void {
  if (path === "") return;
  if (key === "scripts") {
    if (path.includes("/")) {
      problems.add({
        code: "DST007",
        path: entry.name,
        message: `${quoted(path)} lies in a directory under \`.data/scripts\``,
      });
    } else if (isSymbolicLink(entry)) {
      problems.add({
        code: "DST007",
        path: entry.name,
        message: `${quoted(path)} under \`.data/scripts\` is a symbolic link`,
      });
    }
  }
  const foreign = key === "data" ? foreignPlace(path) : undefined;
  if (foreign !== undefined && !seen.has(foreign)) {
    seen.add(foreign);
    problems.add({
      code: "DST009",
      path: entry.name,
      message: `${quoted(path)} is written below the environment's root, outside the project's own places`,
    });
  }
  const script = scriptName(key, path);
  if (script !== undefined && isInterpreterName(script)) {
    problems.add({
      code: "DST008",
      path: entry.name,
      message: `${quoted(script)} would be installed over the interpreter`,
    });
  }
}

/** The name in the environment's `bin`, for a file that goes there. */
function scriptName(key: string, path: string): string | undefined {
  if (key === "scripts") return path.includes("/") ? undefined : path;
  const match = key === "data" ? /^(?:bin|scripts)\/([^/]+)$/i.exec(path) : null;
  return match?.[1];
}

/** The first part of a path that leads to a place of the system or of other projects. */
function foreignPlace(path: string): string | undefined {
  return /^(?:[Ll]ib(?:64)?\/(?:python[^/]*\/)?site-packages\/|etc\/|[\\/]|[A-Za-z]:)/.exec(
    path,
  )?.[0];
}

function isSymbolicLink({ versionMadeBy, externalAttributes }: ZipEntry): boolean {
  const host = versionMadeBy >>> 8;
  return (host === 3 || host === 19) && ((externalAttributes >>> 16) & 0o170000) === 0o120000;
}

const INSTALLER_FILES: readonly string[] = ["INSTALLER", "REQUESTED", "direct_url.json"];
const SIGNATURES: readonly string[] = ["RECORD.jws", "RECORD.p7s"];
const DIRECTORIES: readonly string[] = ["licenses", "license_files", "LICENSES", "sboms"];

function checkInstallerFiles({ files, distInfo, problems }: CheckContext): void {
  if (distInfo === undefined) return;
  const prefix = `${distInfo}/`;
  for (const path of files.keys()) {
    if (!path.startsWith(prefix)) continue;
    const name = path.slice(prefix.length);
    if (INSTALLER_FILES.includes(name) || /^uv_[^/]*\.json$/.test(name)) {
      problems.add({
        code: "DST010",
        path,
        // The others are overwritten, or only say that a user asked for the project.
        ...(name === "direct_url.json" ? {} : { level: "warning" }),
        message: `\`${name}\` is written by installers, a wheel must not bring it`,
      });
    } else if (SIGNATURES.includes(name)) {
      problems.add({
        code: "DST010",
        path,
        level: "warning",
        message: `\`${name}\` signs RECORD in a form that no tool verifies (PEP 815)`,
      });
    } else if (DIRECTORIES.includes(name)) {
      problems.add({
        code: "DST011",
        path,
        message: `\`${name}\` in \`.dist-info\` must be a directory, here it is a file`,
      });
    }
  }
}
