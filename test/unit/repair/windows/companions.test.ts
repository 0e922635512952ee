import { describe, expect, it } from "vitest";
import type { DependencyGraph, GraphNode } from "../../../../src/audit/graph/graph.ts";
import type { HostFiles } from "../../../../src/audit/graph/host-files.ts";
import type { WantedCompanions } from "../../../../src/repair/windows/companions.ts";
import { companionsOf } from "../../../../src/repair/windows/companions.ts";
import { graftOf } from "../../../support/pe-graph.ts";
import { peFile } from "../../../support/pe-native.ts";

const ALL = { symbols: true, imports: true };
const DLL = "/pre/bin/Foo.dll";

function hostOf(files: HostFiles): Pick<DependencyGraph, "host"> {
  const node = (path: string): GraphNode => {
    const [slice] = peFile(path, {}).slices;
    return { key: path, path, slice, edges: [], files };
  };
  return { host: new Map([DLL, "/other/foo.dll"].map((path) => [path, node(path)])) };
}

function filesOf(paths: readonly string[]): HostFiles {
  return {
    resolve: (path) => (paths.includes(path) ? path : undefined),
    list: (folder) =>
      paths
        .filter((path) => path.startsWith(`${folder}/`))
        .map((path) => path.slice(folder.length + 1)),
    readText: () => undefined,
    readNative: () => undefined,
  };
}

function found(
  paths: readonly string[],
  wanted: WantedCompanions = ALL,
  taken: readonly string[] = [],
): readonly string[] {
  const grafts = [
    graftOf(DLL, "demo.libs/Foo-1.dll"),
    graftOf("/other/foo.dll", "demo.libs/foo-2.dll"),
  ];
  const { companions, notes } = companionsOf(
    grafts,
    hostOf(filesOf(paths)),
    wanted,
    new Set(taken),
  );
  return [...companions.map(({ from, path }) => `${from} ${path}`), ...notes];
}

describe("what comes along with a DLL", () => {
  it("lies beside it, in any case, and keeps its name", () => {
    expect(found(["/pre/bin/foo.PDB", "/pre/bin/foo.lib", "/pre/bin/bar.lib"])).toEqual([
      "/pre/bin/foo.PDB demo.libs/foo.PDB",
      "/pre/bin/foo.lib demo.libs/foo.lib",
    ]);
  });

  it("is only what was asked for", () => {
    const paths = ["/pre/bin/foo.pdb", "/pre/bin/foo.lib"];
    expect(found(paths, { symbols: true, imports: false })).toEqual([
      "/pre/bin/foo.pdb demo.libs/foo.pdb",
    ]);
    expect(found(paths, { symbols: false, imports: true })).toEqual([
      "/pre/bin/foo.lib demo.libs/foo.lib",
    ]);
  });

  it("may be an import library in `lib`, where CMake installs it, or GNU's", () => {
    expect(found(["/pre/lib/Foo.lib", "/pre/lib/foo.pdb", "/pre/lib/Foo.dll.a"])).toEqual([
      "/pre/lib/Foo.dll.a demo.libs/Foo.dll.a",
      "/pre/lib/Foo.lib demo.libs/Foo.lib",
    ]);
  });

  it("is left out, and told, where another file has that name", () => {
    const twice = found(["/pre/bin/foo.lib", "/other/foo.lib"]);
    expect(twice).toEqual([
      "/pre/bin/foo.lib demo.libs/foo.lib",
      "`/other/foo.lib` is left out: the wheel has another `demo.libs/foo.lib`",
    ]);
    expect(found(["/pre/bin/foo.lib"], ALL, ["demo.libs/foo.lib"])).toHaveLength(1);
  });
});
