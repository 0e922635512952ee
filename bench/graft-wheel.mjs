/** An unrepaired wheel whose module needs libraries of this host, so that a repair grafts many. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = "/usr/lib/x86_64-linux-gnu";
/** What every policy allows or no wheel may bring, and what holds a compiler. */
const LEFT_OUT =
  /^(ld-|libc\.|libm\.|libdl|libpthread|librt|libresolv|libutil|libanl|libnsl|libgcc_s|libstdc|libpython|libasan|libtsan|liblsan|libubsan|libLLVM|libclang|libGL|libX|libnss|libthread_db|libBrokenLocale|libmvec|libc_malloc|libmemusage|libpcprofile)/;

/** A wheel in `folder` that brings at least `count` libraries in when it is repaired; how many. */
export function graftWheel(folder, count) {
  const names = readdirSync(FOLDER).filter(
    (name) => /\.so\.\d+$/.test(name) && !LEFT_OUT.test(name),
  );
  const needed = [];
  const closure = new Set();
  for (const name of names.sort()) {
    if (closure.size >= count) break;
    const own = neededBy(join(FOLDER, name));
    if (own === undefined || own.size + closure.size > count + 5) continue;
    needed.push(name);
    for (const each of [name, ...own]) closure.add(each);
  }
  const work = join(folder, `grafts-${count}`);
  mkdirSync(join(work, "grafts-1.0.dist-info"), { recursive: true });
  const module = join(work, "grafts.cpython-312-x86_64-linux-gnu.so");
  const source = join(work, "grafts.c");
  writeFileSync(source, "void *PyInit_grafts(void) { return 0; }\n");
  const libraries = needed.map((name) => join(FOLDER, name));
  execFileSync("cc", [
    "-shared",
    "-fPIC",
    "-Wl,--no-as-needed",
    "-o",
    module,
    source,
    ...libraries,
  ]);
  const tag = "cp312-cp312-linux_x86_64";
  const info = {
    METADATA: "Metadata-Version: 2.1\nName: grafts\nVersion: 1.0\n",
    WHEEL: `Wheel-Version: 1.0\nGenerator: wheelkit-bench\nRoot-Is-Purelib: false\nTag: ${tag}\n`,
  };
  for (const [name, text] of Object.entries(info)) {
    writeFileSync(join(work, "grafts-1.0.dist-info", name), text);
  }
  writeFileSync(join(work, "grafts-1.0.dist-info", "RECORD"), recordOf(module, info));
  const path = join(work, `grafts-1.0-${tag}.whl`);
  const members = [module.slice(work.length + 1), "grafts-1.0.dist-info"];
  execFileSync("python3", ["-m", "zipfile", "-c", path, ...members], { cwd: work });
  return { path, grafts: closure.size };
}

/** The libraries that the loader finds for a file, without those that are left out. */
function neededBy(path) {
  try {
    const lines = execFileSync("ldd", [path], { encoding: "utf8", stdio: "pipe" }).split("\n");
    if (lines.some((line) => line.includes("not found"))) return undefined;
    const names = lines.flatMap((line) => /^\s*(\S+) => /.exec(line)?.[1] ?? []);
    return new Set(names.filter((name) => !LEFT_OUT.test(name)));
  } catch {
    return undefined;
  }
}

function recordOf(module, info) {
  const rows = [execFileSync("cat", [module], { maxBuffer: 1 << 28 }), ...Object.values(info)].map(
    (content, at) => {
      const name = [
        "grafts.cpython-312-x86_64-linux-gnu.so",
        ...Object.keys(info).map((each) => `grafts-1.0.dist-info/${each}`),
      ][at];
      const digest = createHash("sha256").update(content).digest("base64url");
      return `${name},sha256=${digest},${Buffer.byteLength(content)}\n`;
    },
  );
  return `${rows.join("")}grafts-1.0.dist-info/RECORD,,\n`;
}
