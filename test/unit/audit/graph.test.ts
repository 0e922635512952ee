/** The dependency graph: each search rule of the loaders by itself. */
import { describe, expect, it } from "vitest";
import type { HostFiles } from "../../../src/audit/graph/host-files.ts";
import { readLdSoConf, systemFolders } from "../../../src/audit/linux/loader-folders.ts";
import type { ElfSlice } from "../../../src/formats.ts";
import { matchesGlob } from "../../../src/glob.ts";
import { normalizePath } from "../../../src/wheel/installed.ts";
import type { GraphSketch } from "../../support/native.ts";
import { elf, elfFile, linuxGraph } from "../../support/native.ts";
import { stopwatch } from "../../support/quick.ts";

const HOST_PROVIDES = new Set(["libc.so.6", "libz.so.1"]);

function resolve(files: Readonly<Record<string, ElfSlice | string>>, options: GraphSketch = {}) {
  return linuxGraph(files, {
    hostProvides: (name) => (HOST_PROVIDES.has(name) ? "always" : "never"),
    ...options,
  });
}

/** `via place found` of each step for the first dependency of `path`, and its target. */
function search(
  files: Readonly<Record<string, ElfSlice | string>>,
  path = "a.so",
  options: GraphSketch = {},
): { readonly steps: readonly string[]; readonly target: string } {
  const edge = resolve(files, options).members.get(path)?.edges[0];
  if (edge === undefined) throw new Error(`${path} has no dependency`);
  const { target } = edge;
  return {
    steps: edge.trace.map(({ via, place, found }) => `${via} ${place} ${found}`),
    target: "path" in target ? `${target.kind} ${target.path}` : target.kind,
  };
}

/** A root with these files; text for what is no ELF file. */
function root(files: Readonly<Record<string, ElfSlice | string>>): HostFiles {
  const folders = new Map<string, string[]>();
  for (const path of Object.keys(files)) {
    const at = path.lastIndexOf("/");
    const folder = path.slice(0, at);
    folders.set(folder, [...(folders.get(folder) ?? []), path.slice(at + 1)].sort());
  }
  return {
    resolve: (path) => (path in files ? path : undefined),
    list: (path) => folders.get(path) ?? [],
    readText(path) {
      const file = files[path];
      return typeof file === "string" ? file : undefined;
    },
    readNative(path) {
      const file = files[path];
      return typeof file === "object" ? elfFile(file) : undefined;
    },
  };
}

const libx = elf({ id: "libx.so" });

