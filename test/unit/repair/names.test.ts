import { describe, expect, it } from "vitest";
import { graftedName } from "../../../src/repair/names.ts";

const SHA = `12ab34cd${"0".repeat(56)}`;

describe("graftedName", () => {
  it.each([
    ["libfoo.so.2.0.1", "libfoo-12ab34cd.so.2.0.1"],
    ["libfoo.so", "libfoo-12ab34cd.so"],
    // auditwheel cuts at the first dot, so the version stays behind the digest.
    ["libm-2.27.so", "libm-2-12ab34cd.27.so"],
    ["libstdc++.so.6.0.30", "libstdc++-12ab34cd.so.6.0.30"],
    ["plugin", "plugin-12ab34cd"],
    [".hidden.so", "-12ab34cd.hidden.so"],
    // A grafted copy keeps its name; that of another file does not count.
    ["libfoo-12ab34cd.so.2", "libfoo-12ab34cd.so.2"],
    ["libfoo-99999999.so.2", "libfoo-99999999-12ab34cd.so.2"],
  ])("%s: %s", (file, name) => {
    expect(graftedName(file, SHA)).toBe(name);
  });
});
