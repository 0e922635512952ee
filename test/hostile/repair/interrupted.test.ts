/** A repair that is stopped: the input stays, and there is a whole result or none. */

import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLI, digestOf, namesIn, run, runUntil, start } from "../../support/repair-process.ts";
import { LINUX_TAG, SUFFIX, workshop } from "../../support/repair-workshop.ts";
import { requireTool } from "../../support/tools.ts";

const strace = requireTool("strace");
const hasTools = requireTool("gcc") !== undefined;

let folder = "";
let small = "";
let large = "";
/** Digests of the results. */
let smallResult = "";
let largeResult = "";
/** Milliseconds that the large one takes. */
let took = 0;

const argsFor = (wheel: string, out: string): readonly string[] => [
  ...["repair", "--ldpaths", join(folder, "ext"), "-z", "1", "-w", out, wheel],
];
let runs = 0;
const fresh = (): string => join(folder, `out-${runs++}`);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wheelkit-interrupted-"));
  if (!hasTools) return;
  const shop = workshop(folder);
  // Large enough for temporary files: the member, and what becomes of it.
  writeFileSync(join(folder, "noise.bin"), randomBytes(34 << 20));
  const libf = shop.library("ext/libf.so.1", "int f(void) { return 41; }", { soname: "libf.so.1" });
  const noise = `.section .rodata\n.incbin "${join(folder, "noise.bin")}"\n.section .note.GNU-stack,"",%progbits\n`;
  writeFileSync(join(folder, "noise.s"), noise);
  const module = shop.module("_x", "f()", { needs: [libf] });
  const heavy = shop.module("_y", "f()", { needs: [libf, join(folder, "noise.s")] });
  const path = (name: string): string => `demo/${name}.${SUFFIX}`;
  small = shop.wheel("small", { tag: LINUX_TAG, files: { [path("_x")]: module } });
  const members = { [path("_y")]: { method: 0 } };
  large = shop.wheel("large", { tag: LINUX_TAG, files: { [path("_y")]: heavy }, members });
  const whole = (wheel: string): string => {
    const out = fresh();
    const { status, stderr, stdout } = run(argsFor(wheel, out));
    expect([status, stderr]).toEqual([0, ""]);
    return digestOf(stdout.trim());
  };
  smallResult = whole(small);
  const began = performance.now();
  largeResult = whole(large);
  took = performance.now() - began;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Whole results, or nothing that looks like a wheel. */
function expectWholeOrNothing(out: string, expected: string): void {
  for (const name of namesIn(out)) {
    if (name.endsWith(".whl")) expect(digestOf(join(out, name))).toBe(expected);
  }
}

describe.skipIf(!hasTools)("a repair that is stopped", () => {
  it.each(["SIGTERM", "SIGKILL"] as const)("by %s", async (signal) => {
    const input = digestOf(large);
    const out = fresh();
    const found: (string | null)[] = [];
    for (const part of signal === "SIGKILL" ? [0.4, 0.6, 0.85] : [0.5, 0.8]) {
      const { status, signal: by } = await runUntil(argsFor(large, out), signal, took * part);
      found.push(by ?? String(status));
      expect(digestOf(large)).toBe(input);
      expectWholeOrNothing(out, largeResult);
      // What can't clean up after itself leaves at most the file that was to become the result.
      const left = namesIn(out).filter((name) => !name.endsWith(".whl"));
      expect(left.length).toBeLessThanOrEqual(signal === "SIGKILL" ? 1 : 0);
    }
    const stopped = { SIGTERM: "143", SIGKILL: "SIGKILL" }[signal];
    expect(found).toContain(stopped);
    // The next run takes away what is left.
    const { stdout } = run(argsFor(large, out));
    expect(digestOf(stdout.trim())).toBe(largeResult);
    expect(namesIn(out)).toHaveLength(1);
  });

  it.skipIf(strace === undefined)("at any of the calls that write it", () => {
    const input = digestOf(small);
    let kills = 0;
    for (const call of ["pwrite64", "fsync", "rename", "unlink"]) {
      for (let count = 1; count < 3; count++) {
        const out = fresh();
        mkdirSync(out);
        const inject = `inject=${call}:signal=KILL:when=${count}`;
        const trace = ["-f", "-o", "/dev/null", "-e", `trace=${call}`, "-e", inject];
        const words = [...trace, process.execPath, CLI, ...argsFor(small, out)];
        const { status } = spawnSync(strace ?? "", words);
        expectWholeOrNothing(out, smallResult);
        expect(digestOf(small)).toBe(input);
        if (status === 0) break;
        kills++;
        run(argsFor(small, out));
        expect(namesIn(out)).toHaveLength(1);
        expectWholeOrNothing(out, smallResult);
      }
    }
    expect(kills).toBeGreaterThan(3);
  });

  it("leaves another run in the same folder alone", async () => {
    const out = fresh();
    const both = await Promise.all([start(argsFor(small, out)), start(argsFor(small, out))]);
    expect(both.map(({ status, stderr }) => [status, stderr])).toEqual([
      [0, ""],
      [0, ""],
    ]);
    expect(namesIn(out)).toHaveLength(1);
    expectWholeOrNothing(out, smallResult);
  });
});
