import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig, NO_CONFIG, parseConfig } from "../../../src/commands/config.ts";
import { withShrinkSettings } from "../../../src/commands/shrink-config.ts";
import { UsageError } from "../../../src/errors.ts";
import { fakeIo } from "../../support/io.ts";

const own = (text: string) => ({ path: "wheelkit.toml", text, table: "root" as const });
const project = (text: string) => ({
  path: "pyproject.toml",
  text,
  table: "tool.wheelkit" as const,
});

describe("parseConfig", () => {
  it("reads every key", async () => {
    const text = `
      profile = "pypi"
      select = ["ZIP", "TAG004"]
      ignore = ["HRD"]
      fail-on = "warning"
      expect-plat = "manylinux_2_17_x86_64"
      require-archs = ["x86_64"]
      max-size = "100MB"
      max-growth = "10%"
      exclude = ["libcuda.so.1"]
      ldpaths = ["/opt/lib"]
      [severity]
      LNK006 = "off"
      [per-file-ignores]
      "demo.libs/**" = ["HRD"]
      [shrink]
      strip = true
      keep-archs = ["sm_80", "sm_90"]
      ptx = "newest"
      min-driver = 550
      target-size = 100_000_000
      level = "best"
    `;
    expect(await parseConfig(own(text))).toEqual({
      profile: "pypi",
      select: ["ZIP", "TAG004"],
      ignore: ["HRD"],
      severity: { LNK006: "off" },
      failOn: "warning",
      expectPlat: "manylinux_2_17_x86_64",
      requireArchs: ["x86_64"],
      maxSize: "100MB",
      maxGrowth: "10%",
      exclude: ["libcuda.so.1"],
      ldpaths: ["/opt/lib"],
      perFileIgnores: { "demo.libs/**": ["HRD"] },
      shrink: {
        strip: true,
        keepArchs: ["sm_80", "sm_90"],
        ptx: "newest",
        minDriver: 550,
        targetSize: "100000000",
        level: "best",
      },
    });
  });

  it("reads the same from pyproject.toml", async () => {
    const config = await parseConfig(project('[tool.wheelkit]\nfail-on = "never"\n'));
    expect(config.failOn).toBe("never");
  });

  it.each([
    ["selct = []", "unknown key `selct`", "did you mean `select`?"],
    ["banana = 1", "unknown key `banana`", "the keys are `profile`"],
    ["profile = 'strict'", "`profile` in `wheelkit.toml` must be `release`", ""],
    ["select = 'ZIP'", "must be a list of strings", ""],
    ["select = [1]", "must be a list of strings", ""],
    ["severity = 'off'", "`severity` in `wheelkit.toml` must be a table", ""],
    ["severity.ZIP001 = 'fatal'", "`severity.ZIP001` in", ""],
    ["max-size = []", "`max-size` in `wheelkit.toml` must be a string", ""],
    ["shrink = 1", "`shrink` in `wheelkit.toml` must be a table", ""],
    ["shrink.keep-arch = []", "unknown key `shrink.keep-arch`", "did you mean `keep-archs`"],
    ["shrink.strip = 'yes'", "`shrink.strip` in `wheelkit.toml` must be true or false", ""],
    ["shrink.ptx = 'old'", "`shrink.ptx` in `wheelkit.toml` must be `all`, `newest`", ""],
    ["shrink.min-driver = 5.5", "`shrink.min-driver` in `wheelkit.toml` must be a whole", ""],
    ["x = ", "`wheelkit.toml`, line 1: no valid TOML", ""],
  ])("%s is refused", async (text, message, hint) => {
    const error = await parseConfig(own(text)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    if (!(error instanceof UsageError)) return;
    expect(error.message).toContain(message);
    expect(error.hint ?? "").toContain(hint);
  });

  it("leaves other people's broken pyproject.toml alone, but not ours", async () => {
    expect(await parseConfig(project("x = # wheelkit"), false)).toEqual(NO_CONFIG);
    await expect(parseConfig(project("[tool.wheelkit]\nx ="), false)).rejects.toThrow(UsageError);
  });
});

describe("settings of shrink", () => {
  const settings = { strip: true, repack: undefined, dropArchs: ["sm_70"], level: "best" };

  it("hold where the command line says nothing", () => {
    expect(withShrinkSettings({ thin: "arm64" }, settings)).toEqual({
      thin: "arm64",
      strip: true,
      dropArchs: ["sm_70"],
      level: "best",
    });
    expect(withShrinkSettings({ thin: "arm64" }, undefined)).toEqual({ thin: "arm64" });
  });

  it("give way to the command line, and so do steps and GPUs that it chooses otherwise", () => {
    expect(
      withShrinkSettings({ repack: true, keepArchs: ["90"], level: "fast" }, settings),
    ).toEqual({ repack: true, keepArchs: ["90"], level: "fast" });
  });
});

describe("loadConfig", () => {
  let root = "";
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "wheelkit-config-"));
    mkdirSync(join(root, "a", "b"), { recursive: true });
    writeFileSync(join(root, "wheelkit.toml"), 'fail-on = "info"\n');
    writeFileSync(join(root, "a", "pyproject.toml"), "[project]\nname = 'demo'\n");
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it("looks upwards, past a pyproject.toml without our table", async () => {
    const io = fakeIo({ cwd: join(root, "a", "b") });
    expect((await loadConfig(undefined, io)).failOn).toBe("info");
    writeFileSync(join(root, "a", "pyproject.toml"), '[tool.wheelkit]\nfail-on = "never"\n');
    expect((await loadConfig(undefined, io)).failOn).toBe("never");
  });

  it("reads nothing when told so", async () => {
    expect(await loadConfig(null, fakeIo({ cwd: root }))).toBe(NO_CONFIG);
  });

  it("refuses a named file that is not there", async () => {
    await expect(loadConfig(join(root, "no.toml"), fakeIo())).rejects.toThrow("can't be read");
  });
});
