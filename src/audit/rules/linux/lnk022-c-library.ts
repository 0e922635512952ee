import type { Problem } from "../../../finding.ts";
import { baseNameOf } from "../../../paths.ts";
import { closure } from "../../graph/names.ts";
import type { ElfBinary } from "../../linux/binary.ts";
import type { LinuxModel } from "../../linux/model.ts";

import { isPythonExtension } from "../../python/module.ts";
import type { NativeCode } from "../texts.ts";

/** musl's one library under its own names, and with a hash between their parts. */
const MUSL = /^(libc|ld)(-[0-9a-f]{6,})?[-.]musl-[\w-]+\.so(\.1)?$/;

/** Members that are a C library or its loader, whatever they are called. */
export function bundledCLibrary({
  considered,
  others,
  programs,
  graph,
}: LinuxModel): readonly Problem<NativeCode>[] {
  const found = [...considered, ...others].flatMap((binary) => {
    const what = cLibraryOf(binary);
    return what === undefined ? [] : [{ binary, what }];
  });
  if (found.length === 0) return [];
  const next = (each: string): readonly string[] =>
    (graph.members.get(each)?.edges ?? []).flatMap(({ target }) =>
      target.kind === "wheel" ? [target.key] : [],
    );
  const openedBy = (roots: readonly ElfBinary[]): ReadonlySet<string> => {
    const opened = new Set<string>();
    for (const { key } of roots) for (const each of closure(key, next)) opened.add(each);
    return opened;
  };
  const loaded = openedBy(considered.filter(isPythonExtension));
  const started = openedBy(considered.filter(({ path }) => programs.has(path)));
  return found.map(({ binary, what }) => {
    const inProcess = loaded.has(binary.key);
    return {
      code: "LNK022",
      path: binary.path,
      message: inProcess
        ? `is ${what}, and Python would load it beside the C library that it runs on`
        : `is ${what}, which every system brings itself`,
      // A program may bring all of another system along.
      ...(!inProcess && started.has(binary.key) ? { level: "warning" as const } : {}),
    };
  });
}

function cLibraryOf({ path, slice }: ElfBinary): string | undefined {
  if (slice.kind !== "shared") return undefined;
  // No other library defines that version: it is how the parts of one build of glibc know each other.
  if (slice.versionDefinitions.includes("GLIBC_PRIVATE")) return "a part of glibc";
  const names = [baseNameOf(path), slice.id ?? ""];
  return slice.dependencies.length === 0 && names.some((name) => MUSL.test(name))
    ? "musl's C library"
    : undefined;
}