describe("paths inside the wheel", () => {
  it("RPATH and RUNPATH are searched in their order", () => {
    for (const kind of ["rpath", "runpath"] as const) {
      const files = {
        "a.so": elf({ needed: ["libx.so"], [kind]: ["$ORIGIN/one", "${ORIGIN}/two"] }),
        "two/libx.so": libx,
      };
      expect(search(files)).toEqual({
        steps: [`${kind} one no`, `${kind} two yes`],
        target: "wheel two/libx.so",
      });
    }
  });

  it("RPATH beside RUNPATH is ignored by glibc", () => {
    const files = {
      "a.so": elf({ needed: ["libx.so"], rpath: ["$ORIGIN/one"], runpath: ["$ORIGIN/two"] }),
      "two/libx.so": libx,
    };
    expect(search(files).steps).toEqual(["runpath two yes"]);
  });

  it("a library of another machine is passed over", () => {
    const files = {
      "a.so": elf({ needed: ["libx.so"], rpath: ["$ORIGIN/32", "$ORIGIN/64"] }),
      "32/libx.so": elf({ id: "libx.so", arch: "i686" }),
      "64/libx.so": libx,
    };
    expect(search(files)).toEqual({
      steps: ["rpath 32 incompatible", "rpath 64 yes"],
      target: "wheel 64/libx.so",
    });
  });

  it("B7: a linker script is passed over", () => {
    const files = {
      "a.so": elf({ needed: ["libx.so"], rpath: ["$ORIGIN/script", "$ORIGIN/real"] }),
      "script/libx.so": "INPUT(-lx)",
      "real/libx.so": libx,
    };
    expect(search(files).steps).toEqual(["rpath script not-elf", "rpath real yes"]);
  });

  it("the schemes of .data are laid over site-packages and bin", () => {
    const files = {
      "demo-1.0.data/platlib/demo/a.so": elf({
        needed: ["libx.so"],
        rpath: ["$ORIGIN/../demo.libs"],
      }),
      "demo.libs/libx.so": libx,
      "demo-1.0.data/scripts/tool": elf({
        needed: ["libx.so"],
        rpath: ["$ORIGIN/../lib/python3.12/site-packages/demo.libs"],
      }),
    };
    expect(search(files, "demo-1.0.data/platlib/demo/a.so").target).toBe("wheel demo.libs/libx.so");
    expect(search(files, "demo-1.0.data/scripts/tool")).toEqual({
      steps: ["rpath demo.libs yes"],
      target: "wheel demo.libs/libx.so",
    });
  });

  it("$LIB and $PLATFORM are expanded", () => {
    const files = {
      "a.so": elf({ needed: ["libx.so"], rpath: ["$ORIGIN/$LIB/${PLATFORM}"] }),
      "lib/x86_64/libx.so": libx,
    };
    expect(search(files).steps).toEqual(["rpath lib64/x86_64 no", "rpath lib/x86_64 yes"]);
  });

  it("S14: a relative or empty entry finds nothing", () => {
    const files = {
      "a.so": elf({ needed: ["libx.so"], rpath: ["libs", ""] }),
      "libs/libx.so": libx,
    };
    expect(search(files).steps).toEqual(["soname-in-wheel libs yes"]);
  });

  it("a path that leaves the installation finds nothing", () => {
    const files = {
      "a.so": elf({ needed: ["libx.so"], rpath: ["$ORIGIN/../../../../.."] }),
      "libx.so": libx,
    };
    expect(search(files).steps).toEqual(["soname-in-wheel . yes"]);
  });

  it("absolute paths are not looked at without a root", () => {
    const files = { "a.so": elf({ needed: ["libx.so"], rpath: ["/opt/lib"] }) };
    expect(search(files)).toEqual({ steps: ["rpath /opt/lib no"], target: "none" });
  });

  it("a needed name with a slash is a path", () => {
    const inside = { "a.so": elf({ needed: ["$ORIGIN/sub/libx.so"] }), "sub/libx.so": libx };
    expect(search(inside)).toEqual({ steps: ["path sub yes"], target: "wheel sub/libx.so" });
    const outside = { "a.so": elf({ needed: ["/build/libx.so"] }), "libx.so": libx };
    expect(search(outside)).toEqual({
      steps: ["path /build no", "base-name . yes"],
      target: "wheel libx.so",
    });
    expect(search({ "a.so": elf({ needed: ["/build/libx.so"] }) }).target).toBe("none");
    expect(search({ "a.so": elf({ needed: ["/lib/libc.so.6"] }), "libc.so.6": libx }).target).toBe(
      "none",
    );
  });

  it("a member wins over a file of the build tree, whatever leads to it", () => {
    const sysroot = root({ "/build/libx.so": libx, "/usr/lib/libx.so": libx });
    const at = (files: Readonly<Record<string, ElfSlice>>, options: GraphSketch = { sysroot }) =>
      search(files, "a.so", options).target;
    for (const kind of ["rpath", "runpath"] as const) {
      const user = elf({ needed: ["libx.so"], [kind]: ["/build", "$ORIGIN/sub"] });
      expect(at({ "a.so": user })).toBe("host /build/libx.so");
      expect(at({ "a.so": user, "sub/libx.so": libx })).toBe("wheel sub/libx.so");
      const far = elf({ needed: ["libx.so"], [kind]: ["/build"] });
      expect(at({ "a.so": far, "far/libx.so": libx })).toBe("wheel far/libx.so");
      expect(at({ "a.so": far, "far/libx.so": elf({ id: "libx.so", arch: "aarch64" }) })).toBe(
        "host /build/libx.so",
      );
      // Without the build tree it is the same.
      expect(at({ "a.so": far, "far/libx.so": libx }, {})).toBe("wheel far/libx.so");
    }
    const direct = elf({ needed: ["/build/libx.so"] });
    expect(at({ "a.so": direct, "libx.so": libx })).toBe("wheel libx.so");
    expect(at({ "a.so": direct })).toBe("host /build/libx.so");
    expect(at({ "a.so": elf({ needed: ["build/libx.so"] }) })).toBe("host /usr/lib/libx.so");
  });
});

