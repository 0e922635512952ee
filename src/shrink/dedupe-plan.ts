/** Which of several equal libraries stays, and what the users of the others are told. */
import type { GraphNode } from "../audit/graph/graph.ts";
import { printable } from "../bytes.ts";
import type { NativeEdit } from "../native-edit.ts";
import { baseNameOf, folderOf, relativePath } from "../paths.ts";
import { installedPath, isSitePath } from "../wheel/installed.ts";
import type { NamedIn } from "./named-libraries.ts";
import type { Change, NativeWorld, Retold } from "./native-world.ts";
import { searchKind } from "./native-world.ts";

export interface Copies {
  /** Equal members, sorted. */
  readonly paths: readonly string[];
  /** Names of theirs that code opens at run time. */
  readonly named: NamedIn;
  /** Data of a native file hold a beginning of which its code may make a name. */
  readonly isMade: boolean;
}

export interface PlannedCopies {
  readonly change: Change;
  readonly pairs: readonly { readonly link: string; readonly target: string }[];
  /** Copies that stay. */
  readonly refused: readonly { readonly path: string; readonly reason: string }[];
}

export function keepsSome({ removed }: Change): boolean {
  return removed.size > 0;
}

/** Takes as many of the copies out of the world as can go. */
export function planCopies(world: NativeWorld, before: Change, copies: Copies): PlannedCopies {
  const { paths, named, isMade } = copies;
  const nodes = world.nodes(before);
  const own = nodes.filter(({ path }) => paths.includes(path));
  // Modules of Python are found by their names alone, and what no loader loads is not judged.
  if (own.length < paths.length || own.some(({ slice }) => slice.pythonInit.length > 0)) {
    return { change: before, pairs: [], refused: [] };
  }
  const stay = (reason: string): PlannedCopies => ({
    change: before,
    pairs: [],
    refused: paths.slice(1).map((path) => ({ path, reason })),
  });
  const names = new Set(paths.map(baseNameOf));
  if (named.unclear) return stay("Python code may open it by any of its names");
  const opened = paths.filter((path) => named.exact.has(baseNameOf(path)));
  if (opened.length > 0 && names.size < paths.length) {
    return stay("code opens it by a name that is there in several folders");
  }
  const users = usersOf(nodes, new Set(paths));
  const isPlugin = users.size === 0;
  if (isPlugin && (opened.length === 0 || isMade)) {
    return stay("nothing in the wheel needs it, so who opens it is not known");
  }
  const id = baseNameOf(own[0]?.slice.id ?? "");
  const kept = keeperOf(paths, id, users, opened);
  let change = before;
  const pairs: { link: string; target: string }[] = [];
  const refused: { path: string; reason: string }[] = [];
  for (const path of paths) {
    if (path === kept) continue;
    const next = opened.includes(path)
      ? "code opens it by this name"
      : isPlugin && baseNameOf(path) === id
        ? "files of other wheels may need it by this name"
        : withoutCopy(world, change, path, kept);
    if (typeof next === "string") refused.push({ path, reason: next });
    else {
      change = next;
      pairs.push({ link: path, target: kept });
    }
  }
  return { change, pairs, refused };
}

/** How many files need each of the paths. */
function usersOf(
  nodes: readonly GraphNode[],
  paths: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  const users = new Map<string, number>();
  for (const { target } of nodes.flatMap(({ edges }) => edges)) {
    if (target.kind !== "wheel" || !paths.has(target.path)) continue;
    users.set(target.path, (users.get(target.path) ?? 0) + 1);
  }
  return users;
}

/** One that code opens, else one that is named as the library calls itself, else the most needed. */
function keeperOf(
  paths: readonly string[],
  id: string,
  users: ReadonlyMap<string, number>,
  opened: readonly string[],
): string {
  const rank = (path: string): number =>
    (opened.includes(path) ? 4e9 : 0) +
    (baseNameOf(path) === id ? 2e9 : 0) +
    (users.get(path) ?? 0);
  return paths.reduce((best, path) => (rank(path) > rank(best) ? path : best));
}

