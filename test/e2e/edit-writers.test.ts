/**
 * Two runs that edit one wheel in place, started within some milliseconds: both edits are in the wheel,
 * or one of them is and the other run says that it is not. A few pairs by a fixed seed; as many as
 * WHEELKIT_PAIRS says for each case.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeCompression } from "../../src/node/compression.ts";
import { memorySource } from "../../src/source.ts";
import { openSoundWheel } from "../../src/wheel/open.ts";
import { CLI } from "../support/repair-process.ts";
import { scratchFolder } from "../support/scratch.ts";
import { requireTool } from "../support/tools.ts";
import { buildWheel } from "../support/wheel-builder.ts";

const NAME = "demo-1.0-py3-none-any.whl";
const PAIRS = Number(process.env.WHEELKIT_PAIRS ?? (process.env.CI ? 12 : 4));
const strace = requireTool("strace");
const env = {
  PATH: process.env.PATH ?? "",
  HOME: process.env.HOME ?? "",
  NODE_DISABLE_COMPILE_CACHE: "1",
};

function wheelOf(size: number): Uint8Array {
  return buildWheel({
    files: { "demo/data.bin": new Uint8Array(randomBytes(size)) },
    members: { "demo/data.bin": { method: 0 } },
  });
}

interface Ended {
  readonly status: number | null;
  readonly stderr: string;
}

function ended(child: ChildProcess): Promise<Ended> {
  let stderr = "";
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => child.on("close", (status) => resolve({ status, stderr })));
}

function start(args: readonly string[], before: readonly string[] = []): Promise<Ended> {
  const [command = "", ...rest] = [...before, process.execPath, CLI, ...args];
  return ended(spawn(command, rest, { env, stdio: ["ignore", "ignore", "pipe"] }));
}

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** METADATA and names of a wheel that is sound: every member is unpacked and held against RECORD. */
function soundWheel(path: string): {
  readonly metadata: string;
  readonly names: readonly string[];
} {
  const audit = spawnSync(process.execPath, [CLI, "audit", "-f", "json", path], {
    env,
    encoding: "utf8",
  });
  const [{ findings }] = JSON.parse(audit.stdout).wheels;
  const broken = findings.filter(({ code }: { code: string }) => /^(ZIP|REC)/.test(code));
  expect(broken).toEqual([]);
  const source = memorySource(readFileSync(path));
  const wheel = openSoundWheel(source, NAME, nodeCompression);
  const metadata = new TextDecoder().decode(wheel.read("demo-1.0.dist-info/METADATA"));
  return { metadata, names: wheel.index.entries.map(({ name }) => name) };
}

/** Small and fixed: delays between the two starts, in milliseconds. */
function delays(count: number): readonly number[] {
  let state = 12345;
  return Array.from({ length: count }, () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return state % 80;
  });
}

const LONG = "b".repeat(60);
const FIRST = ["edit", "--in-place", "--add-requires", "a"];
const SECOND = ["edit", "--in-place", "--add-requires", `${LONG}[x]>=1.0; python_version < "4"`];

describe.each([
  ["small", 1000],
  ["of which only the tail is written", 3_000_000],
  ["of 12 MB", 12_000_000],
])("two edits at a time of a wheel that is %s", (_, size) => {
  it("end in both, or in one and a refusal", { timeout: 60_000 + PAIRS * 15_000 }, async () => {
    const folder = scratchFolder();
    const original = join(folder, "original");
    writeFileSync(original, wheelOf(size));
    for (const delay of delays(PAIRS)) {
      const at = join(folder, `pair-${delay}-${Math.random()}`);
      mkdirSync(at);
      const path = join(at, NAME);
      copyFileSync(original, path);
      const first = start([...FIRST, path]);
      await wait(delay);
      const runs = await Promise.all([first, start([...SECOND, path])]);
      const { metadata } = soundWheel(path);
      const has = [/^Requires-Dist: a$/m.test(metadata), metadata.includes(LONG)];
      for (const [index, { status, stderr }] of runs.entries()) {
        if (status !== 0)
          expect([status, stderr]).toEqual([3, expect.stringContaining("[EDT007]")]);
        expect([delay, index, has[index]]).toEqual([delay, index, status === 0]);
      }
      expect(readdirSync(at)).toEqual([NAME]);
    }
  });
});

/** Holds a run up at its nth system call of that name. */
const slow = (call: string, count: number, milliseconds: number): readonly string[] => [
  strace ?? "",
  "-f",
  "-o",
  "/dev/null",
  "-e",
  `trace=${call}`,
  "-e",
  `inject=${call}:delay_enter=${milliseconds * 1000}:when=${count}`,
];

