/** Wall time, processor time and peak memory of a command. */
import { spawnSync } from "node:child_process";
import { quietEnvironment } from "../corpus/peer.mjs";

/** Runs argv with its output thrown away; prints status, wall ms, processor ms and peak KiB. */
const WAIT4 = `
import os, sys, time
null = os.open(os.devnull, os.O_RDWR)
actions = [(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)]
start = time.perf_counter()
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=actions)
_, status, usage = os.wait4(pid, 0)
wall = time.perf_counter() - start
cpu = usage.ru_utime + usage.ru_stime
print(os.waitstatus_to_exitcode(status), wall * 1000, cpu * 1000, usage.ru_maxrss)
`;

/**
 * One run: milliseconds from start to exit, milliseconds of processor time over all threads, and
 * the peak resident size in MiB, as `wait4` reports them.
 *
 * @param {string} python
 * @param {readonly string[]} command
 * @param {Record<string, string>} [env] besides the environment without what changes a loader's search
 */
export function measureRun(python, command, env = {}) {
  const run = spawnSync(python, ["-c", WAIT4, ...command], {
    encoding: "utf8",
    env: { ...quietEnvironment(), ...env },
  });
  const [status, wall, cpu, kib] = run.stdout.trim().split(" ").map(Number);
  if (kib === undefined) {
    throw new Error(`\`${command[0]}\` could not be run: ${run.stderr.trim()}`);
  }
  return { status, wall, cpu, peak: kib / 1024 };
}

/** The middle value; of an even number the lower one of the two. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1];
}
