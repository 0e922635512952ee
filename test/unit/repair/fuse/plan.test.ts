import { describe, expect, it } from "vitest";
import type { FuseMember } from "../../../../src/repair/fuse/plan.ts";
import { planFuse } from "../../../../src/repair/fuse/plan.ts";

/** `path: content`; `x86_64=a+arm64=b` is code, anything else a text. */
function members(files: Readonly<Record<string, string>>): readonly FuseMember[] {
  return Object.entries(files).map(([path, text]) => ({
    path,
    sha256: text,
    content: text.includes("=")
      ? {
          kind: "native",
          slices: text.split("+").map((slice) => {
            const [arch = "", sha256 = ""] = slice.split("=");
            return { arch, sha256 };
          }),
        }
      : { kind: "other" },
  }));
}

function plan(first: Readonly<Record<string, string>>, second: Readonly<Record<string, string>>) {
  return planFuse(members(first), members(second), (path) => path.endsWith("/RECORD"));
}

describe("fusing two wheels", () => {
  it("joins code for different processors and keeps what is the same", () => {
    const { steps, conflicts, oneSided } = plan(
      { "d/x.so": "x86_64=1", "d/a.py": "same", "d-1.dist-info/RECORD": "r1" },
      { "d/x.so": "arm64=2", "d/a.py": "same", "d-1.dist-info/RECORD": "r2" },
    );
    expect(steps).toEqual([{ kind: "join", path: "d/x.so" }]);
    expect([conflicts, oneSided]).toEqual([[], []]);
  });

  it("takes over what only the second has, and says which code is on one side", () => {
    const { steps, oneSided } = plan(
      { "d/only1.so": "x86_64=1", "d/t": "x" },
      { "d/only2.so": "arm64=1", "d/t": "x", "d/new.py": "y" },
    );
    expect(steps).toEqual([
      { kind: "copy", path: "d/only2.so" },
      { kind: "copy", path: "d/new.py" },
    ]);
    expect(oneSided).toEqual(["d/only1.so", "d/only2.so"]);
  });

  it("joins files that share a slice only when it is the same there", () => {
    const shared = plan({ f: "x86_64=1+arm64=2" }, { f: "arm64=2+arm64e=3" });
    expect(shared.steps).toEqual([{ kind: "join", path: "f" }]);
    const { steps, conflicts } = plan({ f: "x86_64=1" }, { f: "x86_64=2" });
    expect(steps).toEqual([]);
    expect(conflicts).toEqual([
      { path: "f", why: "has code for x86_64 in both wheels, and it differs" },
    ]);
  });

  it("takes no side where texts differ, and none between code and text", () => {
    const { steps, conflicts } = plan(
      { "b.py": "1", "a.h": "1", c: "x86_64=1" },
      { "b.py": "2", "a.h": "2", c: "text" },
    );
    expect(steps).toEqual([]);
    expect(conflicts.map(({ path }) => path)).toEqual(["a.h", "b.py", "c"]);
  });

  it("knows that names which differ in case are one file on a Mac", () => {
    const { steps, conflicts } = plan({ "d/Lib.py": "1" }, { "d/lib.py": "1" });
    expect(steps).toEqual([]);
    expect(conflicts[0]?.why).toContain("`d/Lib.py` in case alone");
  });
});
