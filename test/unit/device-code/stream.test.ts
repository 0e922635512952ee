import { describe, expect, it } from "vitest";
import { concatBytes } from "../../../src/bytes.ts";
import { readDeviceCode, walkDeviceCode } from "../../../src/device-code/container.ts";
import { streamDeviceCode } from "../../../src/device-code/stream.ts";
import { memorySource } from "../../../src/source.ts";
import { cubinLike, fatContainer, fatEntry } from "../../support/fatbin-builder.ts";

const unit = (archs: readonly number[], size: number): Uint8Array =>
  fatContainer(archs.map((arch) => fatEntry({ arch, payload: cubinLike(size, arch) })));

const REGIONS: Readonly<Record<string, Uint8Array>> = {
  "two containers": concatBytes([unit([80, 90], 500), new Uint8Array(24), unit([120], 9000)]),
  "long padding": concatBytes([unit([80], 64), new Uint8Array(200_000), unit([90], 64)]),
  "a damaged end": concatBytes([unit([80], 64), Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)]),
  nothing: new Uint8Array(0),
};

function stream(region: Uint8Array, chunk: number, before: number) {
  const file = concatBytes([new Uint8Array(before).fill(255), region, new Uint8Array(100)]);
  const code = streamDeviceCode(walkDeviceCode(region.length), before);
  for (let at = 0; at < file.length; at += chunk) {
    if (!code.add(file.subarray(at, at + chunk), at)) break;
  }
  return code.result();
}

describe.each(Object.entries(REGIONS))("device code with %s", (_, region) => {
  it.each([7, 64, 4096, 1 << 20])("is the same from a stream in pieces of %d", (chunk) => {
    for (const before of [0, 1, 70_000]) {
      expect(stream(region, chunk, before)).toEqual(readDeviceCode(memorySource(region)));
    }
  });
});

it("of a stream that ends too early there is no result", () => {
  const code = streamDeviceCode(walkDeviceCode(1000), 0);
  code.add(new Uint8Array(10), 0);
  expect(code.result()).toBeUndefined();
});
