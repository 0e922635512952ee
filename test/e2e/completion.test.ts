/** Completion, as the shells themselves answer. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/commands/index.ts";
import { main } from "../../src/commands/main.ts";
import { fakeIo } from "../support/io.ts";
import { requireTool } from "../support/tools.ts";

const NAMES = COMMANDS.map(({ name }) => name);
const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;
type Shell = (typeof SHELLS)[number];

const scripts = new Map<Shell, string>();
let folder = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "wheelkit-completion-"));
  for (const shell of SHELLS) {
    const io = fakeIo();
    expect(await main(["completion", shell], io)).toBe(0);
    scripts.set(shell, io.written.out);
    writeFileSync(join(folder, shell), io.written.out);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(SHELLS)("the script for %s", (shell) => {
  it("names every command and every option of theirs", async () => {
    const script = scripts.get(shell) ?? "";
    for (const name of NAMES) {
      expect(script).toContain(name);
      const io = fakeIo();
      await main([name, "--help"], io);
      for (const [, option = ""] of io.written.out.matchAll(/^ {2}(?:-\w, )?--([a-z-]+)/gm)) {
        expect(script).toContain(option);
      }
    }
  });
});

const bash = requireTool("bash");
describe.skipIf(bash === undefined)("bash", () => {
  /** What bash offers for the last of `words`. */
  function complete(...words: readonly string[]): readonly string[] {
    const code = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _wheelkit
printf '%s\\n' "\${COMPREPLY[@]}"`;
    const args = ["--norc", "-c", code, "bash", join(folder, "bash"), "wheelkit", ...words];
    const out = execFileSync(bash ?? "", args, { encoding: "utf8" });
    return out.split("\n").filter((line) => line !== "");
  }

  it("offers the commands first", () => {
    expect(complete("")).toEqual(expect.arrayContaining([...NAMES, "--help", "--version"]));
    expect(complete("re")).toEqual(["repair"]);
  });

  it("offers the options of a command, also after a file", () => {
    expect(complete("audit", "--prof")).toEqual(["--profile"]);
    expect(complete("audit", "demo.whl", "--fail")).toEqual(["--fail-on"]);
    expect(complete("repair", "--prof")).toEqual([]);
  });

  it("offers the values of an option, and leaves files to bash", () => {
    expect(complete("audit", "--profile", "")).toEqual(["release", "pypi", "install", "pending"]);
    expect(complete("show", "-f", "h")).toEqual(["html"]);
    expect(complete("audit", "-o", "")).toEqual([]);
    expect(complete("audit", "")).toEqual([]);
  });

  it("offers actions and shells, once", () => {
    expect(complete("links", "che")).toEqual(["check"]);
    expect(complete("links", "check", "")).toEqual([]);
    expect(complete("completion", "")).toEqual([...SHELLS]);
  });
});

const fish = requireTool("fish");
describe.skipIf(fish === undefined)("fish", () => {
  function complete(line: string): readonly string[] {
    const code = `source ${join(folder, "fish")}; complete -C '${line}'`;
    const env = { PATH: process.env.PATH, HOME: folder, XDG_CONFIG_HOME: folder };
    const out = execFileSync(fish ?? "", ["-N", "-c", code], { encoding: "utf8", env });
    return out
      .split("\n")
      .map((each) => each.split("\t")[0] ?? "")
      .filter((word) => word !== "");
  }

  it("offers commands, options, values and actions", () => {
    expect(complete("wheelkit rep")).toEqual(["repair"]);
    expect(complete("wheelkit audit --prof")).toEqual(["--profile"]);
    expect([...complete("wheelkit audit --profile ")].sort()).toEqual(
      ["install", "pending", "pypi", "release"].sort(),
    );
    expect(complete("wheelkit links mat")).toEqual(["materialize"]);
    expect(complete("wheelkit completion po")).toEqual(["powershell"]);
  });
});

const zsh = requireTool("zsh");
describe.skipIf(zsh === undefined)("zsh", () => {
  /** What a real zsh on a pseudo-terminal shows after a tab. */
  function complete(line: string): string {
    const setup = `PS1='READY>'; autoload -U compinit; compinit -u -d ${folder}/dump; source ${folder}/zsh; zstyle ":completion:*" list-colors ""; setopt list_ambiguous; LISTMAX=1000; stty cols 120 rows 60`;
    const code = `zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z ${quoted(setup)}
zpty -w z 'print DO''NE'
zpty -r -m z text '*DONE*READY>*'
zpty -w -n z ${quoted(`${line}\t\t`)}
sleep 1
while zpty -r -t z text; do print -r -- $text; done
zpty -d z`;
    const run = spawnSync(zsh ?? "", ["-f", "-c", code], {
      encoding: "utf8",
      timeout: 30_000,
      env: { PATH: process.env.PATH, HOME: folder, TERM: "dumb" },
    });
    return run.stdout;
  }

  it("offers commands, options and values", () => {
    execFileSync(zsh ?? "", ["-n", join(folder, "zsh")]);
    expect(complete("wheelkit ")).toMatch(/repair\s+--\s+Make a wheel self-contained/);
    expect(complete("wheelkit audit --fail")).toContain("--fail-on");
    expect(complete("wheelkit audit --profile p")).toMatch(/pending\s+pypi/);
    expect(complete("wheelkit links mat")).toContain("materialize");
  });
});

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

const man = requireTool("man");
it.skipIf(man === undefined)("the man page is one that `man` formats without a complaint", () => {
  const page = fileURLToPath(new URL("../../docs/wheelkit.1", import.meta.url));
  const run = spawnSync(man ?? "", ["--warnings", "-l", page], {
    encoding: "utf8",
    env: { ...process.env, MANWIDTH: "80", LC_ALL: "C.UTF-8" },
  });
  expect(run.stderr).toBe("");
  expect(run.stdout).toContain("wheelkit audit [options] <path...>");
  expect(run.stdout).toMatch(/--fail-on <level>\s+error \(default\)/);
});
