/** What is published, as its users install and run it: none of them has Node on PATH. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import nodes from "../../scripts/dist/nodes.json" with { type: "json" };
import { VERSION } from "../../src/version.ts";
import { buildProject, cibuildwheel, PLAT, ready } from "../support/cibuildwheel.ts";
import { buildCudaLibrary, sassUnit } from "../support/cuda-library.ts";
import { CLI, makeRelease, type Release, ROOT } from "../support/release.ts";
import { hasPython, python, requireTool } from "../support/tools.ts";
import { buildWheel, wheelFileName } from "../support/wheel-builder.ts";

const DEMO = join(ROOT, "fixtures/wheels/demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl");
const LIBRARIES = join(ROOT, "fixtures/commands/libraries");
/** As the fields of a run that must not differ. */
interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

let release: Release;
let scratch = "";
/** A folder with nothing in it: PATH of those who have no Node. */
let empty = "";
/** What the program does under the Node that runs the tests. */
let plain: ReturnType<typeof doEverything>;

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "wheelkit-dist-test-"));
  empty = join(scratch, "empty");
  mkdirSync(empty);
  release = makeRelease();
  plain = doEverything([process.execPath, CLI]);
}, 600_000);
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
  release?.remove();
});

function run(
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd: string = scratch,
): Run {
  const [program = "", ...args] = command;
  const base = { PATH: empty, HOME: scratch, XDG_CACHE_HOME: join(scratch, "caches") };
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    encoding: "utf8",
    env: { ...base, ...env },
  });
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}

/** A fresh environment with the wheel that pip chooses from `folder`. */
function install(name: string, folder: string): string {
  const home = join(scratch, name);
  execFileSync(python(), ["-m", "venv", "--without-pip", home]);
  const target = join(home, "bin", "python");
  const pip = ["-m", "pip", "--python", target, "install", "--quiet", "--no-index"];
  execFileSync(python(), [...pip, "--find-links", folder, "wheelkit"], { stdio: "pipe" });
  return join(home, "bin", "wheelkit");
}

/** Repairs, edits and audits with a command; all that it said and wrote. */
function doEverything(command: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(scratch, "work-"));
  copyFileSync(DEMO, join(folder, basename(DEMO)));
  const call = (...args: readonly string[]): Run => run([...command, ...args], env, folder);
  const wheel = basename(DEMO);
  const runs = {
    audit: call("audit", "--color", "always", "--progress", "always", wheel),
    json: call("audit", "-f", "json", "-f", "sarif=out.sarif", wheel),
    repair: call("repair", "--plat", "auto", "--ldpaths", LIBRARIES, "-w", "repaired", wheel),
    edit: call("edit", "--post", "--add-requires", "numpy>=2", "-w", "edited", wheel),
    usage: call("audit", "--no-such-option", wheel),
    refused: call("repair", "--no-sys-paths", "-w", "refused", wheel),
    unread: call("show", "no-such.whl"),
  };
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort()
    .map((path) => [path, readFileSync(join(folder, path)).toString("base64")]);
  return { runs, files };
}

/** A script that says on standard error when a thread starts, and when V8 takes compiled code. */
function spy(): string {
  const path = join(scratch, "spy.cjs");
  writeFileSync(
    path,
    `const vm = require("node:vm");
const threads = require("node:worker_threads");
const { Worker } = threads;
threads.Worker = class extends Worker {
  constructor(...args) {
  super(...args);
  this.once("online", () => process.stderr.write("thread\\n"));
  }
};
vm.Script = class extends vm.Script {
  constructor(...args) {
  super(...args);
  if (this.cachedDataRejected === false) process.stderr.write("compiled\\n");
  }
};
require("node:module").syncBuiltinESMExports();`,
  );
  return path;
}

