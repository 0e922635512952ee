import { describe, expect, it } from "vitest";
import { graftFolder } from "../../../../src/repair/macos/folder.ts";

describe("the folder of grafted libraries", () => {
  it("is in the package of the wheel's name, otherwise in the first one", () => {
    const both = ["aaa/__init__.py", "demo/__init__.py", "demo/sub/__init__.py"];
    expect(graftFolder("demo", both)).toBe("demo/.dylibs");
    expect(graftFolder("demo_dist", ["zed/__init__.py", "abc/__init__.py"])).toBe("abc/.dylibs");
  });

  it("is beside the modules where no package is at the top", () => {
    expect(graftFolder("demo", ["demo.so", "demo-1.dist-info/WHEEL"])).toBe("demo.dylibs");
    expect(graftFolder("demo", ["ns/demo/__init__.py"])).toBe("demo.dylibs");
  });

  it("may have another name, also in parts, but stays inside", () => {
    const files = ["demo/__init__.py"];
    expect(graftFolder("demo", files, "libs/dylibs")).toBe("demo/libs/dylibs");
    expect(graftFolder("demo", [], "_libs")).toBe("demo_libs");
    for (const name of ["..", "a/../..", "/abs", "", ".", "./"]) {
      expect(() => graftFolder("demo", files, name), name).toThrow(/can't be the folder/);
    }
  });
});
