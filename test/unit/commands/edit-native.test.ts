import {
  chmodSync,
  copyFileSync,
  existsSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { FORMATS } from "../../../src/formats.ts";
import { memorySource } from "../../../src/source.ts";
import { wheelkit } from "../../support/commands.ts";
import { peFixture } from "../../support/pe-fixtures.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { buildWheel, wheelFileName } from "../../support/wheel-builder.ts";

const MODULE = fileURLToPath(
  new URL("../../../fixtures/elf/bin/module-aarch64.elf.bin", import.meta.url),
);

function copyOfModule(folder: string): string {
  const path = join(folder, "libmodule.so");
  copyFileSync(MODULE, path);
  chmodSync(path, 0o750);
  return path;
}

function factsOf(path: string) {
  const [slice] = FORMATS.elf.open(memorySource(readFileSync(path))).facts(() => false).slices;
  return {
    id: slice.id,
    needed: slice.dependencies.map(({ name }) => name),
    paths: slice.searchPaths.map(({ path: entry }) => entry),
  };
}

describe("edit of a native file", () => {
  it("changes names and search paths in one go and leaves the input alone", async () => {
    const folder = scratchFolder();
    const path = copyOfModule(folder);
    const before = readFileSync(path);
    const [old = ""] = factsOf(path).needed;
    const out = join(folder, "out");
    const edits = ["--replace-needed", `${old}=libother.so.7`, "--set-id", "libmine.so.1"];
    const ran = await wheelkit(
      "edit",
      ...edits,
      "--set-rpath",
      "$ORIGIN/a:$ORIGIN/b",
      "-w",
      out,
      path,
    );
    expect(ran).toEqual({ status: 0, out: `${join(out, "libmodule.so")}\n`, err: "" });
    const after = factsOf(join(out, "libmodule.so"));
    expect(after.id).toBe("libmine.so.1");
    expect(after.needed).toContain("libother.so.7");
    expect(after.needed).not.toContain(old);
    expect(after.paths).toEqual(["$ORIGIN/a", "$ORIGIN/b"]);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(statSync(join(out, "libmodule.so")).mode & 0o777).toBe(0o750);
  });

  it("replaces the input when asked to, and the second time changes nothing", async () => {
    const folder = scratchFolder();
    const path = copyOfModule(folder);
    const edit = ["edit", "--in-place", "--set-id", "libmine.so.1", "-f", "json", path];
    const first = JSON.parse((await wheelkit(...edit)).out);
    expect(first.files).toEqual([
      {
        file: "libmodule.so",
        output: "libmodule.so",
        edits: [{ kind: "set-id", id: "libmine.so.1" }],
        warnings: [],
      },
    ]);
    expect(factsOf(path).id).toBe("libmine.so.1");
    const { ino } = statSync(path);
    const second = JSON.parse((await wheelkit(...edit)).out);
    expect(second.files[0].edits).toEqual([]);
    expect(statSync(path).ino).toBe(ino);
  });

  it("says what would be written and writes nothing in a dry run", async () => {
    const folder = scratchFolder();
    const out = join(folder, "out");
    const path = copyOfModule(folder);
    const ran = await wheelkit("edit", "-n", "--set-id", "libx.so", "-w", out, path);
    expect(ran).toEqual({ status: 0, out: "would write libmodule.so\n", err: "" });
    expect(existsSync(out)).toBe(false);
  });

  it("refuses a library that the file does not need, and names those that it does", async () => {
    const folder = scratchFolder();
    const path = copyOfModule(folder);
    const { status, err } = await wheelkit(
      ...["edit", "--replace-needed", "libno.so=libyes.so", "-w", join(folder, "out"), path],
    );
    expect(status).toBe(3);
    expect(err).toContain("nothing in it needs `libno.so`");
    for (const name of factsOf(path).needed) expect(err).toContain(name);
  });

  it("refuses what is not a native file, and goes on with the others", async () => {
    const folder = scratchFolder();
    const text = join(folder, "notes.txt");
    writeFileSync(text, "no library");
    const path = copyOfModule(folder);
    const out = join(folder, "out");
    const ran = await wheelkit("edit", "--set-id", "libx.so", "-w", out, text, path);
    expect(ran.status).toBe(2);
    expect(ran.err).toContain("notes.txt` is not a native file");
    expect(factsOf(join(out, "libmodule.so")).id).toBe("libx.so");
  });

  it.each(["B.DLL", "b"])("finds the DLL `b.dll` by %s, as Windows does", async (from) => {
    const folder = scratchFolder();
    const path = join(folder, "_x.pyd");
    writeFileSync(path, peFixture("module-x86_64"));
    const edits = ["--replace-needed", `${from}=other.dll`];
    const ran = await wheelkit("edit", "--in-place", ...edits, path);
    expect([ran.status, ran.err]).toEqual([0, ""]);
    const { slices } = FORMATS.pe.open(memorySource(readFileSync(path))).facts(() => false);
    expect(slices[0].dependencies.map(({ name }) => name)).toContain("other.dll");
    const absent = await wheelkit("edit", "--replace-needed", "bb=c.dll", "--in-place", path);
    expect([absent.status, absent.err]).toEqual([3, expect.stringContaining("needs `bb`")]);
  });

  it("takes no edits of metadata beside, and no value without its parts", async () => {
    const folder = scratchFolder();
    const path = copyOfModule(folder);
    for (const [edits, message] of [
      [["--set-id", "x", "--post"], "is for native files, the other edits are for wheels"],
      [["--replace-needed", "libz.so.1"], "names no two libraries"],
      [["--replace-needed", "=libz.so.1"], "names no two libraries"],
      [["--set-id", ""], "needs a name"],
    ] as const) {
      const { status, err } = await wheelkit("edit", ...edits, path);
      expect(status).toBe(2);
      expect(err).toContain(message);
    }
  });

  it("never takes a wheel for a library", async () => {
    const folder = scratchFolder();
    const spec = { files: { "demo.py": "" } };
    const wheel = join(folder, wheelFileName(spec));
    writeFileSync(wheel, buildWheel(spec));
    const { status, err } = await wheelkit("edit", "--set-id", "x", "--in-place", wheel);
    expect([status, err.includes("is not a native file")]).toEqual([2, true]);
  });
});
