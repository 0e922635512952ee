/**
 * Keeps runs apart that replace one wheel.
 *
 * Whoever wants a wheel makes a file of a name of its own beside it, then looks who else has. With one
 * that lives it takes its file back and tries again later. Of two at least one sees the other, for each
 * looks after its file is there; and as no name is ever used twice, what a dead run left can be removed
 * without anybody losing a lock.
 *
 * On Linux the file is a socket that the process listens to: whether somebody does can be asked from
 * every PID name space, so from every container, and ends with the process however that ends.
 */
import { createHash, randomBytes } from "node:crypto";
import { closeSync, lstatSync, openSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { RefusalError } from "../errors.ts";
import { registerCleanup } from "./cleanup.ts";
import { STALE_AFTER } from "./output.ts";
import { codeOf, removeFile } from "./replace-file.ts";
import { isThisBoot, lifeOf, RUN_PATTERN, runToken } from "./run-identity.ts";

export interface Lock {
  release(): void;
}

/** Few runs replace a wheel, and to load it takes 6 ms. */
function sockets(): typeof import("node:net") {
  return process.getBuiltinModule("node:net");
}

/** Milliseconds that a run waits for another. */
const PATIENCE = 5000;
/** Longest path of a socket, in bytes. */
const SOCKET_PATH = 100;
const LOCK_NAME = new RegExp(`^\\.wheelkit-([0-9a-f]{16})-${RUN_PATTERN}-[0-9a-f]{8}\\.lock$`);

/**
 * Takes the locks of files in one folder, which need not exist.
 *
 * @throws RefusalError when another run keeps one of them for long; the system's error.
 */
export async function lockFiles(
  paths: readonly string[],
  patience: number = PATIENCE,
): Promise<Lock> {
  const held: Lock[] = [];
  const release = (): void => {
    for (const lock of held.splice(0).reverse()) lock.release();
  };
  const until = Date.now() + patience;
  try {
    // In one order for all, so that no two wait for each other.
    const wanted = new Map(paths.map((path) => [keyOf(path), dirname(path)]));
    for (const [key, folder] of [...wanted].sort(([a], [b]) => (a < b ? -1 : 1))) {
      held.push(await lockKey(folder, key, until));
    }
    return { release };
  } catch (error) {
    release();
    throw error;
  }
}

/** True for the name of a lock, of whatever file. */
export function isLockName(name: string): boolean {
  return LOCK_NAME.test(name);
}

/** Removes the locks of dead runs among `names` of the folder, of whatever files they were. */
export async function removeDeadLocks(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) if (isLockName(name)) await isHeld(folder, name);
}

/** The same for spellings that some file systems take for one. */
function keyOf(path: string): string {
  const name = basename(path).normalize("NFC").toLowerCase();
  return createHash("sha256").update(name).digest("hex").slice(0, 16);
}

async function lockKey(folder: string, key: string, until: number): Promise<Lock> {
  for (;;) {
    const name = `.wheelkit-${key}-${process.pid}-${runToken()}-${randomBytes(4).toString("hex")}.lock`;
    const lock = await makeEntry(folder, name);
    if (lock === undefined) {
      if (Date.now() >= until) throw busy(name);
      continue;
    }
    let rival: string | undefined;
    try {
      const names = readdirSync(folder);
      for (const other of names) {
        if (other === name || LOCK_NAME.exec(other)?.[1] !== key) continue;
        if (await isHeld(folder, other)) rival ??= other;
      }
      if (rival === undefined && names.includes(name)) return lock;
    } catch (error) {
      lock.release();
      throw error;
    }
    lock.release();
    if (Date.now() >= until) throw busy(rival ?? name);
    await new Promise((resolve) => setTimeout(resolve, 5 + 35 * Math.random()));
  }
}

function busy(name: string): RefusalError {
  return new RefusalError(
    "EDT007",
    "another run of wheelkit is editing this wheel",
    `wait for it; when there is none, remove \`${name}\``,
  );
}

/** @returns `undefined` when another run took it away. */
async function makeEntry(folder: string, name: string): Promise<Lock | undefined> {
  const path = join(folder, name);
  const server = process.platform === "linux" ? await listen(folder, name) : undefined;
  if (server === "removed") return undefined;
  if (server === undefined) writeFileSync(path, "", { flag: "wx", mode: 0o600 });
  const done = registerCleanup(() => discard(path));
  return {
    release() {
      server?.close();
      discard(path);
      done();
    },
  };
}

/** @returns `undefined` where there are no sockets, `removed` when another run took it away meanwhile. */
async function listen(
  folder: string,
  name: string,
): Promise<{ readonly close: () => void } | "removed" | undefined> {
  const address = openAddress(folder, name);
  if (address === undefined) return undefined;
  const server = sockets().createServer((socket) => socket.destroy());
  const listening = await new Promise<boolean | "removed">((resolve) => {
    server.once("error", () => resolve(false));
    try {
      server.listen({ path: address.path, writableAll: true }, () => resolve(true));
    } catch (error) {
      // Who looked when it was bound and nobody listened yet took it for one of a dead run.
      resolve(codeOf(error) === "ENOENT" ? "removed" : false);
    }
  });
  if (listening !== true) {
    server.close();
    address.close();
    return listening === "removed" ? listening : undefined;
  }
  server.on("error", () => {});
  server.unref();
  return {
    close() {
      server.close();
      address.close();
    },
  };
}

/** A path of the file that is short enough for a socket. */
function openAddress(
  folder: string,
  name: string,
): { readonly path: string; close(): void } | undefined {
  const path = join(folder, name);
  if (Buffer.byteLength(path) <= SOCKET_PATH) return { path, close() {} };
  try {
    const fd = openSync(folder, "r");
    return { path: `/proc/self/fd/${fd}/${name}`, close: () => closeSync(fd) };
  } catch {
    return undefined;
  }
}

/** Whether the run still lives that made the entry; removes it otherwise. */
async function isHeld(folder: string, name: string): Promise<boolean> {
  const path = join(folder, name);
  const stat = lstatSync(path, { throwIfNoEntry: false });
  const [, , pid = "", token = ""] = LOCK_NAME.exec(name) ?? [];
  if (stat === undefined) return false;
  if (stat.isSocket() && isThisBoot(token)) {
    const answer = await ask(folder, name);
    if (answer !== undefined) {
      if (!answer) discard(path);
      return answer;
    }
  }
  const life = lifeOf(Number(pid), token, folder);
  const held = life === "alive" || (life === "unknown" && Date.now() - stat.mtimeMs < STALE_AFTER);
  if (!held) discard(path);
  return held;
}

/** Does anybody listen? `undefined`: it can't be told. */
async function ask(folder: string, name: string): Promise<boolean | undefined> {
  const address = openAddress(folder, name);
  if (address === undefined) return undefined;
  try {
    return await new Promise((resolve) => {
      const socket = sockets().connect(address.path);
      socket.once("connect", () => resolve(true));
      socket.once("error", (error) => {
        const code = codeOf(error);
        if (code === "ECONNREFUSED" || code === "ENOENT") resolve(false);
        // So many ask that there is no more room to wait.
        else resolve(code === "EAGAIN" ? true : undefined);
      });
      socket.once("connect", () => socket.destroy());
    });
  } finally {
    address.close();
  }
}

function discard(path: string): void {
  try {
    removeFile(path);
  } catch {
    // Whoever looks next finds that nobody listens, or that the run has ended.
  }
}
