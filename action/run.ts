/** A run of the action: calls wheelkit beside it and hands on what it found and wrote. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { expandPattern } from "./expand.ts";
import { errorCommand, inputOf, setOutput } from "./runner.ts";
import { splitLines, splitWords } from "./words.ts";

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The program. */
  readonly cli: string;
  out(text: string): void;
}

/** @returns the exit status. */
export async function runAction(place: Surroundings): Promise<number> {
  const { env, cwd } = place;
  const command = inputOf(env, "command") || "audit";
  const paths = splitLines(inputOf(env, "paths")).flatMap((line) => expandPattern(line, cwd));
  const args = splitWords(inputOf(env, "args"));
  const sarif = inputOf(env, "sarif");
  if (command !== "audit" && sarif !== "") throw new Error("`sarif` is for the command `audit`");
  if (!/^[a-z]+$/.test(command)) throw new Error(`\`${command}\` is not a command of wheelkit`);
  const scratch = mkdtempSync(join(env.RUNNER_TEMP || tmpdir(), "wheelkit-"));
  try {
    const report = join(scratch, "report.json");
    const reports =
      command === "audit"
        ? [
            "-f",
            "github",
            "-f",
            `json=${report}`,
            ...(sarif === "" ? [] : ["-f", `sarif=${sarif}`]),
          ]
        : [];
    const { status, stdout, stderr } = await call(place, [command, ...reports, ...args, ...paths]);
    const wheels = command === "audit" ? auditedWheels(report) : writtenWheels(stdout, cwd);
    setOutput(env, "ok", String(status === 0));
    setOutput(env, "wheels", wheels.join("\n"));
    setOutput(env, "sarif-file", isFile(sarif, cwd) ? sarif : "");
    // What an audit finds, it has said in place.
    const told = command === "audit" && status === 1;
    if (status !== 0 && !told) {
      place.out(errorCommand(stderr.trim() || `wheelkit ${command} ended with ${status}`));
    }
    return status;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Shows what the command says while it says it. */
function call({ env, cwd, cli, out }: Surroundings, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], {
      cwd,
      env: { ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const said = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        said[name] += text;
        out(text);
      });
    }
    child.on("error", reject);
    // Ended by a signal: as a shell would say it.
    child.on("close", (status) => resolve({ status: status ?? 130, ...said }));
  });
}

/** File names of the wheels that were judged. */
function auditedWheels(report: string): readonly string[] {
  if (!isFile(report, "")) return [];
  const document: unknown = JSON.parse(readFileSync(report, "utf8"));
  const wheels = isRecord(document) && Array.isArray(document.wheels) ? document.wheels : [];
  return wheels.map((wheel: unknown) => (isRecord(wheel) ? String(wheel.file) : ""));
}

/** Commands that write wheels print the path of each on a line. */
function writtenWheels(stdout: string, cwd: string): readonly string[] {
  return splitLines(stdout).filter((line) => line.endsWith(".whl") && isFile(line, cwd));
}

function isFile(path: string, cwd: string): boolean {
  if (path === "") return false;
  const place = isAbsolute(path) ? path : join(cwd, path);
  return statSync(place, { throwIfNoEntry: false })?.isFile() === true;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
