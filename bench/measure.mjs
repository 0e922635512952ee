/** Wall time and peak memory of a command. */
import { spawnSync } from "node:child_process";
import { quietEnvironment } from "../corpus/peer.mjs";

/** Prints the child's status and its peak resident size in KiB. */
const WAIT4 = `
import os, sys
null = os.open(os.devnull, os.O_RDWR)
actions = [(os.POSIX_SPAWN_DUP2, null, 0), (os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=actions)
_, status, usage = os.wait4(pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss)
`;

/** Milliseconds from start to exit; output is thrown away. */
export function timeOf(command) {
  const [program, ...args] = command;
  const started = performance.now();
  const run = spawnSync(program, args, { stdio: "ignore", env: quietEnvironment() });
  const ms = performance.now() - started;
  if (run.error !== undefined) {
    throw run.error;
  }
  return { ms, status: run.status };
}

/** Peak resident size in MiB, as \`wait4\` reports it. */
export function peakOf(python, command) {
  const run = spawnSync(python, ["-c", WAIT4, ...command], {
    encoding: "utf8",
    env: quietEnvironment(),
  });
  const kib = Number(run.stdout.trim().split(" ")[1]);
  return kib / 1024;
}

/** The middle value; of an even number the lower one of the two. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1];
}
