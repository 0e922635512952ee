/** Equal libraries of a wheel: one stays, and whoever needs the others finds it. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { FORMATS } from "../../src/formats.ts";
import { memorySource } from "../../src/source.ts";
import { wheelkit } from "../support/commands.ts";
import { callLibrary } from "../support/cuda-library.ts";
import { unpack } from "../support/foreign.ts";
import { machoFixture } from "../support/macho-fixtures.ts";
import { peFixture } from "../support/pe-fixtures.ts";
import { scratchFolder } from "../support/scratch.ts";
import { python, requireTool } from "../support/tools.ts";
import { buildWheel, wheelFileName } from "../support/wheel-builder.ts";

const TAG = "cp312-cp312-linux_x86_64";
const hasTools = ["gcc", "patchelf", "readelf"].every((name) => requireTool(name) !== undefined);

/** Builds a library below `folder`; `-L` finds the others by their places. */
function build(folder: string, path: string, code: string, ...flags: readonly string[]): void {
  const source = join(folder, "source.c");
  const output = join(folder, path);
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(source, code);
  const plain = ["-shared", "-fPIC", "-O1", source, "-o", output];
  execFileSync("gcc", [...plain, ...flags], { cwd: folder, stdio: "pipe" });
}

interface Result {
  readonly folder: string;
  readonly status: number;
  readonly err: string;
  readonly links: string;
}

/** Packs what lies below `folder` as a wheel, shrinks it with `--dedupe`, and unpacks the result. */
async function dedupe(
  folder: string,
  paths: readonly string[],
  tag: string = TAG,
  texts: Readonly<Record<string, string>> = {},
): Promise<Result> {
  const files: Record<string, Uint8Array | string> = { ...texts };
  for (const path of paths) files[path] = new Uint8Array(readFileSync(join(folder, path)));
  const wheel = join(folder, wheelFileName({ tag }));
  writeFileSync(wheel, buildWheel({ tag, files }));
  const out = join(folder, "out");
  const { status, err } = await wheelkit("shrink", "--dedupe", "-w", out, wheel);
  const result = join(out, wheelFileName({ tag }));
  if (existsSync(result)) unpack(result, out);
  const record = join(out, "demo-1.0.dist-info/LINKS");
  const links = existsSync(record) ? readFileSync(record, "utf8") : "";
  return { folder: out, status, err, links };
}

const dynamicOf = (path: string): string => execFileSync("readelf", ["-dW", path]).toString();

