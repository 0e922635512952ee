/**
 * Adds wheels to the list: `node corpus/pin.mjs FILE "why" [big|small]`, or lines of
 * `FILE<tab>why<tab>flag` on stdin with `-`. Fetches each and writes its size and SHA-256.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { download, parseFileName } from "./fetch.mjs";
import { findPython } from "./python.mjs";

const LIST = new URL("wheels.json", import.meta.url);

function familyOf(platforms) {
  for (const platform of platforms) {
    if (platform.startsWith("macosx")) return "macos";
    if (platform.startsWith("win")) return "windows";
    if (platform.startsWith("android")) return "android";
    if (platform.startsWith("ios")) return "ios";
    if (platform.startsWith("pyemscripten") || platform.startsWith("emscripten")) {
      return "pyemscripten";
    }
  }
  return platforms[0] === "any" ? "any" : "linux";
}

const argv = process.argv.slice(2);
const rows =
  argv[0] === "-"
    ? readFileSync(0, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => line.split("\t"))
    : [argv];
const python = findPython();
for (const [file, why, flag] of rows) {
  const list = JSON.parse(readFileSync(LIST, "utf8"));
  if (list.some((wheel) => wheel.file === file)) {
    continue;
  }
  const started = Date.now();
  try {
    const { size, sha256 } = await download(python, file);
    const { name, version, platforms } = parseFileName(file);
    const wheel = { name, version, file, sha256, size, platform: familyOf(platforms), why };
    if (flag === "big" || flag === "small") {
      wheel[flag] = true;
    }
    list.push(wheel);
    list.sort((a, b) => (a.file < b.file ? -1 : 1));
    writeFileSync(LIST, `${JSON.stringify(list, null, 2)}\n`);
    console.log(`${file}: ${size} bytes, ${Math.round((Date.now() - started) / 1000)} s`);
  } catch (error) {
    console.error(`${file}: ${error.message}`);
  }
}
