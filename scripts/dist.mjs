// npm run dist [-- --all | --only npm|any|PLATFORM] [--out FOLDER]: everything that is published.
// With --no-build as its first option it packs what `npm run build` left.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const outfile = "dist/executable/dist.mjs";

const given = process.argv.slice(2);
const built = given[0] === "--no-build";
if (!built) {
  const { status } = spawnSync(process.execPath, [`${root}/scripts/build.mjs`], {
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}
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
const args = [`${root}/${outfile}`, ...given.slice(built ? 1 : 0)];
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
process.exitCode = status ?? 1;
