import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { entriesOf, readWheel, wheelkit, wheelkitWith } from "../../support/commands.ts";
import { scratchFolder } from "../../support/scratch.ts";
import type { WheelSpec } from "../../support/wheel-builder.ts";
import { buildWheel, wheelFileName } from "../../support/wheel-builder.ts";

const NATIVE = "demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl";
const METADATA = [
  "Metadata-Version: 2.1",
  "Name: demo",
  "Version: 1.0",
  "Summary:  spelled  with two blanks ",
  "Description-Content-Type: text/x-rst",
  "Classifier: A :: B",
  "Requires-Dist: numpy (>=1.20)",
  'Requires-Dist: requests[socks]>=2; python_version < "3.12"',
  "",
  "Ünïcode body\n\n  folded\n",
].join("\n");

const SPEC: WheelSpec = {
  files: {
    "demo/__init__.py": "def main(): pass\n",
    "demo/data.txt": "data ".repeat(200),
    "demo-1.0.data/scripts/tool": "#!python\n",
    "%/METADATA": METADATA,
    "%/entry_points.txt": "[console_scripts]\ndemo = demo:main\n",
    "%/LICENSE": "MIT",
  },
};

function writeWheel(folder: string, spec: WheelSpec = SPEC): string {
  const path = join(folder, wheelFileName(spec));
  writeFileSync(path, buildWheel(spec));
  return path;
}

