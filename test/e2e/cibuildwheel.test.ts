/**
 * The command where it is meant to be used. The real cibuildwheel builds a project for Linux, with a
 * stand-in for docker (`test/support/docker`), and repairs for Android; wheelkit is what its
 * configuration names, and gets what cibuildwheel gives: shell, folders, placeholders, environment.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { scratchFolder } from "../support/scratch.ts";
import { python, requireTool } from "../support/tools.ts";
import { buildWheel, wheelFileName } from "../support/wheel-builder.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CLI = process.env.WHEELKIT_CLI ?? join(ROOT, "dist/src/cli.cjs");
const DOCKER = join(ROOT, "test/support/docker");
const PLAT = "manylinux_2_36_x86_64";

const TOOLS = ["gcc", "unshare", "uv", "cibuildwheel"];

function ready(): boolean {
  const found = TOOLS.map(requireTool);
  if (found.includes(undefined)) return false;
  if (!existsSync(CLI)) throw new Error("run `npm run build` first");
  const root = process.getuid?.() === 0 ? ["-m"] : ["-Urm"];
  const mounts = spawnSync("unshare", [
    ...root,
    "sh",
    "-c",
    "mount --rbind /proc /mnt && chroot / true",
  ]);
  if (mounts.status !== 0 && process.env.CI) throw new Error(`no mounts: ${mounts.stderr}`);
  return mounts.status === 0;
}

/** A backend that needs nothing: it hands out the wheel that lies in the project. */
const BACKEND = `
import pathlib, shutil

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    (wheel,) = pathlib.Path(__file__).parent.glob("*.whl")
    shutil.copy(wheel, wheel_directory)
    return wheel.name
`;

interface Project {
  readonly folder: string;
  /** Folder of the library that the module needs. */
  readonly libraries: string;
}

/** A project whose wheel needs a library from outside. */
function buildProject(folder: string, settings: string): Project {
  const project = join(folder, "project");
  const libraries = join(project, "libs");
  mkdirSync(libraries, { recursive: true });
  const compile = (target: string, source: string, ...args: readonly string[]): void => {
    writeFileSync(`${target}.c`, source);
    execFileSync("gcc", ["-shared", "-fPIC", "-O1", "-o", target, `${target}.c`, ...args]);
  };
  const library = join(libraries, "libprobe.so.1");
  compile(library, "int probe(void) { return 42; }", "-Wl,-soname,libprobe.so.1");
  const module = join(folder, "_native.abi3.so");
  const source = "int probe(void); void *PyInit__native(void) { return probe() ? 0 : &probe; }";
  compile(module, source, library);
  const spec = {
    tag: "cp311-abi3-linux_x86_64",
    files: { "demo/_native.abi3.so": new Uint8Array(readFileSync(module)) },
  };
  writeFileSync(join(project, wheelFileName(spec)), buildWheel(spec));
  writeFileSync(join(project, "backend.py"), BACKEND);
  writeFileSync(
    join(project, "pyproject.toml"),
    `[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "demo"
version = "1.0"
requires-python = ">=3.11"

[tool.cibuildwheel]
build = "cp311-manylinux_x86_64 cp312-manylinux_x86_64"
build-frontend = "uv"
audit-requires = []
${settings}`,
  );
  return { folder: project, libraries };
}

const IN_CONTAINER = `/host${process.execPath} /host${CLI}`;
const ON_HOST = `${process.execPath} ${CLI}`;

function cibuildwheel(folder: string, project: string) {
  const tool = requireTool("cibuildwheel") ?? "";
  const run = spawnSync(
    tool,
    ["--platform", "linux", "--output-dir", join(folder, "out"), project],
    {
      cwd: project,
      encoding: "utf8",
      env: {
        PATH: [DOCKER, dirname(tool), process.env.PATH].join(delimiter),
        HOME: folder,
        FAKE_DOCKER: join(folder, "containers"),
        FAKE_PYTHON: dirname(dirname(python())),
        FAKE_PLAT: PLAT,
        CIBW_CACHE_PATH: join(folder, "cache"),
        UV_OFFLINE: "1",
        UV_NO_CACHE: "1",
      },
    },
  );
  const said = run.stdout + run.stderr;
  const wheels = existsSync(join(folder, "out")) ? readdirSync(join(folder, "out")) : [];
  return { status: run.status, said, wheels };
}

/** The step as cibuildwheel runs it, but for the Python for Android that it would fetch before. */
const ANDROID_STEP = `
import os, pathlib, sys
from types import SimpleNamespace
from cibuildwheel.platforms import android

command, wheel, build, compiler = sys.argv[1:]
state = SimpleNamespace(
    config=SimpleNamespace(identifier="cp313-android_x86_64"),
    options=SimpleNamespace(repair_command=command, package_dir=pathlib.Path(".")),
    build_path=pathlib.Path(build),
    build_env=dict(os.environ, ANDROID_API_LEVEL="24", CIBUILDWHEEL_BUILD_IDENTIFIER="cp313-android_x86_64"),
    android_env={"CC": compiler},
)
print(android.repair_wheel(state, pathlib.Path(wheel)))
`;

