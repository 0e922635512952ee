/**
 * A root folder with Python, pip and the libraries that manylinux promises, and nothing else: what a
 * repaired wheel doesn't bring itself is not there.
 *
 * Programs run in it with chroot, in a mount namespace of their own.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

/** The C library's files, the compiler's run time and zlib: what every policy allows. */
const PROMISED = [
  /^ld-linux.*\.so\.\d$/,
  /^lib(c|m|dl|pthread|rt|util|resolv|anl|mvec|nss_files|nss_dns)\.so\.\d$/,
  /^lib(gcc_s|stdc\+\+|z)\.so\.\d$/,
];
/** Parts of the standard library that no probe and no installer needs. */
const LEFT_OUT =
  /^(test|idlelib|tkinter|turtledemo|lib2to3|ensurepip|site-packages|dist-packages|config-.*)$/;

const FACTS = `
import json, os, sys, sysconfig
print(json.dumps({
    "executable": os.path.realpath(sys.executable),
    "prefix": sys.base_prefix,
    "stdlib": os.path.realpath(os.path.dirname(os.__file__)),
    "version": "%d.%d" % sys.version_info[:2],
    "pip": os.path.dirname(os.path.dirname(__import__("pip").__file__)),
}))
`;

/** True when this user may change roots and mount on this machine. */
export function canChangeRoot() {
  const run = spawnSync("unshare", [
    ...namespace(),
    "sh",
    "-c",
    "mount --rbind /proc /mnt && chroot / true",
  ]);
  return run.status === 0;
}

/**
 * Makes the root in `folder`, which must not exist.
 */
export function makeBareRoot(python, folder) {
  const facts = JSON.parse(execFileSync(python, ["-c", FACTS], { encoding: "utf8" }));
  for (const name of readdirSync("/")) {
    // `/lib -> usr/lib` and the like.
    if (/^(lib.*|bin|sbin)$/.test(name) && lstatSync(`/${name}`).isSymbolicLink()) {
      mkdirSync(join(folder, readlinkSync(`/${name}`)), { recursive: true });
      symlinkSync(readlinkSync(`/${name}`), join(folder, name));
    }
  }
  for (const name of ["proc", "dev", "tmp", "etc"])
    mkdirSync(join(folder, name), { recursive: true });
  // Some libraries ask who they run as.
  writeFileSync(join(folder, "etc/passwd"), "root:x:0:0:root:/tmp:/bin/false\n");

  const stdlib = join(folder, facts.stdlib);
  const skipped = [];
  cpSync(facts.stdlib, stdlib, {
    recursive: true,
    preserveTimestamps: true,
    verbatimSymlinks: true,
    filter(path) {
      if (LEFT_OUT.test(basename(path)) && dirname(path) === facts.stdlib) return false;
      // A module of the standard library that needs something else is not there either.
      if (!path.endsWith(".so") || foreign(path).length === 0) return true;
      skipped.push(basename(path).split(".")[0]);
      return false;
    },
  });
  const interpreter = join(facts.prefix, "bin", `python${facts.version}`);
  put(folder, facts.executable, interpreter);
  const site = join(facts.prefix, "lib", `python${facts.version}`, "site-packages");
  mkdirSync(join(folder, site), { recursive: true });
  for (const name of readdirSync(facts.pip)) {
    if (!/^pip(-.*\.dist-info)?$/.test(name)) continue;
    cpSync(join(facts.pip, name), join(folder, site, name), {
      recursive: true,
      preserveTimestamps: true,
    });
  }

  const files = new Map([...libraryCache()].filter(([name]) => isPromised(name)));
  for (const [name, path] of dependencies(facts.executable)) files.set(name, path);
  for (const path of files.values()) put(folder, path, path);
  return { folder, python: interpreter, site, skipped };
}

/** Puts further libraries of this host in, with what they need. */
export function addLibraries({ folder }, names) {
  for (const name of names) {
    for (const path of closure(name).values()) put(folder, path, path);
  }
}

