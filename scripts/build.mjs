// Builds the package: tsc checks the types and writes the declarations, esbuild the code.
//
// One file for each module would be simpler, but loading two hundred of them takes longer than
// auditing a small wheel; bundled with splitting, a command loads only a few.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
// What is left of an earlier build must not live on in the package.
rmSync(`${root}/dist`, { recursive: true, force: true });

const tsc = spawnSync(
  process.execPath,
  [`${root}/node_modules/typescript/bin/tsc`, "-p", `${root}/tsconfig.build.json`],
  { stdio: "inherit" },
);
if (tsc.status !== 0) process.exit(tsc.status ?? 1);

await build({
  absWorkingDir: root,
  entryPoints: {
    "src/cli": "src/cli.ts",
    "src/index": "src/index.ts",
    "workers/inspect": "workers/inspect.ts",
  },
  outdir: "dist",
  chunkNames: "src/[name]-[hash]",
  bundle: true,
  splitting: true,
  // commander is loaded by every run, and in one piece it loads in a third of the time.
  external: ["piscina", "yauzl", "picocolors", "picomatch", "smol-toml"],
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
  format: "esm",
  platform: "node",
  target: "node20",
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: "warning",
});
