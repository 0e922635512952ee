/** Wheels of one release that are audited together are compared by their variants. */
import type { Problem } from "../finding.ts";
import { nodeCompression } from "../node/compression.ts";
import { openFile } from "../node/file.ts";
import { baseNameOf } from "../paths.ts";
import { findDistInfo } from "../wheel/dist-info.ts";
import { parseWheelFilename } from "../wheel/filename.ts";
import { normalizeName } from "../wheel/names.ts";
import { openWheel } from "../wheel/open.ts";
import { parseVariantFile, VARIANT_FILE } from "../wheel/variant-file.ts";
import type { LabelledWheel } from "../wheel/variant-release.ts";
import { checkRelease } from "../wheel/variant-release.ts";

/** @returns problems by path; a wheel without a label has none, and is not opened. */
export function releaseProblems(paths: readonly string[]): ReadonlyMap<string, readonly Problem[]> {
  const releases = new Map<string, string[]>();
  for (const path of paths) {
    const { name } = parseWheelFilename(baseNameOf(path.replaceAll("\\", "/")));
    if (name?.variant === undefined) continue;
    const key = `${normalizeName(name.name)} ${name.version}`;
    releases.set(key, [...(releases.get(key) ?? []), path]);
  }
  const found = new Map<string, readonly Problem[]>();
  for (const release of releases.values()) {
    if (release.length < 2) continue;
    const byWheel = new Map<LabelledWheel, string>();
    for (const path of release) {
      const wheel = readLabelled(path);
      if (wheel !== undefined) byWheel.set(wheel, path);
    }
    for (const [wheel, problems] of checkRelease([...byWheel.keys()])) {
      const path = byWheel.get(wheel);
      if (path !== undefined) found.set(path, problems);
    }
  }
  return found;
}

function readLabelled(path: string): LabelledWheel | undefined {
  const file = baseNameOf(path.replaceAll("\\", "/"));
  const source = openFile(path);
  try {
    const wheel = openWheel(source, file, nodeCompression);
    const inside = `${findDistInfo(wheel.index.entries, file)}/${VARIANT_FILE}`;
    const bytes = wheel.read(inside);
    const described = bytes && parseVariantFile(bytes).file;
    const label = parseWheelFilename(file).name?.variant;
    return described === undefined || label === undefined
      ? undefined
      : { file, path: inside, label, described };
  } finally {
    source.close();
  }
}
