/**
 * Libraries that another wheel provides at run time: left out of the graft, and reached by a search
 * path that leads from one package to the other in site-packages.
 */
import type { GraphNode } from "../audit/graph.ts";
import { isSitePath, sitePath } from "../audit/layout.ts";
import type { ElfBinary } from "../audit/model.ts";
import { compareText } from "../bytes.ts";
import { RefusalError } from "../errors.ts";
import { baseNameOf, folderOf } from "../paths.ts";
import { knownProvider } from "../policy/providers.ts";
import { originPath } from "./search-path.ts";

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

/** The libraries in another wheel, by SONAME and by file name. */
export function wheelProvider(project: string, elves: readonly ElfBinary[]): LibraryProvider {
  const libraries = new Map<string, ElfBinary>();
  for (const binary of [...elves].sort((a, b) => compareText(a.path, b.path))) {
    if (!isSitePath(binary.path)) continue;
    for (const name of [binary.summary.id, baseNameOf(binary.path)]) {
      if (name !== null && !libraries.has(name)) libraries.set(name, binary);
    }
  }
  return {
    project,
    folderOf(library) {
      const binary = libraries.get(library);
      return binary && folderOf(sitePath(binary.path));
    },
    versionsOf(library) {
      const binary = libraries.get(library);
      return binary && new Set(binary.summary.versionDefinitions);
    },
  };
}

export interface Provided {
  /** Names that are left out of the graft, sorted. */
  readonly names: readonly string[];
  /** Search paths to add, by member path. */
  readonly paths: ReadonlyMap<string, readonly string[]>;
}

/**
 * What `providers` bring to the members.
 *
 * @param requires normalised names of the projects in Requires-Dist.
 * @throws RefusalError when no requirement names the provider, or when it lacks a version.
 */
export function provideLibraries(
  members: Iterable<GraphNode>,
  providers: readonly LibraryProvider[],
  requires: readonly string[],
): Provided {
  const names = new Set<string>();
  const paths = new Map<string, string[]>();
  for (const { path, summary, edges } of members) {
    for (const { name, target } of edges) {
      if (target.kind === "wheel" || target.kind === "loader") continue;
      const provider = providers.find((each) => each.folderOf(name) !== undefined);
      const folder = provider?.folderOf(name);
      if (provider === undefined || folder === undefined) continue;
      refuseUnmet(path, name, provider, summary, requires);
      names.add(name);
      if (!isSitePath(path)) continue;
      const way = originPath(folderOf(sitePath(path)), folder);
      const added = paths.get(path);
      if (added === undefined) paths.set(path, [way]);
      else if (!added.includes(way)) added.push(way);
    }
  }
  return { names: [...names].sort(compareText), paths };
}

function refuseUnmet(
  path: string,
  library: string,
  provider: LibraryProvider,
  summary: GraphNode["summary"],
  requires: readonly string[],
): void {
  const { project } = provider;
  if (!requires.some((name) => name === project)) {
    throw new RefusalError(
      "LNK001",
      `\`${project}\` is to provide \`${library}\`, but the wheel does not require it`,
      `add it first: \`wheelkit edit --add-requires '${project}'\``,
    );
  }
  const defined = provider.versionsOf(library);
  if (defined === undefined) return;
  for (const { versions, ...need } of summary.versionNeeds) {
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
