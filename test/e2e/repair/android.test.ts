/**
 * A wheel for Android, whose C++ run time the NDK brings: cibuildwheel gives its folder as
 * `--ldpaths`. The stubs stand for the libraries of the phone and of the NDK; only names count.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { wheelkit } from "../../support/commands.ts";
import { unpack } from "../../support/foreign.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { requireTool } from "../../support/tools.ts";
import { buildWheel, wheelFileName } from "../../support/wheel-builder.ts";

const TAG = "cp313-cp313-android_24_x86_64";
const SYSTEM = ["libc.so", "libm.so", "libdl.so", "libpython3.13.so"];
const MODULE = "demo/_native.cpython-313-x86_64-linux-android.so";
const TOP = "_top.cpython-313-x86_64-linux-android.so";
const PAGE = 16384;

interface Built {
  readonly wheel: string;
  /** Two folders, as cibuildwheel writes them. */
  readonly ldpaths: string;
}

function build(folder: string): Built {
  const compile = (target: string, source: string, ...args: readonly string[]): string => {
    const path = join(folder, target);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.c`, source);
    const page = `-Wl,-z,max-page-size=${PAGE},--hash-style=gnu,--build-id`;
    const common = ["-shared", "-fPIC", "-nostdlib", "-O1", page, "-Wl,--no-as-needed"];
    execFileSync("gcc", [...common, "-o", path, `${path}.c`, ...args]);
    return path;
  };
  const stub = (name: string): string =>
    compile(`phone/${name}`, "int stub;", `-Wl,-soname,${name}`);
  const system = SYSTEM.map(stub);
  const cpp = compile(
    "ndk/libc++_shared.so",
    "void *_Znwm(unsigned long n) { return (void *)n; }",
    "-Wl,-soname,libc++_shared.so",
    ...system.filter((path) => !path.includes("python")),
  );
  mkdirSync(join(folder, "clang"));
  const note =
    '__asm__(".section .note.android.ident,\\"a\\",%note\\n.long 8,4,1\\n.asciz \\"Android\\"\\n.long 24\\n.previous");';
  const module = (path: string): Uint8Array =>
    new Uint8Array(
      readFileSync(
        compile(
          path,
          `extern void *_Znwm(unsigned long);\n${note}\nvoid *PyInit_x(void) { return _Znwm(8); }`,
          cpp,
          ...system,
        ),
      ),
    );
  const spec = { tag: TAG, files: { [MODULE]: module(MODULE), [TOP]: module(TOP) } };
  const wheel = join(folder, wheelFileName(spec));
  writeFileSync(wheel, buildWheel(spec));
  return { wheel, ldpaths: [join(folder, "clang"), join(folder, "ndk")].join(delimiter) };
}

interface Dynamic {
  readonly needed: readonly string[];
  readonly soname: string | undefined;
  readonly rpath: string | undefined;
  readonly runpath: string | undefined;
  /** p_align of each load segment. */
  readonly aligns: readonly number[];
}

function dynamicOf(path: string): Dynamic {
  const text = execFileSync("readelf", ["-dlW", path], { encoding: "utf8" });
  const all = (tag: string): string[] =>
    [...text.matchAll(new RegExp(`\\(${tag}\\).*\\[(.*)\\]`, "g"))].map(([, value = ""]) => value);
  const aligns = [...text.matchAll(/^ {2}LOAD .* (0x[0-9a-f]+)$/gm)];
  return {
    needed: all("NEEDED"),
    soname: all("SONAME")[0],
    rpath: all("RPATH")[0],
    runpath: all("RUNPATH")[0],
    aligns: aligns.map(([, value]) => Number(value)),
  };
}

const ready = ["gcc", "readelf", "unzip"].every((name) => requireTool(name) !== undefined);

describe.skipIf(!ready)("a wheel for Android", () => {
  it("gets the NDK's C++ library, found by RUNPATH, and keeps its tag, libpython and page size", async () => {
    const folder = scratchFolder();
    const { wheel, ldpaths } = build(folder);
    const out = join(folder, "out");
    const { status, err } = await wheelkit("repair", "--ldpaths", ldpaths, "-w", out, wheel);
    expect(err).toBe("");
    expect(status).toBe(0);
    expect(readdirSync(out)).toEqual([`demo-1.0-${TAG}.whl`]);

    const site = unpack(join(out, `demo-1.0-${TAG}.whl`), join(folder, "site"));
    const [library = "", ...more] = readdirSync(join(site, "demo.libs"));
    expect(more).toEqual([]);
    expect(library).toMatch(/^libc\+\+_shared-[0-9a-f]{8}\.so$/);
    const grafted = dynamicOf(join(site, "demo.libs", library));
    expect(grafted).toMatchObject({ soname: library, rpath: undefined, runpath: undefined });
    expect(grafted.needed).toEqual(["libc.so", "libm.so", "libdl.so"]);
    for (const [path, runpath] of [
      [MODULE, "$ORIGIN/../demo.libs"],
      [TOP, "$ORIGIN/demo.libs"],
    ] as const) {
      const module = dynamicOf(join(site, path));
      expect(module).toMatchObject({ runpath, rpath: undefined });
      expect(module.needed).toEqual([library, ...SYSTEM]);
      expect(module.aligns.length).toBeGreaterThan(0);
      expect(Math.min(...module.aligns)).toBeGreaterThanOrEqual(PAGE);
    }
    expect(Math.min(...grafted.aligns)).toBeGreaterThanOrEqual(PAGE);
  });

  it("changes nothing the second time", async () => {
    const folder = scratchFolder();
    const { wheel, ldpaths } = build(folder);
    const name = `demo-1.0-${TAG}.whl`;
    const repair = (from: string, to: string): ReturnType<typeof wheelkit> =>
      wheelkit("repair", "--ldpaths", ldpaths, "-w", join(folder, to), from);
    await repair(wheel, "once");
    expect(await repair(join(folder, "once", name), "twice")).toMatchObject({ status: 0, err: "" });
    const [once, twice] = ["once", "twice"].map((each) => readFileSync(join(folder, each, name)));
    expect(twice?.equals(once ?? Buffer.alloc(0))).toBe(true);
  });

  it("never looks at this host's own libraries", async () => {
    const folder = scratchFolder();
    const { wheel } = build(folder);
    const { status, err } = await wheelkit("repair", "-w", join(folder, "out"), wheel);
    expect(status).toBe(3);
    expect(err).toContain("`libc++_shared.so`");
    expect(err).toContain("--ldpaths");
  });

  it.skipIf(requireTool("auditwheel") === undefined)("looks as after auditwheel", async () => {
    const folder = scratchFolder();
    const { wheel, ldpaths } = build(folder);
    const name = `demo-1.0-${TAG}.whl`;
    const auditwheel = requireTool("auditwheel") ?? "";
    const peer = spawnSync(
      auditwheel,
      ["repair", "--ldpaths", ldpaths, "-w", join(folder, "peer"), wheel],
      {
        encoding: "utf8",
        env: { PATH: `${dirname(auditwheel)}${delimiter}${process.env.PATH ?? ""}` },
      },
    );
    expect(peer.stderr).toContain("Fixed-up wheel written");
    await wheelkit("repair", "--ldpaths", ldpaths, "-w", join(folder, "ours"), wheel);
    const [ours = "", theirs = ""] = ["ours", "peer"].map((each) =>
      unpack(join(folder, each, name), join(folder, `${each}-site`)),
    );
    expect(readdirSync(join(ours, "demo.libs"))).toEqual(readdirSync(join(theirs, "demo.libs")));
    for (const path of [MODULE, TOP]) {
      const { aligns: _, ...mine } = dynamicOf(join(ours, path));
      const { aligns: __, ...other } = dynamicOf(join(theirs, path));
      expect(mine).toEqual(other);
    }
  });
});
