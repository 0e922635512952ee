/** Where each grafted library goes: its own name, unless a Mac would take two of them for one. */

import type { HostFiles } from "../../audit/graph/host-files.ts";
import { RefusalError } from "../../errors.ts";
import { baseNameOf, folderOf, joinPath } from "../../paths.ts";
import { foldName } from "../../zip/names.ts";
import { graftedName } from "../names.ts";

export interface NamedGraft {
  /** Member path. */
  readonly path: string;
  /** Hex SHA-256 of the file outside. */
  readonly sha256: string;
}

export interface NamingInput {
  /** Real paths outside, in code point order, with the root that each lies below. */
  readonly sources: ReadonlyMap<string, HostFiles | undefined>;
  /** Of the grafted libraries. */
  readonly folder: string;
  /** Paths of all members. */
  readonly members: ReadonlySet<string>;
  /** Names that the code opens at run time, by real path. */
  readonly opened: ReadonlyMap<string, string>;
  digestOf(path: string): string;
}

const FRAMEWORK = /\/([^/]+\.framework\/Versions\/[^/]+\/[^/]+)$/;

/**
 * The member path of every graft, by real path. Files of the same name and content are one; a name
 * that is taken gets the digest of the content, as names are compared on macOS.
 *
 * @throws RefusalError when a library that must keep its name can't.
 */
export function nameGrafts(input: NamingInput): ReadonlyMap<string, NamedGraft> {
  const { sources, folder, members, opened, digestOf } = input;
  const names = new Map<string, NamedGraft>();
  const taken = new Map<string, string | undefined>();
  for (const member of members) taken.set(foldName(member), undefined);
  for (const from of sources.keys()) {
    const sha256 = digestOf(from);
    const kept = opened.get(from);
    const own = kept ?? FRAMEWORK.exec(from)?.[1] ?? baseNameOf(from);
    const plain = joinPath(folder, own);
    const holder = taken.get(foldName(plain));
    const isFree = !taken.has(foldName(plain)) || holder === sha256;
    if (!isFree && kept !== undefined) {
      throw new RefusalError(
        "LNK009",
        `\`${own}\` must keep its name, but \`${folder}\` has a file of that name already`,
        "choose another folder with `--lib-sdir`",
      );
    }
    const path = isFree
      ? plain
      : joinPath(folder, joinPath(folderOf(own), graftedName(baseNameOf(own), sha256)));
    taken.set(foldName(path), sha256);
    names.set(from, { path, sha256 });
  }
  return names;
}
