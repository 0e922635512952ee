/** Names of grafted libraries: unique by content, so that two wheels never share one by accident. */

import type { GraphNode } from "../audit/graph/graph.ts";
import { compareText } from "../bytes.ts";
import { RefusalError } from "../errors.ts";
import { baseNameOf } from "../paths.ts";
import type { OutsideFile } from "./platform.ts";

/** Hex digits of the SHA-256 that go into a name. */
const DIGITS = 8;

/**
 * `libfoo.so.2.0.1` and a digest give `libfoo-1a2b3c4d.so.2.0.1`.
 *
 * A name that already carries this digest stays: grafting a grafted copy changes nothing.
 *
 * @param fileName base name of the real file, links followed.
 * @param sha256 hex digest of the file before any change.
 */
export function graftedName(fileName: string, sha256: string): string {
  const digest = sha256.slice(0, DIGITS);
  const dot = fileName.indexOf(".");
  const base = dot === -1 ? fileName : fileName.slice(0, dot);
  const extension = dot === -1 ? "" : fileName.slice(dot);
  return base.endsWith(`-${digest}`) ? fileName : `${base}-${digest}${extension}`;
}

export interface GraftName {
  readonly name: string;
  /** Hex SHA-256 of the file outside. */
  readonly sha256: string;
  /** DT_SONAME stays as it is. */
  readonly keepsSoname: boolean;
}

export interface NamingInput {
  /** Libraries outside and the names by which they are asked for, by real path. */
  readonly grafts: ReadonlyMap<
    string,
    { readonly node: GraphNode; readonly names: ReadonlySet<string> }
  >;
  readonly opened: ReadonlyMap<string, GraphNode>;
  readonly keepsName: (name: string) => boolean;
  readonly digestOf: (file: OutsideFile) => string;
}

/**
 * The name of every graft, by real path, in code point order of the paths.
 *
 * A library that is opened by name at run time must keep that name, or nothing would find it.
 *
 * @throws RefusalError when two different libraries would get the same name.
 */
export function nameGrafts(input: NamingInput): ReadonlyMap<string, GraftName> {
  const { grafts, opened, keepsName, digestOf } = input;
  const openedAs = new Map<string, string>();
  for (const [name, { path }] of opened) {
    const other = openedAs.get(path);
    if (other !== undefined && other !== name) {
      throw new RefusalError(
        "LNK001",
        `\`${other}\` and \`${name}\` are the same library`,
        "include it once, by the name that the code opens",
      );
    }
    openedAs.set(path, name);
  }
  const names = new Map<string, GraftName>();
  const taken = new Map<string, string>();
  for (const [path, { node, names: aliases }] of [...grafts].sort(byPath)) {
    const sha256 = digestOf(node);
    const file = baseNameOf(path);
    const own = baseNameOf(node.slice.id ?? file);
    const keeps = [own, file, ...aliases].some((name) => keepsName(name));
    const kept = openedAs.get(path) ?? (keeps ? own : undefined);
    const name = kept ?? graftedName(file, sha256);
    const other = taken.get(name);
    if (other !== undefined && other !== sha256) {
      throw new RefusalError(
        "LNK009",
        `two different libraries would be grafted as \`${name}\``,
        "leave one of them out with `--exclude`, or let them get names of their own",
      );
    }
    taken.set(name, sha256);
    names.set(path, {
      name,
      sha256,
      keepsSoname: kept !== undefined && !node.slice.id?.includes("/"),
    });
  }
  return names;
}

function byPath([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return compareText(a, b);
}
