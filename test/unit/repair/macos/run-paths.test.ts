import { describe, expect, it } from "vitest";
import { keptRunPaths } from "../../../../src/repair/macos/run-paths.ts";
import { installedPath, parentFolder } from "../../../../src/wheel/installed.ts";

const MEMBERS = ["demo/_x.so", "demo/.dylibs/liba.dylib", "demo/lib/libb.dylib"];
const FOLDERS = new Set(MEMBERS.map((path) => parentFolder(installedPath(path))));

function kept(paths: readonly string[], needed = false, member = "demo/_x.so", isProgram = false) {
  return keptRunPaths({
    paths,
    member,
    needed,
    isProgram,
    isOwnFolder: (folder) => FOLDERS.has(folder),
  });
}

describe("the run paths of a repaired file", () => {
  it("are those that lead to the wheel's own folders, in their own spelling", () => {
    expect(kept(["@loader_path", "@loader_path/.dylibs", "@loader_path/lib/"])).toEqual([
      "@loader_path",
      "@loader_path/.dylibs",
      "@loader_path/lib/",
    ]);
  });

  it("are none of the builder's, none of the working directory's, and none twice", () => {
    const paths = ["/opt/homebrew/lib", "lib", "@rpath/..", "@loader_path", "@loader_path"];
    expect(kept([...paths, "", "/usr/lib/swift", "@loader_path/nowhere"])).toEqual([
      "@loader_path",
    ]);
  });

  it("lead to other packages and to the system only while something there is needed, and last", () => {
    const paths = ["@loader_path/../torch/lib", "/usr/lib/swift", "@loader_path/lib", "/opt/x"];
    expect(kept(paths, true)).toEqual([
      "@loader_path/lib",
      "@loader_path/../torch/lib",
      "/usr/lib/swift",
    ]);
    expect(kept(paths)).toEqual(["@loader_path/lib"]);
  });

  it("never leave the folder that the wheel is installed to by themselves", () => {
    expect(kept(["@loader_path/../../../../../../../lib"], true)).toEqual([]);
  });

  it("keep the program's own place for programs", () => {
    expect(kept(["@executable_path/../lib"])).toEqual([]);
    expect(kept(["@executable_path/../lib"], false, "demo/_x.so", true)).toEqual([
      "@executable_path/../lib",
    ]);
  });
});
