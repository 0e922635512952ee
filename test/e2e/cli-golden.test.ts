/** What the commands print, as files named after their command lines. */
import { readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { main } from "../../src/commands/main.ts";
import { expectGolden } from "../support/golden.ts";
import { fakeIo } from "../support/io.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const WHEEL = "demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl";
/** Words that the command lines below use for what is long, or is no part of a file name. */
const WORDS: Readonly<Record<string, string>> = {
  DEMO: `fixtures/wheels/${WHEEL}`,
  FOLDER: "fixtures/wheels",
  NEXT: "fixtures/commands/demo-1.1-cp312-cp312-manylinux_2_34_x86_64.whl",
  /** Where the library lies that DEMO lacks. */
  LIBRARIES: "fixtures/commands/libraries",
  LINKED: "fixtures/commands/linked-1.0-py3-none-any.whl",
  BROKEN: "fixtures/commands/unlinked-1.0-py3-none-any.whl",
  ZIPPED: "fixtures/commands/zipped-1.0-py3-none-any.whl",
  INTEL: "fixtures/commands/either-1.0-py3-none-macosx_10_9_x86_64.whl",
  APPLE: "fixtures/commands/either-1.0-py3-none-macosx_11_0_arm64.whl",
  PATCHES: "fixtures/commands/patches.toml",
  BOUND: "greetings>=2,<3",
  SUMMARY: "Summary=Keeps its promise",
  SCRIPT: "console_scripts:demo=demo:greet",
};

const LINES = [
  "",
  "--help",
  "--version",
  "adit",
  "audit",
  "audit --help",
  "audit DEMO",
  "audit -v DEMO",
  "audit --color always DEMO",
  "audit --exit-zero --select TAG,LNK DEMO",
  "audit --ignore TAG,LNK,EXP --strict DEMO",
  "audit --pending DEMO",
  "audit --fail-on never --max-size 1kB DEMO",
  "audit --expect-plat manylinux_2_28_x86_64 --select EXP DEMO",
  "audit --require-archs aarch64 --select EXP DEMO",
  "audit --baseline DEMO --select SIZ,BAS DEMO",
  "audit --baseline README.md DEMO",
  "audit -f json DEMO",
  "audit -f json --no-hash FOLDER",
  "audit -f github DEMO",
  "audit -f junit DEMO",
  "audit -f markdown DEMO",
  "audit -f sarif DEMO",
  "audit APPLE",
  "show -v INTEL",
  "show -f json APPLE",
  "fuse",
  "fuse --help",
  "fuse INTEL",
  "fuse -n INTEL APPLE",
  "fuse -n -f json INTEL APPLE",
  "fuse INTEL DEMO",
  "audit README.md",
  "audit no-such.whl DEMO",
  "audit src",
  "audit https://example.org/demo.whl",
  "audit --fail-no error DEMO",
  "explain",
  "explain --help",
  "completion --help",
  "completion tcsh",
  "explain zip001",
  "explain ZIP999",
  "explain -f json ZIP001",
  "show --help",
  "show DEMO",
  "show -v DEMO",
  "show -f json DEMO",
  "show --imports --exports DEMO",
  "show README.md",
  "show --sizes --device-code DEMO",
  "show --sizes --device-code -f json DEMO",
  "shrink",
  "shrink -n DEMO",
  "shrink -n -f json DEMO",
  "shrink -n --thin arm64 --dedupe --keep-archs sm_90 --drop demo DEMO",
  "shrink -n --thin arm64 APPLE",
  "shrink -n --thin ppc APPLE",
  "shrink --keep-archs sm_90 --drop-archs sm_80 DEMO",
  "repair",
  "repair --help",
  "repair -n DEMO",
  "repair -n --ldpaths LIBRARIES DEMO",
  "repair -n -v --ldpaths LIBRARIES DEMO",
  "repair -n -f json --ldpaths LIBRARIES DEMO",
  "repair -n --ldpaths LIBRARIES --no-mangle-all -L .bundled --no-sbom DEMO",
  "repair -n --ldpaths LIBRARIES --strip --no-update-tags DEMO",
  "repair -n --exclude libgreeting.so.1 DEMO",
  "repair -n -f json --exclude libgreeting* DEMO",
  "repair -n --plat manylinux_2_39_x86_64 --only-plat --ldpaths LIBRARIES DEMO",
  "repair -n --plat manylinux_2_28_x86_64 --ldpaths LIBRARIES DEMO",
  "repair -n --plat musllinux_1_2_x86_64 DEMO",
  "repair -n --plat win_amd64 DEMO",
  "repair -n -f json LINKED",
  "repair --exlude libgreeting.so.1 DEMO",
  "edit DEMO",
  "edit --help",
  "edit -n --post DEMO",
  "edit -n -f json --post DEMO",
  "edit -n --version 2.0 --add-requires BOUND --set SUMMARY --add-entry-point SCRIPT DEMO",
  "edit -n -f json --constrain BOUND --unset Provides-Extra --remove-file demo/loud.py NEXT",
  "edit -n --patch PATCHES DEMO NEXT LINKED",
  "edit -n --version one DEMO",
  "edit -n --remove-requires numpy DEMO",
  "edit --pots DEMO",
  "tags DEMO",
  "tags --help",
  "tags -n --platform-tag manylinux_2_34_x86_64 DEMO",
  "tags -n --platform-tag win_amd64 DEMO",
  "tags -n --force --platform-tag win_amd64 DEMO",
  "tags -n -f json --python-tag +py2 --build 3 LINKED",
  "tags --platfrom-tag any LINKED",
  "links",
  "links --help",
  "links check --help",
  "links check DEMO LINKED BROKEN",
  "links check -f json LINKED BROKEN",
  "links list --help",
  "links list LINKED",
  "links list -f json LINKED",
  "links add --help",
  "links add -n LINKED linked/more=linked/data.1.2",
  "links add -n -f json LINKED linked/more=linked/nowhere",
  "links remove --help",
  "links remove -n LINKED linked/data",
  "links remove -n LINKED linked/nowhere",
  "links import --help",
  "links import -n ZIPPED",
  "links materialize --help",
  "links materialize -n -f json LINKED",
  "links sever LINKED",
  "diff DEMO",
  "diff --help",
  "diff DEMO NEXT",
  "diff -v DEMO NEXT",
  "diff -f json DEMO NEXT",
  "diff -f in-toto DEMO NEXT",
  "diff --exit-code DEMO DEMO",
  "diff --exit-code --only metadata DEMO NEXT",
  "diff --only metadata DEMO NEXT",
  "diff DEMO README.md",
  "diff --exitcode DEMO NEXT",
];

describe("wheelkit", () => {
  it.each(LINES)("%s", async (line) => {
    const argv = line === "" ? [] : line.split(" ");
    const io = fakeIo({ cwd: ROOT });
    const status = await main(
      argv.map((arg) => WORDS[arg] ?? arg),
      io,
    );
    const { err } = io.written;
    const out = io.written.out.replace(/\(Node [^)]*\)/, "(RUNTIME)");
    const parts = [`$ wheelkit ${line}`.trimEnd(), `exit status ${status}`, ""];
    if (out !== "") parts.push("--- stdout", out);
    if (err !== "") parts.push("--- stderr", err);
    expectGolden(`cli/${fileName(line)}`, parts.join("\n"));
  });

  it("has no golden file without its command line", () => {
    const wanted = new Set(LINES.map(fileName));
    for (const name of readdirSync(`${ROOT}test/golden/cli`)) {
      if (process.env.UPDATE_GOLDEN && !wanted.has(name)) rmSync(`${ROOT}test/golden/cli/${name}`);
      else expect([...wanted]).toContain(name);
    }
  });
});

function fileName(line: string): string {
  const name = line.replaceAll("/", "-").replaceAll(/[:*]/g, "").replaceAll(" ", "_");
  return `wheelkit${name === "" ? "" : `_${name}`}.golden`;
}
