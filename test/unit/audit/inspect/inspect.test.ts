import { describe, expect, it } from "vitest";
import { inspectMembers } from "../../../../src/audit/inspect/inspect.ts";
import { nodeCompression } from "../../../../src/node/compression.ts";
import { lazyStream } from "../../../../src/node/lazy-stream.ts";
import { memorySource } from "../../../../src/source.ts";
import { readIndex } from "../../../../src/zip/index.ts";
import { elfFixture } from "../../../support/elf-fixtures.ts";
import { buildZip } from "../../../support/zip-builder.ts";

describe("a damaged member", () => {
  it.each([
    ["all checked", { hash: true }],
    ["streamed", { hash: true, wholeLimit: 100 }],
    ["native code alone", { hash: false }],
  ])("is still native code, without facts: %s", async (_, options) => {
    const data = elfFixture("module-x86_64");
    const both = { uncompressed_size: data.length - 1 };
    const source = memorySource(buildZip([{ name: "demo/_x.so", data, both }]));
    const { entries } = readIndex(source, nodeCompression);
    const [report] = await inspectMembers(
      { source, compression: nodeCompression, stream: lazyStream(source) },
      entries.map((entry, index) => ({ ...entry, index })),
      options,
    );
    expect(report?.problems.map(({ code }) => code)).toContain("ZIP024");
    expect(report).toMatchObject({ format: "elf" });
    expect(report?.file).toBeUndefined();
  });
});