describe("paths of those who load", () => {
  const chain = (top: ElfSlice, middle: ElfSlice) => ({
    "a.so": top,
    "sub/libmid.so": middle,
    "libs/libx.so": libx,
  });
  const through = (top: ElfSlice, middle: ElfSlice, options: GraphSketch = {}) =>
    search(chain(top, middle), "sub/libmid.so", options).steps;
  const mid = elf({ id: "libmid.so", needed: ["libx.so"] });

  it("RPATH is inherited", () => {
    const top = elf({ needed: ["libmid.so"], rpath: ["$ORIGIN/sub", "$ORIGIN/libs"] });
    expect(through(top, mid)).toEqual(["rpath sub no", "rpath libs yes"]);
  });

  it("RUNPATH is not", () => {
    const top = elf({ needed: ["libmid.so"], runpath: ["$ORIGIN/sub", "$ORIGIN/libs"] });
    expect(through(top, mid)).toEqual(["soname-in-wheel libs yes"]);
  });

  it("an object with RUNPATH inherits nothing", () => {
    const top = elf({ needed: ["libmid.so"], rpath: ["$ORIGIN/sub", "$ORIGIN/libs"] });
    const own = elf({ id: "libmid.so", needed: ["libx.so"], runpath: ["$ORIGIN/none"] });
    expect(through(top, own)).toEqual(["runpath sub/none no", "soname-in-wheel libs yes"]);
  });

  it("musl inherits either kind", () => {
    const top = elf({ needed: ["libmid.so"], runpath: ["$ORIGIN/sub", "$ORIGIN/libs"] });
    expect(through(top, mid, { loader: "musl" })).toEqual(["runpath sub no", "runpath libs yes"]);
  });

  it("Android inherits none and ignores RPATH", () => {
    const top = elf({ needed: ["libmid.so"], rpath: ["$ORIGIN/sub", "$ORIGIN/libs"] });
    expect(through(top, mid, { loader: "bionic" })).toEqual(["soname-in-wheel libs yes"]);
    expect(search(chain(top, mid), "a.so", { loader: "bionic" }).steps).toEqual([
      "soname-in-wheel sub yes",
    ]);
  });

  it("what stands later in the list of whoever loads a file is not there yet", () => {
    const files = (...needed: readonly string[]) => ({
      "top.so": elf({ needed, runpath: ["$ORIGIN"] }),
      "a.so": elf({ id: "a.so", needed: ["libx.so"] }),
      "other.so": elf({ id: "other.so", needed: ["libx.so"], runpath: ["$ORIGIN/libs"] }),
      "libs/libx.so": libx,
    });
    expect(search(files("other.so", "a.so")).steps).toEqual(["loaded libs yes"]);
    expect(search(files("a.so", "other.so")).steps).toEqual(["soname-in-wheel libs yes"]);
  });

  it("what an ancestor has loaded is not searched again", () => {
    const top = elf({ needed: ["libx.so", "libmid.so"], runpath: ["$ORIGIN/sub", "$ORIGIN/libs"] });
    expect(through(top, mid)).toEqual(["loaded libs yes"]);
  });
});

