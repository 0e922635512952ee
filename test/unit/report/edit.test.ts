import { describe, expect, it } from "vitest";
import type { EditedWheel } from "../../../src/report/edit.ts";
import { repairSummary } from "../../../src/report/edit.ts";
import { describeEdit } from "../../../src/report/repair.ts";

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
    const repair = { format: "elf", grafted: [GRAFTED], edits: [], audited: true } as const;
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

describe("an edit in words", () => {
  it("uses those of the file's format", () => {
    const edit = { kind: "replace-dependency", from: "a", to: "b" } as const;
    expect(describeEdit(edit, "elf")).toBe("DT_NEEDED a -> b");
    expect(describeEdit(edit, "macho")).toBe("LC_LOAD_DYLIB a -> b");
    expect(describeEdit(edit, "pe")).toBe("import a -> b");
    const paths = ["@loader_path/x"];
    expect(describeEdit({ kind: "set-search-paths", paths }, "macho")).toBe(
      "LC_RPATH @loader_path/x",
    );
    expect(describeEdit({ kind: "set-search-paths", paths, as: "rpath" }, "elf")).toBe(
      "DT_RPATH @loader_path/x",
    );
  });
});
