import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { insertPatch, patchLines } from "../../src/repair/windows/init-patch.ts";
import { INIT_SHAPES } from "../support/init-shapes.ts";
import { installedPythons } from "../support/pythons.ts";

const DRIVER = join(import.meta.dirname, "init-patch.py");

const NEW = patchLines("demo", { folders: ["demo.libs"], preload: [], loadOrder: undefined });
const OLD = patchLines("demo", {
  folders: ["demo.libs"],
  preload: ["demo.libs/late.dll"],
  loadOrder: ".load-order-demo-1.0",
});

const pythons = installedPythons((path) =>
  Number(
    execFileSync(path, ["-c", "import sys; print(sys.version_info[1])"], { encoding: "utf8" }),
  ),
);

describe.each(pythons)("Python 3.$minor", ({ path, minor }) => {
  it.each([
    ["for new Pythons", NEW],
    ["for all Pythons", OLD],
  ])("runs modules with the code %s as it runs them without", (_, lines) => {
    const shapes = INIT_SHAPES.filter(({ since = 0 }) => since <= minor);
    const input = JSON.stringify({
      shapes: shapes.map(({ name, source }) => ({
        name,
        plain: base64(source),
        patched: base64(insertPatch(source, lines) ?? new Uint8Array()),
      })),
    });
    const output = execFileSync(path, [DRIVER], { input, encoding: "utf8", timeout: 60_000 });
    const found = output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(found).toEqual(shapes.map(({ name }) => ({ name, problems: [] })));
    expect(found.length).toBeGreaterThanOrEqual(40);
  });
});

it("has an old Python and a new one", () => {
  expect(pythons.length).toBeGreaterThanOrEqual(process.env.CI ? 2 : 1);
});

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
