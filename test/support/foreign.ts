/**
 * A wheel of another system, built here: a module, a program in scripts, and two libraries that need
 * each other, in a root folder of that system. After the repair the module is loaded by a small C
 * program, as Python would load it, while that root is gone.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { requireTool } from "./tools.ts";
import { buildWheel, wheelFileName } from "./wheel-builder.ts";

export interface System {
  readonly cc: string;
  /** Of the wheel as it is built. */
  readonly tag: string;
  /** Runs a program of that system. */
  readonly run: readonly string[];
  /** Where its loader's configuration puts our libraries, below the root. */
  readonly folder: string;
  /** Files of the root, by path; links as `{link}`. */
  readonly files: Readonly<Record<string, string | { readonly link: string }>>;
  readonly flags?: readonly string[];
  /** Whether its libraries have symbol versions. */
  readonly versioned: boolean;
}

const FAR = "int far_value(int x) { return 3 * x + 1; }\n";
const FAR_VERSIONS = "FAR_2.0 { global: far_value; local: *; };\n";
const NEAR = `
extern int far_value(int);
static __thread int calls;
int near_value(int x) { return far_value(x) + 100 * ++calls; }
`;
const MODULE = `
extern int far_value(int), near_value(int);
int answer(void) { return near_value(5) + far_value(4); }
void *PyInit_module(void) { return 0; }
`;
const PROGRAM = `
#include <stdio.h>
extern int near_value(int);
int main(int argc, char **argv) {
  printf("%d %s\\n", near_value(argc), argv[1]);
  return 0;
}
`;
/** What Python does with a module, and then its memory map. */
const LOADER = `
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv) {
  char line[4096];
  void *module = dlopen(argv[1], RTLD_NOW);
  int (*answer)(void) = module ? (int (*)(void))dlsym(module, "answer") : 0;
  if (answer == 0) { printf("%s\\n", dlerror()); return 1; }
  printf("%d\\n", answer());
  FILE *maps = fopen("/proc/self/maps", "r");
  while (maps && fgets(line, sizeof line, maps)) if (strstr(line, ".so")) printf("%s", line);
  return 0;
}
`;

export function isAvailable({ cc, run }: System): boolean {
  return [cc, ...run.slice(0, 1)].every((tool) => requireTool(tool) !== undefined);
}

export interface Foreign {
  readonly wheel: string;
  readonly root: string;
  /** The program that loads a module. */
  readonly loader: string;
}

/** Builds everything below `folder`. */
export function buildForeign(system: System, folder: string): Foreign {
  const { cc, flags = [], versioned } = system;
  const root = join(folder, "root");
  const libraries = join(root, system.folder);
  mkdirSync(libraries, { recursive: true });
  for (const [path, content] of Object.entries(system.files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (typeof content === "string") writeFileSync(join(root, path), content);
    else symlinkSync(content.link, join(root, path));
  }
  const build = (name: string, source: string, ...args: readonly string[]): string => {
    const file = join(folder, `${name}.c`);
    writeFileSync(file, source);
    const target = join(folder, name);
    execFileSync(cc, [...flags, "-O1", "-g", "-fPIC", "-o", target, file, ...args]);
    return target;
  };
  const shared = (name: string, source: string, ...args: readonly string[]): string =>
    build(name, source, "-shared", "-Wl,-soname", `-Wl,${name}`, ...args);

  writeFileSync(join(folder, "far.map"), FAR_VERSIONS);
  const script = versioned ? [`-Wl,--version-script,${join(folder, "far.map")}`] : [];
  const far = shared("libfar.so.2", FAR, ...script);
  const near = shared("libnear.so.1", NEAR, far);
  // As distributions lay them out, with a link that leads from the root's root.
  writeFileSync(join(libraries, "libfar.so.2.0.1"), readFileSync(far));
  symlinkSync(`/${system.folder}/libfar.so.2.0.1`, join(libraries, "libfar.so.2"));
  writeFileSync(join(libraries, "libnear.so.1"), readFileSync(near));

  // `-z now`: what can't be bound shows at once.
  const hostPath = "-Wl,-z,now,--enable-new-dtags,-rpath,/opt/build/lib";
  const module = build("module.so", MODULE, "-shared", hostPath, near, far);
  const program = build(
    "tool",
    PROGRAM,
    "-Wl,-rpath-link",
    `-Wl,${libraries}`,
    hostPath,
    near,
    far,
  );
  const loader = build("loader", LOADER, "-ldl");
  const spec = {
    tag: system.tag,
    files: {
      "demo/native/module.so": new Uint8Array(readFileSync(module)),
      "demo-1.0.data/scripts/tool": new Uint8Array(readFileSync(program)),
    },
    members: {
      "demo/native/module.so": { mode: 0o100755 },
      "demo-1.0.data/scripts/tool": { mode: 0o100755 },
    },
  };
  const wheel = join(folder, wheelFileName(spec));
  writeFileSync(wheel, buildWheel(spec));
  return { wheel, root, loader };
}

/** No LD_LIBRARY_PATH. */
const QUIET = { PATH: process.env.PATH ?? "" };

export interface Loaded {
  readonly status: number | null;
  readonly said: string;
  /** Base names of what is mapped. */
  readonly mapped: readonly string[];
}

/** Loads a module of an unpacked wheel. */
export function loadModule({ run }: System, loader: string, path: string): Loaded {
  const [program = "", ...args] = [...run, loader, path];
  const { status, stdout } = spawnSync(program, args, { encoding: "utf8", env: QUIET });
  const [said = "", ...lines] = stdout.split("\n");
  const mapped = lines.flatMap((line) => /\/([^/]+)$/.exec(line)?.[1] ?? []);
  return { status, said, mapped: [...new Set(mapped)].sort() };
}

export function runProgram({ run }: System, path: string, ...args: readonly string[]): string {
  chmodSync(path, 0o755);
  const [program = "", ...rest] = [...run, path, ...args];
  return execFileSync(program, rest, { encoding: "utf8", env: QUIET });
}

export function unpack(wheel: string, folder: string): string {
  execFileSync("unzip", ["-q", wheel, "-d", folder]);
  return folder;
}
