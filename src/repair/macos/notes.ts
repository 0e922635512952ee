/** What a user might expect of the repair and it does not do, and what is lost by it. */
import type { MacosFacts } from "../../audit/macos/facts.ts";
import { compareText, printable } from "../../bytes.ts";
import type { PlannedMembers } from "./members.ts";
import type { Sources } from "./sources.ts";

export function leftAlone(
  { identity, graph, needs }: MacosFacts,
  { absent, grafts }: Sources,
  { members }: PlannedMembers,
): readonly string[] {
  const notes: string[] = [];
  const tell = (paths: Iterable<string>, what: string): void => {
    const [first, ...more] = [...new Set(paths)].sort(compareText);
    if (first === undefined) return;
    const others = more.length === 0 ? "" : ` and ${more.length} more`;
    notes.push(`\`${printable(first)}\`${others} ${what}`);
  };
  for (const { edge, neededBy } of distinct(absent)) {
    const weak = edge.how === "weak" ? ", and is loaded without it" : "";
    notes.push(
      `\`${printable(neededBy)}\` needs \`${printable(edge.name)}\`, which was not found${weak}`,
    );
  }
  tell(
    identity.others.map(({ path }) => path),
    "for another of Apple's systems is left unchanged",
  );
  const changed = new Set(members.map(({ path }) => path));
  const signed = identity.considered.filter(
    ({ path, slice }) => slice.signature.kind === "cms" && changed.has(path),
  );
  const team = signed[0]?.slice.signature.team ?? null;
  tell(
    signed.map(({ path }) => path),
    `loses the signature of ${team === null ? "its publisher" : `team ${team}`}: only its owner can make it again`,
  );
  const onPython: string[] = [];
  for (const { key, path } of identity.considered) {
    const edges = graph.members.get(key)?.edges ?? [];
    if (edges.some(({ target }) => target.kind === "libpython")) onPython.push(path);
  }
  for (const { from, nodes } of grafts.values()) {
    if (nodes.some(({ edges }) => edges.some(({ target }) => target.kind === "libpython"))) {
      onPython.push(from);
    }
  }
  tell(onPython, "loads Python's own library, which no wheel may bring: it keeps that path");
  tell(
    needs.flatMap(({ path, version }) => (version === null ? [path] : [])),
    "imports symbols that no system is known to export",
  );
  return notes;
}

function distinct(absent: Sources["absent"]): Sources["absent"] {
  const seen = new Set<string>();
  return absent.filter(({ edge, neededBy }) => {
    const key = `${neededBy}\0${edge.name}`;
    return !seen.has(key) && seen.add(key);
  });
}