describe("a library without a path", () => {
  it("is found by SONAME before base name", () => {
    const files = {
      "a.so": elf({ needed: ["libx.so"] }),
      "one/libx.so": elf({ id: "libother.so" }),
      "two/libx.so.1.2": libx,
    };
    expect(search(files).target).toBe("wheel two/libx.so.1.2");
  });

  it("is the host's when a policy lets the host provide it", () => {
    const files = {
      "a.so": elf({ needed: ["libz.so.1"] }),
      "sub/libz.so.1": elf({ id: "libz.so.1" }),
    };
    expect(search(files)).toEqual({ steps: [], target: "none" });
  });

  it("must fit the machine", () => {
    const files = {
      "a.so": elf({ needed: ["libx.so"] }),
      "32/libx.so": elf({ id: "libx.so", arch: "i686" }),
    };
    expect(search(files).target).toBe("none");
  });
});

describe("names that are not searched", () => {
  it("the loader, libpython and what is excluded", () => {
    const needed = ["ld-linux-x86-64.so.2", "libpython3.13t.so.1.0", "libcuda.so.1"];
    const graph = resolve({ "a.so": elf({ needed }) }, { exclude: ["libcuda*"] });
    const kinds = graph.members.get("a.so")?.edges.map(({ target }) => target.kind);
    expect(kinds).toEqual(["loader", "libpython", "excluded"]);
  });

  it("libpython inside the wheel is a library like any other", () => {
    const files = {
      "a.so": elf({ needed: ["libpython3.12.so.1.0"], rpath: ["$ORIGIN/lib"] }),
      "lib/libpython3.12.so.1.0": elf({ id: "libpython3.12.so.1.0" }),
    };
    expect(search(files).target).toBe("wheel lib/libpython3.12.so.1.0");
  });
});