describe.skipIf(!hasPython())("the wheel of this machine", () => {
  let command = "";
  beforeAll(() => {
    command = install("venv", release.folder);
  });

  it("is the one that pip chooses: an executable that says what it runs on", () => {
    const { status, stdout } = run([command, "--version"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`^wheelkit ${VERSION} \\(Node 22\\.\\d+\\.\\d+, .*, single executable\\)\\n$`),
    );
    expect(statSync(command).mode & 0o111).toBe(0o111);
    const module = run([join(dirname(command), "python"), "-m", "wheelkit", "--version"]);
    expect(module).toEqual({ status: 0, stdout, stderr: "" });
    expect(statSync(release.platformWheel).size).toBeLessThan(45e6);
  });

  it("reports and writes what the program does under Node, to the byte", () => {
    const own = doEverything([command]);
    expect(own).toEqual(plain);
    expect(own.runs.audit.status).toBe(1);
    expect(own.runs.repair.status).toBe(0);
    expect(own.runs.edit.status).toBe(0);
    expect(own.runs.usage.status).toBe(2);
    expect(own.runs.refused.status).toBe(3);
    expect(own.files.filter(([path]) => path?.endsWith(".whl"))).toHaveLength(3);
  });

  it("uses what was compiled when it was built", () => {
    const env = { NODE_OPTIONS: `--require ${spy()}`, XDG_CACHE_HOME: join(scratch, "fresh") };
    const { stdout, stderr } = run([command, "explain", "ZIP001"], env);
    expect(stderr).toBe("compiled\n");
    expect(stdout).toBe(run([process.execPath, CLI, "explain", "ZIP001"]).stdout);
  });

  it.skipIf(requireTool("gcc") === undefined)(
    "stores device code with the zstd that it brings, on threads",
    () => {
      const folder = mkdtempSync(join(scratch, "cuda-"));
      const units = [1, 2, 3].map((seed) => sassUnit([80, 90], 40_000, seed));
      const library = new Uint8Array(
        readFileSync(buildCudaLibrary(folder, units, { flags: ["-Wl,-z,max-page-size=4096"] })),
      );
      const spec = { tag: "cp312-cp312-linux_x86_64", files: { "demo/_demo.abi3.so": library } };
      const wheel = join(folder, wheelFileName(spec));
      writeFileSync(wheel, buildWheel(spec));
      const shrink = (target: string, ...command: readonly string[]): Uint8Array => {
        const args = ["shrink", "--min-driver", "550", "-j", "2", "-w", target, wheel];
        const env = { NODE_OPTIONS: `--require ${spy()}` };
        const { status, stderr } = run([...command, ...args], env, folder);
        expect(status, stderr).toBe(0);
        expect(stderr).toContain("thread\n");
        return readFileSync(join(folder, target, wheelFileName(spec)));
      };
      const small = shrink("own", command);
      expect(small.length).toBeLessThan(statSync(wheel).size);
      expect(small).toEqual(shrink("plain", process.execPath, CLI));
    },
  );

  it("brings its licences, its metadata and a bill of materials", () => {
    const list = execFileSync(python(), ["-m", "zipfile", "-l", release.platformWheel], {
      encoding: "utf8",
    });
    for (const name of [
      "LICENSE",
      "piscina.txt",
      "commander.txt",
      "bokuweb-zstd-wasm.txt",
      "libdeflate.txt",
    ]) {
      expect(list).toContain(`wheelkit-${VERSION}.dist-info/licenses/${name}`);
    }
    expect(list).toMatch(/licenses\/node-22\.\d+\.\d+\.txt/);
    expect(list).toContain("sboms/wheelkit.cdx.json");
    expect(list).toContain(`wheelkit-${VERSION}.data/scripts/wheelkit`);
    const audited = run([command, "audit", "-f", "json", release.platformWheel, release.anyWheel]);
    for (const { findings } of JSON.parse(audited.stdout).wheels) expect(findings).toEqual([]);
  });

  const uv = requireTool("uv");
  it.skipIf(uv === undefined)("runs through `uv tool run --from`", () => {
    const args = ["tool", "run", "--offline", "--no-cache", "--from", release.platformWheel];
    const env = { UV_TOOL_DIR: join(scratch, "uv"), UV_PYTHON: python(), UV_OFFLINE: "1" };
    const { status, stdout, stderr } = run([uv ?? "", ...args, "wheelkit", "--version"], env);
    expect([status, stderr]).toEqual([0, expect.any(String)]);
    expect(stdout).toContain("single executable");
  });

  const pipx = requireTool("pipx");
  it.skipIf(pipx === undefined)("runs through `pipx run --spec`", () => {
    const env = {
      PIPX_HOME: join(scratch, "pipx"),
      PIPX_DEFAULT_PYTHON: python(),
      PIP_NO_INDEX: "1",
      PIP_FIND_LINKS: release.folder,
      PATH: dirname(pipx ?? ""),
    };
    const args = ["run", "--no-cache", "--spec", release.platformWheel, "wheelkit", "--version"];
    const { status, stdout, stderr } = run([pipx ?? "", ...args], env);
    expect([status, stderr]).toEqual([0, expect.any(String)]);
    expect(stdout).toContain("single executable");
  });
});

