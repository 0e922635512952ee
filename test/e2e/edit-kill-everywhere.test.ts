/**
 * Kills an edit in place at each system call that changes something beside the wheel (all that look there,
 * too, with WHEELKIT_KILLS=all): the wheel is the old one or the new one, and the next run leaves nothing.
 */
import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CLI } from "../support/repair-process.ts";
import { scratchFolder } from "../support/scratch.ts";
import { requireTool } from "../support/tools.ts";
import { buildWheel } from "../support/wheel-builder.ts";

const NAME = "demo-1.0-py3-none-any.whl";
const strace = requireTool("strace");
const hasUnshare = requireTool("unshare") !== undefined && process.getuid?.() === 0;
const all = process.env.WHEELKIT_KILLS === "all";
const env = {
  PATH: process.env.PATH ?? "",
  HOME: process.env.HOME ?? "",
  NODE_DISABLE_COMPILE_CACHE: "1",
};

const CHANGES =
  /^(?:p?write(?:64|v)?|fsync|f?truncate|link(?:at)?|rename(?:at2?)?|unlink(?:at)?|fchmod(?:at)?|bind|listen|copy_file_range|sendfile|mkdir)$/;

const LARGE = buildWheel({
  files: { "demo/data.bin": new Uint8Array(randomBytes(3_000_000)) },
  members: { "demo/data.bin": { method: 0 } },
});
const SMALL = buildWheel();

function edit(args: readonly string[], before: readonly string[] = []): number | null {
  const [command = "", ...rest] = [...before, process.execPath, CLI, ...args];
  return spawnSync(command, rest, { env }).status;
}

interface Kill {
  readonly call: string;
  readonly count: number;
}

/** Calls of a run that name the folder or a file in it, each with its number in its thread. */
function callsOf(folder: string, args: readonly string[]): readonly Kill[] {
  const log = join(scratchFolder(), "log");
  expect(
    edit(args, [strace ?? "", "-f", "-y", "-o", log, "-e", "trace=%file,%desc,%network"]),
  ).toBe(0);
  const counts = new Map<string, number>();
  const kills: Kill[] = [];
  for (const line of readFileSync(log, "utf8").split("\n")) {
    const [, thread = "", call] = /^([0-9]+) +([a-z0-9_]+)\(/.exec(line) ?? [];
    if (call === undefined) continue;
    const count = (counts.get(`${thread} ${call}`) ?? 0) + 1;
    counts.set(`${thread} ${call}`, count);
    const creates = call === "openat" && line.includes("O_CREAT");
    if (!line.includes(folder) || !(all || creates || CHANGES.test(call))) continue;
    // The second of two at one number would be killed at the first.
    if (!kills.some((kill) => kill.call === call && kill.count === count))
      kills.push({ call, count });
  }
  return kills;
}

const digestOf = (path: string): string =>
  createHash("sha256").update(readFileSync(path)).digest("hex");
const wheelsIn = (folder: string): readonly string[] =>
  readdirSync(folder).filter((name) => name.endsWith(".whl"));

const WAYS: readonly (readonly [string, Uint8Array, readonly string[]])[] = [
  ["the tail, and the name", LARGE, ["edit", "--post"]],
  ["the tail", LARGE, ["edit", "--add-requires", "a"]],
  ["the whole file, and the name", SMALL, ["tags", "--build", "1"]],
  ["the whole file", SMALL, ["edit", "--add-requires", "a"]],
];

describe.skipIf(strace === undefined)("an edit in place that is killed while it writes", () => {
  it.each(WAYS)(
    "%s leaves the old or the new wheel, and the next run nothing else",
    { timeout: all ? 3_600_000 : 600_000 },
    (_, bytes, words) => {
      const argsIn = (folder: string): readonly string[] => [
        ...words,
        "--in-place",
        join(folder, NAME),
      ];
      const reference = scratchFolder();
      writeFileSync(join(reference, NAME), bytes);
      const kills = callsOf(reference, argsIn(reference));
      const [newName = ""] = readdirSync(reference);
      const known = [
        createHash("sha256").update(bytes).digest("hex"),
        digestOf(join(reference, newName)),
      ];
      expect(kills.length).toBeGreaterThan(4);
      let killed = 0;
      for (const { call, count } of kills) {
        const folder = scratchFolder();
        const where = `${call} ${count}`;
        writeFileSync(join(folder, NAME), bytes);
        const inject = `inject=${call}:signal=KILL:when=${count}`;
        const status = edit(argsIn(folder), [
          strace ?? "",
          "-f",
          "-o",
          "/dev/null",
          "-e",
          `trace=${call}`,
          "-e",
          inject,
        ]);
        if (status !== 0) killed++;
        expect([where, wheelsIn(folder).length > 0]).toEqual([where, true]);
        for (const name of wheelsIn(folder)) {
          expect([where, known.includes(digestOf(join(folder, name)))]).toEqual([where, true]);
        }
        // The same again where its wheel is still there; else any other edit in place of what it became.
        const again = existsSync(join(folder, NAME))
          ? argsIn(folder)
          : ["edit", "--in-place", "--add-requires", "a", join(folder, newName)];
        expect([where, [0, 2].includes(edit(again) ?? -1)]).toEqual([where, true]);
        expect([where, readdirSync(folder)]).toEqual([where, [newName]]);
      }
      expect(killed).toBeGreaterThan(kills.length / 2);
    },
  );

  it.skipIf(!hasUnshare)(
    "in a container is recovered outside of it, and waited for while it lives",
    () => {
      const folder = scratchFolder();
      const path = join(folder, NAME);
      writeFileSync(path, LARGE);
      const args = ["edit", "--in-place", "--add-requires", "a", path];
      const container = ["unshare", "--pid", "--fork", "--mount-proc"];
      const trace = (inject: string): readonly string[] => [
        strace ?? "",
        "-f",
        "-o",
        "/dev/null",
        "-e",
        "trace=pwrite64,fsync,unlink",
        "-e",
        inject,
      ];
      // The last file that it makes is removed last: by then the journal is there.
      expect(edit(args, [...container, ...trace("inject=fsync:signal=KILL:when=3")])).not.toBe(0);
      expect(readdirSync(folder).some((name) => name.endsWith("journal"))).toBe(true);
      expect(edit(args)).toBe(0);
      expect(readdirSync(folder)).toEqual([NAME]);

      const held = ["edit", "--in-place", "--add-requires", "b", path];
      const slow = [
        ...container,
        ...trace("inject=fsync:delay_enter=1200000:when=3"),
        process.execPath,
        CLI,
      ];
      const script =
        '"$@" & sleep 0.9; exec "$NODE" "$CLI" edit --in-place --add-requires c "$WHEEL"';
      const second = spawnSync("sh", ["-c", `${script}; wait`, "sh", ...slow, ...held], {
        env: { ...env, NODE: process.execPath, CLI, WHEEL: path },
      });
      expect(second.status).toBe(0);
      spawnSync("sleep", ["2"]);
      const text = readFileSync(path).toString("latin1");
      expect(text.length).toBeGreaterThan(3_000_000);
      expect(readdirSync(folder)).toEqual([NAME]);
      // Both are in it, so asking for them again changes nothing.
      const before = digestOf(path);
      for (const name of ["b", "c"]) {
        edit(["edit", "--in-place", "--add-requires", name, path]);
        expect(digestOf(path)).toBe(before);
      }
    },
  );
});
