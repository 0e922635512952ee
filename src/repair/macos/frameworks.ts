/**
 * Frameworks on their way into a wheel.
 *
 * A wheel holds no symbolic links, so only `Foo.framework/Versions/A` comes along, and everything
 * refers to that path: with real copies in the place of the links, tools that sign an app take the
 * framework for two things at once.
 */
import { encodeUtf8 } from "../../bytes.ts";
import { RefusalError } from "../../errors.ts";
import { folderOf, joinPath } from "../../paths.ts";
import type { PlannedFile } from "../platform.ts";
import type { NamedGraft } from "./names.ts";
import type { Sources } from "./sources.ts";

const BINARY = /^(.*\/[^/]+\.framework\/Versions\/[^/]+)\/[^/]+$/;
/** For those who build against it, or made again when an app is signed. */
const NOT_NEEDED: ReadonlySet<string> = new Set([
  "Headers",
  "PrivateHeaders",
  "Modules",
  "_CodeSignature",
  "CodeResources",
]);

/**
 * The property lists of the frameworks that are grafted.
 *
 * @throws RefusalError when a framework has more than code: nobody could tell what it needs.
 */
export function frameworkFiles(
  { grafts }: Sources,
  names: ReadonlyMap<string, NamedGraft>,
): readonly PlannedFile[] {
  const planned: PlannedFile[] = [];
  for (const [from, { nodes }] of grafts) {
    const root = BINARY.exec(from)?.[1];
    const files = nodes[0]?.files;
    const target = names.get(from)?.path;
    if (root === undefined || files === undefined || target === undefined) continue;
    for (const name of files.list(root)) {
      const path = `${root}/${name}`;
      if (path === from || NOT_NEEDED.has(name) || name.startsWith(".")) continue;
      const others = name === "Resources" ? files.list(path) : undefined;
      const extra = others?.find((each) => each !== "Info.plist" && !each.startsWith("."));
      if (others === undefined || extra !== undefined) {
        const what = extra === undefined ? name : `${name}/${extra}`;
        throw new RefusalError(
          "LNK001",
          `the framework of \`${from}\` has more than code (\`${what}\`), which would be lost`,
          "ship the framework with the package, or leave it out with `--exclude`",
        );
      }
      const list = files.readText(`${path}/Info.plist`);
      // Property lists may be binary, and would be damaged as text.
      if (list === undefined || !list.startsWith("<?xml")) continue;
      const home = joinPath(folderOf(target), "Resources/Info.plist");
      planned.push({ path: home, bytes: encodeUtf8(list) });
    }
  }
  return planned;
}
