/** The command as a process: streams, signals, the same bytes everywhere. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const CLI = join(ROOT, "dist/src/cli.cjs");
const DEMO = join(ROOT, "fixtures/wheels/demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl");
const ENV = { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "" };

let scratch = "";
beforeAll(() => {
  if (!existsSync(CLI)) throw new Error("run `npm run build` first");
  scratch = mkdtempSync(join(tmpdir(), "wheelkit-process-"));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function wheelkit(
  args: readonly string[],
  options: { cwd?: string; env?: object; input?: string } = {},
) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    cwd: options.cwd ?? ROOT,
    env: { ...ENV, ...options.env },
    input: options.input ?? "",
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

function ended(child: ChildProcess): Promise<{ status: number | null; signal: string | null }> {
  return new Promise((resolve) => {
    child.on("close", (status, signal) => resolve({ status, signal }));
  });
}

describe("wheelkit audit", () => {
  it("prints what the README shows", () => {
    const readme = readFileSync(join(ROOT, "README.md"), "utf8");
    const line = /^npm ci && npm run build && node (dist\/src\/cli\.cjs audit \S+)$/m.exec(
      readme,
    )?.[1];
    const shown = /```text\n([\s\S]*?)```/.exec(readme)?.[1];
    expect(line).toBeDefined();
    const { status, stdout } = wheelkit((line ?? "").split(" ").slice(1));
    expect(stdout).toBe(shown);
    expect(status).toBe(1);
  });

  it("gives the same bytes for any number of threads, folder, time zone and locale", () => {
    const first = wheelkit(["audit", "-f", "json", DEMO]);
    expect(first.stderr).toBe("");
    const others = [
      wheelkit(["audit", "-f", "json", "-j", "1", DEMO]),
      wheelkit(["audit", "-f", "json", "-j", "4", DEMO], { cwd: scratch }),
      wheelkit(["audit", "-f", "json", DEMO], {
        cwd: "/",
        env: { TZ: "Asia/Tokyo", LC_ALL: "tr_TR.UTF-8", COLUMNS: "200", FORCE_COLOR: "1" },
      }),
    ];
    for (const other of others) expect(other).toEqual(first);
  });

  it("reads a list of wheels on standard input", () => {
    const copy = join(mkdtempSync(join(scratch, "list-")), basename(DEMO));
    copyFileSync(DEMO, copy);
    // What is named twice is judged once.
    const input = `${DEMO}\n\n${copy}\n${DEMO}\n`;
    const { stdout } = wheelkit(["audit", "-f", "json", "-"], { input });
    expect(JSON.parse(stdout).wheels).toHaveLength(2);
  });

  it("keeps results and everything else apart", () => {
    const { status, stdout, stderr } = wheelkit(["audit", "-f", "json", "no-such.whl", DEMO]);
    expect(status).toBe(2);
    expect(JSON.parse(stdout).wheels).toHaveLength(1);
    expect(stderr).toContain("no-such.whl");
  });

  it("writes reports to files, whole or not at all, and says the verdict on stderr", () => {
    const args = ["audit", "-f", "json=a.json", "-f", "sarif=sub/b.sarif", DEMO];
    // A folder that is not there is a typo, not a wish.
    expect(wheelkit(args, { cwd: scratch }).status).toBe(2);
    mkdirSync(join(scratch, "sub"));
    const { status, stdout, stderr } = wheelkit(args, { cwd: scratch });
    expect(status).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^FAIL demo-1\.0-.*\n$/);
    expect(JSON.parse(readFileSync(join(scratch, "a.json"), "utf8")).schema).toBe(
      "wheelkit.audit/1",
    );
    expect(JSON.parse(readFileSync(join(scratch, "sub/b.sarif"), "utf8")).version).toBe("2.1.0");
    expect(readdirSync(scratch).filter((name) => name.includes(".tmp"))).toEqual([]);
  });

  it("takes settings from the folder, the command line wins, and misspelt ones are refused", () => {
    const folder = mkdtempSync(join(scratch, "config-"));
    writeFileSync(join(folder, "wheelkit.toml"), 'fail-on = "never"\n');
    expect(wheelkit(["audit", "-q", DEMO], { cwd: folder }).status).toBe(0);
    expect(wheelkit(["audit", "--fail-on", "error", DEMO], { cwd: folder }).status).toBe(1);
    expect(wheelkit(["audit", "--no-config", DEMO], { cwd: folder }).status).toBe(1);
    writeFileSync(join(folder, "wheelkit.toml"), "fail-no = 1\n");
    const { status, stderr } = wheelkit(["audit", DEMO], { cwd: folder });
    expect(status).toBe(2);
    expect(stderr).toContain("did you mean `fail-on`?");
  });

  it("ignores rules for single files, and lets one pass that is not ignored", () => {
    const folder = mkdtempSync(join(scratch, "ignores-"));
    const settings = join(folder, "wheelkit.toml");
    writeFileSync(settings, '[per-file-ignores]\n"demo/*.so" = ["LNK", "TAG004"]\n');
    const { status, stdout } = wheelkit(["audit", "-f", "json", DEMO], { cwd: folder });
    expect(status).toBe(0);
    const [wheel] = JSON.parse(stdout).wheels;
    expect(wheel.ok).toBe(true);
    expect(wheel.findings.filter(({ level }: { level: string }) => level === "error")).toEqual([]);
    writeFileSync(settings, '[per-file-ignores]\n"other/**" = ["LNK", "TAG004"]\n');
    expect(wheelkit(["audit", DEMO], { cwd: folder }).status).toBe(1);
  });

  it("appends to the job summary that GitHub names", () => {
    const summary = join(scratch, "summary.md");
    writeFileSync(summary, "before\n");
    wheelkit(["audit", "-f", "github", DEMO], { env: { GITHUB_STEP_SUMMARY: summary } });
    expect(readFileSync(summary, "utf8")).toMatch(/^before\n## wheelkit audit: 1 wheel, 1 failed/);
  });
});

describe("the process", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("removes temporary files on %s", async (signal, expected) => {
    const file = join(scratch, `temporary-${signal}`);
    const source = readFileSync(join(ROOT, "src/node/cleanup.ts"), "utf8");
    const script = `
      import { rmSync, writeFileSync } from "node:fs";
      ${transformSync(source, { loader: "ts" }).code}
      cleanUpOnSignals();
      registerCleanup(() => { throw new Error("one that fails does not stop the others"); });
      registerCleanup(() => rmSync(${JSON.stringify(file)}));
      writeFileSync(${JSON.stringify(file)}, "");
      console.log("ready");
      setInterval(() => {}, 1000);
    `;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      env: ENV,
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    expect(existsSync(file)).toBe(true);
    child.kill(signal);
    expect((await ended(child)).status).toBe(expected);
    expect(existsSync(file)).toBe(false);
  });

  it("ends quietly when its reader has seen enough", async () => {
    const wheels = Array.from({ length: 300 }, () => DEMO);
    const child = spawn(process.execPath, [CLI, "audit", "-f", "json", "-"], {
      env: ENV,
      stdio: ["pipe", "pipe", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.stdin.end(wheels.join("\n"));
    child.stdout.once("data", () => child.stdout.destroy());
    const { status, signal } = await ended(child);
    expect(stderr).toBe("");
    expect(signal).toBeNull();
    expect([0, 1]).toContain(status);
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("ends with its status on %s", async (signal, expected) => {
    const child = spawn(process.execPath, [CLI, "audit", "-"], {
      env: ENV,
      stdio: ["pipe", "ignore", "pipe"],
    });
    // It waits for its input; by then the handlers are there.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    child.kill(signal);
    expect((await ended(child)).status).toBe(expected);
  });
});
