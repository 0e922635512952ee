import { expect, it } from "vitest";
import { formatWheelFilename, parseWheelFilename } from "../../../src/wheel/filename.ts";

it("splits a name with a build tag and compressed sets", () => {
  expect(
    parseWheelFilename("numpy-2.0.0-1abc-cp310.cp311-cp310.cp311-macosx_11_0_arm64.whl"),
  ).toEqual({
    name: {
      name: "numpy",
      version: "2.0.0",
      build: "1abc",
      pythonTags: ["cp310", "cp311"],
      abiTags: ["cp310", "cp311"],
      platformTags: ["macosx_11_0_arm64"],
      extension: ".whl",
    },
    problems: [],
  });
});

it.each([
  ["demo-1.0-py3-none-any-x86_64_v3.whl", undefined, "x86_64_v3"],
  ["demo-1.0-1-py3-none-any.whl", "1", undefined],
  ["demo-1.0-x-py3-none-any.whl", "x", undefined],
  ["demo-1.0-1-py3-none-any-cuda.whl", "1", "cuda"],
])("tells the build tag from the variant label in %s", (text, build, variant) => {
  const { name } = parseWheelFilename(text);
  expect([name?.build, name?.variant]).toEqual([build, variant]);
  expect(name && formatWheelFilename(name)).toBe(text);
});

it.each([
  ["demo.whl", "`demo.whl` has 1 part between dashes, not the 5 or 6 of a wheel"],
  ["demo-1.0-py3-none-any.tar.gz", "`demo-1.0-py3-none-any.tar.gz` does not end in `.whl`"],
  ["demo-1.0-py3--any.whl", "`demo-1.0-py3--any.whl` has an empty abi tag"],
  ["de\u001bmo.whl", "`de\\x1bmo.whl` has 1 part between dashes, not the 5 or 6 of a wheel"],
])("says what is wrong with %j", (text, message) => {
  const parsed = parseWheelFilename(text);
  expect(parsed.name).toBeUndefined();
  expect(parsed.problems).toEqual([{ code: "NAM001", message }]);
});
