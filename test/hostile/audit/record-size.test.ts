/** A RECORD that no archive's members can fill is refused by its size, before it takes memory. */
import { expect, it } from "vitest";
import { nodeCompression } from "../../../src/node/compression.ts";
import { memorySource } from "../../../src/source.ts";
import { openWheel } from "../../../src/wheel/open.ts";
import { buildZip } from "../../support/zip-builder.ts";

const PATH = "demo-1.0.dist-info/RECORD";
const LIMIT = 64 << 20;

function open(size: number) {
  const archive = buildZip([{ name: PATH, data: new Uint8Array(size).fill(0x0a) }]);
  const wheel = openWheel(memorySource(archive), "demo-1.0-py3-none-any.whl", nodeCompression);
  const codes = wheel.index.problems.map(({ code }) => code);
  return { bytes: wheel.read(PATH)?.length, refused: codes.includes("ZIP030") };
}

it("at the limit and above it", () => {
  expect(open(LIMIT)).toEqual({ bytes: LIMIT, refused: false });
  expect(open(LIMIT + 1)).toEqual({ bytes: undefined, refused: true });
});