describe.skipIf(!ready())("cibuildwheel", () => {
  it("builds for Linux: one wheel for two Pythons, repaired for the image's platform, and audited", () => {
    const folder = scratchFolder();
    const project = buildProject(
      folder,
      `audit-command = "${ON_HOST} audit --strict {wheel}"

[tool.cibuildwheel.linux]
repair-wheel-command = "LD_LIBRARY_PATH={project}/libs ${IN_CONTAINER} repair -w {dest_dir} {wheel}"
`,
    );
    const { status, said, wheels } = cibuildwheel(folder, project.folder);
    expect(said).toContain("Found previously built wheel");
    expect(said).toContain("Running audit command");
    expect(status, said).toBe(0);
    const [wheel = "", ...more] = wheels;
    expect(more).toEqual([]);
    // What cibuildwheel looks for when it asks whether an abi3 wheel fits the next Python.
    expect(wheel).toMatch(/^demo-1\.0-cp311-abi3-manylinux.*_x86_64\.whl$/);
    expect(wheel).toContain(PLAT);
    const names = execFileSync("unzip", ["-Z1", join(folder, "out", wheel)], { encoding: "utf8" });
    expect(names).toMatch(/^demo\.libs\/libprobe-[0-9a-f]{8}\.so\.1$/m);
  });

  it("ends with status 1 and the reason when a library is not found", () => {
    const folder = scratchFolder();
    const project = buildProject(
      folder,
      `audit-command = ""

[tool.cibuildwheel.linux]
repair-wheel-command = "${IN_CONTAINER} repair -w {dest_dir} {wheel}"
`,
    );
    const { status, said, wheels } = cibuildwheel(folder, project.folder);
    expect(status).toBe(1);
    expect(said).toContain("`libprobe.so.1`, which `demo/_native.abi3.so` needs, was not found");
    expect(said).toContain("failed with code 3");
    expect(wheels).toEqual([]);
  });

  it("fails the audit of a wheel that was never repaired", () => {
    const folder = scratchFolder();
    const project = buildProject(
      folder,
      `audit-command = "${ON_HOST} audit --strict {wheel}"

[tool.cibuildwheel.linux]
repair-wheel-command = ""
`,
    );
    const { status, said } = cibuildwheel(folder, project.folder);
    // AuditCommandFailedError
    expect(status, said).toBe(9);
    expect(said).toContain("libprobe.so.1");
  });

  it("repairs for Android with the NDK's folders", () => {
    const folder = scratchFolder();
    const toolchain = join(folder, "ndk");
    const libraries = join(toolchain, "sysroot/usr/lib/x86_64-linux-android");
    const clang = join(toolchain, "lib/clang/18/lib/linux/x86_64");
    for (const path of [libraries, clang, join(toolchain, "bin")]) {
      mkdirSync(path, { recursive: true });
    }
    const compile = (target: string, source: string, ...args: readonly string[]): string => {
      writeFileSync(`${target}.c`, source);
      const flags = ["-shared", "-fPIC", "-nostdlib", "-Wl,-z,max-page-size=16384"];
      execFileSync("gcc", [...flags, "-o", target, `${target}.c`, ...args]);
      return target;
    };
    const libc = compile(join(folder, "libc.so"), "int stub;", "-Wl,-soname,libc.so");
    const cpp = compile(
      join(libraries, "libc++_shared.so"),
      "int made;",
      "-Wl,-soname,libc++_shared.so",
    );
    const module = compile(
      join(folder, "_native.so"),
      "void *PyInit__native(void) { return 0; }",
      "-Wl,--no-as-needed",
      cpp,
      libc,
    );
    const spec = {
      tag: "cp313-cp313-android_24_x86_64",
      files: { "demo/_native.so": new Uint8Array(readFileSync(module)) },
    };
    mkdirSync(join(folder, "build"));
    const wheel = join(folder, wheelFileName(spec));
    writeFileSync(wheel, buildWheel(spec));
    const command = `${ON_HOST} repair --ldpaths {ldpaths} -w {dest_dir} {wheel}`;
    const said = execFileSync(
      python(),
      ["-c", ANDROID_STEP, command, wheel, join(folder, "build"), join(toolchain, "bin/clang")],
      { encoding: "utf8" },
    );
    const result = join(folder, "build/repaired_wheel", wheelFileName(spec));
    expect(said.trim().split("\n").at(-1)).toBe(result);
    const names = execFileSync("unzip", ["-Z1", result], { encoding: "utf8" });
    expect(names).toMatch(/^demo\.libs\/libc\+\+_shared-[0-9a-f]{8}\.so$/m);
  });
});
