// Builds the package: tsc checks the types and writes the declarations, esbuild the code.
//
// One file for each module would be simpler, but loading and compiling two hundred of them takes
// longer than auditing a small wheel. So the program is one script, of which V8 can keep what it compiled,
// and threads run another. Both hold the packages they use, so nothing else has to be installed.
import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { bundledPackages, licenseTexts } from "./bundled-packages.mjs";
import { ownParts } from "./own-parts.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: {
    out: { type: "string", default: `${root}/dist` },
    // Neither checked nor declared: for a look at how the program runs.
    "no-types": { type: "boolean", default: false },
    // Source maps beside the code, which profiles are read with.
    maps: { type: "boolean", default: false },
  },
});
// What is left of an earlier build must not live on in the package.
rmSync(`${options.out}/src`, { recursive: true, force: true });
rmSync(`${options.out}/workers`, { recursive: true, force: true });

if (!options["no-types"]) {
  const tsc = spawnSync(
    process.execPath,
    [`${root}/node_modules/typescript/bin/tsc`, "-p", `${root}/tsconfig.build.json`],
    { stdio: "inherit" },
  );
  if (tsc.status !== 0) process.exit(tsc.status ?? 1);
}

/** @satisfies {import("esbuild").BuildOptions} */
const common = {
  absWorkingDir: root,
  outdir: options.out,
  sourcemap: options.maps ? /** @type {const} */ ("external") : false,
  bundle: true,
  // Names of modules are in the code: they must not tell where a linked `node_modules` lies.
  preserveSymlinks: true,
  // Only loaded for a niceness, which nobody asks for.
  external: ["@napi-rs/nice"],
  // piscina and zstd look for their files there; plugins say where they are.
  define: { __dirname: '""' },
  plugins: [ownParts(root)],
  platform: /** @type {const} */ ("node"),
  target: "node20",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: /** @type {const} */ ("none"),
  metafile: true,
  logLevel: /** @type {const} */ ("warning"),
};
/** @satisfies {import("esbuild").BuildOptions} */
const script = {
  ...common,
  outExtension: { ".js": ".cjs" },
  format: /** @type {const} */ ("cjs"),
  // Each start reads and checks all of it, and this way it is a sixth smaller.
  minifyIdentifiers: true,
  // A script that V8 compiled before can't import, but require what it needs late.
  supported: { "dynamic-import": false },
};
const built = [
  await build({
    ...common,
    entryPoints: { "src/index": "src/index.ts" },
    chunkNames: "src/[name]-[hash]",
    splitting: true,
    format: "esm",
    banner: {
      js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);',
    },
  }),
  // Node starts a script sooner than a module.
  await build({
    ...script,
    entryPoints: { "src/cli": "src/cli.ts" },
    define: { "import.meta.dirname": "__dirname", "import.meta.url": '""' },
  }),
  // So do threads.
  await build({
    ...script,
    entryPoints: { "src/worker": "workers/worker.ts" },
    inject: ["node_modules/piscina/dist/worker.js"],
    define: { ...common.define, "import.meta.url": "__url" },
    // piscina's loop asks for the functions by the name of `TASKS` in workers/pool.ts.
    banner: {
      js: '((load)=>{const __url=load("node:url").pathToFileURL(__filename).href;const require=(name)=>name==="wheelkit:tasks"?module.exports:load(name);',
    },
    footer: { js: "})(require);" },
  }),
  await build({
    ...script,
    entryPoints: { "src/program": "src/program.ts" },
    define: { ...common.define, "import.meta.url": "__url" },
    // An expression that gives a function: src/load.ts calls it.
    banner: { js: "(function (exports, require, module, __url) {" },
    footer: { js: "})" },
  }),
  // The GitHub Action; it is no part of the package.
  await build({
    ...script,
    outdir: `${options.out}/action`,
    entryPoints: { main: "action/main.ts" },
    define: { "import.meta.dirname": "__dirname" },
  }),
  // What starts the program in the single executable; nor is this.
  await build({
    ...script,
    outdir: `${options.out}/executable`,
    entryPoints: { main: "src/executable.ts" },
    define: { ...common.define, "import.meta.url": '""' },
  }),
];
// The name it had while it was a module; scripts of those who work from a clone know that one.
writeFileSync(
  `${options.out}/src/cli.js`,
  '#!/usr/bin/env node\nimport{createRequire}from"node:module";createRequire(import.meta.url)("./cli.cjs");\n',
);
copyFileSync(
  `${root}/node_modules/@bokuweb/zstd-wasm/dist/common/zstd.wasm`,
  `${options.out}/src/zstd.wasm`,
);
// The package holds its WebAssembly as text.
const [, libdeflate] =
  /base64,([\w+/=]+)/.exec(
    readFileSync(`${root}/node_modules/libdeflate/dist/libdeflate.wasm.mjs`, "utf8"),
  ) ?? [];
if (libdeflate === undefined) throw new Error("libdeflate's WebAssembly is not where it was");
writeFileSync(`${options.out}/src/libdeflate.wasm`, Buffer.from(libdeflate, "base64"));
const packages = bundledPackages(root, built, ["node_modules/libdeflate"]);
writeFileSync(`${options.out}/src/LICENSES.txt`, licenseTexts(packages));
// What `npm run dist` says of them.
writeFileSync(`${options.out}/executable/packages.json`, JSON.stringify(packages));
