/** The peers that the tests don't need: repairwheel, and what stands in for Apple's tools on Linux. */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../corpus/cache.mjs";
import { python } from "./setup.mjs";

const REPAIRWHEEL = "0.8.0";

/** Path of repairwheel, in an environment of its own, which is made when there is none. */
export function peerProgram() {
  const folder = join(cacheFolder(), `repairwheel-${REPAIRWHEEL}`);
  const program = join(folder, "bin", "repairwheel");
  if (existsSync(program)) return program;
  rmSync(folder, { recursive: true, force: true });
  execFileSync(python, ["-m", "venv", folder], { stdio: "ignore" });
  const install = ["-m", "pip", "install", "-q", "--disable-pip-version-check"];
  execFileSync(join(folder, "bin", "python"), [...install, `repairwheel==${REPAIRWHEEL}`], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  return program;
}

/** By Apple's name, LLVM's. */
const TOOLS = {
  otool: "llvm-otool",
  install_name_tool: "llvm-install-name-tool",
  lipo: "llvm-lipo",
};

/**
 * A folder with LLVM's tools under Apple's names. `codesign` does nothing there: delocate gets its
 * signatures for free.
 */
export function standIns() {
  const folder = join(cacheFolder(), "apple-stand-ins");
  if (existsSync(join(folder, "codesign"))) return folder;
  mkdirSync(folder, { recursive: true });
  for (const [name, llvm] of Object.entries(TOOLS)) {
    const found = readdirSync("/usr/bin")
      .filter((each) => each.startsWith(llvm) && /^(?:-\d+)?$/.test(each.slice(llvm.length)))
      .sort((a, b) => Number(/\d+$/.exec(b)?.[0] ?? 0) - Number(/\d+$/.exec(a)?.[0] ?? 0));
    if (found[0] === undefined) throw new Error(`no ${llvm} in /usr/bin (Debian: llvm)`);
    // Apple's `-m` lets `(member)` stand in file names, which LLVM's never read.
    const script = `#!/bin/sh\nfor each; do shift; [ "$each" = -m ] || set -- "$@" "$each"; done\nexec /usr/bin/${found[0]} "$@"\n`;
    writeFileSync(join(folder, name), script);
    chmodSync(join(folder, name), 0o755);
  }
  writeFileSync(join(folder, "codesign"), "#!/bin/sh\nexit 0\n");
  chmodSync(join(folder, "codesign"), 0o755);
  return folder;
}
