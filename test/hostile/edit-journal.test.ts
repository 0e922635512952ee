/** Journals that no run wrote, or that a dead one left: none is a bug, none is waited for. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Journal } from "../../src/node/journal.ts";
import { encodeJournal, journalOf } from "../../src/node/journal.ts";
import { recoverInPlace } from "../../src/node/recover.ts";
import { runToken } from "../../src/node/run-identity.ts";
import { stopwatch } from "../support/quick.ts";
import { run } from "../support/repair-process.ts";
import { scratchFolder } from "../support/scratch.ts";
import { buildWheel } from "../support/wheel-builder.ts";

const NAME = "demo-1.0-py3-none-any.whl";
const NEW_NAME = "demo-1.0.post1-py3-none-any.whl";
const WHEEL = buildWheel();
/** No process has it: beyond the largest number that Linux gives. */
const DEAD = 2 ** 22 + 1;

function place(): { readonly path: string; readonly journal: Journal } {
  const path = join(scratchFolder(), NAME);
  writeFileSync(path, WHEEL);
  const { ino } = statSync(path, { bigint: true });
  const start = WHEEL.length - 20;
  const before = WHEEL.subarray(start);
  const after = Buffer.concat([Buffer.from("another tail of the wheel"), before]);
  const token = runToken();
  return { path, journal: { pid: DEAD, token, inode: ino, target: NAME, start, before, after } };
}

/** With a digest that is right. */
function sealed(body: Uint8Array | string): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([bytes, createHash("sha256").update(bytes).digest()]);
}

/** A journal with these fields of its heading changed; `undefined` takes one out. */
function withFields(journal: Journal, fields: object): Buffer {
  const bytes = Buffer.from(encodeJournal(journal));
  const end = bytes.indexOf("\n", 19);
  const head = { ...JSON.parse(bytes.toString("utf8", 19, end)), ...fields };
  const text = `wheelkit journal 1\n${JSON.stringify(head)}\n`;
  return sealed(Buffer.concat([Buffer.from(text), bytes.subarray(end + 1, -32)]));
}

type Make = (path: string, journal: Journal) => void;
const bytes = (make: (journal: Journal) => Uint8Array): Make => {
  return (path, journal) => writeFileSync(path, make(journal), { mode: 0o600 });
};
const fields = (changed: object): Make => bytes((journal) => withFields(journal, changed));

