/** Wishes that nothing answers to are named: patterns, codes, patches; on the command line and in settings. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { wheelkit, wheelkitWith } from "../../support/commands.ts";
import { machoFile, writeMacosWheel, writeOutside } from "../../support/macos-files.ts";
import { peFixture } from "../../support/pe-fixtures.ts";
import { LINUX_TAG, SUFFIX, workshop } from "../../support/repair-workshop.ts";
import { schemaErrors } from "../../support/schemas.ts";
import { scratchFolder } from "../../support/scratch.ts";
import { requireTool } from "../../support/tools.ts";
import { buildWheel, type WheelSpec, wheelFileName } from "../../support/wheel-builder.ts";

function write(folder: string, spec: WheelSpec): string {
  const path = join(folder, wheelFileName(spec));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, buildWheel(spec));
  return path;
}

const DYLIB = "@rpath/libroc.5.dylib";
const macos = (folder: string): string =>
  writeMacosWheel(folder, "macosx_11_0_arm64", {
    "demo/_x.so": machoFile({ kind: "bundle", loads: [DYLIB] }),
  });
const windows = (folder: string): string =>
  write(folder, {
    tag: "cp312-cp312-win_amd64",
    files: { "demo/_x.cp312-win_amd64.pyd": peFixture("module-x86_64") },
  });

/** What a run of `audit` warns of, on both channels. */
async function audit(...words: readonly string[]): Promise<readonly string[]> {
  const { out, err } = await wheelkit("audit", "-f", "json", ...words);
  const document: { schema?: string; warnings?: readonly string[] } = JSON.parse(out);
  expect(schemaErrors(document)).toEqual([]);
  const warnings = document.warnings ?? [];
  expect(err).toBe(warnings.map((text) => `warning: ${text}\n`).join(""));
  return warnings;
}

describe("`--exclude` of an audit", () => {
  it.skipIf(requireTool("gcc") === undefined)("names the pattern of a Linux wheel", async () => {
    const folder = scratchFolder();
    const shop = workshop(folder);
    const lib = shop.library("libroc.so.5", "int roc(void) { return 5; }", {
      soname: "libroc.so.5",
    });
    const files = { [`demo/_x.${SUFFIX}`]: shop.module("_x", "roc()", { needs: [lib] }) };
    const wheel = shop.wheel("w", { tag: LINUX_TAG, files });
    expect(await audit("--exclude", "libroc.so", wheel)).toEqual([
      "`--exclude libroc.so` matched nothing; did you mean `libroc.so.*`?",
    ]);
    expect(await audit("--exclude", "libroc.so.*", wheel)).toEqual([]);
    // By the real path of the file that would be found.
    expect(await audit("--ldpaths", folder, "--exclude", `${folder}/*`, wheel)).toEqual([]);
    const shown = await wheelkit("show", "-f", "json", "--exclude", "libroc.so", wheel);
    expect(JSON.parse(shown.out).warnings).toHaveLength(1);
    expect(schemaErrors(JSON.parse(shown.out))).toEqual([]);
    // A repair that fails for want of the library says so as well.
    const out = join(folder, "out");
    const repaired = await wheelkit("repair", "-w", out, "--exclude", "libroc.so", wheel);
    expect(repaired.status).toBe(3);
    expect(repaired.err).toContain("did you mean `libroc.so.*`?");
    const byPath = ["--ldpaths", folder, "--exclude", `${folder}/libroc*`, wheel];
    expect((await wheelkit("repair", "-w", out, ...byPath)).err).not.toContain("matched nothing");
  });

  it("names the pattern of a macOS wheel, and takes a bare name for any folder", async () => {
    const wheel = macos(scratchFolder());
    expect(await audit("--exclude", "libroc.dylib", wheel)).toEqual([
      "`--exclude libroc.dylib` matched nothing; did you mean `libroc.*.dylib`?",
    ]);
    for (const pattern of [DYLIB, "libroc.5.dylib", "libroc*", "*roc*"]) {
      expect(await audit("--exclude", pattern, wheel)).toEqual([]);
    }
    const out = scratchFolder();
    const { err } = await wheelkit("repair", "-w", out, "--exclude", "libroc.dylib", wheel);
    expect(err).toContain("did you mean `libroc.*.dylib`?");
  });

  it("leaves a macOS library out by its bare name when a wheel is repaired", async () => {
    const folder = scratchFolder();
    writeOutside(join(folder, "lib/libroc.5.dylib"), machoFile({ id: DYLIB }));
    const out = join(folder, "out");
    const words = ["--lib-path", join(folder, "lib"), "--exclude", "libroc.5.dylib"];
    const { status, err } = await wheelkit("repair", "-w", out, ...words, macos(folder));
    expect([status, err]).toEqual([0, ""]);
  });

  it("names the pattern of a Windows wheel, against case", async () => {
    const wheel = windows(scratchFolder());
    const [warning] = await audit("--exclude", "librocfoo.dll", wheel);
    expect(warning).toBe("`--exclude librocfoo.dll` matched nothing");
    const { out } = await wheelkit("show", "-f", "json", wheel);
    const [binary] = JSON.parse(out).wheels[0].binaries;
    const name: string = binary.dependencies.find(
      (each: { in: string }) => each.in === "external",
    ).name;
    expect(await audit("--exclude", name.toUpperCase(), wheel)).toEqual([]);
    const typo = `x${name}`;
    expect(await audit("--exclude", typo, wheel)).toEqual([
      `\`--exclude ${typo}\` matched nothing; did you mean \`${name}\`?`,
    ]);
  });
});

