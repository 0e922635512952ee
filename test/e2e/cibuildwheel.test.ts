/**
 * The command where it is meant to be used. The real cibuildwheel builds a project for Linux, with a
 * stand-in for docker (`test/support/docker`), and repairs for Android; wheelkit is what its
 * configuration names, and gets what cibuildwheel gives: shell, folders, placeholders, environment.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildProject, cibuildwheel, PLAT, ready } from "../support/cibuildwheel.ts";
import { CLI } from "../support/release.ts";
import { scratchFolder } from "../support/scratch.ts";
import { python } from "../support/tools.ts";
import { buildWheel, wheelFileName } from "../support/wheel-builder.ts";

const IN_CONTAINER = `/host${process.execPath} /host${CLI}`;
const ON_HOST = `${process.execPath} ${CLI}`;

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
