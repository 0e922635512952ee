/** Small files that ask for a large search: the work and what is kept of it stay bounded. */
import { expect, it } from "vitest";
import { elf, linuxGraph } from "../../support/native.ts";

function edgesOf(needed: readonly string[], runpath: readonly string[]) {
  const graph = linuxGraph({ "a.so": elf({ needed, runpath }), "last/z.so": "" });
  return graph.members.get("a.so")?.edges ?? [];
}

const numbered = (count: number, name: (index: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => name(index));

it("10,000 libraries looked for in 10,000 folders leave a trace of bounded length", () => {
  const edges = edgesOf(
    numbered(10_000, (index) => `lib${index}.so`),
    numbered(10_000, (index) => `$ORIGIN/d${index}`),
  );
  expect(edges).toHaveLength(10_000);
  expect(edges.every(({ target }) => target.kind === "none")).toBe(true);
  const steps = edges.reduce((sum, { trace }) => sum + trace.length, 0);
  expect(steps).toBe(100_000);
});

it("a folder that is named again is not searched again", () => {
  const [edge] = edgesOf(
    ["libx.so"],
    numbered(100_000, () => "$ORIGIN/d"),
  );
  expect(edge?.trace).toEqual([{ via: "runpath", place: "d", found: "no" }]);
});
