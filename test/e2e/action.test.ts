/** The GitHub Action as a runner runs it, and the files that CI services read. */
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import packageJson from "../../package.json" with { type: "json" };
import { ROOT } from "../support/release.ts";
import { scratchFolder } from "../support/scratch.ts";
import { requireTool } from "../support/tools.ts";

const DEMO = join(ROOT, "fixtures/wheels/demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl");
const LIBRARIES = join(ROOT, "fixtures/commands/libraries");

interface ActionRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly folder: string;
}

/** Runs what `action.yml` names, with its defaults for the inputs that are not given. */
function runAction(inputs: Readonly<Record<string, string>>): ActionRun {
  const { inputs: declared, runs } = parse(readFileSync(join(ROOT, "action.yml"), "utf8"));
  const folder = scratchFolder();
  mkdirSync(join(folder, "dist"));
  copyFileSync(DEMO, join(folder, "dist", basename(DEMO)));
  const files = { GITHUB_OUTPUT: join(folder, "output"), GITHUB_STEP_SUMMARY: join(folder, "sum") };
  for (const path of Object.values(files)) writeFileSync(path, "");
  const env: Record<string, string> = { ...files, GITHUB_ACTIONS: "true", RUNNER_TEMP: folder };
  for (const name of Object.keys(declared)) {
    env[`INPUT_${name.toUpperCase()}`] = inputs[name] ?? declared[name].default;
  }
  const main = join(ROOT, runs.main);
  if (!existsSync(main)) throw new Error("run `npm run build` first");
  const { status, stdout } = spawnSync(process.execPath, [main], {
    cwd: folder,
    encoding: "utf8",
    // Without PATH: nothing but the runner's own Node is there.
    env,
  });
  const outputs: Record<string, string> = {};
  const written = readFileSync(files.GITHUB_OUTPUT, "utf8");
  for (const [, name = "", , value = ""] of written.matchAll(/^(.+)<<(.+)\n([\s\S]*?)\n\2\n/gm)) {
    outputs[name] = value;
  }
  const summary = readFileSync(files.GITHUB_STEP_SUMMARY, "utf8");
  return { status, stdout, outputs, summary, folder };
}

describe("the action", () => {
  it("audits `dist/*.whl` by default: annotations, a summary, outputs", () => {
    const { status, stdout, outputs, summary } = runAction({});
    expect(status).toBe(1);
    expect(stdout).toMatch(/^::error file=dist\/demo-1\.0-.*,title=LNK001/m);
    expect(stdout).not.toContain("title=wheelkit");
    expect(summary).toContain("## wheelkit audit: 1 wheel, 1 failed");
    expect(outputs).toEqual({ ok: "false", wheels: basename(DEMO), "sarif-file": "" });
  });

  it("writes the SARIF file, and says where it is", () => {
    const { outputs, folder } = runAction({ sarif: "wheels.sarif", args: "--select TAG" });
    expect(outputs["sarif-file"]).toBe("wheels.sarif");
    const sarif = JSON.parse(readFileSync(join(folder, "wheels.sarif"), "utf8"));
    expect(sarif.runs[0].results.map(({ ruleId }: { ruleId: string }) => ruleId)).toEqual([
      "TAG004",
    ]);
  });

  it("repairs, and names what it wrote", () => {
    const args = `--plat auto --ldpaths '${LIBRARIES}' -w "repaired wheels"`;
    const { status, outputs, folder, stdout } = runAction({ command: "repair", args });
    expect(status, stdout).toBe(0);
    expect(outputs.ok).toBe("true");
    expect(outputs.wheels).toMatch(/^repaired wheels\/demo-1\.0-.*manylinux.*\.whl$/);
    expect(existsSync(join(folder, outputs.wheels ?? ""))).toBe(true);
  });

  it.each([
    [{ args: "--no-such-option" }, 2, "::error title=wheelkit::"],
    [{ command: "repair" }, 3, "was not found"],
    [{ command: "repair", sarif: "x.sarif" }, 2, "`sarif` is for the command `audit`"],
    [{ command: "audit; id" }, 2, "is not a command of wheelkit"],
    [{ args: "'" }, 2, "is not closed"],
    [{ paths: "none/*.whl" }, 2, "::error title=wheelkit::"],
  ])("shows an error for %o", (inputs, expected, message) => {
    const { status, stdout } = runAction(inputs);
    expect(status).toBe(expected);
    expect(stdout).toContain(message);
  });
});

const judge = requireTool("check-jsonschema");
describe.skipIf(judge === undefined)("the schemas of CI services", () => {
  function check(schema: string, ...files: readonly string[]): void {
    const args = ["--builtin-schema", `vendor.${schema}`, ...files];
    execFileSync(judge ?? "", args, { cwd: ROOT, stdio: "pipe", encoding: "utf8" });
  }

  it("take our workflows and the action", () => {
    check("github-workflows", ".github/workflows/ci.yml", ".github/workflows/release.yml");
    check("github-actions", "action.yml");
  });

  it("take what docs/ci.md shows", () => {
    const folder = scratchFolder();
    const text = readFileSync(join(ROOT, "docs/ci.md"), "utf8");
    const [github = "", gitlab = ""] = [...text.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(
      ([, block = ""]) => block,
    );
    writeFileSync(join(folder, "github.yml"), `on: push\n${github}`);
    writeFileSync(join(folder, "gitlab.yml"), gitlab);
    check("github-workflows", join(folder, "github.yml"));
    check("gitlab-ci", join(folder, "gitlab.yml"));
  });
});

it("the hook requires this version", () => {
  const text = readFileSync(join(ROOT, "pyproject.toml"), "utf8");
  expect(text).toContain(`version = "${packageJson.version}"`);
  expect(text).toContain(`dependencies = ["wheelkit==${packageJson.version}"]`);
  const pinned = readFileSync(join(ROOT, "docs/ci.md"), "utf8");
  for (const [, version] of pinned.matchAll(/wheelkit(?:==|@)([0-9.]+[0-9])/g)) {
    expect(version).toBe(packageJson.version);
  }
});
