/** DLLs that are nowhere: whose absence stops a repair, and whose is only told. */
import type { DependencyGraph } from "../../audit/graph/graph.ts";
import { compareText } from "../../bytes.ts";
import { RefusalError } from "../../errors.ts";
import { dllKey } from "../../formats.ts";
import { microsoftRuntime } from "../../policy/windows/runtimes.ts";
import { isFollowed } from "./link-files.ts";
import type { LinkedFile, LinkedFiles } from "./links.ts";
import { reachOf } from "./links.ts";

interface Missing {
  readonly name: string;
  readonly user: string;
  /** Something that Python imports can't be loaded without it. */
  readonly grave: boolean;
}

/**
 * @param servesProgram true for a program that the repair makes whole.
 * @param repaired true for a wheel that another tool has repaired: what it left out is not needed.
 * @returns what is told of those that only a library misses which no module needs: Python code that
 *   opens it may see to that.
 * @throws RefusalError for the others.
 */
export function refuseMissing(
  graph: DependencyGraph,
  files: LinkedFiles,
  servesProgram: (path: string) => boolean,
  repaired: boolean,
): readonly string[] {
  const missing = findMissing(graph, files, servesProgram);
  const grave = repaired ? [] : missing.filter((each) => each.grave);
  const [first] = grave;
  if (first !== undefined) {
    const more = new Set(grave.map(({ name }) => name)).size - 1;
    throw new RefusalError(
      "LNK001",
      `\`${first.name}\`, which \`${first.user}\` needs, was not found${more > 0 ? `, and ${more} more` : ""}`,
      hintFor(first.name),
    );
  }
  return missing.map(
    ({ name, user, grave: needed }) =>
      `\`${name}\`, which \`${user}\` needs, was not found; ${needed ? "delvewheel left it out" : "no module needs it"}`,
  );
}

function hintFor(name: string): string {
  const out = `or leave it out with \`--exclude ${name}\``;
  return microsoftRuntime(dllKey(name)) === "redistributable"
    ? `it is part of the Visual C++ runtime: \`--add-path\` the folder \`VC/Redist/MSVC/VERSION/ARCH/Microsoft.VC*.CRT\` of Visual Studio (also those of OpenMP or MFC), ${out}`
    : `say where it is with \`--add-path DIR\`, ${out}`;
}

function findMissing(
  { members, host }: DependencyGraph,
  files: LinkedFiles,
  servesProgram: (path: string) => boolean,
): readonly Missing[] {
  const needed = neededByModules(files, servesProgram);
  const missing: Missing[] = [];
  for (const file of files.values()) {
    const node = file.inside ? members.get(file.path) : host.get(file.path);
    for (const edge of node?.edges ?? []) {
      if (edge.target.kind !== "none" || !isFollowed(file.path, edge)) continue;
      missing.push({ name: edge.name, user: file.path, grave: needed.has(file.key) });
    }
  }
  return missing.sort((a, b) => compareText(a.name, b.name) || compareText(a.user, b.user));
}

/** Keys of what comes into a process with a module, or with a program that is made whole. */
function neededByModules(
  files: LinkedFiles,
  servesProgram: (path: string) => boolean,
): ReadonlySet<string> {
  const counts = ({ role, path }: LinkedFile): boolean =>
    role === "module" || (role === "program" && servesProgram(path));
  const keys = new Set<string>();
  for (const root of files.values()) {
    if (!root.inside || !counts(root)) continue;
    keys.add(root.key);
    for (const key of reachOf(files, root).all) keys.add(key);
  }
  return keys;
}