const HOSTILE: readonly (readonly [string, Make])[] = [
  ["is empty", bytes(() => new Uint8Array())],
  ["is half of one", bytes((journal) => encodeJournal(journal).subarray(0, 60))],
  ["is text", bytes(() => Buffer.from("half a jour"))],
  ["is text with a digest", bytes(() => sealed("half a jour"))],
  ["is a digest of nothing", bytes(() => sealed(""))],
  ["has a byte more", bytes((journal) => Buffer.concat([encodeJournal(journal), Buffer.of(0)]))],
  [
    "has another digest",
    bytes((journal) => Buffer.concat([encodeJournal(journal).subarray(0, -3), Buffer.alloc(3, 7)])),
  ],
  ["has the heading of another version", bytes(() => sealed("wheelkit journal 2\n{}\n"))],
  ["has a heading without an end", bytes(() => sealed("wheelkit journal 1\n{}"))],
  ["has a heading that is not JSON", bytes(() => sealed("wheelkit journal 1\n{pid\n"))],
  [
    "has a heading that is not a UTF-8",
    bytes(() => sealed(Buffer.from("wheelkit journal 1\n\xff\n", "latin1"))),
  ],
  ["has a list for a heading", bytes(() => sealed("wheelkit journal 1\n[]\n"))],
  ["has null for a heading", bytes(() => sealed("wheelkit journal 1\nnull\n"))],
  ["has a deep heading", bytes(() => sealed(`wheelkit journal 1\n${"[".repeat(1 << 20)}\n`))],
  ["has an endless heading", bytes(() => sealed(`wheelkit journal 1\n${" ".repeat(1 << 20)}\n`))],
  ["has no fields", bytes(() => sealed("wheelkit journal 1\n{}\n"))],
  ["names no run", fields({ pid: undefined })],
  ["names a run in words", fields({ pid: "1" })],
  ["names a run below zero", fields({ pid: -1 })],
  ["names no place of its run", fields({ token: undefined })],
  ["names a place of its run that is none", fields({ token: "../../x" })],
  ["names no file", fields({ inode: undefined })],
  ["names a file by a number", fields({ inode: 12 })],
  ["names a file by words", fields({ inode: "twelve" })],
  ["names a file below zero", fields({ inode: "-12" })],
  ["names a file by a number without end", fields({ inode: "9".repeat(1000) })],
  ["has no target", fields({ target: undefined })],
  ["has a target above", fields({ target: `../${NAME}` })],
  ["has a target elsewhere", fields({ target: `/tmp/${NAME}` })],
  ["has a target behind a backslash", fields({ target: `..\\${NAME}` })],
  ["has an empty target", fields({ target: "" })],
  ["has the folder as its target", fields({ target: "." })],
  ["has a target with NUL", fields({ target: `demo\0-1.0-py3-none-any.whl` })],
  ["has a target that is not a wheel", fields({ target: ".bashrc" })],
  ["has a target of another project", fields({ target: "other-1.0-py3-none-any.whl" })],
  ["begins below zero", fields({ start: -5 })],
  ["begins at no whole number", fields({ start: 0.5 })],
  ["begins beyond all numbers", fields({ start: 1e300 })],
  ["begins in words", fields({ start: "0" })],
  ["has a tail below zero", fields({ before: -1 })],
  ["has a tail beyond all numbers", fields({ after: 2 ** 60 })],
  ["has tails that are shorter than it says", fields({ before: 0, after: 1 })],
  [
    "has a new tail that is shorter than the old one",
    bytes((journal) => encodeJournal({ ...journal, after: journal.before.subarray(1) })),
  ],
  ["is a folder", (path) => mkdirSync(path)],
  ["is a pipe", (path) => mkfifo(path)],
  ["is a link", (path) => symlinkSync(NAME, path)],
  ["is a link to nowhere", (path) => symlinkSync("nowhere", path)],
  ["is a link to a device", (path) => symlinkSync("/dev/zero", path)],
  ["is of 20 GB", (path) => sparse(path)],
  [
    "may be written by others",
    (path, journal) => {
      writeFileSync(path, encodeJournal(journal));
      chmodSync(path, 0o622);
    },
  ],
];

function mkfifo(path: string): void {
  expect(spawnSync("mkfifo", [path]).status).toBe(0);
}

function sparse(path: string): void {
  writeFileSync(path, "wheelkit journal 1\n", { mode: 0o600 });
  truncateSync(path, 20e9);
}

describe.runIf(process.platform !== "win32")("a journal that", () => {
  it.each(HOSTILE)("%s is refused with advice, and nothing is touched", async (_, make) => {
    const { path, journal } = place();
    make(journalOf(path), journal);
    const took = stopwatch();
    await expect(recoverInPlace(path, true)).rejects.toMatchObject({
      code: "EDT009",
      message: expect.stringContaining("is damaged"),
      hint: expect.stringContaining(`remove \`${basename(journalOf(path))}\``),
    });
    expect(took()).toBeLessThan(5000);
    expect(readFileSync(path).equals(WHEEL)).toBe(true);
    expect(readdirSync(join(path, "..")).sort()).toEqual([basename(journalOf(path)), NAME].sort());
  });

  it.each(["edit --post --in-place", "tags --build 1 --in-place", "links add --in-place"])(
    "is damaged ends `%s` with status 3",
    (words) => {
      const { path } = place();
      writeFileSync(journalOf(path), "half a jour");
      const more = words.startsWith("links") ? ["demo/b.so=demo/a.so"] : [];
      const { status, stderr } = run([...words.split(" "), path, ...more]);
      expect([status, stderr]).toEqual([3, expect.stringContaining("[EDT009]")]);
    },
  );

  it.runIf(process.getuid?.() === 0)("belongs to another user is refused", async () => {
    const { path, journal } = place();
    writeFileSync(journalOf(path), encodeJournal(journal), { mode: 0o600 });
    chownSync(journalOf(path), 65534, 65534);
    await expect(recoverInPlace(path, true)).rejects.toThrow("it belongs to another user");
  });
});