describe.skipIf(strace === undefined)("a run that is held up", () => {
  it.each([
    ["as it is about to write its tail", 3_000_000, "pwrite64", 2],
    ["as it writes its journal", 3_000_000, "link", 1],
    ["as it renames", 1000, "rename", 1],
    ["as it flushes", 3_000_000, "fsync", 1],
  ])("%s keeps the other waiting", async (_, size, call, count) => {
    const at = scratchFolder();
    const path = join(at, NAME);
    writeFileSync(path, wheelOf(size));
    const first = start([...FIRST, path], slow(call, count, 1500));
    await wait(900);
    const runs = await Promise.all([first, start([...SECOND, path])]);
    const { metadata } = soundWheel(path);
    const has = [/^Requires-Dist: a$/m.test(metadata), metadata.includes(LONG)];
    expect(runs.map(({ status }) => status === 0)).toEqual(has);
    expect(has).toContain(true);
    expect(readdirSync(at)).toEqual([NAME]);
  });

  it.each([
    ["edit", ["--add-requires", "x"]],
    ["tags", ["--build", "7"]],
    ["links add", ["demo/b.bin=demo/data.bin"]],
  ])("as it copies plans `%s -w` again for a wheel that was replaced", async (words, more) => {
    const at = scratchFolder();
    const path = join(at, NAME);
    const out = join(at, "out");
    writeFileSync(path, wheelOf(3_000_000));
    const [command = "", ...action] = words.split(" ");
    const link = command === "links";
    const args = [command, ...action, "-w", out, ...(link ? [path, ...more] : [...more, path])];
    const running = start(args, slow("fsync", 1, 2500));
    await untilThere(out);
    writeFileSync(
      path,
      buildWheel({ files: { "demo/data.bin": new Uint8Array(9), "demo/new.py": "" } }),
    );
    const { status, stderr } = await running;
    expect([status, stderr.includes("bug")]).toEqual([0, false]);
    const [result = ""] = readdirSync(out);
    expect(soundWheel(join(out, result)).names).toContain("demo/new.py");
  });

  it("takes its lock once more when another took that for one of a dead run", async () => {
    const at = scratchFolder();
    const path = join(at, NAME);
    writeFileSync(path, wheelOf(3_000_000));
    // Its socket is there, and nobody listens yet.
    const inject = ["-e", "trace=listen", "-e", "inject=listen:delay_enter=1500000:when=1"];
    const first = start([...FIRST, path], [strace ?? "", "-f", "-o", "/dev/null", ...inject]);
    for (let count = 0; count < 500 && readdirSync(at).length < 2; count++) await wait(10);
    const runs = await Promise.all([first, start([...SECOND, path])]);
    expect(runs).toEqual([
      { status: 0, stderr: "" },
      { status: 0, stderr: "" },
    ]);
    const { metadata } = soundWheel(path);
    expect([/^Requires-Dist: a$/m.test(metadata), metadata.includes(LONG)]).toEqual([true, true]);
    expect(readdirSync(at)).toEqual([NAME]);
  });

  it("says so when the wheel is changed again and again", async () => {
    const at = scratchFolder();
    const path = join(at, NAME);
    const out = join(at, "out");
    const wheel = wheelOf(3_000_000);
    writeFileSync(path, wheel);
    const every = [
      "-f",
      "-o",
      "/dev/null",
      "-e",
      "trace=fsync",
      "-e",
      "inject=fsync:delay_enter=300000",
    ];
    const running = start(["edit", "--post", "-w", out, path], [strace ?? "", ...every]);
    // Never half of it, which may look like any defect.
    const timer = setInterval(() => {
      writeFileSync(`${path}.next`, wheel);
      renameSync(`${path}.next`, path);
    }, 100);
    const { status, stderr } = await running;
    clearInterval(timer);
    expect([status, stderr]).toEqual([3, expect.stringContaining("[EDT007]")]);
    expect(existsSync(out) ? readdirSync(out) : []).toEqual([]);
    expect(readFileSync(path).equals(wheel)).toBe(true);
  });
});

async function untilThere(folder: string): Promise<void> {
  for (let count = 0; count < 500; count++) {
    if (existsSync(folder) && readdirSync(folder).length > 0) break;
    await wait(20);
  }
  // By then the copy is written, and the flush is what takes its time.
  await wait(700);
}
