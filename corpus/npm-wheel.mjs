/**
 * Libraries that npm carries, wrapped as a wheel: llama.cpp's CUDA back ends are published in no other
 * finished form.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { sha256, wheelFolder } from "./cache.mjs";
import { parseFileName } from "./fetch.mjs";

/** Packs a folder as a wheel: argv are the folder, the wheel, the folder of its metadata and its tag. */
const PACK = `
import base64, hashlib, os, sys, zipfile
folder, wheel, info, name, version, tag = sys.argv[1:]
texts = {
    "METADATA": f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n",
    "WHEEL": f"Wheel-Version: 1.0\\nGenerator: corpus\\nRoot-Is-Purelib: false\\nTag: {tag}\\n",
}
rows = []
with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
    def add(name, data):
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        rows.append(f"{name},sha256={digest},{len(data)}\\n")
        archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    for root, folders, files in os.walk(folder):
        folders.sort()
        for file in sorted(files):
            path = os.path.join(root, file)
            with open(path, "rb") as stream:
                add("llama/" + os.path.relpath(path, folder).replace(os.sep, "/"), stream.read())
    for file, text in texts.items():
        add(f"{info}/{file}", text.encode())
    record = "".join(rows) + f"{info}/RECORD,,\\n"
    archive.writestr(zipfile.ZipInfo(f"{info}/RECORD", (2020, 1, 1, 0, 0, 0)), record)
`;

/**
 * The path of the wheel that `wheel.npm` (package, version, folder of its files, SHA-256 of the
 * package) is wrapped as, made when it is not there.
 */
export async function npmWheel(python, { file, npm }) {
  const target = join(wheelFolder(), file);
  if (existsSync(target)) return target;
  mkdirSync(wheelFolder(), { recursive: true });
  const folder = mkdtempSync(join(wheelFolder(), ".part-"));
  try {
    execFileSync("npm", ["pack", "--silent", `${npm.package}@${npm.version}`], { cwd: folder });
    const [pack] = readdirSync(folder);
    const digest = await sha256(join(folder, pack));
    if (digest !== npm.sha256) {
      throw new Error(`\`${pack}\` has SHA-256 ${digest}, but ${npm.sha256} is pinned`);
    }
    execFileSync("tar", ["xzf", pack], { cwd: folder });
    const { name, version, pythons, abis, platforms } = parseFileName(file);
    const tag = [pythons, abis, platforms].map((parts) => parts.join(".")).join("-");
    const made = join(folder, file);
    const from = join(folder, "package", npm.folder);
    const info = `${name}-${version}.dist-info`;
    execFileSync(python, ["-c", PACK, from, made, info, name, version, tag]);
    renameSync(made, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return target;
}
