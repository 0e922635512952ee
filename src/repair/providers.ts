/**
 * Libraries that another wheel provides at run time: left out of the graft, and reached by a search
 * path that leads from one package to the other in site-packages.
 */

import type { DependencyGraph, GraphNode } from "../audit/graph/graph.ts";
import type { Binary } from "../audit/member.ts";
import { compareText } from "../bytes.ts";
import { RefusalError } from "../errors.ts";
import { baseNameOf, folderOf } from "../paths.ts";
import { coverage, type RequiredProject } from "../policy/meta-packages.ts";
import { knownProvider } from "../policy/providers.ts";
import { isSitePath, sitePath } from "../wheel/installed.ts";

/** Who provides libraries: a wheel that was given, or a project of which only the name is known. */
export interface LibraryProvider {
  /** Normalised project name. */
  readonly project: string;
  /** Folder below site-packages of a library; `undefined` when it does not provide it. */
  folderOf(library: string): string | undefined;
  /** Versions that a library defines; `undefined` when that is not known. */
  versionsOf(library: string): ReadonlySet<string> | undefined;
}

/** Where projects that are often relied on keep their libraries, by normalised name. */
const FOLDERS: readonly (readonly [project: RegExp, folder: string])[] = [
  [/^torch$/, "torch/lib"],
  [/^torchaudio$/, "torchaudio/lib"],
  [/^tensorflow(-cpu)?$/, "tensorflow"],
  [/^pyarrow$/, "pyarrow"],
  [/^pyqt6-qt6$/, "PyQt6/Qt6/lib"],
  [/^pyqt5-qt5$/, "PyQt5/Qt5/lib"],
  [/^pyside6(-essentials|-addons)?$/, "PySide6/Qt/lib"],
  [/^shiboken6$/, "shiboken6"],
  [/^nvidia-cuda-runtime(-cu\d+)?$/, "nvidia/cuda_runtime/lib"],
  [/^nvidia-cuda-nvrtc(-cu\d+)?$/, "nvidia/cuda_nvrtc/lib"],
  [/^nvidia-cuda-cupti(-cu\d+)?$/, "nvidia/cuda_cupti/lib"],
  [
    /^nvidia-(cublas|cudnn|cufft|curand|cusolver|cusparse|cusparselt|nccl|nvjitlink|nvtx|cufile|nvshmem|npp|nvjpeg)(-cu\d+)?$/,
    "nvidia/$1/lib",
  ],
  [/^tensorrt(-cu\d+)?(-libs)?$/, "tensorrt_libs"],
];

/** @throws RefusalError when nothing is known of the project. */
export function namedProvider(project: string): LibraryProvider {
  const known = FOLDERS.find(([pattern]) => pattern.test(project));
  if (known === undefined) {
    throw new RefusalError(
      "LNK001",
      `it is not known where \`${project}\` keeps its libraries`,
      "give its wheel instead: `--provided-by PATH.whl`",
    );
  }
  const folder = project.replace(known[0], known[1]);
  return {
    project,
    folderOf(library) {
      const projects = knownProvider(library)?.projects ?? [];
      const provides = projects.some((each) => project === each || project.startsWith(`${each}-`));
      return provides ? folder : undefined;
    },
    versionsOf: () => undefined,
  };
}

/** The libraries in another wheel: by file name, as a search path finds them, else by SONAME. */
export function wheelProvider(project: string, binaries: readonly Binary[]): LibraryProvider {
  const libraries = new Map<string, Binary>();
  const installed = binaries.filter(({ path }) => isSitePath(path));
  installed.sort((a, b) => compareText(a.path, b.path));
  const add = (name: string | null, binary: Binary): void => {
    if (name !== null && !libraries.has(name)) libraries.set(name, binary);
  };
  for (const binary of installed) add(baseNameOf(binary.path), binary);
  for (const binary of installed) add(binary.slice.id, binary);
  // On macOS a name is a path, on the machine that built it.
  const find = (library: string): Binary | undefined =>
    libraries.get(library) ?? libraries.get(baseNameOf(library));
  return {
    project,
    folderOf(library) {
      const binary = find(library);
      return binary && folderOf(sitePath(binary.path));
    },
    versionsOf(library) {
      const binary = find(library);
      return binary && new Set(binary.slice.versionDefinitions ?? []);
    },
  };
}

export interface Provided {
  /** Names that are left out of the graft, sorted. */
  readonly names: readonly string[];
  /**
   * Folders below site-packages where a file finds them, by member path, or by the real path of a
   * library outside that would be grafted.
   */
  readonly folders: ReadonlyMap<string, readonly string[]>;
}

/**
 * What `providers` bring to the members and to the libraries that they pull in from outside.
 *
 * @throws RefusalError when no requirement is known to bring the provider, or when it lacks a version.
 */
export function provideLibraries(
  graph: DependencyGraph,
  providers: readonly LibraryProvider[],
  requirements: readonly RequiredProject[],
): Provided {
  const names = new Set<string>();
  const folders = new Map<string, string[]>();
  const nodes = [...graph.members.values()];
  const seen = new Set<GraphNode>(nodes);
  // What a provided library needs itself is its own affair, so the walk ends there.
  for (let index = 0; index < nodes.length && providers.length > 0; index++) {
    const node = nodes[index];
    if (node === undefined) break;
    for (const { name, target } of node.edges) {
      if (target.kind === "wheel" || target.kind === "loader") continue;
      const provider = providers.find((each) => each.folderOf(name) !== undefined);
      const folder = provider?.folderOf(name);
      if (provider === undefined || folder === undefined) {
        const next = target.kind === "host" ? graph.host.get(target.key) : undefined;
        if (next !== undefined && !seen.has(next)) nodes.push(next);
        if (next !== undefined) seen.add(next);
        continue;
      }
      refuseUnmet(node, name, provider, requirements);
      names.add(name);
      const known = folders.get(node.path);
      if (known === undefined) folders.set(node.path, [folder]);
      else if (!known.includes(folder)) known.push(folder);
    }
  }
  return { names: [...names].sort(compareText), folders };
}

function refuseUnmet(
  { path, slice }: GraphNode,
  library: string,
  provider: LibraryProvider,
  requirements: readonly RequiredProject[],
): void {
  const { project } = provider;
  // Of an extra that nobody knows the user knows more.
  if (coverage([project], requirements) === undefined) {
    throw new RefusalError(
      "LNK001",
      `\`${project}\` is to provide \`${library}\`, but the wheel does not require it`,
      `add it first: \`wheelkit edit --add-requires '${project}'\``,
    );
  }
  const defined = provider.versionsOf(library);
  // A library without any version satisfies them all.
  if (defined === undefined || defined.size === 0) return;
  for (const { versions, ...need } of slice.versionNeeds ?? []) {
    if (need.library !== library) continue;
    const missing = versions.find(({ version, weak }) => !weak && !defined.has(version));
    if (missing === undefined) continue;
    throw new RefusalError(
      "LNK002",
      `\`${path}\` needs \`${missing.version}\` of \`${library}\`, which that of \`${project}\` does not define`,
      "build against the release that is given, or give another one",
    );
  }
}
