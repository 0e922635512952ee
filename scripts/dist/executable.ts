/** Node's binary with the program in it: a single executable application. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "postject";
import { concatBytes } from "../../src/bytes.ts";
import { formatOf, readerOf } from "../../src/formats.ts";
import { signImage } from "../../src/macho/edit/sign-image.ts";
import { parseMacho } from "../../src/macho/read/image.ts";
import type { NativeEdit } from "../../src/native-edit.ts";
import { nodeCompression } from "../../src/node/compression.ts";
import { type Rewrite, rewrittenSource } from "../../src/rewrite.ts";
import { memorySource } from "../../src/source.ts";
import type { Build } from "./build.ts";
import { alignSegments } from "./elf-pages.ts";
import type { NodeFiles, NodePlatform } from "./nodes.ts";
import { hostPlatform } from "./nodes.ts";

/** Node looks for the program under these names. */
const RESOURCE = "NODE_SEA_BLOB";
const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";
const SEGMENT = "NODE_SEA";

/** Files of the build, by the names under which the program asks for them. */
const ASSETS: readonly (readonly [asset: string, path: string])[] = [
  ["program.cjs", "dist/src/program.cjs"],
  ["worker.cjs", "dist/src/worker.cjs"],
  ["zstd.wasm", "dist/src/zstd.wasm"],
  ["libdeflate.wasm", "dist/src/libdeflate.wasm"],
];
const CODE = "program.code";
/** A run that compiles what most runs need, and asks for no file but the wheels. */
const USUAL_RUN = ["audit", "-j", "1", "--no-config", "fixtures/wheels"];

/** Makes the executable for `platform`; where it runs on this machine, with compiled code. */
export async function makeExecutable(
  build: Build,
  platform: NodePlatform,
  { binary, libraries }: NodeFiles,
): Promise<Uint8Array> {
  const edits: NativeEdit[] = [{ kind: "strip", level: "all" }];
  if (libraries.size > 0) {
    edits.push({ kind: "set-search-paths", paths: ["$ORIGIN/../lib/wheelkit"], as: "rpath" });
  }
  const folder = mkdtempSync(join(tmpdir(), "wheelkit-dist-"));
  try {
    const target = join(folder, "wheelkit");
    writeFileSync(target, edited(binary, edits));
    await inject(target, RESOURCE, makeBlob(build, platform, folder), {
      sentinelFuse: FUSE,
      ...(platform.runs.startsWith("darwin") ? { machoSegmentName: SEGMENT } : {}),
    });
    const made = new Uint8Array(readFileSync(target));
    const format = formatOf(made.subarray(0, 64));
    return format === "macho" ? signed(made) : format === "elf" ? alignSegments(made) : made;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @throws RefusalError when a format can't do it. */
export function edited(bytes: Uint8Array, edits: readonly NativeEdit[]): Uint8Array {
  const name = formatOf(bytes.subarray(0, 64));
  const reader = name === undefined ? undefined : readerOf(name);
  if (reader === undefined) throw new Error("Node's binary is in no known format");
  const source = memorySource(bytes);
  return applied(bytes, reader.rewrite(source, edits, { ...nodeCompression, name: "wheelkit" }));
}

function signed(bytes: Uint8Array): Uint8Array {
  const [slice] = parseMacho(memorySource(bytes)).slices;
  if (slice?.kind !== "image") throw new Error("Node's binary is not a Mach-O program");
  return applied(bytes, signImage(slice, { ...nodeCompression, name: "wheelkit" }));
}

function applied(bytes: Uint8Array, rewrite: Rewrite): Uint8Array {
  return concatBytes([rewrittenSource(memorySource(bytes), rewrite).read(0, rewrite.size)]);
}

/** The program as Node reads it; names are relative, so that no folder of this machine is in it. */
function makeBlob(build: Build, platform: NodePlatform, folder: string): Buffer {
  const assets: Record<string, string> = {};
  for (const [asset, path] of ASSETS) {
    copyFileSync(join(build.root, path), join(folder, asset));
    assets[asset] = asset;
  }
  copyFileSync(join(build.root, "dist/executable/main.cjs"), join(folder, "main.cjs"));
  if (platform === hostPlatform()) {
    compile(build, folder);
    assets[CODE] = CODE;
  }
  const config = {
    main: "main.cjs",
    output: "blob",
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    useCodeCache: false,
    assets,
  };
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  run(["--experimental-sea-config", "config.json"], folder);
  return readFileSync(join(folder, "blob"));
}

/** Only what the very binary compiled can be used by it; this process is that binary. */
function compile(build: Build, folder: string): void {
  const script = join(build.root, "scripts/dist/compiled-code.cjs");
  const args = [join(folder, "program.cjs"), join(folder, CODE), ...USUAL_RUN];
  run(["--random-seed=1", script, ...args], build.root);
}

function run(args: readonly string[], cwd: string): void {
  const { status, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`node ${args.join(" ")} failed:\n${stderr}`);
}
