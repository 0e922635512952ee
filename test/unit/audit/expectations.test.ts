import { describe, expect, it } from "vitest";
import { compareWithBaseline, type Shape } from "../../../src/audit/baseline.ts";
import { checkExpectations } from "../../../src/audit/expectations.ts";
import type { WheelResult } from "../../../src/audit/result.ts";
import { BINARY, CLEAN, FAILING } from "../../support/results.ts";

function codes(wheel: WheelResult, expected: Parameters<typeof checkExpectations>[1]) {
  return checkExpectations(wheel, expected).map(({ code }) => code);
}

describe("checkExpectations", () => {
  it.each([
    ["manylinux_2_17_x86_64", []],
    ["manylinux2014_x86_64", []],
    ["manylinux_2_28_x86_64", []],
    ["linux_x86_64", []],
    ["manylinux_2_12_x86_64", ["EXP001"]],
    ["manylinux_2_28_aarch64", ["EXP001"]],
    ["musllinux_1_2_x86_64", ["EXP001"]],
    ["win_amd64", ["EXP001"]],
  ])("a manylinux_2_17 wheel that must run on %s", (platform, expected) => {
    expect(codes(CLEAN, { platform })).toEqual(expected);
  });

  it("says what the wheel supports instead", () => {
    const [problem] = checkExpectations(FAILING, { platform: "manylinux_2_28_x86_64" });
    expect(problem?.message).toBe(
      "`manylinux_2_28_x86_64` was expected, but the wheel supports only `linux_x86_64`",
    );
  });

  it("wants every architecture in every native file", () => {
    const both = { ...BINARY, path: "demo/both.so", archs: ["arm64", "x86_64"] };
    const wheel = { ...FAILING, binaries: [BINARY, both] };
    expect(checkExpectations(wheel, { archs: ["arm64", "x86_64"] })).toEqual([
      {
        code: "EXP002",
        path: BINARY.path,
        facts: { missing: ["arm64"], archs: ["x86_64"] },
        message: "no code for `arm64`, only for `x86_64`",
      },
    ]);
  });

  it("compares the size", () => {
    expect(codes(CLEAN, { maxSize: CLEAN.size })).toEqual([]);
    expect(codes(CLEAN, { maxSize: CLEAN.size - 1 })).toEqual(["SIZ001"]);
  });
});

describe("compareWithBaseline", () => {
  const before: Shape = {
    file: "demo-1.0-cp312-cp312-linux_x86_64.whl",
    size: 1000,
    members: [
      "demo/__init__.py",
      "demo/old.py",
      "demo/libdemo.so",
      "demo.libs/libz-0123abcd.so.1",
      "demo-1.0.dist-info/RECORD",
    ],
    exports: new Map([["demo/libdemo.so", ["demo_close", "demo_open"]]]),
  };
  const same: Shape = {
    ...before,
    file: "demo-1.1-cp312-cp312-linux_x86_64.whl",
    members: before.members.map((path) =>
      path.replace("1.0", "1.1").replace("0123abcd", "f00dcafe"),
    ),
  };

  it("takes a new version and new hashes for no change", () => {
    expect(compareWithBaseline(before, same, 0.1)).toEqual([]);
  });

  it("allows some growth and no more", () => {
    expect(compareWithBaseline(before, { ...same, size: 1100 }, 0.1)).toEqual([]);
    expect(compareWithBaseline(before, { ...same, size: 1101 }, 0.1)).toMatchObject([
      { code: "SIZ004", message: expect.stringContaining("10 % more") },
    ]);
  });

  it("misses members and exports", () => {
    const after: Shape = {
      ...same,
      members: same.members.filter((path) => path !== "demo/old.py"),
      exports: new Map([["demo/libdemo.so", ["demo_new", "demo_open"]]]),
    };
    expect(compareWithBaseline(before, after, 0.1)).toMatchObject([
      { code: "BAS001", path: "demo/old.py" },
      {
        code: "BAS002",
        path: "demo/libdemo.so",
        message: expect.stringContaining("no longer exports `demo_close`"),
      },
    ]);
  });
});
