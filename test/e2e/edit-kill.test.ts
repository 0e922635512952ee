/** Kills the built command at system calls, and fills its disk: strace and the kernel have the say. */
import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { scratchFolder } from "../support/scratch.ts";
import { requireTool } from "../support/tools.ts";
import { buildWheel } from "../support/wheel-builder.ts";

const CLI =
  process.env.WHEELKIT_CLI ?? fileURLToPath(new URL("../../dist/src/cli.cjs", import.meta.url));
const NAME = "demo-1.0-py3-none-any.whl";
const NEW_NAME = "demo-1.0.post1-py3-none-any.whl";
const strace = requireTool("strace");

const LARGE = buildWheel({
  files: { "demo/data.bin": new Uint8Array(randomBytes(3_000_000)) },
  members: { "demo/data.bin": { method: 0 } },
});

const digestOf = (path: string): string =>
  createHash("sha256").update(readFileSync(path)).digest("hex");

describe.skipIf(strace === undefined)("edit --post --in-place, killed by strace", () => {
  it.each([
    ["a large wheel", LARGE, ["pwrite64", "fsync", "link", "rename"]],
    ["a small wheel", buildWheel(), ["fsync", "rename"]],
  ])("leaves the old or the new bytes of %s", (_, bytes, calls) => {
    const reference = scratchFolder();
    writeFileSync(join(reference, NAME), bytes);
    expect(edit(reference).status).toBe(0);
    const known = [
      createHash("sha256").update(bytes).digest("hex"),
      digestOf(join(reference, NEW_NAME)),
    ];
    let kills = 0;
    for (const call of calls) {
      for (let count = 1; count < 12; count++) {
        const folder = scratchFolder();
        writeFileSync(join(folder, NAME), bytes);
        const inject = `inject=${call}:signal=KILL:when=${count}`;
        const trace = ["-f", "-o", "/dev/null", "-e", `trace=${call}`, "-e", inject];
        const run = spawnSync(strace ?? "", [...trace, process.execPath, CLI, ...editArgs(folder)]);
        const left = readdirSync(folder).filter((name) => name.endsWith(".whl"));
        expect(left.length).toBeGreaterThan(0);
        for (const name of left) expect(known).toContain(digestOf(join(folder, name)));
        if (run.status === 0) break;
        kills++;
        // The same command again, after a kill, ends well.
        if (left.includes(NAME)) expect([0, 2]).toContain(edit(folder).status);
        expect(readdirSync(folder).filter((name) => name.endsWith(".whl"))).toEqual([NEW_NAME]);
        expect(known[1]).toBe(digestOf(join(folder, NEW_NAME)));
      }
    }
    expect(kills).toBeGreaterThan(1);
  });

  it.each(["ftruncate", "pwrite64", "rename"])(
    "leaves no half of a copy that was begun early, killed at %s",
    (call) => {
      const folder = scratchFolder();
      const out = join(folder, "out");
      const path = join(folder, NAME);
      const wheel = buildWheel({
        files: { "demo/data.bin": new Uint8Array(33 << 20) },
        members: { "demo/data.bin": { method: 0 } },
      });
      writeFileSync(path, wheel);
      const args = [process.execPath, CLI, "edit", "--post", "-w", out, path];
      const inject = `inject=${call}:signal=KILL:when=1`;
      const trace = ["-f", "-o", "/dev/null", "-e", `trace=${call}`, "-e", inject];
      expect(spawnSync(strace ?? "", [...trace, ...args]).status).not.toBe(0);
      expect(readFileSync(path).equals(wheel)).toBe(true);
      expect(readdirSync(out).filter((name) => name.endsWith(".whl"))).toEqual([]);
      // The next run takes what was left away, and needs nothing of it.
      expect(spawnSync(process.execPath, args.slice(1)).status).toBe(0);
      expect(readdirSync(out)).toEqual([NEW_NAME]);
    },
  );

  it("reads and writes little of a large wheel", () => {
    const folder = scratchFolder();
    // Beyond what is unpacked as a whole before anything is written.
    const files = { "demo/data.bin": new Uint8Array(65 << 20) };
    writeFileSync(
      join(folder, NAME),
      buildWheel({ files, members: { "demo/data.bin": { method: 0 } } }),
    );
    const log = join(folder, "log");
    const calls = "pread64,pwrite64,read,write,copy_file_range,sendfile";
    const trace = ["-f", "-y", "-o", log, "-e", `trace=${calls}`];
    spawnSync(strace ?? "", [...trace, process.execPath, CLI, ...editArgs(folder)]);
    let total = 0;
    for (const line of readFileSync(log, "utf8").split("\n")) {
      if (!/<[^>]*\.whl>/.test(line)) continue;
      total += Number(/= ([0-9]+)$/.exec(line)?.[1] ?? 0);
    }
    expect(total).toBeGreaterThan(1000);
    expect(total).toBeLessThan(600_000);
  });
});

describe("edit without room", () => {
  it("says so, leaves the wheel alone and no file behind", () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, NAME), LARGE);
    const out = join(folder, "out");
    mkdirSync(out);
    // The largest file that a process may write: 1024 blocks of 512 or 1024 bytes.
    const limited = ["-c", 'ulimit -f 1024; trap "" XFSZ; exec "$@"', "sh", process.execPath, CLI];
    const run = spawnSync("sh", [...limited, "edit", "--post", "-w", out, join(folder, NAME)], {
      encoding: "utf8",
    });
    expect(run.status).toBe(2);
    expect(run.stderr).toContain("the file would be larger than allowed");
    expect(readdirSync(out)).toEqual([]);
    expect(digestOf(join(folder, NAME))).toBe(createHash("sha256").update(LARGE).digest("hex"));
  });

  it.skipIf(process.getuid?.() === 0)("says when it may not write", () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, NAME), LARGE);
    const out = join(folder, "out");
    mkdirSync(out, { mode: 0o500 });
    const run = spawnSync(
      process.execPath,
      [CLI, "edit", "--post", "-w", out, join(folder, NAME)],
      {
        encoding: "utf8",
      },
    );
    expect([run.status, run.stderr]).toEqual([2, expect.stringContaining("permission denied")]);
  });

  it("stops at a signal without a trace", () => {
    if (!existsSync("/bin/sh")) return;
    const folder = scratchFolder();
    const big = join(folder, NAME);
    const parts = new Uint8Array(60_000_000);
    writeFileSync(
      big,
      buildWheel({ files: { "demo/a.bin": parts }, members: { "demo/a.bin": { method: 0 } } }),
    );
    const out = join(folder, "out");
    const script = '"$@" & pid=$!; sleep 0.4; kill -INT $pid; wait $pid; echo $?';
    spawnSync("sh", [
      "-c",
      script,
      "sh",
      process.execPath,
      CLI,
      "edit",
      "--canonical",
      "-w",
      out,
      big,
    ]);
    const left = existsSync(out) ? readdirSync(out) : [];
    // It may have been faster than the signal.
    expect(left.filter((name) => name.endsWith(".tmp"))).toEqual([]);
    expect(statSync(big).size).toBeGreaterThan(60_000_000);
  });
});

function editArgs(folder: string): readonly string[] {
  return ["edit", "--post", "--in-place", join(folder, NAME)];
}

function edit(folder: string): { readonly status: number | null } {
  return spawnSync(process.execPath, [CLI, ...editArgs(folder)]);
}
