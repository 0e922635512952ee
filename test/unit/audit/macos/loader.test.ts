import { expect, it } from "vitest";
import type { Located } from "../../../../src/audit/graph/loader.ts";
import { dyld } from "../../../../src/audit/macos/loader.ts";
import { DEFAULT_NATIVE_OPTIONS } from "../../../../src/audit/options.ts";
import type { MachoSlice } from "../../../../src/formats.ts";
import { wheelLayout } from "../../../../src/wheel/installed.ts";
import { machoModule } from "../../../support/macos-slices.ts";

it("a file's run paths are expanded once, however many libraries it loads", () => {
  const path = "demo/libdemo.dylib";
  const at = { record: "LC_RPATH", offset: 0 };
  const searchPaths = Array.from({ length: 1000 }, (_, index) => {
    return { kind: "rpath" as const, path: `@loader_path/${index}`, at };
  });
  const plain = machoModule("demo");
  let asked = 0;
  const slice: MachoSlice = {
    ...plain,
    get searchPaths() {
      asked++;
      return searchPaths;
    },
  };
  const installed = wheelLayout(new Set([path])).installed(path);
  const user: Located<MachoSlice> = { path, installed, slice };
  const loader = dyld(DEFAULT_NATIVE_OPTIONS);
  for (let index = 0; index < 500; index++) {
    const name = `@rpath/lib${index}.dylib`;
    const dependency = { name, how: "required" as const, at: { record: "LC_LOAD_DYLIB" } };
    const [first] = loader.candidates(user, dependency, []);
    expect(first?.paths).toEqual([
      `${installed.slice(0, -"/libdemo.dylib".length)}/0/lib${index}.dylib`,
    ]);
  }
  expect(asked).toBe(1);
});
