/** Pipes, devices, sockets, folders and loops where a file is asked for: named, and never waited for. */
import { execFileSync, spawn } from "node:child_process";
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
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Ran, wheelkit } from "../support/commands.ts";
import { scratchFolder } from "../support/scratch.ts";
import { buildWheel, wheelFileName } from "../support/wheel-builder.ts";

/** Each makes something that is no file at `path`. */
const KINDS: Readonly<Record<string, (path: string) => Promise<void>>> = {
  "a pipe": async (path) => void execFileSync("mkfifo", [path]),
  "a link to a pipe": async (path) => {
    execFileSync("mkfifo", [`${path}.pipe`]);
    symlinkSync(`${path}.pipe`, path);
  },
  "a folder": async (path) => void mkdirSync(path),
  "the null device": async (path) => symlinkSync("/dev/null", path),
  "a device without end": async (path) => symlinkSync("/dev/zero", path),
  "a link to itself": async (path) => symlinkSync(path, path),
  "a link to nothing": async (path) => symlinkSync(`${path}.none`, path),
  "a socket": async (path) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    onTestFinished(() => void server.close());
  },
  "a file of 20 GB": async (path) => {
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
  "shrink -n X",
  "fuse -n X WHEEL",
  "fuse -n WHEEL X",
  "edit --set-id x -n X",
  "edit --set-rpath /x -n X",
];

/** The same where a folder or a place for a report is asked for. */
const PLACES: readonly string[] = [
  "repair --sysroot X -n WHEEL",
  "show --sysroot X WHEEL",
  "audit --sysroot X WHEEL",
  "edit --set Keywords=x -w X WHEEL",
];

async function use(line: string, kind: string): Promise<readonly [string, number, string]> {
  const folder = scratchFolder();
  const wheel = join(folder, wheelFileName());
  writeFileSync(wheel, buildWheel());
  mkdirSync(join(folder, "s"));
  // A socket's path may have 107 bytes.
  const special = join(folder, "s", "x-1.0-py3-none-any.whl");
  await KINDS[kind]?.(special);
  const words = line
    .split(" ")
    .map((word) => word.replace(/(?<=^|=)X$|^X(?==)/, special).replace("WHEEL", wheel));
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

const NO_FOLDERS = Object.keys(KINDS).filter(
  (kind) => !["a folder", "a link to nothing"].includes(kind),
);
describe.each(NO_FOLDERS)("%s", (kind) => {
  it.each(PLACES)("is refused as a folder: wheelkit %s", async (line) => {
    const [special, status, err] = await use(line, kind);
    expect([status, err]).toEqual([2, expect.stringContaining(special)]);
  });

  it.each(["repair --ldpaths X -n WHEEL", "audit --exit-zero --ldpaths X WHEEL"])(
    "has no libraries: wheelkit %s",
    async (line) => {
      const [special, status, err] = await use(line, kind);
      expect([0, 2], err).toContain(status);
      expect(err).toContain(special);
    },
  );
});

describe("a report that is to go where nobody reads", () => {
  it.each(["a pipe", "a link to a pipe", "a folder", "a link to itself", "a socket"])(
    "is refused, and not waited for: %s",
    async (kind) => {
      for (const line of [
        "audit -o X WHEEL",
        "audit -f json=X WHEEL",
        "show -o X WHEEL",
        "edit --post -n -o X WHEEL",
        "diff -o X WHEEL WHEEL",
        "shrink -n -o X WHEEL",
        "explain -o X LNK001",
      ]) {
        const [special, status, err] = await use(line, kind);
        expect([line, status, err]).toEqual([line, 2, expect.stringContaining(special)]);
      }
    },
  );

  it("goes to a pipe that is read", async () => {
    const folder = scratchFolder();
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const wheel = join(scratchFolder(), wheelFileName());
    writeFileSync(wheel, buildWheel());
    const reader = spawn("cat", [pipe]);
    let read = "";
    reader.stdout.on("data", (chunk) => {
      read += chunk;
    });
    const closed = new Promise((resolve) => reader.on("close", resolve));
    // Until `cat` has opened it.
    const { status } = await eventually(() => wheelkit("audit", "-f", `json=${pipe}`, wheel));
    await closed;
    expect(status).toBe(0);
    expect(JSON.parse(read).schema).toBe("wheelkit.audit/1");
  });
});

async function eventually(run: () => Promise<Ran>): Promise<Ran> {
  for (let attempt = 0; ; attempt++) {
    const ran = await run();
    if (ran.status !== 2 || attempt === 20) return ran;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe("special files where a loader or a package manager keeps its own", () => {
  it.each(["a pipe", "a device without end", "a socket", "a folder", "a link to itself"])(
    "are passed over: %s",
    async (kind) => {
      const root = scratchFolder();
      const special = join(root, "x");
      await KINDS[kind]?.(special);
      for (const file of [
        "etc/ld.so.conf",
        "etc/ld.so.conf.d/a.conf",
        "etc/os-release",
        "usr/lib/os-release",
        "var/lib/dpkg/status",
        "var/lib/rpm/rpmdb.sqlite",
        "var/lib/rpm/Packages.db",
        "lib/apk/db/installed",
        "usr/lib/libgreeting.so.1",
        "lib/libc.so.6",
      ]) {
        mkdirSync(join(root, dirname(file)), { recursive: true });
        symlinkSync("/x", join(root, file));
      }
      const wheel = fileURLToPath(
        new URL(
          "../../fixtures/wheels/demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl",
          import.meta.url,
        ),
      );
      for (const command of ["audit --exit-zero", "show", "repair -n"]) {
        const argv = [...command.split(" "), "--sysroot", root, wheel];
        const { status, err } = await wheelkit(...argv);
        expect([0, 3], err).toContain(status);
        expect(err).not.toContain("bug");
      }
    },
  );
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