describe("edit", () => {
  it("moves a version everywhere and leaves every other byte", async () => {
    const folder = scratchFolder();
    const path = writeWheel(folder, {
      files: {
        ...SPEC.files,
        "%/sboms/a.cdx.json": '{"metadata":{"component":{"name":"demo","version":"1.0"}}}',
      },
    });
    const { status, out } = await wheelkit("edit", "--post", "-w", join(folder, "out"), path);
    expect([status, out]).toEqual([0, `${join(folder, "out/demo-1.0.post1-py3-none-any.whl")}\n`]);
    const before = readWheel(path);
    const after = readWheel(out.trim());
    const moved = (name: string): string => name.replace("demo-1.0.d", "demo-1.0.post1.d");
    expect([...after.keys()]).toEqual([...before.keys()].map(moved));
    for (const [name, text] of before) {
      const now = after.get(moved(name)) ?? "";
      if (name.endsWith("/METADATA"))
        expect(now).toBe(text.replace("Version: 1.0\n", "Version: 1.0.post1\n"));
      else if (name.endsWith("/RECORD"))
        expect(now.split("\n").map((row) => row.split(",")[0])).toEqual(
          text.split("\n").map((row) => moved(row.split(",")[0] ?? "")),
        );
      else if (name.endsWith(".json")) expect(now).toBe(text.replace("1.0", "1.0.post1"));
      else expect(now).toBe(text);
    }
  });

  it.each([
    ["--version 2!3.0RC1", "demo-2!3.0rc1-py3-none-any.whl"],
    ["--local CUDA.12", "demo-1.0+cuda.12-py3-none-any.whl"],
    ["--post --post", "demo-1.0.post2-py3-none-any.whl"],
    ["--version 1.0.0", "demo-1.0.0-py3-none-any.whl"],
  ])("%s gives %s", async (flags, name) => {
    const folder = scratchFolder();
    const { status } = await wheelkit(
      "edit",
      ...flags.split(" "),
      "-w",
      folder,
      writeWheel(scratchFolder()),
    );
    expect([status, readdirSync(folder)]).toEqual([0, [name]]);
  });

  it("applies edits in the order in which they are given", async () => {
    const folder = scratchFolder();
    const args = [
      "--add-requires",
      "b",
      "--remove-requires",
      "b",
      "--set",
      "Summary=x",
      "--unset",
      "Summary",
    ];
    const { status, err } = await wheelkit("edit", ...args, "--in-place", writeWheel(folder));
    expect([status, err]).toEqual([0, ""]);
    const { status: other } = await wheelkit(
      "edit",
      "--remove-requires",
      "b",
      "--add-requires",
      "b",
      "--in-place",
      join(folder, "demo-1.0-py3-none-any.whl"),
    );
    expect(other).toBe(3);
  });

  it("edits single fields and nothing else", async () => {
    const path = writeWheel(scratchFolder());
    const { status } = await wheelkit(
      "edit",
      "--constrain",
      "numpy<2.3",
      "--replace-requires",
      "requests>=3",
      "--requires-python",
      ">=3.10",
      "--add-classifier",
      "C :: D",
      "--set",
      "license-expression=MIT",
      "--in-place",
      path,
    );
    expect(status).toBe(0);
    expect(readWheel(path).get("demo-1.0.dist-info/METADATA")).toBe(
      METADATA.replace("2.1", "2.4")
        .replace("(>=1.20)", "(>=1.20,<2.3)")
        .replace(
          'requests[socks]>=2; python_version < "3.12"',
          "requests>=3\nRequires-Python: >=3.10",
        )
        .replace("A :: B", "A :: B\nClassifier: C :: D")
        .replace("Classifier: A", "License-Expression: MIT\nClassifier: A"),
    );
  });

  it("adds and removes files, entry points, licences and the description", async () => {
    const folder = scratchFolder();
    const path = writeWheel(folder);
    const [script, license, readme] = ["run.sh", "COPYING", "README.md"].map((name) =>
      join(folder, name),
    );
    writeFileSync(script ?? "", "#!/bin/sh\n");
    chmodSync(script ?? "", 0o700);
    writeFileSync(license ?? "", "free");
    writeFileSync(readme ?? "", "# Title\n");
    const before = readWheel(path);
    const { status, err } = await wheelkit(
      "edit",
      "--add-file",
      `${script}=demo/run.sh`,
      "--add-entry-point",
      "console_scripts:two=demo:main",
      "--add-license",
      license ?? "",
      "--description",
      readme ?? "",
      "--remove-file",
      "demo/data.txt",
      "--in-place",
      path,
    );
    expect([status, err]).toEqual([0, ""]);
    const after = readWheel(path);
    expect(after.get("demo/run.sh")).toBe("#!/bin/sh\n");
    expect(entriesOf(path).find(({ name }) => name === "demo/run.sh")?.externalAttributes).toBe(
      (0o100755 << 16) >>> 0,
    );
    expect(after.has("demo/data.txt")).toBe(false);
    expect(after.get("demo-1.0.dist-info/licenses/COPYING")).toBe("free");
    expect(after.get("demo-1.0.dist-info/entry_points.txt")).toContain("two = demo:main");
    const metadata = after.get("demo-1.0.dist-info/METADATA") ?? "";
    expect(metadata).toContain("Metadata-Version: 2.4\n");
    expect(metadata).toContain("License-File: COPYING\n");
    expect(metadata).toMatch(/Description-Content-Type: text\/markdown\n[\s\S]*\n\n# Title\n$/);
    const audit = await wheelkit("audit", "--select", "ZIP,REC,MET,DST,EPT,WHL", path);
    expect(audit.status).toBe(0);
    await wheelkit("edit", "--remove-entry-point", "console_scripts:two", "--in-place", path);
    expect(readWheel(path).get("demo-1.0.dist-info/entry_points.txt")).toBe(
      before.get("demo-1.0.dist-info/entry_points.txt"),
    );
  });

  const X = "x";
  /** What no wheel could take is a mistake on the command line. */
  const USAGE = new Set([
    "an invalid version",
    "an invalid local label",
    "a line break in a requirement",
    "a line break in a classifier",
    "a field that is none",
    "a broken requirement",
    "a broken specifier",
  ]);
  it.each([
    ["an invalid version", ["--version", "1.0.bad!"], "NAM003"],
    ["an invalid local label", ["--local", "a b"], "NAM003"],
    ["another name", ["--set", "Name=other"], "EDT002"],
    ["a version by the back door", ["--set", "Version=2"], "MET003"],
    ["a line break", ["--set", "Summary=a\nRequires-Dist: evil"], "EDT001"],
    ["a carriage return", ["--set", "Summary=a\rb"], "EDT001"],
    ["a Unicode line break", ["--set", "Summary=a\u2028b"], "EDT001"],
    ["a line break in a requirement", ["--add-requires", "a\nb"], "MET009"],
    ["a line break in a classifier", ["--add-classifier", "a :: b\n"], "EDT001"],
    ["a field that is none", ["--set", "Sumary=x"], "MET005"],
    [
      "a field newer than the version given",
      ["--set", "License-Expression=MIT", "--set", "Metadata-Version=2.1"],
      "MET004",
    ],
    ["an unknown Metadata-Version", ["--set", "Metadata-Version=9.9"], "MET002"],
    ["an invalid licence", ["--set", "License-Expression=Not A License"], "MET017"],
    ["a broken requirement", ["--add-requires", "numpy >> 1"], "MET009"],
    ["an address as requirement", ["--add-requires", "a @ https://example.org/a.whl"], "MET009"],
    ["a broken specifier", ["--requires-python", "3.10"], "MET010"],
    ["a requirement that is not there", ["--constrain", "scipy<2"], "EDT003"],
    ["a field that is not there", ["--unset", "Author"], "EDT003"],
    ["a needed field", ["--unset", "Name"], "MET003"],
    ["RECORD", ["--remove-file", "demo-1.0.dist-info/RECORD"], "REC001"],
    ["METADATA", ["--remove-file", "demo-1.0.dist-info/METADATA"], "MET001"],
    ["WHEEL", ["--remove-file", "demo-1.0.dist-info/WHEEL"], "WHL001"],
    ["a module that an entry point needs", ["--remove-file", "demo/__init__.py"], "EPT004"],
    ["a file that is not there", ["--remove-file", "demo/nope.py"], "EDT003"],
    ["path traversal", ["--add-file", "X=../../evil.py"], "ZIP031"],
    ["an absolute path", ["--add-file", "X=/etc/evil"], "ZIP031"],
    ["a drive", ["--add-file", "X=C:/evil"], "ZIP031"],
    ["backslashes", ["--add-file", "X=demo\\evil.py"], "ZIP031"],
    ["a file that is there", ["--add-file", "X=demo/data.txt"], "ZIP008"],
    ["a name that differs in case", ["--add-file", "X=demo/DATA.txt"], "ZIP034"],
    ["a device of Windows", ["--add-file", "X=demo/aux.py"], "ZIP035"],
    ["a file below a file", ["--add-file", "X=demo/data.txt/x"], "ZIP038"],
    ["a control character", ["--add-file", "X=demo/a\u0001b"], "ZIP018"],
    ["the interpreter", ["--add-file", "X=demo-1.0.data/scripts/python3"], "DST008"],
    ["a file of the installer", ["--add-file", "X=demo-1.0.dist-info/INSTALLER"], "DST010"],
    ["an unknown scheme", ["--add-file", "X=demo-1.0.data/nope/a"], "DST005"],
    ["a second dist-info", ["--add-file", "X=other-1.dist-info/METADATA"], "DST001"],
    [
      "a script name with a slash",
      ["--add-entry-point", "console_scripts:../x=demo:main"],
      "EPT002",
    ],
    ["a script without a function", ["--add-entry-point", "console_scripts:x=demo"], "EPT003"],
    ["a script twice", ["--add-entry-point", "console_scripts:demo=demo:main"], "EPT001"],
  ])("refuses %s and writes nothing", async (what, args, code) => {
    const folder = scratchFolder();
    const path = writeWheel(folder);
    writeFileSync(join(folder, X), "content");
    const given = args.map((arg) => arg.replace(/^X=/, `${join(folder, X)}=`));
    const out = join(folder, "out");
    const bytes = readFileSync(path);
    for (const where of [["-w", out], ["--in-place"]]) {
      const { status, err } = await wheelkit("edit", ...given, ...where, path);
      const expected = USAGE.has(what) ? 2 : 3;
      expect([status, err]).toEqual([expected, expect.stringContaining(`[${code}]`)]);
    }
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(existsSync(out)).toBe(false);
    expect(readdirSync(folder).sort()).toEqual([path.slice(folder.length + 1), X].sort());
  });

  it("drops the signatures of RECORD with a warning", async () => {
    const path = writeWheel(scratchFolder(), {
      files: SPEC.files ?? {},
      extra: [{ name: "demo-1.0.dist-info/RECORD.jws", data: "{}" }],
    });
    const { err } = await wheelkit("edit", "--set", "Summary=x", "--in-place", path);
    expect(err).toContain("RECORD.jws` is left out");
    expect(readWheel(path).has("demo-1.0.dist-info/RECORD.jws")).toBe(false);
  });

  it("gives back the input when nothing changes, whatever it looks like", async () => {
    const folder = scratchFolder();
    const spec: WheelSpec = { ...SPEC, record: (lines) => [...lines].reverse() };
    const path = writeWheel(folder, spec);
    const { out } = await wheelkit(
      "edit",
      "--set",
      "Summary=spelled  with two blanks ",
      "-w",
      join(folder, "out"),
      path,
    );
    expect(readFileSync(out.trim()).equals(readFileSync(path))).toBe(true);
  });

  it("takes the time of the newest member, or SOURCE_DATE_EPOCH", async () => {
    const folder = scratchFolder();
    const path = writeWheel(folder);
    const times = async (
      env: Record<string, string>,
      ...args: string[]
    ): Promise<readonly number[]> => {
      const { out } = await wheelkitWith(
        { env },
        "edit",
        "--post",
        ...args,
        "-w",
        join(folder, "out"),
        path,
      );
      return entriesOf(out.trim())
        .filter(({ name }) => /METADATA|__init__/.test(name))
        .map(({ dosDate }) => dosDate);
    };
    const old = (40 << 9) | (1 << 5) | 1;
    const day = (43 << 9) | (11 << 5) | 14;
    expect(await times({})).toEqual([old, old]);
    expect(await times({ SOURCE_DATE_EPOCH: "1700000000" })).toEqual([old, day]);
    expect(await times({ SOURCE_DATE_EPOCH: "x" }, "--source-date-epoch", "1700000000")).toEqual([
      old,
      day,
    ]);
    expect(
      (await wheelkitWith({ env: { SOURCE_DATE_EPOCH: "x" } }, "edit", "--post", path)).status,
    ).toBe(2);
  });

  it("says what it would do, as text and as JSON, and does it not", async () => {
    const folder = scratchFolder();
    const path = writeWheel(folder);
    const text = await wheelkit("edit", "-n", "--post", path);
    expect(text.out).toContain(
      "would write demo-1.0.post1-py3-none-any.whl\n  METADATA\n    - Version: 1.0\n    + Version: 1.0.post1\n",
    );
    const json = await wheelkit("edit", "-n", "--post", "-f", "json", path);
    expect(JSON.parse(json.out)).toMatchObject({
      schema: "wheelkit.edit/1",
      wheels: [
        {
          file: "demo-1.0-py3-none-any.whl",
          output: "demo-1.0.post1-py3-none-any.whl",
          added: [],
          removed: [],
        },
      ],
    });
    expect(readdirSync(folder)).toEqual(["demo-1.0-py3-none-any.whl"]);
  });

  it("handles every wheel although one fails, and refuses to overwrite its input", async () => {
    const folder = scratchFolder();
    const good = writeWheel(folder);
    const bad = join(folder, "bad-1.0-py3-none-any.whl");
    writeFileSync(bad, "no zip");
    const { status, out, err } = await wheelkit(
      "edit",
      "--post",
      "-w",
      join(folder, "out"),
      bad,
      good,
    );
    expect(status).toBe(4);
    expect(out).toContain("demo-1.0.post1");
    expect(err).toContain("bad-1.0");
    const same = await wheelkit("edit", "--set", "Summary=x", "-w", folder, good);
    expect([same.status, same.err]).toEqual([
      2,
      expect.stringContaining("is the wheel that is read"),
    ]);
    expect((await wheelkit("edit", good)).status).toBe(2);
  });
});

describe("edit --patch", () => {
  function fixture(patch: string): {
    folder: string;
    out: string;
    run: (...args: string[]) => ReturnType<typeof wheelkit>;
  } {
    const folder = scratchFolder();
    const dist = join(folder, "dist");
    mkdirSync(dist);
    for (const tag of [
      "cp311-cp311-win_amd64",
      "cp312-cp312-manylinux_2_17_x86_64",
      "py3-none-any",
    ]) {
      writeWheel(dist, { ...SPEC, tag });
    }
    writeFileSync(join(folder, "fixes.toml"), patch);
    const out = join(folder, "out");
    const run = (...args: string[]) =>
      wheelkit("edit", "--patch", join(folder, "fixes.toml"), "-w", out, ...args, dist);
    return { folder, out, run };
  }

  it("makes the next post-release of every wheel that matches", async () => {
    const { out, run } = fixture(
      '[[patch]]\nname = "Demo"\nversion = ">=1,<2"\nconstrain = "numpy<2.3"\n',
    );
    expect((await run()).status).toBe(0);
    expect(readdirSync(out).sort()).toEqual([
      "demo-1.0.post1-cp311-cp311-win_amd64.whl",
      "demo-1.0.post1-cp312-cp312-manylinux_2_17_x86_64.whl",
      "demo-1.0.post1-py3-none-any.whl",
    ]);
    const first = readdirSync(out).map((name) => readFileSync(join(out, name)).toString("base64"));
    await run();
    expect(
      readdirSync(out).map((name) => readFileSync(join(out, name)).toString("base64")),
    ).toEqual(first);
  });

  it.each([
    ['tags = "cp311-*"', ["cp311"]],
    ['tags = ["*-manylinux*", "py3-*"]', ["cp312", "py3"]],
    ["marker = \"sys_platform == 'linux'\"", ["cp312", "py3"]],
    ["marker = \"python_version < '3.12' and os_name == 'nt'\"", ["cp311", "py3"]],
    ['requires = "NumPy"', ["cp311", "cp312", "py3"]],
  ])("chooses wheels by %s", async (condition, tags) => {
    const { out, run } = fixture(
      `[[patch]]\nname = "demo"\n${condition}\npost = false\nset = {Summary = "x"}\n`,
    );
    expect((await run()).status).toBe(0);
    expect(
      readdirSync(out)
        .map((name) => name.split("-")[2])
        .sort(),
    ).toEqual(tags);
  });

  it("writes only metadata for an index on request", async () => {
    const { out, run } = fixture(
      '[[patch]]\nname = "demo"\ntags = "py3-*"\nreplace-requires = ["numpy>=2"]\nunset = "Classifier"\n',
    );
    expect((await run("--metadata-only")).status).toBe(0);
    expect(readdirSync(out)).toEqual(["demo-1.0-py3-none-any.whl.metadata"]);
    const [name = ""] = readdirSync(out);
    expect(readFileSync(join(out, name), "utf8")).toBe(
      METADATA.replace("numpy (>=1.20)", "numpy>=2").replace("Classifier: A :: B\n", ""),
    );
    expect((await run("--metadata-only", "--post")).err).toContain("[EDT008]");
  });

  it("writes nothing when a patch matches nothing, unless that is allowed", async () => {
    const { out, run } = fixture(
      '[[patch]]\nname = "demo"\nset={Summary="x"}\n[[patch]]\nname = "other"\nset={Summary="y"}\n',
    );
    const { status, err } = await run();
    expect([status, err]).toEqual([
      3,
      expect.stringContaining("no wheel matches patch 2 (`other`)"),
    ]);
    expect(existsSync(out)).toBe(false);
    expect((await run("--allow-unmatched")).status).toBe(0);
  });

  it.each([
    ["", "has no `[[patch]]`"],
    ["[[patch]]\nconstrain = 'a<1'", "`name` is missing"],
    ["[[patch]]\nname = 'a'", "it changes nothing"],
    ["[[patch]]\nname = 'a'\nconstrian = 'b<1'", "`constrian` is not a key"],
    ["[[patch]]\nname = 'a'\nversion = '1'\npost = true", "`version` is not a version specifier"],
    ["[[patch]]\nname = 'a'\nmarker = 'x'\npost = true", "`marker` is not a marker"],
    ["[[patch]]\nname = 'a'\nset = {A = 1}", "`set.A` must be a text"],
    ["[[patches]]\nname = 'a'", "`patches` is not a key"],
    ["[[patch", "is not a TOML"],
    // What no wheel could take is a mistake of the file, whatever wheels are named.
    [
      "[[patch]]\nname = 'a'\nconstrain = 'b<<1'",
      "patch 1: `constrain`: `b<<1` is not a requirement",
    ],
    ["[[patch]]\nname = 'a'\nnew-version = 'x'", "patch 1: `new-version`: the new version `x`"],
    ["[[patch]]\nname = 'a'\nset = {Sumary = 'x'}", "patch 1: `set`: `Sumary` is not a field"],
    ["[[patch]]\nname = 'a'\nremove-entry-point = 'x'", "patch 1: `remove-entry-point`: `x` names"],
  ])("says what is wrong with the file %j", async (patch, message) => {
    const { run } = fixture(patch);
    const { status, err } = await run();
    expect([status, err]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe("tags", () => {
  it.each([
    ["--python-tag +py2", "demo-1.0-py2.py3-none-any.whl", ["py2-none-any", "py3-none-any"]],
    [
      "--python-tag py310.py39",
      "demo-1.0-py310.py39-none-any.whl",
      ["py310-none-any", "py39-none-any"],
    ],
    ["--build 7", "demo-1.0-7-py3-none-any.whl", ["py3-none-any"]],
  ])("%s gives %s", async (flags, name, tags) => {
    const folder = scratchFolder();
    const path = writeWheel(scratchFolder());
    const { status, err } = await wheelkit("tags", ...flags.split(" "), "-w", folder, path);
    expect([status, err, readdirSync(folder)]).toEqual([0, "", [name]]);
    const wheel = readWheel(join(folder, name)).get("demo-1.0.dist-info/WHEEL") ?? "";
    expect(
      wheel
        .split("\n")
        .flatMap((line) => line.split("Tag: ")[1] ?? [])
        .sort(),
    ).toEqual(tags);
    const audit = await wheelkit("audit", "--select", "WHL,NAM,REC", join(folder, name));
    expect(audit.status).toBe(0);
  });

  it("make the folder that they are told to write to, and leave the wheel where it is", async () => {
    const folder = join(scratchFolder(), "not", "there", "yet");
    const path = writeWheel(scratchFolder());
    const before = readFileSync(path);
    const { status } = await wheelkit("tags", "--python-tag", "+py2", "-w", folder, path);
    expect([status, readdirSync(folder)]).toEqual([0, ["demo-1.0-py2.py3-none-any.whl"]]);
    expect(readFileSync(path)).toEqual(before);
  });

  it("removes tags and build numbers, and comes back to the same bytes of WHEEL", async () => {
    const folder = scratchFolder();
    const path = writeWheel(folder);
    const before = readWheel(path);
    await wheelkit("tags", "--in-place", "--python-tag", "+py2", "--build", "3", path);
    await wheelkit(
      "tags",
      "--remove",
      "--python-tag",
      "-py2",
      "--build",
      "",
      join(folder, "demo-1.0-3-py2.py3-none-any.whl"),
    );
    expect(readdirSync(folder)).toEqual(["demo-1.0-py3-none-any.whl"]);
    expect(readWheel(path)).toEqual(before);
  });

  it.each([
    ["any", "TAG001"],
    ["win_amd64", "TAG003"],
    ["manylinux_2_17_aarch64", "TAG002"],
    ["manylinux_2_5_x86_64", "TAG004"],
  ])("refuses %s for what the content says, unless forced", async (tag, code) => {
    const path = fileURLToPath(new URL(`../../../fixtures/wheels/${NATIVE}`, import.meta.url));
    const args = ["tags", "--platform-tag", tag, "-n", path];
    const { status, err } = await wheelkit(...args);
    expect([status, err]).toEqual([3, expect.stringContaining(`[${code}]`)]);
    expect((await wheelkit(...args, "--force")).status).toBe(0);
    const true_ = await wheelkit("tags", "--platform-tag", "manylinux_2_34_x86_64", "-n", path);
    expect(true_.status).toBe(0);
  });

  it.each([
    ["a tag that is not there", ["--python-tag", "-cp39"], "EDT003"],
    ["the last tag", ["--python-tag", "-py3"], "NAM001"],
    ["no tag", ["--platform-tag", "a-b"], "NAM001", 2],
    ["a platform of one part", ["--platform-tag", "foo"], "NAM001", 2],
    ["a platform without an architecture", ["--platform-tag", "manylinux2014"], "NAM001", 2],
    ["a known platform that is misspelt", ["--platform-tag", "+macosx_11_arm64"], "NAM001", 2],
    ["a platform that PyPI does not take", ["--platform-tag", "freebsd_14_amd64"], "NAM006"],
    ["an empty tag", ["--python-tag", ""], "NAM001", 2],
    ["a version that is none", ["--python-tag", "py3x"], "NAM001", 2],
    ["a build number without a digit", ["--build", "x"], "NAM004", 2],
  ])("refuses %s", async (_, args, code, expected = 3) => {
    const { status, err } = await wheelkit(
      "tags",
      ...args,
      "--in-place",
      writeWheel(scratchFolder()),
    );
    expect([status, err]).toEqual([expected, expect.stringContaining(`[${code}]`)]);
  });
});

describe("messages", () => {
  it("name what the wheel has, and not what edits of the same run have added", async () => {
    const path = writeWheel(scratchFolder());
    const run = async (...args: readonly string[]): Promise<string> =>
      (await wheelkit("edit", ...args, "-n", path)).err;
    const missing = await run("--add-requires", "pending", "--remove-requires", "scipy");
    expect(missing).toContain("does not require `scipy`");
    expect(missing).not.toContain("pending");
    const twice = await run("--add-requires", "pending", "--remove-requires", "pending");
    expect(twice).toBe("");
    const entry = "console_scripts:pending=demo:main";
    const script = await run(
      "--add-entry-point",
      entry,
      "--remove-entry-point",
      "console_scripts:x",
    );
    expect(script).toContain("[EDT003]");
    expect(script).not.toContain("pending");
  });

  it("name `--force` where it helps, and say once what it did", async () => {
    const path = writeWheel(scratchFolder());
    const args = ["tags", "--platform-tag", "freebsd_14_amd64", "-n", path];
    expect((await wheelkit(...args)).err).toContain("hint: `--force`");
    const { status, err } = await wheelkit(...args, "--force");
    expect([status, err.match(/NAM006/g)?.length]).toEqual([0, 1]);
  });

  it("say that METADATA can't be edited behind a byte order mark", async () => {
    const path = writeWheel(scratchFolder(), {
      files: { "%/METADATA": "\ufeffMetadata-Version: 2.1\nName: demo\nVersion: 1.0\n" },
    });
    for (const args of [["--post"], ["--set", "Summary=x"], ["--add-requires", "a"]]) {
      const { status, err } = await wheelkit("edit", ...args, "-n", path);
      expect([status, err]).toEqual([3, expect.stringContaining("byte order mark")]);
    }
  });

  it("of an unreadable archive end with what is wrong", async () => {
    const path = join(scratchFolder(), "demo-1.0-py3-none-any.whl");
    writeFileSync(path, buildWheel().subarray(0, 300));
    const { status, err } = await wheelkit("edit", "--post", "-n", path);
    expect([status, err]).toEqual([4, expect.not.stringContaining("(archive)")]);
  });
});

describe("diff", () => {
  it("proves that an edit touched metadata alone", async () => {
    const folder = scratchFolder();
    const path = writeWheel(folder);
    const proof = join(folder, "proof.jsonl");
    const { out } = await wheelkit(
      "edit",
      "--post",
      "--proof",
      proof,
      "-w",
      join(folder, "out"),
      path,
    );
    const only = ["diff", "--exit-code", "--only", "metadata"];
    expect((await wheelkit(...only, path, out.trim())).status).toBe(0);
    expect((await wheelkit("diff", "--exit-code", path, out.trim())).status).toBe(1);
    expect((await wheelkit("diff", "--exit-code", path, path)).status).toBe(0);
    const statement = JSON.parse(readFileSync(proof, "utf8"));
    expect(statement).toMatchObject({
      _type: "https://in-toto.io/Statement/v1",
      subject: [{ name: "demo-1.0.post1-py3-none-any.whl" }, { name: "demo-1.0-py3-none-any.whl" }],
      predicate: {
        differences: ["metadata"],
        metadata: [{ field: "Version", removed: ["1.0"], added: ["1.0.post1"] }],
      },
    });
  });

  it.each([
    [
      "a file's bytes",
      { files: { ...SPEC.files, "demo/data.txt": "other" } },
      ["metadata", "content"],
    ],
    ["a file more", { files: { ...SPEC.files, "demo/more.txt": "x" } }, ["metadata", "content"]],
    ["a mode", { members: { "demo/data.txt": { mode: 0o100755 } } }, ["modes"]],
    ["compression", { members: { "demo/data.txt": { method: 0 } } }, ["archive"]],
    ["a time", { members: { "demo/data.txt": { both: { time: 77 } } } }, ["archive"]],
  ])("sees %s", async (_, change, kinds) => {
    const folder = scratchFolder();
    const path = writeWheel(folder);
    mkdirSync(join(folder, "b"));
    const other = writeWheel(join(folder, "b"), { ...SPEC, ...change });
    const { out, status } = await wheelkit(
      "diff",
      "-f",
      "json",
      "--exit-code",
      "--only",
      kinds.join(","),
      path,
      other,
    );
    expect(JSON.parse(out).differences).toEqual(kinds);
    expect(status).toBe(0);
  });
});

describe("edit --canonical", () => {
  it("makes one wheel of builds that differ in clock, umask, order, folders and level", async () => {
    const folder = scratchFolder();
    const other: WheelSpec = {
      files: Object.fromEntries(Object.entries(SPEC.files ?? {}).reverse()),
      members: {
        "demo/data.txt": { method: 0, both: { time: 99 }, mode: 0o100600 },
        "demo-1.0.data/scripts/tool": { mode: 0o100755 },
        "demo/__init__.py": { descriptor: {}, mode: 0o100664 },
      },
      record: (lines) => [...lines].reverse(),
      extra: [{ name: "demo/", mode: 0o040700 }],
    };
    const results: Buffer[] = [];
    for (const [name, spec] of Object.entries({
      a: { ...SPEC, members: { "demo-1.0.data/scripts/tool": { mode: 0o100700 } } },
      b: other,
    })) {
      mkdirSync(join(folder, name));
      const { out, status } = await wheelkit(
        "edit",
        "--canonical",
        "-w",
        join(folder, "out", name),
        writeWheel(join(folder, name), spec),
      );
      expect(status).toBe(0);
      results.push(readFileSync(out.trim()));
      expect((await wheelkit("audit", "--select", "ZIP,REC", out.trim())).status).toBe(0);
    }
    expect(results[0]?.equals(results[1] ?? Buffer.alloc(0))).toBe(true);
  });
});
