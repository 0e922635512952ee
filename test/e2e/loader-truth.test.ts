/** Where the loader decides, it is asked: glibc's through Python, musl's through its own program. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wheelkitWith } from "../support/commands.ts";
import {
  ARCH,
  answerOf,
  LINUX_TAG,
  membersOf,
  nativeMembersOf,
  repairBench,
  SUFFIX,
  unpack,
  type Workshop,
  workshop,
} from "../support/repair-workshop.ts";
import { requireTool } from "../support/tools.ts";

const EXT = `demo/_x.${SUFFIX}`;
const hasTools = ["gcc", "python3", "unzip"].every((name) => requireTool(name) !== undefined);

let folder = "";
let shop: Workshop;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wheelkit-loader-"));
  shop = workshop(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What Python says when it loads a file, or the answer. */
function loaded(path: string): string {
  try {
    return answerOf(path);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

interface Audited {
  readonly supported: string | null;
  readonly findings: readonly { readonly code: string; readonly level: string }[];
}

async function audited(wheel: string): Promise<Audited> {
  const { out } = await wheelkitWith({}, "audit", "-f", "json", wheel);
  const [{ platform, findings }] = JSON.parse(out).wheels;
  return { supported: platform.supported, findings };
}

/** Opens a library in a program of musl's, and gives its words. */
function muslOpener(): (path: string) => string {
  const source = join(folder, "open.c");
  writeFileSync(
    source,
    `#include <dlfcn.h>
    #include <stdio.h>
    int main(int count, char **words) {
      puts(dlopen(words[1], RTLD_NOW) ? "loaded" : dlerror());
      return 0;
    }`,
  );
  const program = join(folder, "open");
  execFileSync("musl-gcc", ["-o", program, source]);
  return (path) => spawnSync(program, [path], { encoding: "utf8" }).stdout.trim();
}

/** The file of a wheel as the loader finds it once the wheel lies somewhere. */
function unpacked(wheel: string, member: string): string {
  return join(unpack(wheel, mkdtempSync(join(folder, "site-"))), member);
}

const { repair } = repairBench(() => shop);

describe.skipIf(!hasTools)("a library in the wheel that no search path reaches", () => {
  it("keeps a module from loading, until a repair adds the path", async () => {
    const libin = shop.library("in/libin.so", "int in(void) { return 8; }", { soname: "libin.so" });
    const library = readFileSync(libin);
    for (const flags of [[], ["-Wl,-rpath,$ORIGIN/lib"]]) {
      const files = {
        [EXT]: shop.module("_x", "in()", { needs: [libin], flags }),
        "lib/libin.so": library,
      };
      const wheel = shop.wheel("stray", { tag: LINUX_TAG, files });
      expect(loaded(unpacked(wheel, EXT))).toContain("cannot open shared object file");
      const { supported, findings } = await audited(wheel);
      expect(supported).toMatch(/^linux_/);
      expect(findings).toContainEqual(
        expect.objectContaining({ code: "LNK021", level: "error", path: EXT }),
      );
      const repaired = await repair(wheel);
      expect(repaired.err).toBe("");
      expect(loaded(unpacked(repaired.wheel, EXT))).toBe("8");
      expect((await audited(repaired.wheel)).supported).toMatch(/^manylinux_2_/);
    }
  });

  it("is asked for by the name of its file where no file is called like its SONAME", async () => {
    const script = join(folder, "in.map");
    writeFileSync(script, "IN_1 { global: in; local: *; };\n");
    const libin = shop.library("so/libin.so", "int in(void) { return 8; }", {
      soname: "libin.so.1",
      flags: [`-Wl,--version-script=${script}`],
    });
    const files = {
      [EXT]: shop.module("_x", "in()", { needs: [libin] }),
      "demo/lib/libin.so": readFileSync(libin),
    };
    const wheel = shop.wheel("soname", { tag: LINUX_TAG, files });
    expect(loaded(unpacked(wheel, EXT))).toContain("libin.so.1: cannot open shared object file");
    const repaired = await repair(wheel);
    expect(repaired.err).toBe("");
    expect(loaded(unpacked(repaired.wheel, EXT))).toBe("8");
    expect((await audited(repaired.wheel)).supported).toMatch(/^manylinux_2_/);
  });

  it("keeps a program from starting, until a repair adds the path or moves the script", async () => {
    const libin = shop.library("in/libin.so", "int in(void) { return 8; }", { soname: "libin.so" });
    const tool = shop.program("tool", "in()", { needs: [libin] });
    const wheel = shop.wheel("program", {
      tag: LINUX_TAG,
      files: { "demo/bin/tool": tool, "demo/lib/libin.so": readFileSync(libin) },
      members: { "demo/bin/tool": { mode: 0o100755 } },
    });
    const started = (path: string): string => spawnSync(path, { encoding: "utf8" }).stdout.trim();
    expect(started(unpacked(wheel, "demo/bin/tool"))).toBe("");
    expect((await audited(wheel)).findings).toContainEqual(
      expect.objectContaining({ code: "LNK021", level: "error", path: "demo/bin/tool" }),
    );
    const repaired = await repair(wheel);
    expect(started(unpacked(repaired.wheel, "demo/bin/tool"))).toBe("8");

    const script = await repair({
      files: { "demo-1.0.data/scripts/tool": tool, "demo/lib/libin.so": readFileSync(libin) },
    });
    expect(started(unpacked(script.wheel, "demo.scripts/tool"))).toBe("8");
  });

  it("is not a less so on musl", async () => {
    if (requireTool("musl-gcc") === undefined) return;
    const musl = workshop(join(folder, "musl"), "musl-gcc");
    const libin = musl.library("libin.so", "int in(void) { return 8; }", { soname: "libin.so" });
    const open = muslOpener();
    for (const [flags, said] of [
      [[], "Error loading shared library libin.so"],
      [["-Wl,-rpath,$ORIGIN/../lib"], "loaded"],
    ] as const) {
      const files = {
        "demo/_x.so": musl.module("_x", "in()", { needs: [libin], flags }),
        "lib/libin.so": readFileSync(libin),
      };
      const tag = `cp311-cp311-musllinux_1_2_${ARCH}`;
      const wheel = musl.wheel("stray", { tag, files });
      expect(open(unpacked(wheel, "demo/_x.so"))).toContain(said);
      const { findings } = await audited(wheel);
      expect(findings.some(({ code }) => code === "LNK021")).toBe(said !== "loaded");
    }
  });
});

describe.skipIf(!hasTools)("versions of the loader", () => {
  const linker = process.arch === "arm64" ? "ld-linux-aarch64.so.1" : "ld-linux-x86-64.so.2";

  /** A library that needs a version of the loader, through a stand-in to link against. */
  function needing(version: string): string {
    const map = join(folder, `${version}.map`);
    writeFileSync(map, `${version} { global: of_the_loader; };`);
    const stand = shop.library(`${version}/${linker}`, "int of_the_loader(void) { return 1; }", {
      soname: linker,
      flags: [`-Wl,--version-script=${map}`],
    });
    return shop.library(
      `${version}/demo.so`,
      "int of_the_loader(void); int answer(void) { return 1; } int (*keep)(void) = of_the_loader;",
      { needs: [stand] },
    );
  }

  it("are checked as those of any library are, so they count", async () => {
    const path = needing("GLIBC_2.99");
    expect(loaded(path)).toContain("version `GLIBC_2.99' not found");
    const files = { [EXT]: readFileSync(path) };
    const wheel = shop.wheel("versions", { tag: LINUX_TAG, files });
    expect((await audited(wheel)).supported).toMatch(/^linux_/);
  });
});

describe.skipIf(!hasTools)("a program without an execute bit", () => {
  it("can't be run once it is installed, until a repair sets the bit", async () => {
    const tool = shop.program("plain-tool", "8", {});
    const wheel = shop.wheel("idle", {
      tag: LINUX_TAG,
      files: { "demo/bin/tool": tool },
      members: { "demo/bin/tool": { mode: 0o100644 } },
    });
    const status = (path: string) => spawnSync(path, { encoding: "utf8" }).error?.message ?? "";
    expect(status(unpacked(wheel, "demo/bin/tool"))).toContain("EACCES");
    expect((await audited(wheel)).findings).toContainEqual(
      expect.objectContaining({ code: "LNK023", level: "warning" }),
    );
    const repaired = await repair(wheel);
    expect(status(unpacked(repaired.wheel, "demo/bin/tool"))).toBe("");
    expect((await audited(repaired.wheel)).findings.map(({ code }) => code)).not.toContain(
      "LNK023",
    );
  });
});

describe.skipIf(!hasTools || requireTool("musl-gcc") === undefined)("on musl", () => {
  const tag = `cp311-cp311-musllinux_1_2_${ARCH}`;
  const shopOf = (): Workshop => workshop(join(folder, "musl-rules"), "musl-gcc");

  async function check(
    code: string,
    flags: readonly string[],
    wanted = "error",
  ): Promise<readonly [string, string[]]> {
    const musl = shopOf();
    const path = musl.library("x.so", `void *PyInit__x(void) { return 0; } ${code}`, { flags });
    const wheel = musl.wheel("rules", { tag, files: { "demo/_x.so": readFileSync(path) } });
    const { findings } = await audited(wheel);
    const errors = findings.filter(({ level }) => level === wanted).map((each) => each.code);
    return [muslOpener()(path), errors];
  }

  it("static thread-local storage of a library never loads", async () => {
    const code = "static __thread int x; int *place(void) { return &x; }";
    const [refused, errors] = await check(code, ["-ftls-model=initial-exec"]);
    expect(refused).toContain("initial-exec TLS resolves to dynamic definition");
    expect(errors).toEqual(["LNK010"]);
    expect(await check(code, ["-ftls-model=global-dynamic"])).toEqual(["loaded", []]);
  });

  it("relocations in the short form are not read before 1.2.4", async () => {
    const pointer = "static int x = 7; static int *volatile p = &x;";
    // The loader runs it: a pointer that nothing relocated ends the process.
    const code = `${pointer} __attribute__((constructor)) void use(void) { *p += 1; }`;
    expect(await check(code, [])).toEqual(["loaded", []]);
    const [said, errors] = await check(code, ["-Wl,-z,pack-relative-relocs"], "warning");
    expect(errors).toEqual(["LNK025"]);
    const { stderr } = spawnSync("/lib/ld-musl-x86_64.so.1", { encoding: "utf8" });
    const patch = Number(/Version 1\.2\.(\d+)/.exec(stderr)?.[1]);
    expect(said).toBe(patch < 4 ? "" : "loaded");
  });

  it("a function that only glibc has is not found", async () => {
    const call = (name: string) => `int ${name}(); int use(void) { return ${name}(0, 0, 0); }`;
    const [refused, errors] = await check(call("__cxa_thread_atexit_impl"), []);
    expect(refused).toContain("__cxa_thread_atexit_impl: symbol not found");
    expect(errors).toEqual(["LNK003"]);
    expect(await check(call("strlcpy"), [])).toEqual(["loaded", []]);
  });
});

describe.skipIf(!hasTools)("an undefined symbol with glibc", () => {
  it("keeps a module from loading", async () => {
    const files = { [EXT]: shop.module("_x", "nobody_defines_this()", {}) };
    const wheel = shop.wheel("undefined", { tag: LINUX_TAG, files });
    expect(loaded(unpacked(wheel, EXT))).toContain("undefined symbol: nobody_defines_this");
    expect((await audited(wheel)).findings).toContainEqual(
      expect.objectContaining({ code: "LNK003", level: "error" }),
    );
  });
});

describe.skipIf(!hasTools || requireTool("ld.lld") === undefined)(
  "short relocations with glibc",
  () => {
    it("are refused without the version that keeps older ones away", async () => {
      const source = join(folder, "relr.c");
      const path = join(folder, "relr.so");
      writeFileSync(
        source,
        `#include <stdio.h>
      static int x = 7; static int *volatile p = &x;
      int answer(void) { return *p; }
      void *PyInit__x(void) { puts(""); return 0; }`,
      );
      const build = (...flags: readonly string[]): void => {
        execFileSync("gcc", ["-shared", "-fPIC", ...flags, "-o", path, source]);
      };
      const codes = async (): Promise<readonly string[]> => {
        const files = { [EXT]: readFileSync(path) };
        const { findings } = await audited(shop.wheel("relr", { tag: LINUX_TAG, files }));
        return findings.map(({ code }) => code).filter((code) => code === "LNK025");
      };
      build("-fuse-ld=lld", "-Wl,--pack-dyn-relocs=relr");
      // Newer linkers add the version themselves.
      if (!readFileSync(path).includes("GLIBC_ABI_DT_RELR")) {
        expect(loaded(path)).toContain("DT_RELR without GLIBC_ABI_DT_RELR dependency");
        expect(await codes()).toEqual(["LNK025"]);
      }
      build("-Wl,-z,pack-relative-relocs");
      expect(loaded(path)).toBe("7");
      expect(await codes()).toEqual([]);
    });
  },
);

describe.skipIf(!hasTools)("native code below `.data/platlib`, beside a root that is pure", () => {
  it("keeps its place, and grafts lie beside it", async () => {
    const lib = shop.library("plat/libp.so.1", "int p(void) { return 31; }", {
      soname: "libp.so.1",
    });
    const member = `demo-1.0.data/platlib/demo_native/_x.${SUFFIX}`;
    const tool = shop.program("plat-tool", "p()", { needs: [lib] });
    const files = {
      [member]: shop.module("_x", "p()", { needs: [lib] }),
      "demo-1.0.data/scripts/tool": tool,
      "%/WHEEL": `Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: ${LINUX_TAG}\n`,
    };
    const { wheel, err, status } = await repair({ files }, ["--ldpaths", join(folder, "plat")]);
    expect([status, err]).toEqual([0, ""]);
    const names = [...membersOf(wheel).keys()];
    expect(names.filter((name) => name.includes("libp"))).toEqual([
      expect.stringMatching(/^demo-1\.0\.data\/platlib\/demo\.libs\/libp-[0-9a-f]{8}\.so\.1$/),
    ]);
    expect(names).toContain("demo-1.0.data/platlib/demo.scripts/tool");
    const text = new TextDecoder().decode(membersOf(wheel).get("demo-1.0.dist-info/WHEEL"));
    expect(text).toContain("Root-Is-Purelib: true");
    expect((await audited(wheel)).findings.filter(({ level }) => level !== "info")).toEqual([]);
    const site = unpack(wheel, mkdtempSync(join(folder, "plat-")));
    expect(loaded(join(site, member))).toBe("31");
    const again = await repair(wheel);
    expect(readFileSync(again.wheel).equals(readFileSync(wheel))).toBe(true);
  });
});

describe.skipIf(!hasTools)("a dependency by path", () => {
  const module = (): Uint8Array => {
    const lib = shop.library("by-path/libnoson.so", "int noson(void) { return 33; }");
    // A library without a SONAME, linked by its file: the name that is needed is the path.
    return shop.module("_x", "noson()", { needs: [lib] });
  };
  const library = (): string => join(folder, "by-path/libnoson.so");

  it("is looked for in the wheel by its base name, and gets that name", async () => {
    const files = { [EXT]: module(), "demo/lib/libnoson.so": readFileSync(library()) };
    const wheel = shop.wheel("by-path-in", { tag: LINUX_TAG, files });
    for (const args of [[], ["--ldpaths", join(folder, "by-path")]]) {
      const repaired = await repair(wheel, args);
      expect([repaired.status, repaired.err]).toEqual([0, ""]);
      const names = [...membersOf(repaired.wheel).keys()].filter((name) => name.includes("noson"));
      expect(names).toEqual(["demo/lib/libnoson.so"]);
      renameSync(library(), `${library()}.away`);
      expect(loaded(unpacked(repaired.wheel, EXT))).toBe("33");
      const { supported } = await audited(wheel);
      expect(supported).toMatch(/^linux_/);
      renameSync(`${library()}.away`, library());
    }
  });

  it("is grafted from the folders that are given, and refused in its own words without", async () => {
    const bytes = module();
    const away = join(folder, "elsewhere");
    mkdirSync(away);
    renameSync(library(), join(away, "libnoson.so"));
    const wheel = shop.wheel("by-path-out", { tag: LINUX_TAG, files: { [EXT]: bytes } });
    const refused = await repair(wheel);
    expect(refused.status).toBe(3);
    expect(refused.err).toContain("by its path, and no `libnoson.so` was found [LNK008]");
    expect(refused.err).toContain("IMPORTED_NO_SONAME");
    const repaired = await repair(wheel, ["--ldpaths", away]);
    expect(repaired.status).toBe(0);
    rmSync(away, { recursive: true });
    expect(loaded(unpacked(repaired.wheel, EXT))).toBe("33");
  });
});

describe.skipIf(!hasTools || requireTool("objcopy") === undefined)("a separate debug file", () => {
  it("is not a library, whatever its name", async () => {
    const flags = ["-g"];
    const lib = shop.library("real/libd.so.1", "int d(void) { return 21; }", {
      soname: "libd.so.1",
      flags,
    });
    const wheel = shop.wheel("debug", {
      tag: LINUX_TAG,
      files: { [EXT]: shop.module("_x", "d()", { needs: [lib] }) },
    });
    const debug = join(folder, "debug-files");
    mkdirSync(debug);
    execFileSync("objcopy", ["--only-keep-debug", lib, join(debug, "libd.so.1")]);
    const real = join(folder, "real");
    const alone = await repair(wheel, ["--ldpaths", debug]);
    expect([alone.status, alone.files]).toEqual([3, []]);
    const both = await repair(wheel, ["--ldpaths", `${debug}:${real}`]);
    expect([both.status, both.err]).toEqual([0, ""]);
    rmSync(real, { recursive: true });
    expect(loaded(unpacked(both.wheel, EXT))).toBe("21");
  });
});

describe.skipIf(!hasTools)("what the audit knows of a library's owner", () => {
  it("leaves drivers out, grafts them on demand, and tells of other wheels' libraries", async () => {
    const cuda = shop.library("stubs/libcuda.so.1", "int cuInit(void) { return 34; }", {
      soname: "libcuda.so.1",
    });
    const blas = shop.library("stubs/libcublas.so.12", "int blas(void) { return 1; }", {
      soname: "libcublas.so.12",
    });
    const files = { [EXT]: shop.module("_x", "cuInit() + blas()", { needs: [cuda, blas] }) };
    const wheel = shop.wheel("owners", { tag: LINUX_TAG, files });
    const grafted = (path: string) =>
      [...membersOf(path).keys()].filter((name) => name.startsWith("demo.libs/"));
    const stubs = ["--ldpaths", join(folder, "stubs")];
    const left = await repair(wheel, stubs);
    expect(left.err).toContain("`libcuda.so.1` is left out: NVIDIA's driver brings it");
    expect(left.err).toContain("`nvidia-cublas` provides cuBLAS");
    expect(grafted(left.wheel)).toEqual([expect.stringContaining("libcublas-")]);
    const forced = await repair(wheel, [...stubs, "--include", "libcuda.so.1"]);
    expect(grafted(forced.wheel)).toContain("demo.libs/libcuda.so.1");
  });

  it("bundles an allowed library under a name of its own, versions and all", async () => {
    const stdcpp = execFileSync("g++", ["-print-file-name=libstdc++.so.6"], { encoding: "utf8" });
    const own = join(folder, "toolchain");
    mkdirSync(own);
    copyFileSync(stdcpp.trim(), join(own, "libstdc++.so.6"));
    const source = join(folder, "cxx.cc");
    writeFileSync(
      source,
      `#include <string>
      extern "C" void *PyInit__x() { return nullptr; }
      extern "C" int answer() { return std::string("seven").size() + std::stoi("2"); }`,
    );
    execFileSync("g++", ["-O0", "-shared", "-fPIC", "-o", join(folder, "cxx.so"), source]);
    const files = { [EXT]: readFileSync(join(folder, "cxx.so")) };
    const wheel = shop.wheel("cxx", { tag: LINUX_TAG, files });
    const args = ["--bundle", "libstdc++.so.6", "--ldpaths", own];
    const repaired = await repair(wheel, args);
    expect([repaired.status, repaired.err]).toEqual([0, ""]);
    const needed = nativeMembersOf(repaired.wheel).get(EXT);
    const name = expect.stringMatching(/^libstdc\+\+-[0-9a-f]{8}\.so\.6$/);
    expect(needed?.dependencies.map((each) => each.name)).toContainEqual(name);
    expect(needed?.versionNeeds.map(({ library }) => library)).toContainEqual(name);
    expect(loaded(unpacked(repaired.wheel, EXT))).toBe("7");
    const { findings } = await audited(repaired.wheel);
    expect(findings.filter(({ code }) => code === "LNK009")).toEqual([]);
  });

  it("prefers the wheel's own library to one of its name on the host", async () => {
    const own = shop.library("own/libtwice.so.1", "int twice(void) { return 3; }", {
      soname: "libtwice.so.1",
    });
    const files = {
      [EXT]: shop.module("_x", "twice()", { needs: [own] }),
      "demo/lib/libtwice.so.1": readFileSync(own),
    };
    const host = shop.library("host/libtwice.so.1", "int twice(void) { return 9; }", {
      soname: "libtwice.so.1",
    });
    const repaired = await repair({ files }, ["--ldpaths", dirname(host)]);
    expect([repaired.status, repaired.err]).toEqual([0, ""]);
    expect(loaded(unpacked(repaired.wheel, EXT))).toBe("3");
  });

  it("says what it could not put right", async () => {
    const files = { [EXT]: shop.module("_x", "of_nobody()") };
    const { status, err } = await repair({ files });
    expect([status, err]).toEqual([0, expect.stringContaining("still wrong: ")]);
    expect(err).toContain("imports `of_nobody`");
  });

  it("names patterns that matched nothing, with what they may have meant", async () => {
    const lib = shop.library("roc/librocfoo.so.5", "int roc(void) { return 5; }", {
      soname: "librocfoo.so.5",
    });
    const files = { [EXT]: shop.module("_x", "roc()", { needs: [lib] }) };
    const args = ["--ldpaths", join(folder, "roc"), "--exclude", "librocfoo.so", "-f", "json"];
    const { err, out } = await repair({ files }, [...args, "--no-mangle", "librocbar.so.5"]);
    const said = "`--exclude librocfoo.so` matched nothing; did you mean `librocfoo.so.*`?";
    expect(JSON.parse(out).wheels[0].warnings).toContain(said);
    expect(err + out).toContain("--no-mangle librocbar.so.5");
    const right = await repair({ files }, [...args.slice(0, 2), "--exclude", "librocfoo.so.*"]);
    expect(right.err).toBe("");
  });
});
