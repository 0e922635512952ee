import { describe, expect, it } from "vitest";
import { archsInUse, archsOfTag, parseArchs } from "../../../../src/policy/macos/archs.ts";
import { distinctSpelling, parseInstallName } from "../../../../src/policy/macos/install-name.ts";
import { isPythonLibrary, isSystemLibrary } from "../../../../src/policy/macos/system.ts";

describe("what the system provides", () => {
  it("is compared by whole components of the path", () => {
    for (const path of ["/usr/lib/libz.1.dylib", "/System/Library/Frameworks/X.framework/X"]) {
      expect(isSystemLibrary(path), path).toBe(true);
    }
    for (const path of [
      "/usr/lib64/libfoo.dylib",
      "/usr/libexec/x",
      "/usr/local/lib/libz.dylib",
      "/Systems/libx.dylib",
      "/System/Volumes/Data/opt/homebrew/lib/libx.dylib",
      "/usr/lib/../local/lib/libx.dylib",
      "usr/lib/libz.dylib",
    ]) {
      expect(isSystemLibrary(path), path).toBe(false);
    }
  });

  it("is never the interpreter's own library", () => {
    for (const path of [
      "/Library/Frameworks/Python.framework/Versions/3.12/Python",
      "@rpath/Python3.framework/Versions/3.9/Python3",
      "/Library/Frameworks/PythonT.framework/Versions/3.14/PythonT",
      "@rpath/Python.framework/Python",
      "/opt/x/lib/libpython3.12.dylib",
      "@rpath/libpython3.13t.dylib",
    ]) {
      expect(isPythonLibrary(path), path).toBe(true);
    }
    for (const path of ["libpython.dylib", "/x/Python", "libboost_python312.dylib"]) {
      expect(isPythonLibrary(path), path).toBe(false);
    }
  });
});

describe("an install name", () => {
  it("begins with a place or is a path", () => {
    expect(parseInstallName("@rpath/libx.dylib")).toEqual({ kind: "rpath", rest: "libx.dylib" });
    expect(parseInstallName("@loader_path/../x")).toEqual({ kind: "loader", rest: "../x" });
    expect(parseInstallName("@loader_path")).toEqual({ kind: "loader", rest: "" });
    expect(parseInstallName("@executable_path/x").kind).toBe("executable");
    expect(parseInstallName("/opt/x").kind).toBe("absolute");
    expect(parseInstallName("libx.dylib").kind).toBe("relative");
    // Another word that begins the same is no place.
    expect(parseInstallName("@rpathology/x").kind).toBe("relative");
  });

  it("has other spellings, for several commands that load one library", () => {
    const used = new Set(["@loader_path/x.dylib"]);
    const second = distinctSpelling("@loader_path/x.dylib", used);
    expect(second).toBe("@loader_path/./x.dylib");
    used.add(second);
    expect(distinctSpelling("@loader_path/x.dylib", used)).toBe("@loader_path/././x.dylib");
    expect(distinctSpelling("@loader_path/y.dylib", used)).toBe("@loader_path/y.dylib");
  });
});

describe("architectures of a tag", () => {
  it("are those of its group", () => {
    expect(archsOfTag("universal2")).toEqual(["x86_64", "arm64"]);
    expect(archsOfTag("arm64")).toEqual(["arm64"]);
    expect(archsInUse("intel")).toEqual(["x86_64"]);
    expect(archsInUse("i386")).toEqual(["i386"]);
  });

  it("are read from an option as delocate reads them", () => {
    expect(parseArchs("universal2")).toEqual(["x86_64", "arm64"]);
    expect(parseArchs("intel")).toEqual(["i386", "x86_64"]);
    expect(parseArchs(" arm64 , x86_64")).toEqual(["x86_64", "arm64"]);
    expect(parseArchs("")).toEqual([]);
  });
});
