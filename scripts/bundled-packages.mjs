// The packages of which a build holds code, and under which licences.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** @typedef {{ name: string, version: string, license: string, text: string }} BundledPackage */

/**
 * @param {string} root
 * @param {readonly { metafile: import("esbuild").Metafile }[]} builds
 * @param {readonly string[]} files folders of packages of which files of their own are in the build
 * @returns {BundledPackage[]} by name
 */
export function bundledPackages(root, builds, files) {
  const folders = new Set(files);
  for (const { metafile } of builds) {
    for (const path of Object.keys(metafile.inputs)) {
      const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
      if (folder !== undefined) folders.add(folder);
    }
  }
  return [...folders]
    .map((folder) => describe(join(root, folder)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Texts for packages that name their licence and bring no text. */
const TEXTS = new URL("licenses/", import.meta.url);

/** @returns {BundledPackage} */
function describe(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e(?:\.(?:md|txt))?$/i.test(entry));
  const path = file === undefined ? new URL(`${fileNameOf(name)}.txt`, TEXTS) : join(folder, file);
  if (typeof license !== "string" || !existsSync(path)) {
    throw new Error(`${name} ${version} is bundled, and its licence is not known`);
  }
  return { name, version, license, text: readFileSync(path, "utf8").trim() };
}

/** `@bokuweb/zstd-wasm` as a file name. */
export function fileNameOf(name) {
  return name.replace("@", "").replace("/", "-");
}

/** @param {readonly BundledPackage[]} packages */
export function licenseTexts(packages) {
  return packages
    .map(({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text}\n`)
    .join(`\n${"-".repeat(80)}\n\n`);
}