describe("codes that are ignored", () => {
  it("are named where no wheel of the run has them, with those that it has", async () => {
    const folder = scratchFolder();
    const wheel = write(folder, { files: { "%/METADATA": "Metadata-Version: 2.1\nName: demo\n" } });
    expect(await audit("--ignore", "MET003", wheel)).toEqual([]);
    expect(await audit("--severity", "MET003=off", wheel)).toEqual([]);
    expect(await audit("--ignore", "MET013", wheel)).toEqual([
      "`--ignore MET013` matched nothing; did you mean `MET003`?",
    ]);
    expect(await audit("--severity", "ZIP001=off", wheel)).toEqual([
      "`--severity ZIP001=off` matched nothing",
    ]);
    const other = write(join(folder, "b"), { name: "other" });
    expect(await audit("--ignore", "MET003", other, wheel)).toEqual([]);
  });

  it("are named with the key of the settings file, and so are its globs", async () => {
    const folder = scratchFolder();
    const wheel = write(folder, { files: { "sitecustomize.py": "" } });
    const settings = join(folder, "wheelkit.toml");
    writeFileSync(
      settings,
      `exclude = ["libroc.so"]\nignore = ["hrd"]\n[severity]\nLNK006 = "off"\n[per-file-ignores]\n"*.py" = ["CON"]\n"sitecustomise.py" = ["CON016"]\n`,
    );
    expect(await audit("--config", settings, wheel)).toEqual([
      '`exclude = ["libroc.so"]` matched nothing',
      '`ignore = ["hrd"]` matched nothing',
      '`severity.LNK006 = "off"` matched nothing',
      '`per-file-ignores."sitecustomise.py"` matched nothing',
    ]);
  });

  it("are no news where no wheel could be read, or where the user wants none", async () => {
    const folder = scratchFolder();
    const broken = join(folder, "demo-1.0-py3-none-any.whl");
    writeFileSync(broken, "no zip");
    expect(await audit("--exclude", "libroc.so", broken)).toEqual([]);
    const wheel = write(join(folder, "a"), {});
    expect((await wheelkit("audit", "-q", "-q", "--ignore", "HRD", wheel)).err).toBe("");
  });
});

describe("patches", () => {
  const PATCH = '[[patch]]\nname = "dem"\nset = {Summary = "x"}\n';
  const run = async (text: string, ...words: readonly string[]) => {
    const folder = scratchFolder();
    writeFileSync(join(folder, "p.toml"), text);
    const wheel = write(folder, {});
    const out = join(folder, "out");
    mkdirSync(out);
    const ran = await wheelkitWith(
      { cwd: folder },
      ...["edit", "--patch", join(folder, "p.toml"), "-w", out, ...words, wheel],
    );
    return { ...ran, written: readdirSync(out) };
  };

  it("that match no wheel are named with the likely reason", async () => {
    const { status, err, written } = await run(PATCH);
    expect([status, written]).toEqual([3, []]);
    expect(err).toContain("no wheel matches patch 1 (`dem`); did you mean `demo`?");
    const { err: version } = await run(PATCH.replace('"dem"', '"demo"\nversion = ">=2"'));
    expect(version).toContain("its `version` does not match `demo-1.0-py3-none-any.whl`");
  });

  it("are named when that is allowed, in the document too", async () => {
    const both = `${PATCH}[[patch]]\nname = "demo"\nset = {Summary = "y"}\n`;
    const { status, err, out } = await run(both, "--allow-unmatched", "-f", "json");
    const warning = "no wheel matches patch 1 (`dem`); did you mean `demo`?";
    expect(JSON.parse(out).wheels[0].warnings).toEqual([warning]);
    expect([status, err]).toEqual([0, expect.stringContaining(warning)]);
    const alone = await run(PATCH, "--allow-unmatched");
    expect(alone.err).toContain(`warning: ${warning}`);
  });
});
