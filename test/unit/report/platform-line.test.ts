import { describe, expect, it } from "vitest";
import { completeVerdict } from "../../../src/audit/verdict.ts";
import { platformLine, verdictOfAll, verdictWord } from "../../../src/report/platform-line.ts";
import { CLEAN, FAILING } from "../../support/results.ts";

const OPEN = { ...CLEAN, unverified: [{ code: "INT002", path: "a.pyd", why: "not read yet" }] };

describe("the verdict in a word", () => {
  it("is not `ok` where something could not be looked at", () => {
    expect([CLEAN, OPEN, FAILING].map(verdictWord)).toEqual(["ok", "open", "FAIL"]);
    expect(verdictOfAll([CLEAN])).toBe("all ok");
    expect(verdictOfAll([CLEAN, OPEN])).toBe("none failed; 1 not fully verified");
  });
});

describe("the verdict in a line", () => {
  const { platform } = CLEAN;

  it("takes an old name for the policy that it is an alias of", () => {
    const claimed = ["manylinux2014_x86_64"];
    expect(platformLine({ ...CLEAN, platform: completeVerdict({ ...platform, claimed }) })).toBe(
      "manylinux_2_17_x86_64, as claimed",
    );
  });

  it("says on what the claim depends when a library from outside is not an error", () => {
    const findings = [{ code: "LNK001", level: "info", message: "needs `libfoo.so.1`" } as const];
    const claimed = ["manylinux_2_34_x86_64"];
    const wheel = { ...FAILING, ok: true, findings };
    expect(
      platformLine({ ...wheel, platform: completeVerdict({ ...FAILING.platform, claimed }) }),
    ).toBe("manylinux_2_34_x86_64, if libfoo.so.1 comes from elsewhere, such as another wheel");
    // The wheel's own files need more than 2.17.
    expect(platformLine(wheel)).toContain("supports only linux_x86_64");
  });

  it("calls an archive without `.dist-info` no wheel", () => {
    const unverified = [{ code: "DST001", why: "no wheel" }];
    expect(platformLine({ ...CLEAN, unverified })).toBe(
      "no wheel: it has no `.dist-info` directory",
    );
  });
});