describe.skipIf(!hasTools)("shrink --dedupe", () => {
  it("keeps one of a chain of versions, and tells the others its name", async () => {
    const folder = scratchFolder();
    build(folder, "demo/libfoo.so.1", "int foo(void) { return 42; }", "-Wl,-soname,libfoo.so.1");
    const use = "int foo(void); int use(void) { return foo() - 1; }";
    const flags = ["-Ldemo", "-l:libfoo.so.1", "-Wl,-rpath,$ORIGIN"];
    build(folder, "demo/libuse.so", use, ...flags);
    const user = join(folder, "demo/libuse.so");
    execFileSync("patchelf", ["--replace-needed", "libfoo.so.1", "libfoo.so", user]);
    execFileSync("cp", ["demo/libfoo.so.1", "demo/libfoo.so"], { cwd: folder });
    const result = await dedupe(folder, ["demo/libfoo.so", "demo/libfoo.so.1", "demo/libuse.so"]);
    expect(result.status).toBe(0);
    expect(result.err).toContain("`demo/libfoo.so` is a link to `demo/libfoo.so.1` now");
    expect(existsSync(join(result.folder, "demo/libfoo.so"))).toBe(false);
    expect(callLibrary(python(), join(result.folder, "demo/libuse.so"), "use")).toBe("41");
    expect(result.links).toContain("demo/libfoo.so,demo/libfoo.so.1");
  });

  /** `demo/a` and `demo/b/c`, each with the same library and a user of its own. */
  function twoFolders(folder: string, rpath = "-Wl,--enable-new-dtags"): readonly string[] {
    const foo = "static int count; int foo(void) { return ++count; }";
    build(folder, "demo/a/libfoo.so", foo);
    mkdirSync(join(folder, "demo/b/c"), { recursive: true });
    execFileSync("cp", ["demo/a/libfoo.so", "demo/b/c/libfoo.so"], { cwd: folder });
    const use = "int foo(void); int use(void) { return 40 + foo(); }";
    const flags = ["-lfoo", "-Wl,-rpath,$ORIGIN", rpath];
    build(folder, "demo/a/libuse.so", use, "-Ldemo/a", ...flags);
    build(folder, "demo/b/c/libother.so", `${use} int x;`, "-Ldemo/b/c", ...flags);
    return ["demo/a/libfoo.so", "demo/a/libuse.so", "demo/b/c/libfoo.so", "demo/b/c/libother.so"];
  }

  it("keeps one of several folders' libraries, and leads the users of the others to it", async () => {
    const folder = scratchFolder();
    const result = await dedupe(folder, twoFolders(folder));
    expect(result.status).toBe(0);
    expect(result.links).toContain("demo/b/c/libfoo.so,demo/a/libfoo.so");
    expect(existsSync(join(result.folder, "demo/b/c/libfoo.so"))).toBe(false);
    const other = join(result.folder, "demo/b/c/libother.so");
    expect(dynamicOf(other)).toMatch(/RUNPATH.*\[\$ORIGIN:\$ORIGIN\/\.\.\/\.\.\/a\]/);
    for (const user of [other, join(result.folder, "demo/a/libuse.so")]) {
      expect(callLibrary(python(), user, "use")).toBe("41");
    }
    const again = await wheelkit(
      "shrink",
      "--dedupe",
      "-n",
      join(result.folder, wheelFileName({ tag: TAG })),
    );
    expect(again.out).toContain("nothing could be made smaller");
  });

  it("keeps to RPATH where that is what a file has", async () => {
    const folder = scratchFolder();
    const result = await dedupe(folder, twoFolders(folder, "-Wl,--disable-new-dtags"));
    const told = dynamicOf(join(result.folder, "demo/b/c/libother.so"));
    expect(told).toMatch(/RPATH.*\[\$ORIGIN:\$ORIGIN\/\.\.\/\.\.\/a\]/);
    expect(told).not.toContain("RUNPATH");
  });

  it.each([
    ["load.py", 'ctypes.CDLL(here + "/b/c/libfoo.so")', "code opens it by a name"],
    ["load.py", 'ctypes.CDLL(f"libfoo.{kind}")', "Python code may open it"],
  ])("leaves both where %s says `%s`", async (name, text, reason) => {
    const folder = scratchFolder();
    const result = await dedupe(folder, twoFolders(folder), TAG, { [`demo/${name}`]: text });
    expect(result.err).toContain("`demo/b/c/libfoo.so` stays although it is there twice");
    expect(result.err).toContain(reason);
    expect(result.links).toBe("");
  });

  it("leaves both where a native file holds the name to open", async () => {
    const folder = scratchFolder();
    const paths = twoFolders(folder);
    build(folder, "demo/libopen.so", 'const char *name(void) { return "libfoo.so"; }');
    const result = await dedupe(folder, [...paths, "demo/libopen.so"]);
    expect(result.err).toContain("code opens it by a name that is there in several folders");
  });

  it("leaves both where each finds other libraries beside it", async () => {
    const folder = scratchFolder();
    for (const [place, value] of [
      ["a", 1],
      ["b", 2],
    ] as const) {
      build(folder, `demo/${place}/libpart.so`, `int part(void) { return ${value}; }`);
    }
    const foo = "int part(void); int foo(void) { return part(); }";
    build(folder, "demo/a/libfoo.so", foo, "-Ldemo/a", "-lpart", "-Wl,-rpath,$ORIGIN");
    execFileSync("cp", ["demo/a/libfoo.so", "demo/b/libfoo.so"], { cwd: folder });
    const paths = [
      "demo/a/libpart.so",
      "demo/b/libpart.so",
      "demo/a/libfoo.so",
      "demo/b/libfoo.so",
    ];
    for (const place of ["a", "b"]) {
      const path = `demo/${place}/libuse${place}.so`;
      const flags = [`-Ldemo/${place}`, "-lfoo", "-lpart", "-Wl,-rpath,$ORIGIN"];
      build(folder, path, "int foo(void); int use(void) { return foo(); }", ...flags);
      paths.push(path);
    }
    const result = await dedupe(folder, paths);
    expect(result.err).toContain("would find another `libpart.so`");
    expect(callLibrary(python(), join(result.folder, "demo/b/libuseb.so"), "use")).toBe("2");
  });

  it("leaves what nothing needs, for who opens it is not known", async () => {
    const folder = scratchFolder();
    build(folder, "demo/libplug.so.1", "int plug(void) { return 1; }");
    execFileSync("cp", ["demo/libplug.so.1", "demo/libplug.so"], { cwd: folder });
    const result = await dedupe(folder, ["demo/libplug.so", "demo/libplug.so.1"]);
    expect(result.err).toContain("nothing in the wheel needs it");
    expect(result.links).toBe("");
  });
});

