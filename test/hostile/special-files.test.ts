/** Pipes, devices, sockets, folders and loops where a file is asked for: named, and never waited for. */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { wheelkit } from "../support/commands.ts";
import { scratchFolder } from "../support/scratch.ts";
import { buildWheel, wheelFileName } from "../support/wheel-builder.ts";

/** Each makes something that is no file at `path`. */
const KINDS: Readonly<Record<string, (path: string) => void | Promise<void>>> = {
  "a pipe": (path) => void execFileSync("mkfifo", [path]),
  "a link to a pipe": (path) => {
    execFileSync("mkfifo", [`${path}.pipe`]);
    symlinkSync(`${path}.pipe`, path);
  },
  "a folder": (path) => void mkdirSync(path),
  "the null device": (path) => symlinkSync("/dev/null", path),
  "a device without end": (path) => symlinkSync("/dev/zero", path),
  "a link to itself": (path) => symlinkSync(path, path),
  "a link to nothing": (path) => symlinkSync(`${path}.none`, path),
  "a socket": async (path) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    onTestFinished(() => void server.close());
  },
  "a file of 20 GB": (path) => {
    writeFileSync(path, "");
    truncateSync(path, 20e9);
  },
};

/** Command lines in which `X` is the special file and `WHEEL` a good wheel. */
const USES: readonly string[] = [
  "edit --patch X -n WHEEL",
  "edit --description X -n WHEEL",
  "edit --add-file X=demo/x.txt -n WHEEL",
  "edit --add-license X -n WHEEL",
  "audit --config X WHEEL",
  "audit --no-config --baseline X WHEEL",
  "audit --no-config X",
  "show X",
  "edit --set Keywords=x -n X",
  "tags --build 1 -n X",
  "links list X",
  "repair -n X",
  "diff X WHEEL",
  "repair --provided-by X -n WHEEL",
];

async function use(line: string, kind: string): Promise<readonly [string, number, string]> {
  const folder = scratchFolder();
  const wheel = join(folder, wheelFileName());
  writeFileSync(wheel, buildWheel());
  mkdirSync(join(folder, "s"));
  // A socket's path may have 107 bytes.
  const special = join(folder, "s", "x-1.0-py3-none-any.whl");
  await KINDS[kind]?.(special);
  const words = line.split(" ").map((word) => word.replace(/^X/, special).replace("WHEEL", wheel));
  const { status, err } = await wheelkit(...words);
  expect(readdirSync(folder).sort()).toEqual([wheelFileName(), "s"]);
  return [special, status, err];
}

describe.each(Object.keys(KINDS))("%s", (kind) => {
  it.each(USES)("is refused by name: wheelkit %s", async (line) => {
    const [special, status, err] = await use(line, kind);
    // A large file may be looked at: it is no wheel.
    expect(kind === "a file of 20 GB" ? [2, 4, 1] : [2], err).toContain(status);
    if (status === 2) expect(err).toContain(special);
    expect(err).not.toContain("bug");
  });
});

it("are tried with every option that takes a file", () => {
  expect(Object.keys(KINDS).length * USES.length).toBeGreaterThan(30);
});

describe("a settings file that is a pipe", () => {
  it("is passed over where nobody named it", async () => {
    const folder = scratchFolder();
    execFileSync("mkfifo", [join(folder, "wheelkit.toml"), join(folder, "pyproject.toml")]);
    const wheel = join(folder, wheelFileName());
    writeFileSync(wheel, buildWheel());
    const { wheelkitWith } = await import("../support/commands.ts");
    expect((await wheelkitWith({ cwd: folder }, "audit", wheel)).status).toBe(0);
  });
});

describe("a result that is to go where something special is", () => {
  it("is written to a device, which stays one", async () => {
    const wheel = join(scratchFolder(), wheelFileName());
    writeFileSync(wheel, buildWheel());
    const proof = join(scratchFolder(), "proof");
    symlinkSync("/dev/null", proof);
    const out = scratchFolder();
    const argv = ["edit", "--post", "--proof", proof, "-o", proof, "-w", out, wheel];
    const { status, err } = await wheelkit(...argv);
    expect([status, err]).toEqual([0, ""]);
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
    expect(existsSync(join(out, "demo-1.0.post1-py3-none-any.whl"))).toBe(true);
  });
});