describe.skipIf(!hasPython() || !ready())("cibuildwheel", () => {
  it("installs it for the audit, and repairs with the installed command in the container", () => {
    const folder = mkdtempSync(join(scratch, "cibuildwheel-"));
    const command = install("venv-cibuildwheel", release.folder);
    const settings = `audit-command = "wheelkit audit --strict {wheel}"

[tool.cibuildwheel.linux]
repair-wheel-command = "LD_LIBRARY_PATH={project}/libs /host${command} repair -w {dest_dir} {wheel}"
`;
    const project = buildProject(folder, settings, ["wheelkit"]);
    const shelf = { UV_FIND_LINKS: release.folder, UV_NO_INDEX: "1" };
    const { status, said, wheels } = cibuildwheel(folder, project.folder, shelf);
    expect(status, said).toBe(0);
    expect(said).toContain("Running audit command");
    expect(wheels).toHaveLength(1);
    expect(wheels[0]).toContain(PLAT);
  });
});

const preCommit = requireTool("pre-commit");
describe.skipIf(preCommit === undefined || requireTool("git") === undefined)("pre-commit", () => {
  it("installs the hook, which audits the wheels of a commit", () => {
    const repository = mkdtempSync(join(scratch, "hooked-"));
    const git = (...args: readonly string[]): void => {
      execFileSync("git", args, { cwd: repository, stdio: "pipe" });
    };
    git("init", "--quiet");
    copyFileSync(DEMO, join(repository, basename(DEMO)));
    writeFileSync(join(repository, "README"), "");
    git("add", ".");
    const env = {
      PATH: [dirname(preCommit ?? ""), process.env.PATH ?? ""].join(delimiter),
      PRE_COMMIT_HOME: join(scratch, "pre-commit"),
      PIP_NO_INDEX: "1",
      PIP_FIND_LINKS: release.folder,
      ...{ GIT_AUTHOR_NAME: "t", GIT_AUTHOR_EMAIL: "t@example.org" },
      ...{ GIT_COMMITTER_NAME: "t", GIT_COMMITTER_EMAIL: "t@example.org" },
    };
    const args = ["try-repo", ROOT, "wheelkit", "--all-files"];
    const { status, stdout } = run([preCommit ?? "", ...args], env, repository);
    expect(stdout).toMatch(/wheelkit audit\.+Failed/);
    expect(stdout).toContain(`FAIL ${basename(DEMO)}`);
    expect(status).toBe(1);
  });
});

describe.skipIf(!hasPython())("the wheel for any machine", () => {
  let command = "";
  beforeAll(() => {
    const folder = join(scratch, "only-any");
    mkdirSync(folder);
    copyFileSync(release.anyWheel, join(folder, basename(release.anyWheel)));
    command = install("venv-any", folder);
  });

  it("is small, and does with a given Node what the program does", () => {
    expect(statSync(release.anyWheel).size).toBeLessThan(900_000);
    const env = { WHEELKIT_NODE: process.execPath };
    expect(doEverything([command], env)).toEqual(plain);
  });

  it("finds Node on PATH, and keeps the exit status of a signal", () => {
    const env = { PATH: dirname(process.execPath) };
    expect(run([command, "--version"], env).stdout).toContain(`Node ${process.versions.node}`);
    const module = [join(dirname(command), "python"), "-m", "wheelkit", "audit"];
    expect(run(module, env).status).toBe(2);
  });

  it.each([
    ["there is no Node", {}, "there is no `node` on PATH"],
    ["the given one is missing", { WHEELKIT_NODE: "/no/such/node" }, "which WHEELKIT_NODE names"],
  ])("says what to do where %s", (_, env, message) => {
    const { status, stderr } = run([command, "--version"], env);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain("hint: install Node 20.19 or newer");
  });

  it.each(["v18.20.4", "v20.18.1", "3.2"])("refuses a Node that says it is %s", (version) => {
    const node = join(scratch, `node-${version}`);
    writeFileSync(node, `#!/bin/sh\necho ${version}\n`);
    chmodSync(node, 0o755);
    const { status, stderr } = run([command, "--version"], { WHEELKIT_NODE: node });
    expect(status).toBe(2);
    expect(stderr).toContain(version);
  });
});

