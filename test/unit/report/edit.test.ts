import { describe, expect, it } from "vitest";
import type { EditedWheel } from "../../../src/report/edit.ts";
import { repairSummary } from "../../../src/report/edit.ts";

const WHEEL: EditedWheel = {
  file: "demo-1.0-cp312-cp312-linux_x86_64.whl",
  output: "demo-1.0-cp312-cp312-manylinux_2_34_x86_64.whl",
  changes: [
    { what: "added", path: "demo.libs/liba-12345678.so.1", after: 2_000_000 },
    { what: "added", path: "demo-1.0.dist-info/sboms/wheelkit.cdx.json", after: 500_000 },
  ],
  metadata: [],
  tags: { before: [], after: ["cp312-cp312-manylinux_2_34_x86_64"] },
  warnings: [],
  findings: [],
};
const GRAFTED = {
  name: "liba-12345678.so.1",
  path: "demo.libs/liba-12345678.so.1",
  original: "liba.so.1",
  package: null,
  sha256: "",
  neededBy: [],
};

describe("repairSummary", () => {
  it("says what was grafted, its size and the tag", () => {
    const repair = { grafted: [GRAFTED], edits: [], audited: true };
    expect(repairSummary({ ...WHEEL, repair })).toMatch(
      /^demo: 1 library grafted \(\+[12]\.[0-9]+ MB\), tagged manylinux_2_34_x86_64; -v for details\n$/,
    );
    expect(repairSummary({ ...WHEEL, repair: { ...repair, grafted: [] } })).toContain(
      "nothing to graft",
    );
  });

  it("says nothing of other edits", () => {
    expect(repairSummary(WHEEL)).toBe("");
  });
});
