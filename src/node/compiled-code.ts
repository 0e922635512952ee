/**
 * What V8 compiled of the program in earlier runs: most of the time of a small wheel is spent on
 * compiling. V8 itself compares little more than the program's length and its own version, and runs
 * whatever bytes follow, so nothing is handed to it whose digest is not that of this very program, this
 * very Node and these very bytes. It is made where it is used, in a folder of the user's own, and can
 * be removed at any time.
 *
 * @see https://nodejs.org/docs/latest-v20.x/api/vm.html#scriptcreatecacheddata
 */
import { createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Script } from "node:vm";
import { makeFolders } from "./make-folders.ts";

export interface CodeCache {
  /** For `cachedData` of a script; none when there is no such file, or not a sound one. */
  readonly code: Buffer | undefined;
  /** Called at the end of a run: writes what it compiled, where that is worth it. Never throws. */
  keep(script: Script): void;
}

/** What the file may hold, in bytes, that is read as a whole. */
const SIZE_LIMIT = 64 << 20;
/** Files in the folder: one for each command, of some versions of the program and of Node. */
const FILE_LIMIT = 40;
/** A run has to compile this much more than is known to be kept. */
const GROWTH = 1.02;
/**
 * Runs of at least this many microseconds of processor time may look whether there is more to keep:
 * that takes 15 ms.
 */
const LONG_RUN = 4_000_000;

const MAGIC = Buffer.from("wheelkit compiled code 1\n");
const DIGEST_SIZE = 32;
/** After the digest: what a further run of usual length may add. */
const GROWING = 0;
const SETTLED = 1;

/**
 * The code for `program` as it was compiled for runs of `command`, of which each needs other parts.
 *
 * @param folder `undefined`: nothing is read, and nothing is kept.
 */
export function openCodeCache(
  program: Uint8Array,
  command: string | undefined,
  folder: string | undefined,
): CodeCache {
  try {
    if (folder === undefined) return NO_CACHE;
    const key = keyOf(program, command ?? "");
    const path = join(folder, `${key.toString("hex")}.code`);
    const found = isPrivateFolder(folder) ? readCode(path, key) : undefined;
    return {
      code: found?.code,
      keep(script) {
        try {
          keepCode(script, found, { folder, path, key });
        } catch {
          // A full disk, a home that is only for reading: the next run compiles again.
        }
      },
    };
  } catch {
    return NO_CACHE;
  }
}

const NO_CACHE: CodeCache = { code: undefined, keep() {} };

/** The user's own folder for caches, by the customs of the system; `undefined` when there is none. */
export function codeFolder(env: Readonly<Record<string, string | undefined>>): string | undefined {
  // Node's own variable, for its own cache of the same kind.
  if (env.NODE_DISABLE_COMPILE_CACHE) return undefined;
  // With somebody else's rights, whose folder is it?
  if (process.getuid?.() !== process.geteuid?.()) return undefined;
  const { platform } = process;
  const { HOME, XDG_CACHE_HOME, LOCALAPPDATA } = env;
  if (platform === "win32") return LOCALAPPDATA && join(LOCALAPPDATA, "wheelkit", "code");
  // What is not absolute is to be ignored.
  if (XDG_CACHE_HOME?.startsWith("/")) return join(XDG_CACHE_HOME, "wheelkit", "code");
  if (!HOME?.startsWith("/")) return undefined;
  return join(
    HOME,
    ...(platform === "darwin" ? ["Library", "Caches"] : [".cache"]),
    "wheelkit",
    "code",
  );
}

interface Found {
  readonly code: Buffer;
  readonly settled: boolean;
}

interface Place {
  readonly folder: string;
  readonly path: string;
  readonly key: Buffer;
}

/** Whatever has a say in what V8 compiles and whether it can run it. */
function keyOf(program: Uint8Array, command: string): Buffer {
  const { versions, platform, arch, execPath, execArgv, env } = process;
  const { size, mtimeMs } = statSync(execPath);
  const options = env.NODE_OPTIONS ?? "";
  const node = [versions, platform, arch, execPath, size, mtimeMs, execArgv, options, command];
  return createHash("sha256").update(JSON.stringify(node)).update("\n").update(program).digest();
}

function readCode(path: string, key: Buffer): Found | undefined {
  const fd = openIfPresent(path);
  if (fd === undefined) return undefined;
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile() || !isOwn(stat) || stat.size > SIZE_LIMIT) return undefined;
    const bytes = readFileSync(fd);
    const start = MAGIC.length + DIGEST_SIZE + 1;
    if (bytes.length < start || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
    const body = bytes.subarray(start - 1);
    if (!digestOf(key, body).equals(bytes.subarray(MAGIC.length, start - 1))) return undefined;
    return { code: bytes.subarray(start), settled: body[0] === SETTLED };
  } finally {
    closeSync(fd);
  }
}

function openIfPresent(path: string): number | undefined {
  try {
    // What is no file is not waited for, and a link is not followed.
    const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
    return openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch {
    return undefined;
  }
}

function digestOf(key: Buffer, body: Uint8Array): Buffer {
  return createHash("sha256").update(key).update(body).digest();
}

/** The user's, and nobody else may write to it. Windows keeps the folders of users apart itself. */
function isOwn({ uid, mode }: Stats): boolean {
  return process.geteuid === undefined || (uid === process.geteuid() && (mode & 0o022) === 0);
}

function isPrivateFolder(folder: string): boolean {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && isOwn(stat);
}

function keepCode(script: Script, found: Found | undefined, place: Place): void {
  if (found?.settled === true && process.cpuUsage().user < LONG_RUN) return;
  // V8 could do nothing with it, for a reason that is not in the key: then it is not made each time.
  const useless = found !== undefined && script.cachedDataRejected === true;
  if (useless && found.code.length === 0) return;
  const code = useless ? Buffer.alloc(0) : script.createCachedData();
  const grown = code.length > (found?.code.length ?? 0) * GROWTH;
  if (found?.settled === true && !grown) return;
  makeFolders(place.folder, 0o700);
  if (!isPrivateFolder(place.folder)) return;
  const kept = useless || grown ? code : (found?.code ?? code);
  const body = Buffer.concat([Buffer.from([grown && !useless ? GROWING : SETTLED]), kept]);
  makeRoom(place.folder);
  const temporary = `${place.path}-${randomBytes(8).toString("hex")}`;
  try {
    const bytes = Buffer.concat([MAGIC, digestOf(place.key, body), body]);
    writeFileSync(temporary, bytes, { flag: "wx", mode: 0o600 });
    renameSync(temporary, place.path);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  }
}

/** Removes the oldest files: those of programs and Nodes that are no longer here, and of killed runs. */
function makeRoom(folder: string): void {
  const names = readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.code/.test(name));
  if (names.length < FILE_LIMIT) return;
  const ages = names.map((name) => {
    const path = join(folder, name);
    return { path, time: lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 };
  });
  ages.sort((a, b) => a.time - b.time);
  for (const { path } of ages.slice(0, names.length - FILE_LIMIT + 1)) {
    try {
      unlinkSync(path);
    } catch {
      // Another run was faster.
    }
  }
}
