/** The npm package. */
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** @returns the path of the tarball. */
export function packTarball(root: string, folder: string): string {
  const listed: readonly { readonly files: readonly { readonly path: string }[] }[] = JSON.parse(
    pack(root, ["--dry-run", "--json"]),
  );
  const staging = mkdtempSync(join(tmpdir(), "wheelkit-npm-"));
  try {
    for (const { path } of listed[0]?.files ?? []) {
      const target = join(staging, path);
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(join(root, path), target);
      // npm packs the modes of files, and those are the business of a umask.
      chmodSync(target, path.endsWith("/cli.cjs") ? 0o755 : 0o644);
    }
    const name = pack(staging, ["--silent", "--pack-destination", folder]);
    return join(folder, name.trim().split("\n").at(-1) ?? "");
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** With the npm that runs this script, on this very Node, so that gzip gives the same bytes. */
function pack(cwd: string, args: readonly string[]): string {
  const npm = process.env.npm_execpath;
  const [command = "npm", ...first] = npm?.endsWith(".js") ? [process.execPath, npm] : ["npm"];
  const all = [...first, "pack", "--ignore-scripts", ...args];
  return execFileSync(command, all, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
