import { describe, expect, it } from "vitest";
import { readShrink } from "../../../src/commands/shrink-options.ts";
import { matchesGlob } from "../../../src/glob.ts";
import { idleOptions } from "../../../src/shrink/had-effect.ts";

const MEMBERS = ["demo/sub/_core.py", "demo/data.bin", "demo.libs/libx.so.1", "six.py"];

function warningsOf(glob: string): readonly string[] {
  const { settings } = readShrink({ drop: [glob] });
  const found = { dropped: [], members: MEMBERS, twins: 0, thinned: false };
  const spell = (key: string, value?: string) => (key === "drop" ? `--drop ${value}` : undefined);
  return idleOptions(settings, spell, [{ found, files: [] }]);
}

describe("a --drop that matches nothing is told", () => {
  it.each(["_core.py", "demo/_cor.py", "demo/data.bim", "sixx.py"])(
    "%s, with a glob that matches",
    (glob) => {
      const [warning = ""] = warningsOf(glob);
      const [, near = ""] = /did you mean `([^`]+)`\?$/.exec(warning) ?? [];
      expect(MEMBERS.filter((name) => matchesGlob(name, near))).toHaveLength(1);
    },
  );

  it.each([
    ["demo", "`--drop demo` matched nothing; what is in the folder is `demo/*`"],
    [
      "demo-1.0.dist-info/*",
      "`--drop demo-1.0.dist-info/*` matched nothing; files of `.dist-info` always stay",
    ],
    ["quite-another*", "`--drop quite-another*` matched nothing"],
  ])("%s", (glob, expected) => {
    expect(warningsOf(glob)).toEqual([expected]);
  });
});