describe("the host", () => {
  const needsX = elf({ needed: ["libx.so"], rpath: ["$ORIGIN/libs"], runpath: [] });

  it("plays no part unless asked", () => {
    expect(search({ "a.so": needsX })).toEqual({ steps: ["rpath libs no"], target: "none" });
    expect(resolve({ "a.so": needsX }).searchedHost).toBe(false);
  });

  it("--ldpaths are searched behind the file's own paths, and nothing else is", () => {
    const found = { ldpaths: ["/one", "/two"], host: root({ "/two/libx.so": libx }) };
    expect(search({ "a.so": needsX }, "a.so", found)).toEqual({
      steps: ["rpath libs no", "ldpaths /one no", "ldpaths /two yes"],
      target: "host /two/libx.so",
    });
  });

  it("a root is searched as its ld.so.conf says, then the default folders", () => {
    const sysroot = root({
      "/etc/ld.so.conf": "include /etc/ld.so.conf.d/*.conf\n/opt/late\n",
      "/etc/ld.so.conf.d/b.conf": "/usr/lib/x86_64-linux-gnu # multiarch\n",
      "/etc/ld.so.conf.d/a.conf": "/opt/a=libc6\nhwcap 0 nosegneg\n",
      "/usr/lib/libx.so": libx,
    });
    expect(search({ "a.so": needsX }, "a.so", { sysroot }).steps).toEqual([
      "rpath libs no",
      "ld.so.conf /opt/a no",
      "ld.so.conf /usr/lib/x86_64-linux-gnu no",
      "ld.so.conf /opt/late no",
      "default /lib64 no",
      "default /usr/lib64 no",
      "default /lib no",
      "default /usr/lib yes",
    ]);
  });

  it("LD_LIBRARY_PATH comes between RPATH and RUNPATH", () => {
    const sysroot = root({});
    const options = { sysroot, libraryPath: ["/env"] };
    const steps = (sketch: object) =>
      search({ "a.so": elf({ needed: ["libx.so"], ...sketch }) }, "a.so", options)
        .steps.map((step) => step.split(" ")[0])
        .filter((via) => via !== "default");
    expect(steps({ rpath: ["$ORIGIN"] })).toEqual(["rpath", "LD_LIBRARY_PATH"]);
    expect(steps({ runpath: ["$ORIGIN"] })).toEqual(["LD_LIBRARY_PATH", "runpath"]);
  });

  it("musl: LD_LIBRARY_PATH first, then the paths, then ld-musl-ARCH.path", () => {
    const sysroot = root({ "/etc/ld-musl-x86_64.path": "/one\n/two:/three" });
    const files = { "a.so": elf({ needed: ["libx.so"], runpath: ["$ORIGIN"] }) };
    expect(search(files, "a.so", { sysroot, libraryPath: ["/env"], loader: "musl" }).steps).toEqual(
      [
        "LD_LIBRARY_PATH /env no",
        "runpath . no",
        "ld-musl.path /one no",
        "ld-musl.path /two no",
        "ld-musl.path /three no",
      ],
    );
  });

  it("DF_1_NODEFLIB leaves the default folders out", () => {
    const sysroot = root({ "/usr/lib/libx.so": libx, "/etc/ld.so.conf": "/opt" });
    const files = { "a.so": elf({ needed: ["libx.so"], noDefaultLibraries: true }) };
    expect(search(files, "a.so", { sysroot })).toEqual({ steps: [], target: "none" });
  });

  it("glibc-hwcaps are looked into when the folder itself has no such file", () => {
    const sysroot = root({ "/usr/lib/glibc-hwcaps/x86-64-v3/libx.so": libx });
    expect(search({ "a.so": needsX }, "a.so", { sysroot }).target).toBe(
      "host /usr/lib/glibc-hwcaps/x86-64-v3/libx.so",
    );
  });

  it("passes over linker scripts and other machines (B7)", () => {
    const sysroot = root({
      "/lib64/libx.so": "INPUT(libx.so.1)",
      "/usr/lib64/libx.so": elf({ arch: "i686" }),
      "/lib/libx.so": libx,
    });
    expect(search({ "a.so": needsX }, "a.so", { sysroot })).toEqual({
      steps: [
        "rpath libs no",
        "default /lib64 not-elf",
        "default /usr/lib64 incompatible",
        "default /lib yes",
      ],
      target: "host /lib/libx.so",
    });
  });

  it("absolute paths of the file lead into the root", () => {
    const sysroot = root({ "/opt/lib/libx.so": libx });
    const files = { "a.so": elf({ needed: ["libx.so"], rpath: ["/opt/lib"] }) };
    expect(search(files, "a.so", { sysroot }).target).toBe("host /opt/lib/libx.so");
  });

  it("what is found there is followed, through cycles, but not into the host's own libraries", () => {
    const sysroot = root({
      "/lib/libx.so": elf({ id: "libx.so", needed: ["liby.so", "libz.so.1"] }),
      "/lib/liby.so": elf({ id: "liby.so", needed: ["libx.so"] }),
      "/lib/libz.so.1": elf({ id: "libz.so.1", needed: ["libw.so"] }),
    });
    const graph = resolve({ "a.so": needsX }, { sysroot });
    expect([...graph.host.keys()]).toEqual(["/lib/libx.so", "/lib/liby.so"]);
  });

  it("gives way to a member of that name, but not where policies let it provide the library", () => {
    const member = { "other/libx.so": libx, "a.so": elf({ needed: ["libx.so"] }) };
    const sysroot = root({ "/usr/lib/libx.so": libx });
    expect(search(member, "a.so", { sysroot }).target).toBe("wheel other/libx.so");
    const given = { ldpaths: ["/two"], host: root({ "/two/libx.so": libx }) };
    expect(search(member, "a.so", given).target).toBe("wheel other/libx.so");
    const provided = { sysroot, hostProvides: () => "always" as const };
    expect(search(member, "a.so", provided).target).toBe("host /usr/lib/libx.so");
  });

  it("is excluded by its real path too", () => {
    const sysroot = root({ "/lib/libx.so": libx });
    const options = { sysroot, exclude: ["/lib/*"] };
    expect(search({ "a.so": needsX }, "a.so", options).target).toBe("excluded");
  });
});

