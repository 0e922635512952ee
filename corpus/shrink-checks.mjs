/** What must hold of a shrunk wheel, asked of programs that are not wheelkit's. */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  cpSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const LOAD = fileURLToPath(new URL("shrink-load.py", import.meta.url));
/** Of one program over one library, in milliseconds. */
const LONGEST = 1_800_000;

/** ELF and PE files below a folder, by their first bytes. */
export function nativeFiles(folder) {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => {
      const path = join(folder, name);
      return statSync(path).isFile() && /^(?:\x7fELF|MZ)/.test(head(path));
    })
    .sort();
}

function head(path) {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(4);
    readSync(file, bytes);
    return bytes.toString("latin1");
  } finally {
    closeSync(file);
  }
}

/**
 * What NVIDIA's tool takes out of two copies of a library: how many cubins and texts of PTX, and how
 * many of them are not in both, or not with the same bytes.
 */
export function compareDeviceCode(cuobjdump, before, after, folder) {
  const [old, now] = [before, after].map((library) => extracted(cuobjdump, library, folder));
  const differ =
    [...old.files].filter(([name, digest]) => now.files.get(name) !== digest).length +
    [...now.files.keys()].filter((name) => !old.files.has(name)).length +
    (old.said === now.said ? 0 : 1);
  const names = [...old.files.keys()];
  return {
    cubins: names.filter((name) => name.endsWith(".cubin")).length,
    texts: names.filter((name) => name.endsWith(".ptx")).length,
    differ,
  };
}

/** SHA-256 by name of everything that the tool takes out of a library, and what it says at the end. */
function extracted(cuobjdump, library, folder) {
  const files = new Map();
  const said = [];
  for (const option of ["--extract-elf", "--extract-ptx"]) {
    const place = mkdtempSync(join(folder, "x-"));
    const run = spawnSync(cuobjdump, [option, "all", library], {
      cwd: place,
      stdio: "ignore",
      timeout: LONGEST,
    });
    // Of some libraries it stops early: then it must stop at the same place.
    said.push(`${option} ended with ${run.status ?? run.signal}`);
    for (const name of readdirSync(place)) {
      const content = readFileSync(join(place, name));
      files.set(name, createHash("sha256").update(content).digest("hex"));
    }
    rmSync(place, { recursive: true });
  }
  return { files, said: said.join() };
}

/**
 * Loads every library of an unpacked wheel without a GPU, and walks what it registers.
 *
 * @param code Python that runs with the folder on its path, in place of loading each library.
 */
export function loadAll(python, folder, code) {
  const run = spawnSync(python, [LOAD, folder, ...(code === undefined ? [] : [code])], {
    encoding: "utf8",
    timeout: LONGEST,
  });
  const text = `${run.stdout}\n${run.stderr}`;
  const registered = /registered (\d+) fat binaries with (\d+) entries, (\d+) broken/.exec(text);
  return {
    loads: run.status === 0,
    libraries: Number(/^loaded (\d+)/m.exec(text)?.[1] ?? 0),
    containers: Number(registered?.[1] ?? 0),
    entries: Number(registered?.[2] ?? 0),
    broken: Number(registered?.[3] ?? 0),
    text: run.status === 0 ? "" : text.trim().split("\n").slice(-8).join("\n"),
  };
}

/** What people may do to a library later on. */
const TOOLS = {
  "strip -s": ["strip", "-s"],
  "strip -g": ["strip", "-g"],
  "llvm-strip": ["llvm-strip"],
  patchelf: ["patchelf", "--set-rpath", `$ORIGIN:/${"x".repeat(300)}`],
};

/** Whether every library still loads after each of the tools; which files a tool refused. */
export function changeAndLoad(python, folder, scratch) {
  const results = {};
  for (const [name, [program, ...args]] of Object.entries(TOOLS)) {
    const copy = mkdtempSync(join(scratch, "tool-"));
    try {
      cpSync(folder, copy, { recursive: true });
      const refused = nativeFiles(copy).filter((file) => {
        const command = [...args, join(copy, file)];
        return spawnSync(program, command, { stdio: "ignore", timeout: LONGEST }).status !== 0;
      });
      results[name] = { ...loadAll(python, copy), refused };
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  }
  return results;
}

export function unzip(wheel, folder) {
  execFileSync("unzip", ["-qo", wheel, "-d", folder], { stdio: ["ignore", "ignore", "inherit"] });
}
