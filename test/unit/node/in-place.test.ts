/**
 * Kills the writer between any two calls that change files, and inside each write: what is left must
 * be the old wheel or the new one, bit for bit.
 */
import { createHash, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { basename, join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Edit } from "../../../src/edit/apply.ts";
import { applyEdits } from "../../../src/edit/apply.ts";
import { RefusalError } from "../../../src/errors.ts";
import { journalOf } from "../../../src/node/journal.ts";
import { recoverInPlace } from "../../../src/node/recover.ts";
import { rewriteWheel } from "../../../src/node/rewrite-wheel.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { buildWheel } from "../../support/wheel-builder.ts";

/** Calls that change files are counted; from the `killAt`th on none has any effect. */
const death = vi.hoisted(() => ({
  calls: 0,
  killAt: Number.POSITIVE_INFINITY,
  torn: false,
  clones: false,
}));

vi.mock("node:fs", async (importOriginal) => {
  const real = await importOriginal<typeof import("node:fs")>();
  class Killed extends Error {}
  const step = (partly?: () => void): void => {
    death.calls++;
    if (death.calls < death.killAt) return;
    if (death.calls === death.killAt && death.torn) partly?.();
    throw new Killed("killed");
  };
  return {
    ...real,
    openSync(path: fs.PathLike, flags: string | number, mode?: fs.Mode) {
      // A number is O_RDONLY, and what that is to be combined with.
      if (typeof flags === "string" && flags !== "r") step();
      return real.openSync(path, flags, mode);
    },
    writeSync(fd: number, bytes: Uint8Array, offset: number, length: number, position: number) {
      step(() => real.writeSync(fd, bytes, offset, Math.floor(length / 2), position));
      return real.writeSync(fd, bytes, offset, length, position);
    },
    copyFileSync(from: fs.PathLike, to: fs.PathLike, mode?: number) {
      if (((mode ?? 0) & fs.constants.COPYFILE_FICLONE_FORCE) !== 0) {
        if (!death.clones) throw Object.assign(new Error("no reflinks"), { code: "ENOTSUP" });
        step();
        return real.copyFileSync(from, to);
      }
      step();
      return real.copyFileSync(from, to, mode);
    },
    fsyncSync(fd: number) {
      step();
      return real.fsyncSync(fd);
    },
    ftruncateSync(fd: number, size: number) {
      step();
      return real.ftruncateSync(fd, size);
    },
    fchmodSync(fd: number, mode: fs.Mode) {
      step();
      return real.fchmodSync(fd, mode);
    },
    renameSync(from: fs.PathLike, to: fs.PathLike) {
      step();
      return real.renameSync(from, to);
    },
    linkSync(from: fs.PathLike, to: fs.PathLike) {
      step();
      return real.linkSync(from, to);
    },
    unlinkSync(path: fs.PathLike) {
      step();
      return real.unlinkSync(path);
    },
  };
});

beforeEach(() => revive());

function revive(): void {
  Object.assign(death, { calls: 0, killAt: Number.POSITIVE_INFINITY, torn: false, clones: false });
}

const NAME = "demo-1.0-py3-none-any.whl";
const LARGE = new Uint8Array(randomBytes(2_000_000));

function largeWheel(): Uint8Array {
  return buildWheel({
    files: {
      "demo/data.bin": LARGE,
      "%/METADATA": `Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nKeywords: ${"word,".repeat(40)}\n`,
    },
    members: { "demo/data.bin": { method: 0 } },
  });
}

const WHEELS: readonly (readonly [string, Uint8Array])[] = [
  ["a large wheel", largeWheel()],
  ["a small wheel", buildWheel()],
];

const EDITS: readonly (readonly [string, readonly Edit[]])[] = [
  ["a new field", [{ kind: "set", field: "Summary", value: "new" }]],
  ["a shorter METADATA", [{ kind: "set", field: "Keywords", value: "k" }]],
  ["another version", [{ kind: "post" }]],
];

const OPTIONS = { wheelDir: "", inPlace: true, dryRun: false, time: undefined, remove: false };

function edit(path: string, edits: readonly Edit[]): Promise<{ readonly path?: string }> {
  return rewriteWheel(
    path,
    { ...OPTIONS, written: new Map() },
    {
      edit(draft) {
        applyEdits(draft, edits);
        return [];
      },
    },
  );
}

function digest(path: string): string {
  return createHash("sha256").update(fs.readFileSync(path)).digest("hex");
}

function wheelsIn(folder: string): readonly string[] {
  return fs.readdirSync(folder).filter((name) => name.endsWith(".whl"));
}

describe.each(WHEELS)("an edit in place of %s", (_, bytes) => {
  describe.each(EDITS)("to %s", (_name, edits) => {
    it.each([
      ["with shared blocks", true],
      ["without", false],
    ])("leaves the old or the new wheel wherever it is killed, %s", async (_label, clones) => {
      const folder = scratchFolder();
      const path = join(folder, NAME);
      fs.writeFileSync(path, bytes);
      const old = digest(path);
      death.clones = clones;
      const result = await edit(path, edits);
      const newPath = result.path ?? "";
      const fresh = digest(newPath);
      const total = death.calls;
      expect(fs.readdirSync(folder)).toEqual([basename(newPath)]);
      fs.unlinkSync(newPath);

      for (let at = 1; at <= total; at++) {
        revive();
        fs.writeFileSync(path, bytes);
        Object.assign(death, { calls: 0, killAt: at, clones });
        // The last call of all may fail unnoticed: it only flushes the folder.
        await edit(path, edits).catch(() => {});
        revive();
        const left = wheelsIn(folder);
        expect(left.length, `killed at call ${at}`).toBeGreaterThan(0);
        for (const name of left) {
          expect([old, fresh], `${name}, killed at call ${at}`).toContain(
            digest(join(folder, name)),
          );
        }
        // The next run tidies up, and what is left has the name that it should have.
        await recoverInPlace(path, true);
        for (const name of wheelsIn(folder)) {
          const expected = name === NAME ? (newPath === path ? [old, fresh] : [old]) : [fresh];
          expect(expected, `${name}, recovered from call ${at}`).toContain(
            digest(join(folder, name)),
          );
        }
        expect(fs.existsSync(journalOf(path))).toBe(false);
        for (const name of fs.readdirSync(folder)) fs.unlinkSync(join(folder, name));
      }
    });

    it("is fixed by the next run when it is killed inside a write", async () => {
      const folder = scratchFolder();
      const path = join(folder, NAME);
      for (let at = 1; at <= 40; at++) {
        revive();
        fs.writeFileSync(path, bytes);
        const old = digest(path);
        Object.assign(death, { calls: 0, killAt: at, torn: true });
        const done = await edit(path, edits).then(
          () => true,
          () => false,
        );
        revive();
        if (done) break;
        await recoverInPlace(path, true);
        const kept = fs.existsSync(path) ? path : join(folder, wheelsIn(folder)[0] ?? "");
        // Then the edit can simply be made again.
        if (digest(kept) === old) {
          const again = await edit(kept, edits);
          expect(digest(again.path ?? "")).not.toBe(old);
        }
        for (const name of fs.readdirSync(folder)) fs.unlinkSync(join(folder, name));
      }
    });
  });
});

describe("replaceInPlace", () => {
  it("writes only the tail, and nothing when nothing changes", async () => {
    const folder = scratchFolder();
    const path = join(folder, NAME);
    fs.writeFileSync(path, largeWheel());
    const { ino } = fs.statSync(path);
    await edit(path, [{ kind: "set", field: "Summary", value: "new" }]);
    expect(fs.statSync(path).ino).toBe(ino);
    const before = fs.statSync(path).mtimeMs;
    revive();
    await edit(path, [{ kind: "set", field: "Summary", value: "new" }]);
    expect(death.calls).toBe(0);
    expect(fs.statSync(path).mtimeMs).toBe(before);
  });

  it("never writes into a file that has a second name", async () => {
    const folder = scratchFolder();
    const path = join(folder, NAME);
    fs.writeFileSync(path, largeWheel());
    fs.linkSync(path, join(folder, "cache"));
    const old = digest(path);
    await edit(path, [{ kind: "set", field: "Summary", value: "new" }]);
    expect(digest(join(folder, "cache"))).toBe(old);
    expect(digest(path)).not.toBe(old);
  });

  it("refuses to overwrite another wheel and keeps the mode", async () => {
    const folder = scratchFolder();
    const path = join(folder, NAME);
    fs.writeFileSync(path, largeWheel(), { mode: 0o640 });
    fs.chmodSync(path, 0o640);
    const other = join(folder, "demo-1.0.post1-py3-none-any.whl");
    fs.writeFileSync(other, "other");
    await expect(edit(path, [{ kind: "post" }])).rejects.toThrow(RefusalError);
    expect(fs.readFileSync(other, "utf8")).toBe("other");
    fs.unlinkSync(other);
    await edit(path, [{ kind: "post" }]);
    expect(fs.statSync(other).mode & 0o777).toBe(0o640);
  });
});