/** A copy of the root whose files are hard links. */
export function cloneRoot(root, folder) {
  execFileSync("cp", ["-al", root.folder, folder]);
  return { ...root, folder };
}

/** Runs a program inside, with nothing of this host but `/proc` and `/dev`. */
export function runInside(root, argv, options = {}) {
  const script =
    'mount --rbind /proc "$0/proc" && mount --rbind /dev "$0/dev" && cd "$0" && exec chroot "$0" "$@"';
  return spawnSync("unshare", [...namespace(), "sh", "-c", script, root.folder, ...argv], {
    encoding: "utf8",
    env: {
      PATH: `${dirname(root.python)}:/usr/sbin:/usr/bin:/sbin:/bin`,
      LC_ALL: "C.UTF-8",
      HOME: "/tmp",
      ...options.env,
    },
    input: options.input ?? "",
    timeout: 300_000,
    maxBuffer: 1 << 26,
  });
}

/** Installs wheels with the root's own pip. */
export function installInside(root, wheels) {
  const wanted = wheels.map((path) => {
    copyFileSync(path, join(root.folder, "tmp", basename(path)));
    return `/tmp/${basename(path)}`;
  });
  const quiet = ["--quiet", "--no-index", "--no-deps", "--no-compile", "--no-cache-dir"];
  const options = [...quiet, "--disable-pip-version-check", "--root-user-action=ignore"];
  const run = runInside(root, [root.python, "-m", "pip", "install", ...options, ...wanted]);
  for (const path of wanted) rmSync(join(root.folder, path));
  return run;
}

/** The program interpreter of this host's own programs. */
export function loaderOf(root) {
  const text = execFileSync("readelf", ["-lW", join(root.folder, root.python)], {
    encoding: "utf8",
  });
  const loader = /Requesting program interpreter: ([^\]]+)\]/.exec(text)?.[1];
  if (loader === undefined) throw new Error(`${root.python} has no program interpreter`);
  return loader;
}

function namespace() {
  return process.getuid?.() === 0 ? ["-m"] : ["-Urm"];
}

function isPromised(name) {
  return PROMISED.some((pattern) => pattern.test(name));
}

/** Names of what `path` needs, itself or through others, that is not promised. */
function foreign(path) {
  return [...dependencies(path).keys()].filter(
    (name) => !isPromised(name) && !name.startsWith("libpython"),
  );
}

function closure(name) {
  const path = libraryCache().get(name);
  if (path === undefined) throw new Error(`this host has no ${name}`);
  return new Map([[name, path], ...dependencies(path)]);
}

/** Name and path of all that the loader brings for a file. */
function dependencies(path) {
  const { stdout } = spawnSync("ldd", [path], { encoding: "utf8" });
  const found = new Map();
  for (const [, name, target] of stdout.matchAll(/^\s*(\S+)(?: => (\S+))? \(0x/gm)) {
    if (name.startsWith("linux-vdso")) continue;
    found.set(basename(name), target ?? name);
  }
  return found;
}

let cache;
/** What the loader knows: name to path, the first of each name. */
function libraryCache() {
  if (cache !== undefined) return cache;
  cache = new Map();
  const program = ["/sbin/ldconfig", "/usr/sbin/ldconfig"].find((path) => existsSync(path));
  const text = execFileSync(program ?? "ldconfig", ["-p"], { encoding: "utf8" });
  for (const [, name, kind, path] of text.matchAll(/^\s+(\S+) \(([^)]*)\) => (\S+)$/gm)) {
    const native = process.arch === "x64" ? kind.includes("x86-64") : !kind.includes("x86-64");
    if (native && !cache.has(name)) cache.set(name, path);
  }
  return cache;
}

function put(folder, from, to) {
  const target = join(folder, to);
  if (existsSync(target)) return;
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(realpathSync(from), target);
}
