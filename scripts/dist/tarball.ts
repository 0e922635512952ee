/** The npm package. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** @returns the path of the tarball. */
export function packTarball(root: string, folder: string): string {
  // With the npm that runs this script, on this very Node, so that gzip gives the same bytes.
  const npm = process.env.npm_execpath;
  const [command, ...first] = npm?.endsWith(".js") ? [process.execPath, npm] : ["npm"];
  const args = ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder];
  const name = execFileSync(command ?? "npm", [...first, ...args], { cwd: root, encoding: "utf8" });
  return join(folder, name.trim().split("\n").at(-1) ?? "");
}
