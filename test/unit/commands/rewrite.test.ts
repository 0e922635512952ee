/** What the commands that write wheels share: where results go, and what is said of the input. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { wheelkit } from "../../support/commands.ts";
import { scratchFolder } from "../../support/scratch.ts";
import type { WheelSpec } from "../../support/wheel-builder.ts";
import { buildWheel, wheelFileName, wheelMembers } from "../../support/wheel-builder.ts";
import { buildZip } from "../../support/zip-builder.ts";

const SPEC: WheelSpec = {
  files: {
    "demo/__init__.py": "def main(): pass\n",
    "demo/data.txt": "data ".repeat(200),
    "demo-1.0.data/scripts/tool": "#!python\n",
  },
};

function writeWheel(folder: string, spec: WheelSpec = SPEC): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, wheelFileName(spec));
  writeFileSync(path, buildWheel(spec));
  return path;
}

describe("edit --canonical", () => {
  it.each([["--post"], ["--local", "cu12"], ["--version", "2.0"], ["--add-requires", "numpy"]])(
    "goes with %s %s",
    async (...flags) => {
      const out = scratchFolder();
      const given = flags.filter((flag) => flag !== undefined);
      const path = writeWheel(scratchFolder());
      const run = await wheelkit("edit", ...given, "--canonical", "-w", out, path);
      expect([run.status, run.err]).toEqual([0, ""]);
      const audit = await wheelkit("audit", "--select", "ZIP,REC,NAM,DST", run.out.trim());
      expect([audit.status, audit.err]).toEqual([0, ""]);
    },
  );
});

describe("a wheel so large that its copy is begun early", () => {
  it("is the same wheel as in place, and leaves nothing behind where the edit is refused", async () => {
    const folder = scratchFolder();
    const path = writeWheel(folder, {
      files: { "demo/data.bin": new Uint8Array(33 << 20).fill(1) },
      members: { "demo/data.bin": { method: 0 } },
    });
    const out = join(folder, "new", "out");
    const refused = await wheelkit("edit", "--remove-requires", "numpy", "-w", out, path);
    expect(refused.status).toBe(3);
    expect(readdirSync(folder)).toEqual([wheelFileName()]);

    const copied = await wheelkit("edit", "--post", "-w", out, path);
    expect([copied.status, copied.err]).toEqual([0, ""]);
    expect(readdirSync(out)).toEqual(["demo-1.0.post1-py3-none-any.whl"]);
    const inPlace = await wheelkit("edit", "--post", "--in-place", path);
    expect(inPlace.status).toBe(0);
    const [a, b] = [copied, inPlace].map((run) => readFileSync(run.out.trim()));
    expect(b !== undefined && a?.equals(b)).toBe(true);
  });
});

describe("a symbolic link to a wheel", () => {
  it("is followed, and told to lead nowhere when the wheel is renamed", async () => {
    const folder = scratchFolder();
    const path = writeWheel(folder);
    const link = join(folder, "link-1.0-py3-none-any.whl");
    symlinkSync(path, link);
    const kept = await wheelkit("edit", "--set", "Summary=x", "--in-place", link);
    expect([kept.status, kept.err]).toEqual([0, ""]);
    const renamed = await wheelkit("edit", "--post", "--in-place", link);
    expect([renamed.status, renamed.err]).toEqual([0, expect.stringContaining("will dangle")]);
  });
});

describe("results", () => {
  it.each([
    ["edit", ["--set", "Summary=x"]],
    ["edit", ["--canonical"]],
    ["edit", ["--set", "Summary=x", "--metadata-only"]],
    ["tags", ["--python-tag", "+py2"]],
    ["repair", ["--allow-pure-python-wheel"]],
  ])("of %s %j never bury another of the same run", async (command, flags) => {
    const folder = scratchFolder();
    const first = writeWheel(join(folder, "a"));
    const second = writeWheel(join(folder, "b"), { files: { "demo/__init__.py": "other\n" } });
    const out = join(folder, "out");
    const run = await wheelkit(command, ...flags, "-w", out, first, second);
    expect(run.status).toBe(3);
    expect(run.err).toContain(`was written in this run from \`${first}\` [EDT006]`);
    const alone = join(folder, "alone");
    await wheelkit(command, ...flags, "-w", alone, first);
    const [name = ""] = readdirSync(out);
    expect(readFileSync(join(out, name))).toEqual(readFileSync(join(alone, name)));
    expect((await wheelkit(command, ...flags, "-w", out, second)).status).toBe(0);
  });
});

describe("damage that the input has", () => {
  it("is told when it is passed on", async () => {
    const folder = scratchFolder();
    const path = writeWheel(folder, {
      ...SPEC,
      files: { ...SPEC.files, "aux.py": "" },
    });
    const flags = ["--set", "Summary=x"];
    const { status, err } = await wheelkit("edit", ...flags, "-w", join(folder, "out"), path);
    expect(status).toBe(0);
    expect(err).toMatch(/defect carried over from the input.*`aux.py`.*\[ZIP035\]/);
    expect((await wheelkit("tags", "--build", "1", "--in-place", path)).err).toContain("[ZIP035]");
  });

  it("in the bytes of members that are copied is refused, unless the edit replaces them", async () => {
    const folder = scratchFolder();
    const path = writeWheel(folder, {
      ...SPEC,
      record: (lines) =>
        lines.map((line) =>
          line.replace(/^demo\/data.txt,sha256=.{4}/, "demo/data.txt,sha256=AAAA"),
        ),
    });
    const flags = ["--set", "Summary=x"];
    const { status, err } = await wheelkit("edit", ...flags, "-w", join(folder, "out"), path);
    expect([status, err]).toEqual([3, expect.stringContaining("[REC008]")]);
    const hint = ["--remove-file", "demo/data.txt", "--add-file", `${path}=demo/data.txt`];
    expect((await wheelkit("edit", ...hint, "-w", join(folder, "out"), path)).status).toBe(0);
  });
});

describe("diff", () => {
  const spec: WheelSpec = {
    files: { "demo/a.py": "a", "demo/b.py": "b" },
  };

  it.each([
    ["edit", "--set", "Summary=x"],
    ["edit", "--version", "2.0"],
    ["tags", "--build", "1"],
    ["tags", "--python-tag", "py2.py3"],
  ])("blames no build for what %s %s %s did", async (...argv) => {
    const path = writeWheel(scratchFolder(), spec);
    const { out } = await wheelkit(...argv, "-w", scratchFolder(), path);
    const said = await wheelkit("diff", path, out.trim());
    expect(said.out).not.toMatch(/build back end|Usual causes/);
  });

  it("says what an edit moved, and looks for causes between two builds", async () => {
    const members = wheelMembers(spec);
    const other = ({ name }: (typeof members)[number]): boolean => name === "demo/a.py";
    const first = writeWheel(scratchFolder(), spec);
    const second = join(scratchFolder(), basename(first));
    writeFileSync(
      second,
      buildZip([...members.filter((each) => !other(each)), ...members.filter(other)]),
    );
    const { out } = await wheelkit("diff", first, second);
    expect(out).toContain("order of members (`demo/a.py` moved)");
    expect(out).toContain("build back end");
  });
});

describe("folders and files that are not wheels", () => {
  it("are named, and are not bug", async () => {
    const folder = scratchFolder();
    const good = writeWheel(folder);
    const bad = join(folder, "bad-1.0-py3-none-any.whl");
    writeFileSync(bad, "no zip");
    const directory = await wheelkit("diff", folder, good);
    expect(directory).toMatchObject({ status: 2, out: "" });
    expect(directory.err).toContain(`\`${folder}\`: this is a folder`);
    const broken = await wheelkit("diff", good, bad);
    expect([broken.status, broken.err]).toEqual([4, expect.stringContaining(`\`${bad}\`: `)]);
    const missing = await wheelkit("diff", good, join(folder, "none.whl"));
    expect([missing.status, missing.err]).toEqual([2, expect.stringContaining("none.whl")]);
  });

  it("are looked into by links", async () => {
    const folder = scratchFolder();
    writeWheel(folder);
    const listed = await wheelkit("links", "list", folder);
    expect(listed).toMatchObject({ status: 0, out: "", err: expect.stringContaining("no links") });
    expect((await wheelkit("links", "list", "-q", folder)).err).toBe("");
    expect((await wheelkit("links", "check", folder)).out).toContain("ok demo-1.0");
    expect((await wheelkit("links", "check", join(folder, "none"))).status).toBe(2);
  });
});

describe("repair", () => {
  it.each([
    [["--plat", "manylinux2014"], "did you mean `manylinux2014_x86_64`?"],
    [["--plat", "manylinux_2_99_x86_64"], "newer than every policy"],
    [["--plat", "musllinux_1_9_aarch64"], "newer than every policy"],
    [["--exclude", "lib[a"], "without its `]`"],
  ])("takes %j for a mistake", async (flags, message) => {
    const path = writeWheel(scratchFolder());
    const { status, err } = await wheelkit("repair", ...flags, "-n", path);
    expect([status, err]).toEqual([2, expect.stringContaining(message)]);
  });

  it("warns of folders that are not there", async () => {
    const path = writeWheel(scratchFolder());
    const { status, err } = await wheelkit("repair", "--ldpaths", "/nope", "-n", path);
    expect([status, err]).toEqual([0, expect.stringContaining("no folder `/nope`")]);
  });
});

describe("what is said", () => {
  it("of two places for one result", async () => {
    const path = writeWheel(scratchFolder());
    for (const line of ["edit --post", "tags --build 1", "links remove"]) {
      const args = [...line.split(" "), "--in-place", "-w", "x", path];
      const { status, err } = await wheelkit(...args, ...(line.startsWith("links") ? ["a"] : []));
      expect([status, err]).toEqual([2, expect.stringContaining("contradict each other")]);
    }
  });

  it("of a tag that is forced, and nothing of pure wheels with -q", async () => {
    const path = writeWheel(scratchFolder());
    const name = "demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl";
    const native = fileURLToPath(new URL(`../../../fixtures/wheels/${name}`, import.meta.url));
    const args = ["--platform-tag", "any", "-n", native];
    expect((await wheelkit("tags", ...args)).err).toContain("`--force`");
    const forced = await wheelkit("tags", "--force", ...args);
    expect([forced.status, forced.err]).toEqual([0, expect.stringMatching(/^warning: .*TAG/)]);
    expect((await wheelkit("repair", "-n", path)).err).toContain("no native code");
    expect((await wheelkit("repair", "-q", "-n", path)).err).toBe("");
  });
});