describe("a journal of a dead run", () => {
  it.each([
    ["here", DEAD, (token: string) => token],
    [
      "before the machine was started again",
      process.ppid,
      (token: string) => token.slice(0, 8) + token.slice(16) + token.slice(16),
    ],
    [
      "in a container that is gone",
      process.ppid,
      (token: string) => token.slice(0, 16) + token.slice(0, 8),
    ],
  ])("%s is acted upon", async (_, pid, at) => {
    const { path, journal } = place();
    const torn = Buffer.from(WHEEL);
    torn.set(journal.after.subarray(0, 10), journal.start);
    writeFileSync(path, torn);
    const left = { ...journal, pid, token: at(journal.token) };
    writeFileSync(journalOf(path), encodeJournal(left), { mode: 0o600 });
    expect(await recoverInPlace(path, true)).toEqual({ recovery: "undone", path });
    expect(readFileSync(path).equals(WHEEL)).toBe(true);
    expect(readdirSync(join(path, ".."))).toEqual([NAME]);
  });

  it("leaves another file alone that lies where its wheel was", async () => {
    const { path, journal } = place();
    writeFileSync(journalOf(path), encodeJournal({ ...journal, inode: 1n }), { mode: 0o600 });
    expect(await recoverInPlace(path, true)).toBeUndefined();
    expect(readFileSync(path).equals(WHEEL)).toBe(true);
    expect(existsSync(journalOf(path))).toBe(false);
  });

  it.each([
    ["cut before the tail", (wheel: Buffer) => wheel.subarray(0, -40)],
    ["grown beyond both tails", (wheel: Buffer) => Buffer.concat([wheel, Buffer.alloc(999)])],
    [
      "changed in its tail",
      (wheel: Buffer) => Buffer.concat([wheel.subarray(0, -9), Buffer.from("otherwise")]),
    ],
  ])("leaves a wheel alone that was %s since", async (_, change) => {
    const { path, journal } = place();
    const changed = change(Buffer.from(WHEEL));
    writeFileSync(path, changed);
    writeFileSync(journalOf(path), encodeJournal(journal), { mode: 0o600 });
    expect(await recoverInPlace(path, true)).toBeUndefined();
    expect(readFileSync(path).equals(changed)).toBe(true);
  });

  it("does not rename over a wheel that came since", async () => {
    const { path, journal } = place();
    const target = join(path, "..", NEW_NAME);
    writeFileSync(target, "another");
    const done = Buffer.concat([WHEEL.subarray(0, journal.start), journal.after]);
    writeFileSync(path, done);
    const left = { ...journal, target: NEW_NAME };
    writeFileSync(journalOf(path), encodeJournal(left), { mode: 0o600 });
    await recoverInPlace(path, true);
    expect(readFileSync(target, "utf8")).toBe("another");
    expect(readFileSync(path).equals(done)).toBe(true);
  });

  it("is found by the wheel's new name too", async () => {
    const { path, journal } = place();
    const target = join(path, "..", NEW_NAME);
    writeFileSync(journalOf(path), encodeJournal({ ...journal, target: NEW_NAME }), {
      mode: 0o600,
    });
    renameSync(path, target);
    expect(await recoverInPlace(target, true)).toEqual({ recovery: "completed", path: target });
    expect(readdirSync(join(path, ".."))).toEqual([NEW_NAME]);
  });

  it("says what is there when the same edit is asked for again", () => {
    const { path, journal } = place();
    const target = join(path, "..", NEW_NAME);
    writeFileSync(journalOf(path), encodeJournal({ ...journal, target: NEW_NAME }), {
      mode: 0o600,
    });
    renameSync(path, target);
    const again = run(["edit", "--post", "--in-place", path]);
    expect([again.status, again.stderr]).toEqual([
      2,
      expect.stringContaining(`is now completed, as \`${NEW_NAME}\``),
    ]);
    // And once more, when nothing is left of the first run.
    const third = run(["edit", "--post", "--in-place", path]);
    expect([third.status, third.stderr]).toEqual([2, expect.stringContaining(NEW_NAME)]);
  });
});
