// Builds the package: tsc checks the types and writes the declarations, esbuild the code.
//
// One file for each module would be simpler, but loading and compiling two hundred of them takes
// longer than auditing a small wheel. So the program is one script, of which V8 can keep what it compiled.
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

/** @satisfies {import("esbuild").BuildOptions} */
const common = {
  absWorkingDir: root,
  outdir: "dist",
  bundle: true,
  external: ["@bokuweb/zstd-wasm", "piscina", "yauzl", "picomatch", "smol-toml"],
  platform: /** @type {const} */ ("node"),
  target: "node20",
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: /** @type {const} */ ("warning"),
};
await build({
  ...common,
  entryPoints: {
    "src/cli": "src/cli.ts",
    "src/index": "src/index.ts",
  },
  chunkNames: "src/[name]-[hash]",
  splitting: true,
  format: "esm",
});
// Threads load a script sooner than a module.
await build({
  ...common,
  entryPoints: {
    "workers/inspect": "workers/inspect.ts",
    "workers/recode": "workers/recode.ts",
  },
  outExtension: { ".js": ".cjs" },
  format: "cjs",
  supported: { "dynamic-import": false },
});
await build({
  ...common,
  entryPoints: { "src/program": "src/program.ts" },
  // Each start reads and checks all of it, and this way it is a sixth smaller.
  minifyIdentifiers: true,
  outExtension: { ".js": ".cjs" },
  format: "cjs",
  define: { "import.meta.url": "__url" },
  // A script that V8 compiled before can't import, but require what it needs late.
  supported: { "dynamic-import": false },
  // An expression that gives a function: src/cli.ts calls it.
  banner: { js: "(function (exports, require, module, __url) {" },
  footer: { js: "})" },
});
