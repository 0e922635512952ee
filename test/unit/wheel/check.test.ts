import { expect, it } from "vitest";
import { NATIVE } from "../../hostile/wheel/cases.ts";
import { buildWheel } from "../../support/wheel-builder.ts";
import { checkBuilt, checkBytes, findingsOf } from "../../support/wheel-check.ts";

it("finds nothing in a clean wheel, and models it", () => {
  const { model, problems } = checkBuilt({
    ...NATIVE,
    build: "1",
    files: { ...NATIVE.files, "%/entry_points.txt": "[console_scripts]\ndemo = demo:main\n" },
  });
  expect(problems.filter(({ code }) => code !== "REC013")).toEqual([]);
  expect(model).toMatchObject({
    name: "demo",
    version: "1.0",
    build: "1",
    distInfo: "demo-1.0.dist-info",
    tags: ["cp312-cp312-manylinux_2_17_x86_64"],
    rootIsPurelib: false,
    entryPoints: [{ group: "console_scripts", name: "demo", value: "demo:main" }],
  });
  expect(model).not.toHaveProperty("record");
});

it("takes name and version from the file name where METADATA has none", () => {
  const { model } = checkBuilt({ files: { "%/METADATA": null } });
  expect([model.name, model.version]).toEqual(["demo", "1.0"]);
});

it("says nothing of rules that can't be checked for want of a directory", () => {
  const codes = checkBytes(
    "demo-1.0-py3-none-any.whl",
    buildWheel({ files: { "%/METADATA": null, "%/WHEEL": null }, record: null }),
  ).problems.map(({ code }) => code);
  expect(codes).toEqual(["DST001"]);
});

it("checks a wheel whose file name says nothing", () => {
  const codes = new Set(
    findingsOf({ filename: "wheel.whl", files: { "%/METADATA": null } }).map(({ code }) => code),
  );
  expect([...codes].sort()).toEqual(["MET001", "NAM001"]);
});

it("shows a bounded number of one rule's cases", () => {
  const rows = Array.from({ length: 3000 }, (_, index) => `lost/${index}.py,,`);
  const findings = findingsOf({ record: (lines) => [...rows, ...lines] });
  const lost = findings.filter(({ code }) => code === "REC004");
  expect(lost).toHaveLength(1001);
  expect(lost.map(({ message }) => message)).toContain("2000 more cases of this are not shown");
});

it("only looks at the description when it is asked to", () => {
  const files = {
    "%/METADATA": "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n\nSee :class:`demo.X`\n",
  };
  const { problems } = checkBuilt({ files });
  expect(problems).toMatchObject([{ code: "MET008", path: "demo-1.0.dist-info/METADATA" }]);
  expect(findingsOf({ files })).toEqual([]);
});
