// npm run dist [-- --all | --only npm|any|PLATFORM] [--out FOLDER]: everything that is published.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const outfile = "dist/executable/dist.mjs";

await import("./build.mjs");
await build({
  absWorkingDir: root,
  entryPoints: ["scripts/dist/main.ts"],
  outfile,
  bundle: true,
  external: ["postject", "piscina", "@bokuweb/zstd-wasm", "yauzl"],
  platform: "node",
  target: "node20",
  format: "esm",
  logLevel: "warning",
});
const args = [`${root}/${outfile}`, ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
process.exitCode = status ?? 1;
