/** What V8 compiled and a run kept is used only where nothing speaks against it, and is never believed. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { scratchFolder } from "../support/scratch.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const CLI = join(ROOT, "dist/src/cli.cjs");
const ARGS = ["explain", "ZIP001"];
/** The header of a file: magic, SHA-256, one byte. */
const HEADER = 25 + 32 + 1;
const posix = process.platform !== "win32";

interface Run {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

const SPY = `const vm = require("node:vm");
vm.Script = class extends vm.Script {
  constructor(...args) {
    super(...args);
    const rejected = this.cachedDataRejected;
    console.error(rejected === undefined ? "none" : rejected ? "rejected" : "taken");
  }
};
require("node:module").syncBuiltinESMExports();`;

/** On standard error: whether V8 was given code, and took it (`none`, `taken` or `rejected`). */
function run(caches: string, cli: string = CLI, more: Readonly<Record<string, string>> = {}): Run {
  const env = { PATH: process.env.PATH ?? "", XDG_CACHE_HOME: caches, LOCALAPPDATA: caches };
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ["--require", spy, cli, ...ARGS],
    { env: { ...env, ...more }, encoding: "utf8" },
  );
  return { status, signal, stdout, stderr };
}

let spy = "";
let stdout = "";
const gives = (code: "none" | "taken"): Run => {
  return { status: 0, signal: null, stdout, stderr: `${code}\n` };
};
beforeAll(() => {
  if (!existsSync(CLI)) throw new Error("run `npm run build` first");
  const scratch = mkdtempSync(join(tmpdir(), "wheelkit-spy-"));
  spy = join(scratch, "spy.cjs");
  writeFileSync(spy, SPY);
  ({ stdout } = run("relative: no cache"));
  expect(stdout).toContain("ZIP001");
  return () => rmSync(scratch, { recursive: true });
});

/** A folder of caches after two runs, and the file that they made. */
function warm(): { readonly caches: string; readonly folder: string; readonly file: string } {
  const caches = scratchFolder();
  expect(run(caches)).toEqual(gives("none"));
  expect(run(caches)).toEqual(gives("taken"));
  const folder = join(caches, "wheelkit", "code");
  const [name = "", ...others] = readdirSync(folder);
  expect(others).toEqual([]);
  return { caches, folder, file: join(folder, name) };
}

describe("the code that a run compiled", () => {
  it("is kept in a folder of the user's own, and taken by the next", () => {
    const { folder, file } = warm();
    if (!posix) return;
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("is not made where nobody wants it, and is not missed where it can't be", () => {
    const caches = scratchFolder();
    expect(run(caches, CLI, { NODE_DISABLE_COMPILE_CACHE: "1" })).toEqual(gives("none"));
    expect(readdirSync(caches)).toEqual([]);
    writeFileSync(join(caches, "wheelkit"), "a file is in the way");
    expect(run(caches)).toEqual(gives("none"));
  });

  const damages: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
    ["nothing in it", () => Buffer.alloc(0)],
    ["another magic", (bytes) => Buffer.concat([Buffer.from("x"), bytes.subarray(1)])],
    ["another digest", (bytes) => flipped(bytes, 30)],
    ["another mark after the digest", (bytes) => flipped(bytes, HEADER - 1)],
    ["only its header", (bytes) => bytes.subarray(0, HEADER)],
    ["half of it", (bytes) => bytes.subarray(0, bytes.length / 2)],
    ["a byte less", (bytes) => bytes.subarray(0, -1)],
    ["a byte more", (bytes) => Buffer.concat([bytes, Buffer.from([0])])],
    ["zeros for code", (bytes) => Buffer.concat([bytes.subarray(0, HEADER), Buffer.alloc(9999)])],
    ...Array.from({ length: 12 }, (_, index): readonly [string, (bytes: Buffer) => Buffer] => [
      `one bit changed at ${index} twelfths of the code`,
      (bytes) => flipped(bytes, HEADER + Math.floor(((bytes.length - HEADER) * index) / 12)),
    ]),
  ];

  it("is never run when it is damaged, in whatever way", () => {
    const { caches, file } = warm();
    const sound = readFileSync(file);
    for (const [what, damage] of damages) {
      writeFileSync(file, damage(sound));
      expect([what, run(caches)]).toEqual([what, gives("none")]);
      // The run that found it has made it again.
      expect([what, readFileSync(file).length > HEADER]).toEqual([what, true]);
    }
  });

  it("is not run for another program of the same length", () => {
    const caches = scratchFolder();
    const copy = join(scratchFolder(), "src");
    cpSync(join(ROOT, "dist/src"), copy, { recursive: true });
    writeFileSync(join(copy, "..", "package.json"), '{"type":"module"}');
    symlinkSync(join(ROOT, "node_modules"), join(copy, "..", "node_modules"));
    const cli = join(copy, "cli.cjs");
    expect(run(caches, cli)).toEqual(gives("none"));
    expect(run(caches, cli)).toEqual(gives("taken"));
    const program = readFileSync(join(copy, "program.cjs"), "utf8");
    const [title = ""] = stdout.split("\n");
    const word = /[a-z]{6,}/.exec(title)?.[0] ?? "";
    const other = program.replaceAll(word, word.toUpperCase());
    expect(other).toHaveLength(program.length);
    writeFileSync(join(copy, "program.cjs"), other);
    const { stderr, stdout: shown } = run(caches, cli);
    expect([stderr, shown]).toEqual(["none\n", expect.stringContaining(word.toUpperCase())]);
  });

  it.runIf(posix)("is not read, and not written, where others may write", () => {
    const { caches, folder, file } = warm();
    chmodSync(file, 0o622);
    expect(run(caches)).toEqual(gives("none"));
    chmodSync(folder, 0o777);
    rmSync(file);
    expect(run(caches)).toEqual(gives("none"));
    expect(readdirSync(folder).map((name) => join(folder, name))).not.toContain(file);
  });

  it.runIf(posix)("is not read through a link, nor from what is not a file", () => {
    const { caches, folder, file } = warm();
    const elsewhere = join(caches, basename(file));
    renameSync(file, elsewhere);
    symlinkSync(elsewhere, file);
    expect(run(caches)).toEqual(gives("none"));
    rmSync(file, { force: true });
    mkdirSync(file);
    expect(run(caches)).toEqual(gives("none"));
    rmSync(file, { recursive: true });
    if (spawnSync("mkfifo", [file]).status === 0) expect(run(caches)).toEqual(gives("none"));
    // The folder itself may not be a link either.
    const moved = join(caches, "moved");
    renameSync(folder, moved);
    symlinkSync(moved, folder);
    expect(run(caches)).toEqual(gives("none"));
  });

  it.runIf(process.getuid?.() === 0)("is not taken from another user", () => {
    const { caches, folder, file } = warm();
    chownSync(file, 65534, 65534);
    expect(run(caches)).toEqual(gives("none"));
    chownSync(folder, 65534, 65534);
    expect(run(caches)).toEqual(gives("none"));
  });

  it("takes no more room than some dozens of files", () => {
    const { caches, folder, file } = warm();
    for (let count = 0; count < 60; count++) {
      writeFileSync(join(folder, `${String(count).padStart(64, "0")}.code`), "");
    }
    rmSync(file);
    expect(run(caches)).toEqual(gives("none"));
    expect(readdirSync(folder).length).toBeLessThanOrEqual(40);
    expect(existsSync(file)).toBe(true);
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0x10;
  return copy;
}
