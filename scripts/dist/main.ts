/** `npm run dist`: the npm package and the wheels, into `dist/release`. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readBuild } from "./build.ts";
import { checkWheel } from "./check.ts";
import { hostPlatform, NODE_VERSION, openNode, PLATFORMS } from "./nodes.ts";
import { packTarball } from "./tarball.ts";
import { anyWheel, platformWheel } from "./wheels.ts";

const root = process.cwd();
const { values } = parseArgs({
  options: {
    all: { type: "boolean", default: false },
    only: { type: "string", multiple: true },
    out: { type: "string", default: "dist/release" },
  },
});
const host = hostPlatform();
if (process.versions.node === NODE_VERSION) process.exitCode = await release();
else process.exitCode = underPinnedNode();

/**
 * Everything is made by the Node that is in the executables: only it can write what they read, and
 * its zlib decides the bytes of the archives.
 */
function underPinnedNode(): number {
  if (host === undefined) throw new Error("there is no pinned Node for this machine");
  const folder = mkdtempSync(join(tmpdir(), "wheelkit-node-"));
  try {
    const node = join(folder, process.platform === "win32" ? "node.exe" : "node");
    writeFileSync(node, openNode(host).binary, { mode: 0o755 });
    const args = process.argv.slice(1);
    return spawnSync(node, args, { stdio: "inherit" }).status ?? 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function release(): Promise<number> {
  const build = readBuild(root);
  const out = resolve(root, values.out);
  mkdirSync(out, { recursive: true });
  const wanted = values.only ?? ["npm", "any", ...(values.all ? tags() : [host?.tag ?? ""])];
  const unknown = wanted.find((name) => !["npm", "any", ...tags()].includes(name));
  if (unknown !== undefined) {
    throw new Error(`there is no \`${unknown}\`; there are npm, any, ${tags().join(", ")}`);
  }
  if (wanted.includes("npm")) report(packTarball(root, out));
  const wheels: string[] = [];
  if (wanted.includes("any")) wheels.push(report(anyWheel(build, out)));
  for (const platform of PLATFORMS) {
    if (!wanted.includes(platform.tag)) continue;
    wheels.push(report(await platformWheel(build, platform, out)));
  }
  let status = 0;
  for (const wheel of wheels) if (!(await checkWheel(wheel))) status = 1;
  return status;
}

function tags(): readonly string[] {
  return PLATFORMS.map(({ tag }) => tag);
}

function report(path: string): string {
  console.log(`${basename(path)}  ${(statSync(path).size / 1e6).toFixed(2)} MB`);
  return path;
}
