/** `shrink` and `fuse` that are stopped, or have no room: a whole result or none, and nothing besides. */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readWheelBytes } from "../support/commands.ts";
import { buildCudaLibrary } from "../support/cuda-library.ts";
import { elfFixture } from "../support/elf-fixtures.ts";
import { cubinLike } from "../support/fatbin-builder.ts";
import { CLI, digestOf, namesIn, run, runUntil } from "../support/repair-process.ts";
import { scratchFolder } from "../support/scratch.ts";
import { requireTool } from "../support/tools.ts";
import { buildWheel, recordLine, wheelFileName } from "../support/wheel-builder.ts";
import { buildZip } from "../support/zip-builder.ts";

const strace = requireTool("strace");
const isRoot = process.getuid?.() === 0;
/** Without the privilege to write everywhere. */
const BOUND = 'set -- setpriv --bounding-set=-dac_override "$@";';
const boundRoot = !isRoot || requireTool("setpriv") !== undefined;
const noise = new Uint8Array(randomBytes(6 << 20));

/** Inputs, and the command line for a folder of results. */
interface Case {
  readonly inputs: readonly string[];
  args(out: string): readonly string[];
}

function shrinkCase(folder: string): Case {
  const files: Record<string, Uint8Array> = {
    "demo/_d.cpython-312-x86_64-linux-gnu.so": elfFixture("debug"),
    "demo/noise.bin": noise,
  };
  if (requireTool("gcc") !== undefined) {
    // Threads, and temporary files for what they make.
    const units = [1, 2].map((seed) => [{ arch: 80, payload: cubinLike(5 << 20, seed) }]);
    const library = readFileSync(buildCudaLibrary(folder, units));
    files["demo/_cuda.cpython-312-x86_64-linux-gnu.so"] = new Uint8Array(library);
  }
  const spec = { tag: "cp312-cp312-linux_x86_64", files };
  const input = join(folder, wheelFileName(spec));
  writeFileSync(input, buildWheel(spec));
  return {
    inputs: [input],
    args: (out) => [
      ...["shrink", "--strip", "--repack", "--recompress-device-code", "--min-driver", "550"],
      ...["-j", "2", "-w", out, input],
    ],
  };
}

function fuseCase(folder: string): Case {
  const inputs = ["10_9_x86_64", "11_0_arm64"].map((arch) => {
    const name = `either-1.0-py3-none-macosx_${arch}.whl`;
    const from = fileURLToPath(new URL(`../../fixtures/commands/${name}`, import.meta.url));
    const members = [...readWheelBytes(from)].map(([path, data]) => {
      if (basename(path) !== "RECORD") return { name: path, data };
      const line = new TextEncoder().encode(`${recordLine("either/noise.bin", noise)}\n`);
      return { name: path, data: new Uint8Array(Buffer.concat([line, data])) };
    });
    const path = join(folder, name);
    writeFileSync(
      path,
      buildZip([{ name: "either/noise.bin", data: noise, method: 0 }, ...members]),
    );
    return path;
  });
  return { inputs, args: (out) => ["fuse", "-j", "2", "-w", out, ...inputs] };
}

describe.each([
  ["shrink", shrinkCase],
  ["fuse", fuseCase],
])("%s", (_, makeCase) => {
  let each: Case;
  let before: readonly string[] = [];
  let result = "";
  let name = "";
  let took = 0;

  let folder = "";

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "wheelkit-stopped-"));
    each = makeCase(folder);
    before = each.inputs.map(digestOf);
    const out = join(folder, "whole");
    const began = performance.now();
    const { status, stderr } = run(each.args(out));
    took = performance.now() - began;
    expect(status, stderr).toBe(0);
    [name = ""] = namesIn(out);
    result = digestOf(join(out, name));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const expectWholeOrNothing = (out: string): void => {
    expect(each.inputs.map(digestOf)).toEqual(before);
    for (const found of namesIn(out)) {
      if (found.endsWith(".whl"))
        expect([found, digestOf(join(out, found))]).toEqual([name, result]);
    }
  };
  const expectNextRun = (out: string): void => {
    expect(run(each.args(out)).status).toBe(0);
    expect(namesIn(out)).toEqual([name]);
    expectWholeOrNothing(out);
  };

  it.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const)("that is asked to end by %s leaves nothing", async (signal, code) => {
    const ends: (number | null)[] = [];
    for (const part of [0.3, 0.6, 0.8]) {
      const out = join(scratchFolder(), "out");
      const { status } = await runUntil(each.args(out), signal, took * part);
      ends.push(status);
      if (status !== 0) expect(namesIn(out)).toEqual([]);
      expectWholeOrNothing(out);
    }
    expect(ends).toContain(code);
  });

  it.skipIf(strace === undefined)(
    "that is killed as it writes leaves what the next run removes",
    () => {
      let kills = 0;
      for (const [call, count] of [
        ["pwrite64", 1],
        ["pwrite64", 3],
        ["fsync", 1],
        ["rename", 1],
        ["fsync", 2],
      ]) {
        const out = scratchFolder();
        const inject = `inject=${call}:signal=KILL:when=${count}`;
        const trace = ["-f", "-o", "/dev/null", "-e", `trace=${call}`, "-e", inject];
        const words = [...trace, process.execPath, CLI, ...each.args(out)];
        if (spawnSync(strace ?? "", words).status !== 0) kills++;
        expectWholeOrNothing(out);
        expect(namesIn(out).length).toBeLessThanOrEqual(1);
        expectNextRun(out);
      }
      expect(kills).toBeGreaterThan(3);
    },
  );

  it("that may write no large file leaves nothing", () => {
    const out = scratchFolder();
    const { status, stderr } = run(each.args(out), { shell: "ulimit -f 1024;" });
    expect([status, stderr]).toEqual([2, expect.stringContaining("larger than allowed")]);
    expect(namesIn(out)).toEqual([]);
    expectNextRun(out);
  });

  it("that finds the disk full leaves nothing", (context) => {
    const out = scratchFolder();
    const mounted = "mount -t tmpfs -o size=1m none";
    const probe = run(["--version"], { shell: `${mounted} ${out} && umount ${out} &&` });
    if (probe.status !== 0) context.skip();
    const listed = `unshare -m sh -c '${mounted} ${out} && "$@"; code=$?; ls -A ${out}; exit $code' sh`;
    const { status, stdout, stderr } = run(each.args(out), { shell: `set -- ${listed} "$@";` });
    expect([status, stdout, stderr]).toEqual([2, "", expect.stringContaining("no space left")]);
  });

  it.skipIf(!boundRoot)("that may not write to the folder says so", () => {
    const out = join(scratchFolder(), "out");
    mkdirSync(out, { mode: 0o555 });
    const { status, stderr } = run(each.args(out), isRoot ? { shell: BOUND } : {});
    expect([status, stderr]).toEqual([2, expect.stringContaining("permission denied")]);
    expect(namesIn(out)).toEqual([]);
  });
});