describe("users", () => {
  it("are the members that need a member", () => {
    const graph = resolve({
      "a.so": elf({ needed: ["libx.so"] }),
      "b.so": elf({ needed: ["libx.so"] }),
      "libx.so": elf({ id: "libx.so", needed: ["libx.so"] }),
    });
    expect([...graph.users]).toEqual([["libx.so", ["a.so", "b.so"]]]);
  });
});

describe("the size of the work", () => {
  it("stays small where everything needs everything", () => {
    const names = Array.from({ length: 250 }, (_, index) => `lib${index}.so`);
    const files = Object.fromEntries(
      names.map((name) => [
        name,
        elf({ id: name, needed: names, rpath: ["$ORIGIN/none", "$ORIGIN"] }),
      ]),
    );
    // Processor time, so that other tests on the machine don't count; some 0.4 s when it is idle.
    const before = process.cpuUsage();
    const graph = resolve(files);
    expect(graph.members.get("lib7.so")?.edges).toHaveLength(250);
    expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
  });
});

describe("readLdSoConf", () => {
  it("ends when files include themselves", () => {
    const files = root({ "/etc/ld.so.conf": "include ld.so.conf\n/a\n" });
    expect(readLdSoConf(files, "/etc/ld.so.conf")).toEqual(["/a"]);
  });

  it("is empty without the file", () => {
    expect(readLdSoConf(root({}), "/etc/ld.so.conf")).toEqual([]);
    expect(systemFolders(root({}), "glibc", 32).map(({ folder }) => folder)).toEqual([
      "/lib",
      "/usr/lib",
    ]);
  });
});

describe("matchesGlob", () => {
  it.each([
    ["libcuda.so.1", "libcuda*", true],
    ["libcuda.so.1", "libcuda.so.?", true],
    ["libcuda.so.1", "libcuda", false],
    ["/usr/lib/libx.so", "*/libx.so", true],
    ["libx.so", "lib[xyz].so", true],
    ["libx.so", "lib[!xyz].so", false],
    ["liba.so", "lib[!xyz].so", true],
    ["lib5.so", "lib[0-9].so", true],
    ["a]b", "a[]]b", true],
    ["a[b", "a[b", true],
    ["", "*", true],
    ["abc", "a*b*c*", true],
  ])("%s against %s", (text, pattern, expected) => {
    expect(matchesGlob(text, pattern)).toBe(expected);
  });

  it("takes no exponential time", () => {
    const took = stopwatch();
    expect(matchesGlob("a".repeat(5000), `${"*a".repeat(30)}b`)).toBe(false);
    expect(took()).toBeLessThan(5000);
  });
});

describe("normalizePath", () => {
  it("stays inside the root and inside the installation", () => {
    expect(normalizePath("/usr/../../lib/./x//y/")).toBe("/lib/x/y");
    expect(normalizePath("\0/lib/python/../..")).toBe("\0");
    expect(normalizePath("\0/lib/../..")).toBeUndefined();
    expect(normalizePath("\0/lib64/python3.13t/site-packages/a")).toBe(
      "\0/lib/python/site-packages/a",
    );
  });

  it.each([
    ["/", "/"],
    ["", "/"],
    ["usr/lib", "/usr/lib"],
    ["/usr/lib", "/usr/lib"],
    ["/usr/lib/", "/usr/lib"],
    ["//usr/lib", "/usr/lib"],
    ["/usr/.lib/.", "/usr/.lib"],
    ["\0", "\0"],
    ["\0/", "\0"],
    ["\0/lib/x", "\0/lib/x"],
  ])("gives each folder one spelling: %j", (path, expected) => {
    expect(normalizePath(path)).toBe(expected);
  });
});
