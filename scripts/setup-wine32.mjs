// On request, on Debian: the DLLs by which wine64 runs 32-bit programs, from Debian's package of another
// architecture, into the cache of the tests. The package is unpacked, not installed.
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

/** What a program without windows loads. */
const NEEDED = "ntdll kernel32 kernelbase ucrtbase msvcrt advapi32 sechost rpcrt4".split(" ");

const cache = process.env.WHEELKIT_CACHE || join(homedir(), ".cache", "wheelkit");
const folder = join(cache, "wine32", "i386-windows");
const work = mkdtempSync(join(tmpdir(), "wheelkit-wine32-"));
try {
  const lists = join(work, "lists");
  mkdirSync(join(lists, "partial"), { recursive: true });
  mkdirSync(join(work, "archives", "partial"), { recursive: true });
  const options = [
    "APT::Architectures::=amd64",
    "APT::Architectures::=i386",
    `Dir::State::lists=${lists}`,
    `Dir::Cache=${work}`,
  ].flatMap((option) => ["-o", option]);
  const run = (program, args) =>
    execFileSync(program, args, { cwd: work, stdio: ["ignore", "ignore", "inherit"] });
  // Some list may be out of date or missing; only the one with the package counts.
  spawnSync("apt-get", [...options, "update", "-qq"], { stdio: "ignore" });
  run("apt-get", [...options, "download", "-qq", "libwine:i386"]);
  const [name] = readdirSync(work).filter((file) => file.endsWith(".deb"));
  run("dpkg", ["-x", name, join(work, "unpacked")]);
  mkdirSync(folder, { recursive: true });
  const from = join(work, "unpacked/usr/lib/i386-linux-gnu/wine/i386-windows");
  for (const each of NEEDED) copyFileSync(join(from, `${each}.dll`), join(folder, `${each}.dll`));
  console.log(`${NEEDED.length} DLLs in ${folder}`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