describe("the npm package", () => {
  it("installs alone and runs as `npx wheelkit`", () => {
    const home = join(scratch, "npm");
    mkdirSync(home);
    writeFileSync(join(home, "package.json"), "{}");
    const npm = (...args: readonly string[]): string =>
      execFileSync("npm", args, { cwd: home, encoding: "utf8", stdio: "pipe" });
    npm("install", "--offline", "--no-audit", "--no-fund", release.tarball);
    expect(readdirSync(join(home, "node_modules")).filter((name) => !name.startsWith("."))).toEqual(
      ["wheelkit"],
    );
    const said = execFileSync("npx", ["--offline", "wheelkit", "--version"], {
      cwd: home,
      encoding: "utf8",
    });
    expect(said).toBe(run([process.execPath, CLI, "--version"]).stdout);
    const command = [process.execPath, join(home, "node_modules/wheelkit/dist/src/cli.cjs")];
    expect(doEverything(command)).toEqual(plain);
  });
});

/** Names as `npm run dist -- --all` gives them; installers choose by nothing else. */
const TAGS = [...nodes.platforms.map(({ tag }) => tag), "any"];
const CHOICES: readonly (readonly [machine: string, uv: string | undefined, tag: string])[] = [
  ["manylinux_2_17_x86_64", "x86_64-unknown-linux-gnu", "manylinux_2_17_x86_64"],
  ["manylinux_2_17_aarch64", "aarch64-unknown-linux-gnu", "manylinux_2_17_aarch64"],
  ["musllinux_1_2_x86_64", "x86_64-unknown-linux-musl", "musllinux_1_2_x86_64"],
  ["musllinux_1_2_aarch64", "aarch64-unknown-linux-musl", "musllinux_1_2_aarch64"],
  ["macosx_13_0_x86_64", "x86_64-apple-darwin", "macosx_11_0_x86_64"],
  ["macosx_14_0_arm64", "aarch64-apple-darwin", "macosx_11_0_arm64"],
  ["win_amd64", "x86_64-pc-windows-msvc", "win_amd64"],
  ["win_arm64", "aarch64-pc-windows-msvc", "win_arm64"],
  ["manylinux_2_28_s390x", "s390x-unknown-linux-gnu", "any"],
  ["musllinux_1_2_armv7l", undefined, "any"],
];

describe.skipIf(!hasPython())("installers", () => {
  let shelf = "";
  beforeAll(() => {
    shelf = join(scratch, "shelf");
    mkdirSync(shelf);
    for (const tag of TAGS) {
      const spec = { name: "wheelkit", version: VERSION, tag: `py3-none-${tag}`, files: {} };
      writeFileSync(join(shelf, wheelFileName(spec)), buildWheel(spec));
    }
  });

  it.each(CHOICES)("for %s choose the wheel for it", (machine, uvName, tag) => {
    const target = join(scratch, `for-${machine}`);
    const common = ["--no-index", "--find-links", shelf];
    const pip = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"];
    const asked = ["--platform", machine, "--python-version", "3.12", "--dest", target];
    execFileSync(python(), [...pip, ...common, ...asked, "wheelkit"], { stdio: "pipe" });
    expect(readdirSync(target)).toEqual([`wheelkit-${VERSION}-py3-none-${tag}.whl`]);
    const uv = requireTool("uv");
    if (uv === undefined || uvName === undefined) return;
    const site = join(target, "site");
    const install = ["pip", "install", "--quiet", "--no-cache", "--offline", ...common];
    const platform = ["--python-platform", uvName, "--target", site, "--python", python()];
    execFileSync(uv, [...install, ...platform, "wheelkit"], { stdio: "pipe" });
    const wheel = readFileSync(join(site, `wheelkit-${VERSION}.dist-info/WHEEL`), "utf8");
    expect(wheel).toContain(`Tag: py3-none-${tag}\n`);
  });
});

describe("a build in another folder, with another umask and time zone", () => {
  it("gives the same files", () => {
    const folder = join(scratch, "elsewhere");
    mkdirSync(folder);
    const names = [
      "src",
      "workers",
      "action",
      "scripts",
      "docs",
      "package.json",
      "README.md",
      "LICENSE",
    ];
    for (const name of [...names, "CHANGELOG.md", "tsconfig.json", "tsconfig.build.json"]) {
      cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    }
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    const build = `umask 077; exec "$0" scripts/dist.mjs --only npm --only any --out out`;
    const epoch = execFileSync("git", ["log", "-1", "--format=%ct"], { cwd: ROOT }).toString();
    const env = { ...process.env, TZ: "Pacific/Kiritimati", SOURCE_DATE_EPOCH: epoch.trim() };
    execFileSync("sh", ["-c", build, process.execPath], { cwd: folder, env, stdio: "pipe" });
    for (const path of [release.tarball, release.anyWheel]) {
      const other = readFileSync(join(folder, "out", basename(path)));
      expect(other.equals(readFileSync(path)), basename(path)).toBe(true);
    }
  });
});
