import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { expandInputs } from "../../../src/commands/inputs.ts";
import { fakeIo } from "../../support/io.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "wheelkit-inputs-"));
const WHEEL = join(FOLDER, "b.whl");
mkdirSync(join(FOLDER, "a.whl"));
writeFileSync(WHEEL, "");
afterAll(() => rmSync(FOLDER, { recursive: true }));

describe("PATH…", () => {
  it("passes over a folder that is named like a wheel", async () => {
    const { paths, problems } = await expandInputs([FOLDER], fakeIo());
    expect(paths).toEqual([WHEEL]);
    expect(problems.map(({ message }) => message)).toEqual([
      `\`${join(FOLDER, "a.whl")}\` is not a file, but is named like a wheel`,
    ]);
  });

  it("takes a file that is named twice once", async () => {
    const { paths } = await expandInputs([WHEEL, `${FOLDER}/./b.whl`], fakeIo());
    expect(paths).toEqual([WHEEL]);
  });

  it.each([
    ["PK\u0003\u0004\u0014", "standard input is a wheel, not a list of paths"],
    ["a\0b", "standard input is binary data, not a list of paths"],
    ["\n", "standard input lists no wheel"],
  ])("%j is not a list of wheels", async (input, message) => {
    const { paths, problems } = await expandInputs(["-"], fakeIo({ input }));
    expect(paths).toEqual([]);
    expect(problems.map((problem) => problem.message)).toEqual([message]);
  });
});
