/** What the commands print, as files named after their command lines. */
import { readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { main } from "../../src/commands/main.ts";
import { expectGolden } from "../support/golden.ts";
import { fakeIo } from "../support/io.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const WHEEL = "demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl";
/** Names that the command lines below use for long paths. */
const PATHS: Readonly<Record<string, string>> = {
  DEMO: `fixtures/wheels/${WHEEL}`,
  FOLDER: "fixtures/wheels",
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
  "audit README.md",
  "audit no-such.whl DEMO",
  "audit src",
  "audit https://example.org/demo.whl",
  "audit --fail-no error DEMO",
  "explain",
  "explain --help",
  "explain zip001",
  "explain ZIP999",
  "explain -f json ZIP001",
  "show --help",
  "show DEMO",
  "show -v DEMO",
  "show -f json DEMO",
  "show --imports --exports DEMO",
  "show README.md",
];

describe("wheelkit", () => {
  it.each(LINES)("%s", async (line) => {
    const argv = line === "" ? [] : line.split(" ");
    const io = fakeIo({ cwd: ROOT });
    const status = await main(
      argv.map((arg) => PATHS[arg] ?? arg),
      io,
    );
    const { out, err } = io.written;
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
  const name = line.replaceAll("/", "-").replaceAll(":", "").replaceAll(" ", "_");
  return `wheelkit${name === "" ? "" : `_${name}`}.golden`;
}
