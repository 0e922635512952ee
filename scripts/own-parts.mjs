// Bundled packages that look for files of theirs, or for what nobody uses, get ours instead.

/**
 * Where the import is, what it asks for, what it gets.
 * @type {readonly (readonly [importer: RegExp, filter: RegExp, path: string])[]}
 */
const PARTS = [
  [/piscina\/dist\/worker_pool\/index\.js$/, /^node:worker_threads$/, "workers/threads.ts"],
  [/commander\/lib\/command\.js$/, /^node:child_process$/, "src/commands/no-programs.ts"],
  [/zstd-wasm\/dist\/common\/index\.node\.js$/, /^fs\/promises$/, "workers/part-files.ts"],
  [/src\/node\/libdeflate\.ts$/, /^\.\/libdeflate-binary\.ts$/, "workers/libdeflate-part.ts"],
  [
    /src\/node\/zstd\.ts$/,
    /^\.\/zstd-library\.ts$/,
    "node_modules/@bokuweb/zstd-wasm/dist/common/module.js",
  ],
];

/**
 * @param {string} root
 * @returns {import("esbuild").Plugin}
 */
export function ownParts(root) {
  return {
    name: "own-parts",
    setup(build) {
      for (const [importer, filter, path] of PARTS) {
        build.onResolve({ filter }, (args) =>
          importer.test(args.importer.replaceAll("\\", "/"))
            ? { path: `${root}/${path}` }
            : undefined,
        );
      }
    },
  };
}