/** The world without the copy; a text says why it must stay. */
function withoutCopy(
  world: NativeWorld,
  before: Change,
  copy: string,
  kept: string,
): Change | string {
  const isNear = folderOf(copy) === folderOf(kept);
  const { format } = world.members.get(copy) ?? {};
  if (!isNear && format === "pe") return "Windows looks in no other folder for it";
  if (!isNear && !(isSitePath(copy) && isSitePath(kept))) {
    return "it is installed elsewhere than the other, and no relative path is known";
  }
  const now = world.nodes(before);
  const retold = new Map(before.retold);
  for (const node of now) {
    for (const edge of node.edges) {
      if (edge.target.kind !== "wheel" || edge.target.path !== copy || node.path === copy) continue;
      tell(world, retold, node, edge.name, kept, isNear);
    }
  }
  const after = { removed: new Set([...before.removed, copy]), retold };
  return differenceOf(now, world.nodes(after), copy, kept) ?? after;
}

/** What a user is told of the one that stays, added to what it is told already. */
function tell(
  world: NativeWorld,
  all: Map<string, Retold>,
  { path, slice }: GraphNode,
  name: string,
  kept: string,
  isNear: boolean,
): void {
  const known = all.get(path) ?? { names: new Map<string, string>() };
  const format = world.members.get(path)?.format;
  const way = relativePath(folderOf(installedPath(path)), folderOf(installedPath(kept)));
  const folder = name.slice(0, name.lastIndexOf("/") + 1);
  let now = `${folder}${baseNameOf(kept)}`;
  let { paths } = known;
  if (!isNear && format === "macho") {
    now = `@loader_path/${way === "" ? "" : `${way}/`}${baseNameOf(kept)}`;
  } else if (!isNear) {
    const place = way === "" ? "$ORIGIN" : `$ORIGIN/${way}`;
    const old = paths ?? slice.searchPaths.map((each) => each.path);
    if (!old.includes(place)) paths = [...old, place];
    now = baseNameOf(kept);
  }
  // Names that were told before stand in the file under the first.
  const first = [...known.names].find(([, to]) => to === name)?.[0] ?? name;
  const names = new Map(known.names);
  if (first !== now) names.set(first, now);
  all.set(path, { names, ...(paths === undefined ? {} : { paths }) });
}

/** Why the world without the copy is another one; `undefined`: everybody finds what was found. */
function differenceOf(
  before: readonly GraphNode[],
  after: readonly GraphNode[],
  copy: string,
  kept: string,
): string | undefined {
  const found = new Map(after.map((node) => [node.key, node]));
  for (const node of before) {
    // The one stands for the copy, and so must find what the copy found.
    const now = found.get(node.path === copy ? node.key.replace(copy, kept) : node.key);
    if (now === undefined || now.edges.length !== node.edges.length) {
      return `\`${printable(node.path)}\` would need other libraries`;
    }
    for (const [index, { name, target }] of node.edges.entries()) {
      const wanted = placeOf(target, copy, kept);
      const other = now.edges[index]?.target;
      if (other === undefined || placeOf(other, copy, kept) !== wanted) {
        return `\`${printable(node.path)}\` would find another \`${printable(name)}\``;
      }
    }
  }
  return undefined;
}

function placeOf(target: GraphNode["edges"][number]["target"], copy: string, kept: string): string {
  if (target.kind !== "wheel") return target.kind;
  return target.path === copy ? kept : target.path;
}

/** What makes a file say it. */
export function editsOf(
  world: NativeWorld,
  path: string,
  { names, paths }: Retold,
): readonly NativeEdit[] {
  const edits: NativeEdit[] = [...names].map(([from, to]) => ({
    kind: "replace-dependency",
    from,
    to,
  }));
  const member = world.members.get(path);
  if (paths === undefined || member?.file === undefined) return edits;
  const [slice] = member.file.slices;
  return [...edits, { kind: "set-search-paths", paths, as: searchKind(slice) }];
}
