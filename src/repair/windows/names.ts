/** The names that files have in the repaired wheel. */
import { addTo } from "../../add-to.ts";
import { compareText } from "../../bytes.ts";
import { RefusalError } from "../../errors.ts";
import { dllKey } from "../../formats.ts";
import { baseNameOf } from "../../paths.ts";
import type { LinkedFile, LinkedFiles } from "./links.ts";
import type { MangleNode } from "./mangle.ts";
import { mangledName, mangleHashes } from "./mangle.ts";

export interface NameInput {
  readonly files: LinkedFiles;
  /** Keys of the files outside that come into the wheel. */
  readonly grafted: ReadonlySet<string>;
  /** Keys of the files that are looked for in folders which code adds, in an order that nobody knows. */
  readonly sought: ReadonlySet<string>;
  /** Names by which code opens files outside, by their keys: they stay. */
  readonly opened: ReadonlyMap<string, string>;
  readonly keepsName: (name: string) => boolean;
  /** Hex SHA-256 of the bytes given and then those of the file, as it was before any change. */
  readonly digest: (key: string, before: Uint8Array) => string;
  /** True for two files of the wheel that do as one. */
  readonly isSame: (key: string, other: string) => boolean;
}

const NOTHING: Uint8Array = new Uint8Array();

/**
 * The base name of every grafted file, and of members that get another one, by key.
 *
 * Windows has one module per name in a process. Grafted DLLs get names by content; a DLL of the wheel
 * keeps its name, because code may open it by that, unless another one that is needed has it too. So does what a file with code for two machines needs,
 * whose imports can't be lengthened.
 *
 * @throws RefusalError when two different DLLs would have the same name.
 */
export function nameFiles(input: NameInput): ReadonlyMap<string, string> {
  const { files, grafted, opened, keepsName, digest } = input;
  const names = new Map<string, string>();
  const renamed: LinkedFile[] = clashing(input);
  const fixed = namedByHybrids(input);
  for (const key of [...grafted].sort(compareText)) {
    const file = files.get(key);
    if (file === undefined) continue;
    const own = baseNameOf(file.path);
    const kept = opened.get(key) ?? (keepsName(own) || fixed.has(key) ? own : undefined);
    if (kept === undefined) renamed.push(file);
    else names.set(key, kept);
  }
  const wanted = new Set(renamed.map(({ key }) => key));
  const nodes = renamed.map(
    ({ key, links }): MangleNode => ({
      key,
      dependencies: links.flatMap(({ to }) => (to !== undefined && wanted.has(to) ? to : [])),
      digest: (before) => digest(key, before),
    }),
  );
  for (const [key, hash] of mangleHashes(nodes)) {
    const file = files.get(key);
    if (file !== undefined) names.set(key, mangledName(baseNameOf(file.path), hash));
  }
  refuseTwins(names, digest);
  return names;
}

/** Keys of files that one with fixed imports needs. */
function namedByHybrids({ files, grafted }: NameInput): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { key, inside, isHybrid, links } of files.values()) {
    if (!isHybrid || !(inside || grafted.has(key))) continue;
    for (const { to } of links) if (to !== undefined) keys.add(to);
  }
  return keys;
}

/** DLLs of the wheel that are needed under a name that another one, needed as well, has first. */
function clashing(input: NameInput): LinkedFile[] {
  const { files, isSame } = input;
  const byName = new Map<string, LinkedFile[]>();
  const seen = new Set<string>();
  for (const { links } of files.values()) {
    for (const { to } of links) {
      const file = to === undefined || seen.has(to) ? undefined : files.get(to);
      if (file === undefined || !file.inside || file.role !== "library") continue;
      seen.add(file.key);
      const name = dllKey(baseNameOf(file.path));
      addTo(byName, name, file);
    }
  }
  const others = [...byName.values()].flatMap((same) => {
    if (same.length === 1) return [];
    const [first, ...rest] = same.sort((a, b) => compareText(a.path, b.path));
    return rest.filter(({ key }) => first !== undefined && !isSame(key, first.key));
  });
  return [...others, ...ambiguous(input, new Set(others))];
}

/** DLLs that code leads to, where a folder that other code adds may hold a different one of that name. */
function ambiguous(
  { files, sought, isSame }: NameInput,
  renamed: ReadonlySet<LinkedFile>,
): LinkedFile[] {
  if (sought.size === 0) return [];
  const byName = new Map<string, LinkedFile[]>();
  for (const file of files.values()) {
    if (!file.inside || renamed.has(file)) continue;
    const name = dllKey(baseNameOf(file.path));
    addTo(byName, name, file);
  }
  return [...byName.values()].flatMap((same) =>
    same.filter(
      ({ key, role }) =>
        role === "library" && sought.has(key) && same.some((each) => !isSame(each.key, key)),
    ),
  );
}

function refuseTwins(names: ReadonlyMap<string, string>, digest: NameInput["digest"]): void {
  const owners = new Map<string, string>();
  for (const [key, name] of names) {
    const owner = owners.get(dllKey(name));
    if (owner === undefined) {
      owners.set(dllKey(name), key);
    } else if (digest(owner, NOTHING) !== digest(key, NOTHING)) {
      throw new RefusalError(
        "LNK009",
        `two different libraries would be called \`${name}\``,
        "leave one of them out with `--exclude`, or let them get names of their own",
      );
    }
  }
}
