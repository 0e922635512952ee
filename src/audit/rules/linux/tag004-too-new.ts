import type { FieldRef } from "../../../errors.ts";
import type { FindingFacts, Problem } from "../../../finding.ts";
import type { Need } from "../../../policy/linux/decide.ts";
import type { LinuxModel } from "../../linux/model.ts";
import type { NativeCode } from "../texts.ts";
import { quote, quoteSome } from "../wording.ts";

/** What speaks against the tags of one file; `seen` has a key for each need. */
interface Against {
  readonly tags: string[];
  readonly versions: Need[];
  readonly forbidden: Need[];
  readonly seen: Set<string>;
}

/** Symbol versions and forbidden symbols against each claimed tag: one problem for each file. */
export function newerThanTag(model: LinuxModel): readonly Problem<NativeCode>[] {
  const byFile = new Map<string, Against>();
  for (const { tag, verdict } of model.judged) {
    if (verdict.truthful !== false) continue;
    for (const need of verdict.against) {
      if (need.why !== "symbol-version" && need.why !== "forbidden-symbol") continue;
      let file = byFile.get(need.path);
      if (file === undefined) {
        file = { tags: [], versions: [], forbidden: [], seen: new Set() };
        byFile.set(need.path, file);
      }
      if (!file.tags.includes(tag)) file.tags.push(tag);
      const key = `${need.why}\0${need.library}\0${need.version}`;
      if (file.seen.has(key)) continue;
      file.seen.add(key);
      (need.why === "symbol-version" ? file.versions : file.forbidden).push(need);
    }
  }
  const problems: Problem<NativeCode>[] = [];
  for (const [path, { tags, versions, forbidden }] of byFile) {
    const parts: string[] = [];
    versions.sort((a, b) => b.position - a.position);
    const shown = versions.slice(0, 3).map(describeVersion);
    if (versions.length > 3) shown.push(`${versions.length - 3} more`);
    if (shown.length > 0) parts.push(`needs ${joinAnd(shown)}`);
    for (const { library = "", symbols = [] } of forbidden) {
      parts.push(`imports ${quoteSome(symbols)} of ${quote(library)}, which the policy forbids`);
    }
    const at = placeOf(model, path, versions[0]);
    const hint = versions.some(isPrivate)
      ? PRIVATE
      : hintFor(model, forbidden.length > versions.length);
    problems.push({
      code: "TAG004",
      path,
      facts: factsOf(tags, versions, forbidden),
      message: `not ${quoteSome(tags, 2)}: ${parts.join("; ")}`,
      ...(hint === undefined ? {} : { hint }),
      ...(at === undefined ? {} : { at }),
    });
  }
  return problems;
}

function factsOf(
  tags: readonly string[],
  versions: readonly Need[],
  forbidden: readonly Need[],
): FindingFacts {
  const needs = [...versions, ...forbidden];
  const all = (items: readonly (string | undefined)[]): readonly string[] => [
    ...new Set(items.flatMap((item) => item ?? [])),
  ];
  return {
    tags,
    libraries: all(needs.map(({ library }) => library)),
    versions: all(versions.map(({ version }) => version)),
    symbols: all(needs.flatMap(({ symbols = [] }) => symbols)),
  };
}

function describeVersion({ library = "", version = "", symbols = [] }: Need): string {
  const names = symbols.length === 0 ? "" : ` (${quoteSome(symbols, 2)})`;
  if (/^\d/.test(version)) return `musl ${version}${names}`;
  return `${quote(version)} of ${quote(library)}${names}`;
}

function joinAnd(parts: readonly string[]): string {
  const last = parts.at(-1) ?? "";
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} and ${last}`;
}

/** Such a version binds a file to the very build of glibc that it came with. */
const PRIVATE =
  "leave glibc's own libraries out of the wheel, every system has its own; other files must not import `GLIBC_PRIVATE`";

function isPrivate({ version }: Need): boolean {
  return version === "GLIBC_PRIVATE";
}

/** What the wheel could be called, or be built on. */
function hintFor({ verdict }: LinuxModel, forbidden: boolean): string {
  const { supported, reachable, tags } = verdict;
  if (tags.supported?.promises === true) {
    return `tag it \`${supported}\`, or build it on an older system`;
  }
  if (reachable === null && forbidden) {
    return "no policy allows it as it is; link a copy of the library into the file, or avoid its private symbols";
  }
  return reachable === null
    ? "no policy allows it as it is; build it on an older system, such as a manylinux image"
    : `its own files allow \`${reachable}\`; claim no more than that, or build it on an older system`;
}

function placeOf(model: LinuxModel, path: string, need: Need | undefined): FieldRef | undefined {
  const slice = model.graph.members.get(path)?.slice;
  for (const { library, versions } of slice?.versionNeeds ?? []) {
    if (library !== need?.library) continue;
    const found = versions.find(({ version }) => version === need.version);
    if (found !== undefined) return found.at;
  }
  return undefined;
}
