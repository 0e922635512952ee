/** Wheels with more native code than any real one: judged up to a limit, and that is told. */
import { expect, it } from "vitest";
import { judgeWheel } from "../../../src/audit/audit.ts";
import { DEFAULT_NATIVE_OPTIONS } from "../../../src/audit/options.ts";

import { nodeCompression } from "../../../src/node/compression.ts";
import { memorySource } from "../../../src/source.ts";
import { openWheel } from "../../../src/wheel/open.ts";
import type { ElfFacts } from "../../support/elf.ts";
import { elf, linuxGraph, memberOf } from "../../support/native.ts";
import { timed } from "../../support/quick.ts";
import { buildZip } from "../../support/zip-builder.ts";

const FILE = "demo-1.0-cp312-cp312-linux_x86_64.whl";

function judged(slice: ElfFacts, count: number) {
  const archive = buildZip([{ name: "demo-1.0.dist-info/WHEEL", data: "" }]);
  const wheel = openWheel(memorySource(archive), FILE, nodeCompression);
  const binaries = Array.from({ length: count }, (_, index) =>
    memberOf(`demo/l${index}.so`, slice, 1),
  );
  const nativeMembers = new Set(binaries.map(({ path }) => path));
  const inspection = { problems: [], unverified: [], binaries, nativeMembers };
  const { problems, native } = judgeWheel(wheel, inspection, { native: DEFAULT_NATIVE_OPTIONS });
  return {
    told: problems.filter(({ code }) => code === "ZIP030").map(({ message }) => message),
    count: native.binaries.length,
    truthful: native.verdict.truthful,
  };
}

it("dependencies", () => {
  const slice = elf({ needed: Array.from({ length: 1000 }, (_, index) => `lib${index}.so.1`) });
  expect(judged(slice, 100).told).toEqual([]);
  expect(judged(slice, 102)).toMatchObject({
    told: [
      "the wheel has more than the limit of 100000 dependencies of native files: the rest was not judged",
    ],
    count: 100,
  });
});

it("ten thousand libraries of one name that need each other cost time in proportion", () => {
  const slice = elf({ id: "libsame.so", needed: ["libsame.so"], rpath: ["$ORIGIN"] });
  const files = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, index) => [`demo/d${index}/l.so`, slice] as const),
  );
  const { value: graph, took } = timed(2000, () => linuxGraph(files));
  expect(took).toBeLessThan(2000);
  expect(graph.members.size).toBe(10_000);
});
