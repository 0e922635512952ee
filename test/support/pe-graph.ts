/** Dependency graphs of Windows wheels, made by hand. */
import { createHash } from "node:crypto";
import type { DependencyGraph, Edge, GraphNode, Target } from "../../src/audit/graph/graph.ts";
import type { DependencyHow } from "../../src/binary.ts";
import { encodeUtf8 } from "../../src/bytes.ts";
import type { PeSlice } from "../../src/formats.ts";
import type { Graft } from "../../src/repair/platform.ts";
import type { WindowsFiles, WindowsPlanInput } from "../../src/repair/windows/plan.ts";
import { planFiles } from "../../src/repair/windows/plan.ts";
import type { PeSketch } from "./pe-native.ts";
import { peFile } from "./pe-native.ts";

/** `b.dll` as spelled, `:delay` or `:forwarder` after it, and where it leads: a member, or `/outside`. */
export type Need = readonly [name: string, to?: string];

export interface PlannedWheel {
  /** PE members and files outside (absolute paths), with what they need. */
  readonly files: Readonly<Record<string, readonly Need[]>>;
  /** Python files. */
  readonly texts?: Readonly<Record<string, string>>;
  /** Content, where it is not the path. */
  readonly content?: Readonly<Record<string, string>>;
  /** What else is known of a file. */
  readonly sketches?: Readonly<Record<string, PeSketch>>;
}

export const DEMO: Omit<
  WindowsPlanInput,
  "graph" | "members" | "considered" | "read" | "digestOutside" | "digestMember"
> = {
  distribution: "demo",
  libSuffix: ".libs",
  opened: new Map(),
  layout: "init",
  namespaces: [],
  patch: "init",
  programs: false,
  companions: { symbols: false, imports: false },
  loadOrder: undefined,
  keepsName: () => false,
  strip: false,
};

export function planWheel(
  { files, texts = {}, content = {}, sketches = {} }: PlannedWheel,
  options: Partial<WindowsPlanInput> = {},
): WindowsFiles {
  const nodes = Object.entries(files).map(([path, needs]) =>
    graphNode(path, needs, sketches[path]),
  );
  const inside = nodes.filter(({ path }) => !path.startsWith("/"));
  const graph: DependencyGraph<PeSlice> = {
    members: new Map(inside.map((node) => [node.path, node])),
    host: new Map(nodes.filter((node) => !inside.includes(node)).map((node) => [node.path, node])),
    users: new Map(),
    included: new Map(),
    searchedHost: true,
    excludedBy: new Set(),
  };
  const digest = (path: string, before: Uint8Array): string =>
    createHash("sha256")
      .update(before)
      .update(content[path] ?? path)
      .digest("hex");
  return planFiles({
    ...DEMO,
    graph,
    members: new Set([...inside.map(({ path }) => path), ...Object.keys(texts)]),
    considered: new Set(inside.map(({ path }) => path)),
    read: (path) => (texts[path] === undefined ? undefined : encodeUtf8(texts[path])),
    digestOutside: digest,
    digestMember: digest,
    ...options,
  });
}

function graphNode(
  path: string,
  needs: readonly Need[],
  sketch: PeSketch = {},
): GraphNode<PeSlice> {
  const at = { record: "", offset: 0 };
  return {
    key: path,
    path,
    slice: peFile(path, { kind: path.endsWith(".exe") ? "executable" : "shared", ...sketch })
      .slices[0],
    edges: needs.map(([text, to]): Edge => {
      const [name = "", how = "required"] = text.split(":");
      return { name, how: howOf(how), at, target: targetOf(to), trace: [] };
    }),
  };
}

function targetOf(to: string | undefined): Target {
  if (to === undefined) return { kind: "none" };
  if (to === "system") return { kind: "system" };
  return { kind: to.startsWith("/") ? "host" : "wheel", path: to, key: to };
}

function howOf(text: string): DependencyHow {
  return text === "delay" || text === "forwarder" ? text : "required";
}

/** A DLL from outside on its way into the wheel. */
export function graftOf(from: string, path: string): Graft {
  const name = path.replace(/^.*\//, "");
  return { from, path, name, aliases: [], sha256: "", neededBy: [], edits: [] };
}
