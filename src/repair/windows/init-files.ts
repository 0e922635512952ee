/** The Python files that a repair writes: `__init__.py` with the search code, and load orders. */
import { bytesEqual, compareText, decodeUtf8 } from "../../bytes.ts";
import { RefusalError } from "../../errors.ts";
import { folderOf, joinPath } from "../../paths.ts";
import { isSitePath, sitePath } from "../../wheel/installed.ts";
import type { PlannedFile } from "../platform.ts";
import type { PatchFolders } from "./init-patch.ts";
import { insertPatch, patchLines, replaceMarkers, replacePatch } from "./init-patch.ts";
import type { InitWork } from "./layout.ts";
import { formatLoadOrder } from "./load-order.ts";
import type { InitModule } from "./packages.ts";

export interface InitFilesInput {
  readonly works: Iterable<InitWork>;
  /** Path below site-packages of a file in the repaired wheel, by its key. */
  readonly siteOf: (key: string) => string;
  /** Name of the load order files; `undefined` where no Python needs them. */
  readonly loadOrder: string | undefined;
  readonly read: (path: string) => Uint8Array | undefined;
}

export function initFiles(input: InitFilesInput): readonly PlannedFile[] {
  const works = [...input.works].sort((a, b) => compareText(a.init.path, b.init.path));
  const files = works.flatMap((work) => initFile(work, input));
  return [...files, ...loadOrders(works, input)];
}

function initFile({ init, folders, preload }: InitWork, input: InitFilesInput): PlannedFile[] {
  const { source, home, path } = init;
  const own = init.known.find(({ by }) => by === "wheelkit");
  const wanted: PatchFolders = {
    folders: sorted([...(own?.folders ?? []), ...folders.keys()]),
    preload: sorted([...(own?.preload ?? []), ...[...preload].map(input.siteOf)]),
    loadOrder: input.loadOrder,
  };
  const lines = patchLines(home, wanted);
  const bytes = own === undefined ? insertPatch(source, lines) : replacePatch(source, own, lines);
  // A package whose source can't be read was passed over before.
  return bytes === undefined || bytesEqual(bytes, source) ? [] : [{ path, bytes }];
}

/** Beside the DLLs of each folder that is added, where a Python may come that needs the list. */
function loadOrders(works: readonly InitWork[], input: InitFilesInput): readonly PlannedFile[] {
  const { loadOrder, siteOf, read } = input;
  if (loadOrder === undefined) return [];
  const byFolder = new Map<string, Set<string>>();
  for (const { folders } of works) {
    for (const [folder, keys] of folders) {
      const names = byFolder.get(folder) ?? new Set<string>();
      byFolder.set(folder, names);
      for (const key of keys) names.add(siteOf(key).slice(folder === "" ? 0 : folder.length + 1));
    }
  }
  return [...byFolder].flatMap(([folder, names]) => {
    const path = joinPath(folder, loadOrder);
    const before = read(path);
    const listed = (decodeUtf8(before ?? new Uint8Array()) ?? "").split(/\s*[\r\n]+\s*/);
    const bytes = formatLoadOrder([...names, ...listed.filter((name) => name !== "")]);
    return before !== undefined && bytesEqual(bytes, before) ? [] : [{ path, bytes }];
  });
}

/**
 * `--custom-patch`: the code goes where modules ask for it.
 *
 * @param sources Python files of the wheel.
 * @throws RefusalError when none asks.
 */
export function customFiles(
  work: InitWork,
  sources: Iterable<string>,
  input: Omit<InitFilesInput, "works">,
): readonly PlannedFile[] {
  const { loadOrder, siteOf, read } = input;
  const wanted: PatchFolders = {
    folders: sorted([...work.folders.keys()]),
    preload: sorted([...work.preload].map(siteOf)),
    loadOrder,
  };
  const files: PlannedFile[] = [];
  for (const path of sources) {
    const source = isSitePath(path) ? read(path) : undefined;
    if (source === undefined) continue;
    const bytes = replaceMarkers(source, patchLines(folderOf(sitePath(path)), wanted));
    if (bytes !== undefined) files.push({ path, bytes });
  }
  if (files.length === 0) {
    throw new RefusalError(
      "LNK013",
      "no line of the wheel's Python files says `# delvewheel: patch`",
      "`--custom-patch` puts the code there; without it the packages' `__init__.py` get it",
    );
  }
  return [...files, ...loadOrders([work], { ...input, works: [] })];
}

/** Stands for code anywhere in the wheel, as `--custom-patch` puts it. */
export function anywhere(): InitModule {
  return { path: "", home: "", source: new Uint8Array(), known: [] };
}

function sorted(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort(compareText);
}
