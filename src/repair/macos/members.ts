/** Edits of every file of the repaired wheel: the members that change, and the grafts. */
import { addTo } from "../../add-to.ts";
import type { Edge, GraphNode } from "../../audit/graph/graph.ts";
import type { MacosFacts } from "../../audit/macos/facts.ts";
import { compareText } from "../../bytes.ts";
import { RefusalError } from "../../errors.ts";
import type { MachoSlice } from "../../formats.ts";
import type { NativeEdit } from "../../native-edit.ts";
import { baseNameOf } from "../../paths.ts";
import { installedPath, isSitePath, parentFolder } from "../../wheel/installed.ts";
import { REGULAR_FILE } from "../../zip/writer.ts";
import type { Graft, MemberEdits, PlannedFile, RepairRequest } from "../platform.ts";
import { movedScript, parseScriptPath, scriptShim } from "../scripts.ts";
import type { EditContext } from "./edits.ts";
import { fileEdits } from "./edits.ts";
import { frameworkFiles } from "./frameworks.ts";
import type { NamedGraft } from "./names.ts";
import type { Sources } from "./sources.ts";

export interface MembersInput {
  readonly request: RepairRequest;
  readonly facts: MacosFacts;
  readonly sources: Sources;
  /** By real path outside. */
  readonly names: ReadonlyMap<string, NamedGraft>;
}

export interface PlannedMembers {
  readonly grafts: readonly Graft[];
  readonly members: readonly MemberEdits[];
  readonly files: readonly PlannedFile[];
  /** The path in the repaired wheel of a member, or of a file outside. */
  whereNow(path: string): string;
}

const STRIP: NativeEdit = { kind: "strip", level: "all", optional: true };
const SCRIPT_MODE = REGULAR_FILE | 0o755;

export function planMembers(input: MembersInput): PlannedMembers {
  const { request, facts, sources, names } = input;
  const { settings, name, providerFolders, judgement } = request;
  const byPath = new Map<string, GraphNode<MachoSlice>[]>();
  for (const { key, path } of facts.identity.considered) {
    const node = facts.graph.members.get(key);
    if (node === undefined) continue;
    addTo(byPath, path, node);
  }
  const homes = movedPrograms(input, byPath);
  const whereNow = (path: string): string => names.get(path)?.path ?? homes.get(path) ?? path;
  const folders = new Set<string>();
  for (const path of [...judgement.native.model.members, ...names.values()].map(pathOf)) {
    for (let at = parentFolder(installedPath(path)); !folders.has(at); at = parentFolder(at)) {
      folders.add(at);
    }
  }
  const context: EditContext = {
    destination: ({ target }: Edge) =>
      target.kind === "wheel" || target.kind === "host" ? whereNow(target.path) : undefined,
    isOwnFolder: (folder) => folders.has(folder),
    sanitizes: settings.sanitizesRunPaths,
  };
  const strip = settings.strip ? [STRIP] : [];
  const members: MemberEdits[] = [];
  const files: PlannedFile[] = [];
  for (const [path, nodes] of byPath) {
    const provided = providerFolders.get(path) ?? [];
    const movesTo = homes.get(path);
    const plan = { path: movesTo ?? path, nodes, provided };
    const edits = [...strip, ...fileEdits(plan, context)];
    if (movesTo !== undefined) {
      const bytes = scriptShim(name.name, baseNameOf(path));
      files.push({ path, bytes, mode: SCRIPT_MODE });
      members.push({ path, edits, movesTo, executable: true });
    } else if (edits.length > 0) members.push({ path, edits });
  }
  const grafts = planGrafts(input, context, whereNow, strip);
  files.push(...frameworkFiles(sources, names));
  return { grafts, members, files, whereNow };
}

function pathOf(item: string | NamedGraft): string {
  return typeof item === "string" ? item : item.path;
}

/**
 * Programs of `.data/scripts` that need libraries of the wheel: no relative path leads there from
 * `bin`.
 *
 * @throws RefusalError for other files outside site-packages that need them.
 */
function movedPrograms(
  { request: { name } }: MembersInput,
  files: ReadonlyMap<string, readonly GraphNode<MachoSlice>[]>,
): ReadonlyMap<string, string> {
  const moved = new Map<string, string>();
  for (const [path, nodes] of files) {
    if (isSitePath(path)) continue;
    const needsWheel = nodes.some(({ edges }) =>
      edges.some(
        ({ target }) =>
          target.kind === "host" || (target.kind === "wheel" && isSitePath(target.path)),
      ),
    );
    if (!needsWheel) continue;
    const script = parseScriptPath(path);
    if (script === undefined) {
      throw new RefusalError(
        "LNK007",
        `\`${path}\` is installed outside site-packages, so no relative path leads it to the libraries it needs`,
        "move it into the package, or leave its libraries out with `--exclude`",
      );
    }
    moved.set(path, movedScript(name.name, script.file));
  }
  return moved;
}

function planGrafts(
  { request, sources, names }: MembersInput,
  context: EditContext,
  whereNow: (path: string) => string,
  strip: readonly NativeEdit[],
): readonly Graft[] {
  const byPath = new Map<string, Graft>();
  for (const [from, { nodes, aliases, neededBy }] of sources.grafts) {
    const named = names.get(from);
    if (named === undefined) continue;
    const { path, sha256 } = named;
    const users = [...neededBy].map(whereNow);
    const known = byPath.get(path);
    if (known !== undefined) {
      // Two paths with the same bytes and name are one library.
      byPath.set(path, {
        ...known,
        aliases: sorted([...known.aliases, ...aliases]),
        neededBy: sorted([...known.neededBy, ...users]),
      });
      continue;
    }
    const provided = request.providerFolders.get(from) ?? [];
    const files = nodes[0]?.files;
    const isLibrary = nodes.every(({ slice }) => slice.fileType === "MH_DYLIB");
    byPath.set(path, {
      from,
      ...(files === undefined ? {} : { files }),
      path,
      name: baseNameOf(path),
      aliases: sorted(aliases),
      sha256,
      neededBy: sorted(users),
      edits: [
        ...strip,
        // Never equal in two wheels by accident: dyld takes what is loaded under that name.
        ...(isLibrary ? [{ kind: "set-id", id: `/DLC/${path}` } as const] : []),
        ...fileEdits({ path, nodes, provided }, context),
      ],
    });
  }
  return [...byPath.values()].sort((a, b) => compareText(a.path, b.path));
}

function sorted(texts: Iterable<string>): readonly string[] {
  return [...new Set(texts)].sort(compareText);
}
