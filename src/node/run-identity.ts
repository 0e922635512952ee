/** Which process made a file that is still there, and whether that process still runs. */
import { createHash } from "node:crypto";
import { readFileSync, readlinkSync, statfsSync } from "node:fs";
import { hostname } from "node:os";

/** `unknown`: of a machine or a name space whose processes can't be seen from here. */
export type Life = "alive" | "dead" | "unknown";

/** Digits of each of the three parts of a token. */
const PART = 8;
/** {@link runToken} and a process number, as names of files hold them. */
export const RUN_PATTERN: string = "([0-9]{1,10})-([0-9a-f]{24})";

let token: string | undefined;

/** 24 hexadecimal digits: machine, boot and PID name space, where process numbers mean what they mean here. */
export function runToken(): string {
  if (token !== undefined) return token;
  const read = (get: () => string): string => {
    try {
      return get().trim();
    } catch {
      return "";
    }
  };
  const machine = `${hostname()}\n${read(() => readFileSync("/etc/machine-id", "utf8"))}`;
  // Systems that don't number their boots: then a boot is taken for the one before.
  const boot = read(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8")) || machine;
  const namespace = read(() => readlinkSync("/proc/self/ns/pid"));
  const part = (text: string): string =>
    createHash("sha256").update(text).digest("hex").slice(0, PART);
  token = part(machine) + part(boot) + part(namespace);
  return token;
}

/** True for a token of this very boot of this very kernel: what it says of its sockets holds for them. */
export function isThisBoot(other: string): boolean {
  return other.slice(PART, 2 * PART) === runToken().slice(PART, 2 * PART);
}

/** @param folder where the file is. */
export function lifeOf(pid: number, other: string, folder: string): Life {
  const own = runToken();
  if (!isThisBoot(other)) {
    const sameMachine = other.slice(0, PART) === own.slice(0, PART);
    return sameMachine || isLocal(folder) ? "dead" : "unknown";
  }
  if (other.slice(2 * PART) !== own.slice(2 * PART)) return "unknown";
  return isRunning(pid) ? "alive" : "dead";
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** File systems that one kernel mounts at a time: ext, XFS, btrfs, tmpfs, overlay, F2FS, ZFS. */
const LOCAL: readonly number[] = [
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0xf2f52010, 0x2fc12fc1,
];

function isLocal(folder: string): boolean {
  try {
    return process.platform === "linux" && LOCAL.includes(statfsSync(folder).type >>> 0);
  } catch {
    return false;
  }
}
