/** Wheels with more native code than any real one: judged up to a limit, and that is told. */
import { expect, it } from "vitest";
import { MAX_BINARIES, withinLimits } from "../../../src/audit/inspect/limits.ts";
import type { MemberReport } from "../../../src/audit/inspect/task.ts";
import { elf, linuxGraph, memberOf } from "../../support/native.ts";
import { timed } from "../../support/quick.ts";

it("dependencies", () => {
  const slice = elf({ needed: Array.from({ length: 1000 }, (_, index) => `lib${index}.so.1`) });
  const { file } = memberOf("demo/l.so", slice, 1);
  const reports = Array.from({ length: 102 }, (_, index): MemberReport => {
    const broken = { code: "LNK011", path: `demo/l${index}.so`, message: "broken" };
    const digest = { code: "RCD004", path: `demo/l${index}.so`, message: "another digest" };
    return {
      index,
      format: "elf",
      problems: [broken, digest],
      unverified: [],
      ...(file === undefined ? {} : { file }),
    };
  });
  expect(withinLimits(reports.slice(0, 100))).toEqual({ reports: reports.slice(0, 100) });
  const judged = withinLimits(reports);
  expect(judged.problem?.message).toBe(
    "the wheel has more than the limit of 100000 dependencies of native files: the rest was not judged",
  );
  expect(judged.reports.slice(0, 100)).toEqual(reports.slice(0, 100));
  for (const { problems, file } of judged.reports.slice(100)) {
    expect(problems.map(({ code }) => code)).toEqual(["RCD004"]);
    expect(file).toBeUndefined();
  }
});

it("run paths", () => {
  const slice = elf({
    needed: ["libc.so.6"],
    rpath: Array.from({ length: 1000 }, (_, at) => `/${at}`),
  });
  const { file } = memberOf("demo/l.so", slice, 1);
  if (file === undefined) throw new Error("the sketch has no file");
  const reports = Array.from({ length: 102 }, (_, index): MemberReport => {
    return { index, format: "elf", problems: [], unverified: [], file };
  });
  expect(withinLimits(reports.slice(0, 100))).toEqual({ reports: reports.slice(0, 100) });
  const judged = withinLimits(reports);
  expect(judged.problem?.code).toBe("ZIP030");
  expect(judged.problem?.message).toBe(
    "the wheel has more than the limit of 100000 run paths of native files: the rest was not judged",
  );
  expect(judged.reports.map((each) => each.file !== undefined)).toEqual(
    reports.map(({ index }) => index < 100),
  );
});

it("damaged files count too", () => {
  const reports = Array.from({ length: MAX_BINARIES + 1 }, (_, index): MemberReport => {
    const problem = { code: "LNK011", path: `demo/l${index}.so`, message: "broken" };
    return { index, format: "elf", problems: [problem], unverified: [] };
  });
  expect(withinLimits(reports.slice(1)).problem).toBeUndefined();
  const { problem, reports: judged } = withinLimits(reports);
  expect(problem?.code).toBe("ZIP030");
  expect(judged.filter(({ problems }) => problems.length > 0)).toHaveLength(MAX_BINARIES);
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