describe.skipIf(!hasTools)("shrink --dedupe of what the wheel opens by name", () => {
  const chain = ["demo/libplug.so", "demo/libplug.so.1", "demo/libplug.so.1.2"];

  async function opened(name: string): Promise<Result> {
    const folder = scratchFolder();
    build(folder, "demo/libplug.so", "int plug(void) { return 1; }", "-Wl,-soname,libplug.so.1");
    for (const path of chain.slice(1))
      execFileSync("cp", ["demo/libplug.so", path], { cwd: folder });
    build(folder, "demo/libopen.so", `const char *name(void) { return "${name}"; }`);
    return dedupe(folder, [...chain, "demo/libopen.so"]);
  }

  it("keeps that name and the library's own, and leaves the others out", async () => {
    const { folder, err, links } = await opened("libplug.so");
    expect(chain.filter((path) => existsSync(join(folder, path)))).toEqual(chain.slice(0, 2));
    expect(err).toContain("files of other wheels may need it by this name");
    expect(links).toBe("demo/libplug.so.1.2,demo/libplug.so\n");
  });

  it.each(["libplug.so.%d", "libplug", "libplug.dylib"])(
    "keeps all where a native file may make any of them of `%s`",
    async (name) => {
      const { err, links } = await opened(name);
      expect(err).toContain("nothing in the wheel needs it");
      expect(links).toBe("");
    },
  );
});

describe.skipIf(!hasTools)("shrink --dedupe across packages", () => {
  it("leaves a copy out without a link, which must stay within one package", async () => {
    const folder = scratchFolder();
    const paths: string[] = [];
    for (const place of ["one", ".two"]) {
      build(folder, `${place}/libfoo.so`, "int foo(void) { return 7; }");
      const flags = [`-L${place}`, "-lfoo", "-Wl,-rpath,$ORIGIN"];
      const use = "int foo(void); int use(void) { return foo(); }";
      build(folder, `${place}/libuse.so`, use, ...flags);
      paths.push(`${place}/libfoo.so`, `${place}/libuse.so`);
    }
    const result = await dedupe(folder, paths);
    expect(result.err).toContain("was left out without a link to");
    expect(result.links).toBe("");
    const libraries = ["one/libfoo.so", ".two/libfoo.so"];
    expect(libraries.filter((path) => existsSync(join(result.folder, path)))).toHaveLength(1);
    for (const place of ["one", ".two"]) {
      expect(callLibrary(python(), join(result.folder, place, "libuse.so"), "use")).toBe("7");
    }
  });
});

describe("shrink --dedupe for macOS", () => {
  const tag = "cp312-cp312-macosx_11_0_arm64";

  /** A copy of the fixture that needs `@rpath/liba.dylib`, made to need `name`. */
  async function user(folder: string, path: string, name: string): Promise<void> {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, machoFixture("unused-arm64"));
    const needed = ["--replace-needed", `@rpath/liba.dylib=${name}`];
    expect((await wheelkit("edit", file, "--in-place", ...needed)).status).toBe(0);
  }

  function dependenciesOf(path: string): readonly string[] {
    const source = memorySource(new Uint8Array(readFileSync(path)));
    return FORMATS.macho
      .open(source)
      .facts(() => false)
      .slices[0].dependencies.map(({ name }) => name);
  }

  it("tells users in the same folder the other name, and those elsewhere the way", async () => {
    const folder = scratchFolder();
    await user(folder, "demo/near.so", "@loader_path/liba.1.dylib");
    await user(folder, "demo/sub/far.so", "@loader_path/liba.dylib");
    const copies = ["demo/liba.dylib", "demo/liba.1.dylib", "demo/sub/liba.dylib"];
    for (const path of copies) writeFileSync(join(folder, path), machoFixture("liba-arm64"));
    const result = await dedupe(folder, [...copies, "demo/near.so", "demo/sub/far.so"], tag);
    expect(result.status).toBe(0);
    const [kept = ""] = copies.filter((path) => existsSync(join(result.folder, path)));
    expect(kept).toMatch(/liba\.dylib$/);
    expect(copies.filter((path) => existsSync(join(result.folder, path)))).toEqual([kept]);
    for (const path of ["demo/near.so", "demo/sub/far.so"]) {
      const found = dependenciesOf(join(result.folder, path)).flatMap((name) =>
        name.startsWith("@loader_path/")
          ? join("/", dirname(path), name.replace("@loader_path/", ""))
          : [],
      );
      expect(found).toEqual([`/${kept}`]);
    }
  });
});

describe("shrink --dedupe for Windows", () => {
  it("keeps what is in several folders, and says that Windows looks in no other", async () => {
    const folder = scratchFolder();
    for (const path of ["demo/a", "demo/b"]) mkdirSync(join(folder, path), { recursive: true });
    const paths: string[] = [];
    for (const place of ["a", "b"]) {
      const files = { "b.dll": "library-x86_64", [`user${place}.dll`]: "module-x86_64" };
      for (const [name, fixture] of Object.entries(files)) {
        paths.push(`demo/${place}/${name}`);
        writeFileSync(join(folder, `demo/${place}/${name}`), peFixture(fixture));
      }
    }
    const result = await dedupe(folder, paths, "cp312-cp312-win_amd64");
    expect(result.err).toContain("Windows looks in no other folder for it");
    expect(result.links).toBe("");
  });
});
