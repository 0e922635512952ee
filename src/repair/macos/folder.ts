/** Where grafted libraries go, as delocate decides it. */
import { compareText } from "../../bytes.ts";
import { UsageError } from "../../errors.ts";
import { joinPath } from "../../paths.ts";

export const FOLDER_SUFFIX = ".dylibs";

/**
 * Inside the package that is named like the wheel, otherwise inside the first package; beside the
 * modules where there is no package: `demo/.dylibs`, `demo.dylibs`.
 *
 * @param distribution as the file name spells it.
 * @param members paths in the wheel.
 * @param name of the folder; may have several parts.
 * @throws UsageError when it would lead out of the package.
 */
export function graftFolder(
  distribution: string,
  members: Iterable<string>,
  name: string = FOLDER_SUFFIX,
): string {
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.length === 0 || parts.includes("..") || name.startsWith("/")) {
    throw new UsageError(
      `\`${name}\` can't be the folder for libraries`,
      "`--lib-sdir` is a folder inside the package, such as `.dylibs`",
    );
  }
  const folder = parts.join("/");
  const packages: string[] = [];
  for (const path of members) {
    const match = /^([^/]+)\/__init__\.py$/.exec(path);
    if (match?.[1] !== undefined) packages.push(match[1]);
  }
  const [first] = packages.sort(compareText);
  const owner = packages.includes(distribution) ? distribution : first;
  return owner === undefined ? distribution + folder : joinPath(owner, folder);
}
