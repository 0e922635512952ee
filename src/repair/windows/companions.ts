/** Files that belong to a grafted DLL and that no loader reads: symbols for debuggers, import libraries for linkers. */
import type { DependencyGraph } from "../../audit/graph/graph.ts";
import { compareText } from "../../bytes.ts";
import { baseNameOf, joinPath } from "../../paths.ts";
import { parentFolder } from "../../wheel/installed.ts";
import type { Companion, Graft } from "../platform.ts";

export interface WantedCompanions {
  /** `.pdb` files. */
  readonly symbols: boolean;
  /** Import libraries: those of Microsoft's linker, and of GNU's. */
  readonly imports: boolean;
}

/**
 * Beside each grafted DLL, under the names that they have: a debugger and a build look for those. Of
 * two of one name the first stays; CMake puts DLLs into `bin` and import libraries into `lib`.
 *
 * @param taken paths that the wheel has.
 */
export function companionsOf(
  grafts: readonly Graft[],
  { host }: Pick<DependencyGraph, "host">,
  wanted: WantedCompanions,
  taken: ReadonlySet<string>,
): { readonly companions: readonly Companion[]; readonly notes: readonly string[] } {
  const byPath = new Map<string, Companion>();
  const notes: string[] = [];
  const endings = [
    ...(wanted.symbols ? [".pdb"] : []),
    ...(wanted.imports ? [".lib", ".dll.a"] : []),
  ];
  for (const { from, path } of grafts) {
    const files = host.get(from)?.files;
    for (const ending of files === undefined ? [] : endings) {
      const found = files && findBeside(from, ending, (folder) => files.list(folder));
      const real = found === undefined ? undefined : files?.resolve(found);
      if (found === undefined || real === undefined) continue;
      const target = joinPath(path.slice(0, Math.max(0, path.lastIndexOf("/"))), baseNameOf(found));
      const other = byPath.get(target);
      if (other?.from === real) continue;
      if (other !== undefined || taken.has(target)) {
        notes.push(`\`${found}\` is left out: the wheel has another \`${target}\``);
        continue;
      }
      byPath.set(target, { from: real, ...(files === undefined ? {} : { files }), path: target });
    }
  }
  const companions = [...byPath.values()].sort((a, b) => compareText(a.path, b.path));
  return { companions, notes: [...new Set(notes)] };
}

function findBeside(
  dll: string,
  ending: string,
  list: (folder: string) => readonly string[],
): string | undefined {
  const folder = parentFolder(dll);
  const wanted = `${baseNameOf(dll).replace(/\.[^.]*$/, "")}${ending}`.toLowerCase();
  const lib = /^(.*)\/bin$/i.exec(folder)?.[1];
  const folders = ending === ".pdb" || lib === undefined ? [folder] : [folder, `${lib}/lib`];
  for (const each of folders) {
    const name = list(each).find((one) => one.toLowerCase() === wanted);
    if (name !== undefined) return `${each}/${name}`;
  }
  return undefined;
}
