import { describe, expect, it } from "vitest";
import packageJson from "../../../package.json" with { type: "json" };
import { COMMANDS } from "../../../src/commands/index.ts";
import { main } from "../../../src/commands/main.ts";
import { VERSION } from "../../../src/version.ts";
import { fakeIo } from "../../support/io.ts";

async function call(...argv: string[]) {
  const io = fakeIo();
  const status = await main(argv, io);
  return { status, ...io.written };
}

describe("wheelkit", () => {
  it("has the version of its package", async () => {
    expect(VERSION).toBe(packageJson.version);
    const out = `wheelkit ${VERSION} (Node ${process.versions.node}, ${process.platform}-${process.arch})\n`;
    expect(await call("--version")).toEqual({ status: 0, out, err: "" });
  });

  it("shows its help: asked for on stdout, else on stderr", async () => {
    const help = await call("--help");
    expect(help.status).toBe(0);
    expect(await call("help")).toEqual(help);
    expect(await call()).toEqual({ status: 2, out: "", err: help.out });
  });

  it.each([
    [["adit"], "there is no command `adit`", "`audit`"],
    [["demo.whl"], "there is no command `demo.whl`", "wheelkit audit demo.whl"],
    [["-j", "audit"], "unknown option `-j` before the command", "wheelkit audit -j"],
    [["-v"], "unknown option `-v` before the command", "wheelkit audit -v"],
    [["-v", "-q", "-v"], "unknown option `-v` before the command", ""],
    [["-v", "--quiet", "adit"], "there is no command `adit`", "`audit`"],
    [["audit", "--selct", "ZIP", "x"], "unknown option `--selct`", "did you mean `--select`?"],
    [["audit", "x", "--color", "alwas"], "`alwas` is not a value of `--color`", "`always`"],
    [["audit", "x", "-f", "jsn"], "`jsn` is not a format", "`json`"],
    [["audit", "x", "-f", "pdf"], "`pdf` is not a format", "the formats are"],
    [["audit", "x", "-j", "0"], "`--jobs` takes a whole number, 1 to 1024, not `0`", ""],
    [["audit"], "missing required argument `path`", "--help"],
    [["audit", "x", "--select", "ZIP0O1"], "there is no rule `ZIP0O1`", "`ZIP001`"],
    [["audit", "x", "--severity", "ZIP001"], "is not CODE=LEVEL", ""],
    [["audit", "x", "--max-size", "big"], "`big` is not a size", "100MB"],
    [["audit", "x", "-f", "json", "-f", "sarif"], "two reports would go to standard output", ""],
    [["audit", "x", "-f", "json=a", "-o", "b"], "`--output` has nothing to write", ""],
    [["audit", "x", "--strict", "--fail-on", "info"], "`--strict` means", ""],
    [["audit", "x", "--expect-plat", "foo"], "`foo` is not a platform tag", "manylinux_2_28"],
    [["audit", "x", "--expect-plat", "manylinux2014"], "", "`manylinux2014_x86_64`"],
    [["audit", "x", "--require-archs", "arm46"], "`arm46` is not an architecture", "`arm64`"],
    [["audit", "x", "--pending", "--profile", "pypi"], "`--pending` means", ""],
    [["audit", "x", "-f", "json=/no/such/x"], "there is no folder `/no/such`", ""],
    [["explain", "ZIP99999"], "there is no rule `ZIP99999`", ""],
  ])("%j is a usage error with a hint", async (argv, message, hint) => {
    const { status, out, err } = await call(...argv);
    expect(status).toBe(2);
    expect(out).toBe("");
    expect(err).toMatch(/^error: /);
    expect(err).toContain(message);
    expect(err).toContain(hint);
  });
});

describe.each(COMMANDS.map((entry) => [entry.name, entry] as const))("%s", (name, entry) => {
  it("has help at 80 columns that ends with two or three examples", async () => {
    const { status, out } = await call(name, "--help");
    expect(status).toBe(0);
    for (const line of out.split("\n")) {
      // A long example is one word for the shell; everything else must fit.
      if (!line.startsWith("  wheelkit ")) expect(line.length, line).toBeLessThanOrEqual(80);
    }
    const { examples } = await entry.load();
    expect(examples.length).toBeGreaterThanOrEqual(2);
    expect(examples.length).toBeLessThanOrEqual(3);
    for (const { line } of examples) expect(line).toMatch(new RegExp(`^wheelkit ${name}\\b`));
  });

  it("has a summary that fits the overview", () => {
    expect(entry.summary.length).toBeLessThanOrEqual(68);
    expect(entry.summary).not.toMatch(/\.$/);
  });
});
