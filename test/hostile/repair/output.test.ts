/** A repair that can't write its result says why, and leaves nothing. */
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  digestOf,
  type Finished,
  namesIn,
  type RunOptions,
  run,
} from "../../support/repair-process.ts";
import { LINUX_TAG, SUFFIX, workshop } from "../../support/repair-workshop.ts";
import { requireTool } from "../../support/tools.ts";

const hasTools = requireTool("gcc") !== undefined;
const isRoot = process.getuid?.() === 0;
/**
 * Root without leave to write everywhere. Another user would have none to read the checkout either, where
 * that is below a folder of root's own.
 */
const BOUND = 'set -- setpriv --bounding-set=-dac_override "$@";';
const boundRoot = !isRoot || requireTool("setpriv") !== undefined;

let folder = "";
let wheel = "";
let digest = "";
let result = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wheelkit-output-"));
  chmodSync(folder, 0o755);
  if (!hasTools) return;
  const shop = workshop(folder);
  const libf = shop.library("ext/libf.so.1", "int f(void) { return 41; }", { soname: "libf.so.1" });
  const module = shop.module("_x", "f()", { needs: [libf] });
  wheel = shop.wheel("in", {
    tag: LINUX_TAG,
    files: { [`demo/_x.${SUFFIX}`]: module, "demo/data.bin": new Uint8Array(randomBytes(3 << 20)) },
  });
  digest = digestOf(wheel);
  const { stdout } = repair(join(folder, "reference"));
  result = stdout.trim();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function repair(out: string, options: RunOptions = {}, input = wheel): Finished {
  return run(["repair", "--ldpaths", join(folder, "ext"), "-w", out, input], options);
}

let made = 0;
function fresh(mode = 0o755): string {
  const out = join(folder, `out-${made++}`);
  mkdirSync(out);
  chmodSync(out, mode);
  return out;
}

function failed({ status, stderr, stdout }: Finished, why: string | RegExp): void {
  expect(stderr).toMatch(why);
  expect(stderr).not.toContain("bug in wheelkit");
  expect(status).toBe(2);
  expect(stdout).toBe("");
  expect(digestOf(wheel)).toBe(digest);
}

describe.skipIf(!hasTools)("a result that can't be written", () => {
  it("because the disk is full", () => {
    const out = fresh();
    failed(repair(out, { shell: "ulimit -f 1024;" }), "the file would be larger than allowed");
    expect(namesIn(out)).toEqual([]);
  });

  it("because the file system is full", (context) => {
    const out = fresh();
    const mounted = "mount -t tmpfs -o size=1m none";
    const probe = run(["--version"], { shell: `${mounted} ${out} && umount ${out} &&` });
    if (!isRoot || probe.status !== 0) return context.skip();
    // The mount goes with its name space; what is left in it is told.
    const listed = `unshare -m sh -c '${mounted} ${out} && "$@"; code=$?; ls -A ${out}; exit $code' sh`;
    const { status, stderr, stdout } = repair(out, { shell: `set -- ${listed} "$@";` });
    expect(stderr).toContain("no space left on the device");
    expect([status, stdout]).toEqual([2, ""]);
    expect(digestOf(wheel)).toBe(digest);
  });

  it.skipIf(!boundRoot)("because the folder may not be written to", () => {
    const out = fresh(0o555);
    const options = isRoot ? { shell: BOUND } : {};
    failed(repair(out, options), "permission denied");
    expect(namesIn(out)).toEqual([]);
    failed(repair(join(out, "sub/deeper"), options), /could not create .*permission denied/);
  });

  it("because the folder is a file, or below one", () => {
    const out = join(folder, "file");
    writeFileSync(out, "kept");
    failed(repair(out), `\`${out}\` can't be a folder for results: a file is in the way`);
    failed(repair(join(out, "sub")), "a file is in the way");
    expect(namesIn(folder)).toContain("file");
  });

  it("because a folder has its name", () => {
    const out = fresh();
    mkdirSync(join(out, basename(result)));
    const { status, stderr } = repair(out);
    expect([status, stderr]).toEqual([2, expect.stringContaining("is a folder")]);
    expect(namesIn(out)).toEqual([basename(result)]);
  });

  it("because it is the input", () => {
    const out = fresh();
    const input = join(out, basename(result));
    copyFileSync(wheel, input);
    const before = digestOf(input);
    failed(repair(out, {}, input), /is the wheel that is read.*\n\nhint: name another folder with/);
    expect(namesIn(out)).toEqual([basename(result)]);
    expect(digestOf(input)).toBe(before);
    const link = join(fresh(), basename(result));
    symlinkSync(input, link);
    failed(repair(out, {}, link), "is the wheel that is read");
  });
});

describe.skipIf(!hasTools)("a result that can be written", () => {
  it("stands beside the input in the same folder", () => {
    const out = fresh();
    const input = join(out, basename(wheel));
    copyFileSync(wheel, input);
    expect(repair(out, {}, input).status).toBe(0);
    expect(namesIn(out)).toEqual([basename(wheel), basename(result)].sort());
    expect(digestOf(input)).toBe(digest);
  });

  it("is the input, when there is nothing to do", () => {
    const out = fresh();
    const input = join(out, basename(result));
    copyFileSync(result, input);
    const { status, stdout } = repair(out, {}, input);
    expect([status, stdout.trim()]).toEqual([0, input]);
    expect(digestOf(input)).toBe(digestOf(result));
  });

  it("takes the place of an older one, and of one that is linked elsewhere", () => {
    const out = fresh();
    const target = join(out, basename(result));
    writeFileSync(target, "old");
    linkSync(target, join(out, "other"));
    expect(repair(out).status).toBe(0);
    expect(digestOf(target)).toBe(digestOf(result));
    expect(digestOf(join(out, "other"))).not.toBe(digestOf(result));
  });
});
