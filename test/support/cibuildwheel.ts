/** A project that the real cibuildwheel builds for Linux, with a stand-in for docker. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { CLI, ROOT } from "./release.ts";
import { python, requireTool } from "./tools.ts";
import { buildWheel, wheelFileName } from "./wheel-builder.ts";

const DOCKER = join(ROOT, "test/support/docker");
export const PLAT = "manylinux_2_36_x86_64";

const TOOLS = ["gcc", "unshare", "uv", "cibuildwheel"];

export function ready(): boolean {
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

export interface Project {
  readonly folder: string;
  /** Folder of the library that the module needs. */
  readonly libraries: string;
}

/** A project whose wheel needs a library from outside. */
export function buildProject(
  folder: string,
  settings: string,
  auditRequires: readonly string[] = [],
): Project {
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
audit-requires = ${JSON.stringify(auditRequires)}
${settings}`,
  );
  return { folder: project, libraries };
}

export interface BuildRun {
  readonly status: number | null;
  readonly said: string;
  readonly wheels: readonly string[];
}

/** @param env more of it: where uv finds what the audit needs. */
export function cibuildwheel(
  folder: string,
  project: string,
  env: Readonly<Record<string, string>> = {},
): BuildRun {
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
        ...env,
      },
    },
  );
  const said = run.stdout + run.stderr;
  const wheels = existsSync(join(folder, "out")) ? readdirSync(join(folder, "out")) : [];
  return { status: run.status, said, wheels };
}
