/** The built command repairing a wheel, as a process that a test may stop, starve or surround. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const CLI: string =
  process.env.WHEELKIT_CLI ?? fileURLToPath(new URL("../../dist/src/cli.cjs", import.meta.url));
const ENV = { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "" };

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Shell words before the command, for example `ulimit -f 8;`. */
  readonly shell?: string;
}

export interface Finished {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function run(args: readonly string[], options: RunOptions = {}): Finished {
  const { env, cwd, shell } = options;
  const words = [process.execPath, CLI, ...args];
  const [command = "", ...rest] =
    shell === undefined ? words : ["sh", "-c", `${shell} exec "$@"`, "sh", ...words];
  const { status, signal, stdout, stderr } = spawnSync(command, rest, {
    encoding: "utf8",
    env: { ...ENV, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  return { status, signal, stdout, stderr };
}

/** Starts the command and sends it a signal after so many milliseconds. */
export async function runUntil(
  args: readonly string[],
  signal: NodeJS.Signals,
  after: number,
): Promise<Finished> {
  const child = spawn(process.execPath, [CLI, ...args], {
    env: ENV,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const timer = setTimeout(() => child.kill(signal), after);
  const finished = await ended(child);
  clearTimeout(timer);
  return finished;
}

export function start(args: readonly string[]): Promise<Finished> {
  return ended(
    spawn(process.execPath, [CLI, ...args], { env: ENV, stdio: ["ignore", "pipe", "pipe"] }),
  );
}

function ended(child: ChildProcess): Promise<Finished> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => {
    child.on("close", (status, signal) => resolve({ status, signal, stdout, stderr }));
  });
}

export function digestOf(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** Names in a folder, hidden ones too; none when it does not exist. */
export function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}
