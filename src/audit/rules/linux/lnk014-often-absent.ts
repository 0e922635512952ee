import type { Problem } from "../../../finding.ts";
import type { ElfSlice } from "../../../formats.ts";
import { OFTEN_ABSENT } from "../../../policy/data/base-libraries.ts";
import { inCLibrary } from "../../../policy/linux/exports.ts";
import type { LinuxModel } from "../../linux/model.ts";
import type { NativeCode } from "../texts.ts";
import { quoteSome } from "../wording.ts";

/** Allowed libraries that a minimal container does not have; one note for the wheel and library. */
export function oftenAbsent({ identity, graph }: LinuxModel): readonly Problem<NativeCode>[] {
  if (identity.family !== "manylinux") return [];
  const users = new Map<string, { names: Set<string>; path: string; idle: boolean }>();
  for (const { path, slice } of identity.considered) {
    for (const { name, target } of graph.members.get(path)?.edges ?? []) {
      const what = OFTEN_ABSENT.get(name)?.what;
      if (what === undefined || target.kind === "wheel") continue;
      const idle = importsNothing(slice, name);
      const known = users.get(what);
      if (known === undefined) users.set(what, { names: new Set([name]), path, idle });
      else {
        known.names.add(name);
        known.idle &&= idle;
      }
    }
  }
  return [...users].map(([what, { names, path, idle }]) => ({
    code: "LNK014" as const,
    path,
    facts: { libraries: [...names].sort(), provider: what },
    message: `needs ${quoteSome([...names].sort(), 4)}: importing it fails on systems without ${what}`,
    hint: idle
      ? "nothing is imported from it, so the need can be dropped: link with `-Wl,--as-needed`"
      : `${packagesOf(names)}; or put it into the wheel: \`wheelkit repair --bundle '${[...names].sort().join(";")}'\``,
  }));
}

/** `Debian has it in `libexpat1`, Fedora and RHEL in `expat``. */
function packagesOf(names: ReadonlySet<string>): string {
  const found = [...names].sort().flatMap((name) => OFTEN_ABSENT.get(name) ?? []);
  const unique = (list: readonly (string | null)[]): readonly string[] => [
    ...new Set(list.flatMap((each) => each ?? [])),
  ];
  const debian = unique(found.map((each) => each.debian));
  const rpm = unique(found.map((each) => each.rpm));
  const inRpm = `Fedora and RHEL have it in ${quoteSome(rpm, 4)}`;
  return debian.length === 0
    ? inRpm
    : `Debian has it in ${quoteSome(debian, 4)}, ${inRpm.replace("have it ", "")}`;
}

/**
 * True where no imported symbol can be the library's: none is bound to a version of it, and those that
 * are bound to none belong to Python or the C library.
 */
function importsNothing({ versionNeeds, unversioned }: ElfSlice, library: string): boolean {
  if (versionNeeds.some((each) => each.library === library)) return false;
  return [...unversioned.strong, ...unversioned.weak].every(
    (name) => /^_?Py|^_ITM_|^__gmon_start__$/.test(name) || inCLibrary("manylinux", name),
  );
}
