/** Plans of repairs of wheels that are made of facts, with libraries outside that exist nowhere. */

import type { HostFiles } from "../../src/audit/graph/host-files.ts";
import type { ElfSlice } from "../../src/formats.ts";
import type { NativeEdit } from "../../src/native-edit.ts";
import { chooseGoal } from "../../src/repair/linux/goal.ts";
import type { LinuxPlan, PlanInput } from "../../src/repair/linux/plan.ts";
import { planFiles } from "../../src/repair/linux/plan.ts";
import { repairedPlatforms } from "../../src/repair/linux/tags.ts";
import type { Goal, TargetFacts } from "../../src/repair/linux/target.ts";
import { audit, elfFile, type WheelSketch } from "./native.ts";

export interface OutsideFiles {
  /** Real path → facts; `null`: no ELF file. */
  readonly files: Readonly<Record<string, ElfSlice | null>>;
  /** Link → real path. */
  readonly links?: Readonly<Record<string, string>>;
  readonly texts?: Readonly<Record<string, string>>;
}

export function outside({ files, links = {}, texts = {} }: OutsideFiles): HostFiles {
  const resolve = (path: string): string | undefined => {
    const real = links[path] ?? path;
    return Object.hasOwn(files, real) || Object.hasOwn(texts, real) ? real : undefined;
  };
  return {
    resolve,
    list: (folder) =>
      [...Object.keys(files), ...Object.keys(texts)]
        .filter((path) => path.startsWith(`${folder}/`))
        .map((path) => path.slice(folder.length + 1).split("/")[0] ?? "")
        .sort(),
    readText: (path) => texts[resolve(path) ?? ""],
    readNative(path) {
      const file = files[path];
      return file ? elfFile(file) : undefined;
    },
  };
}

export interface PlanSketch extends WheelSketch {
  /** Below the root that is searched. */
  readonly root?: OutsideFiles;
  /** Of the caller, for `ldpaths`. */
  readonly host?: OutsideFiles;
  readonly ldpaths?: readonly string[];
  readonly plat?: string;
  readonly onlyPlat?: boolean;
  readonly include?: readonly string[];
  readonly keeps?: readonly string[];
  readonly plan?: Partial<PlanInput>;
}

export interface Planned {
  readonly goal: Goal;
  readonly plan: LinuxPlan;
  /** Platform tags of the result. */
  readonly tags: readonly string[];
  readonly contradicted: readonly string[];
  /** Edits of a member or graft in short words, by path in the result. */
  readonly edits: Readonly<Record<string, readonly string[]>>;
}

/** A digest that tells paths apart: its first digits are those of a simple sum. */
export function fakeDigest(path: string): string {
  let sum = 7;
  for (const character of path) sum = (sum * 31 + character.charCodeAt(0)) % 0xffffffff;
  return sum.toString(16).padStart(8, "0").padEnd(64, "0");
}

/** Plans the repair of `tags` (default `cp312-cp312-linux_x86_64`) as the command would. */
export function planRepair(sketch: PlanSketch): Planned {
  const {
    root,
    host,
    ldpaths = [],
    include = [],
    plat = "auto",
    onlyPlat = false,
    keeps = [],
  } = sketch;
  const native = audit({
    tags: "cp312-cp312-linux_x86_64",
    ...sketch,
    options: {
      ...(root === undefined ? {} : { sysroot: outside(root) }),
      ...(host === undefined ? {} : { host: outside(host) }),
      ldpaths,
      include,
      ...sketch.options,
    },
  });
  const { facts: known } = native.model;
  if (known.platform !== "linux") throw new Error(known.platform);
  const { identity, table, graph } = known;
  if (table === undefined || identity.family === null) throw new Error("no policy table");
  const opened = new Map(
    include.map((name) => {
      const node = graph.host.get(graph.included.get(name)?.[0] ?? "");
      if (node === undefined) throw new Error(`${name} was not found`);
      return [name, node] as const;
    }),
  );
  const facts: TargetFacts = {
    table,
    considered: identity.considered,
    graph,
    needOptions: { isaCheck: sketch.options?.isaCheck ?? true, isa: identity.isa },
    bundled: new Map(),
    included: opened,
  };
  const goal = chooseGoal(facts, identity, plat, onlyPlat);
  const plan = planFiles({
    family: identity.family,
    distribution: "demo",
    base: "",
    libSuffix: ".libs",
    considered: identity.considered,
    graph,
    target: goal.target,
    opened,
    keepsName: (name) => keeps.includes(name),
    digestOf: ({ path }) => fakeDigest(path),
    strip: false,
    clearExecstack: false,
    providerFolders: new Map(),
    ...sketch.plan,
  });
  const { platforms: tags, contradicted } = repairedPlatforms(identity, goal, table);
  const files = [
    ...plan.members.map(({ path, movesTo, edits }) => ({ path: movesTo ?? path, edits })),
    ...plan.grafts,
  ];
  const edits = Object.fromEntries(files.map(({ path, edits: each }) => [path, each.map(spell)]));
  return { goal, plan, tags, contradicted, edits };
}

/** `replace-dependency libz.so.1 libz-0123.so.1`, `set-search-paths rpath $ORIGIN:$ORIGIN/../demo.libs` */
function spell(edit: NativeEdit): string {
  if (edit.kind !== "set-search-paths") return Object.values(edit).join(" ");
  const { kind, as = "", paths } = edit;
  return paths.length === 0 ? `${kind} none` : `${kind} ${as} ${paths.join(":")}`;
}
