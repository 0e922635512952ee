import { describe, expect, it, vi } from "vitest";
import { CPYTHON_EXPORTS_TEXT } from "../../../src/policy/data/cpython-exports.ts";

const NAMES = CPYTHON_EXPORTS_TEXT.split("\n").flatMap((line) =>
  (line.split(": ")[1] ?? "").split(" "),
);

/** A module that has looked for nothing yet. */
async function fresh(): Promise<(name: string) => readonly number[]> {
  vi.resetModules();
  const { exportingMinors } = await import("../../../src/policy/python-abi.ts");
  return (name) => [...exportingMinors(name)];
}

describe("the exports of CPython", () => {
  it("are the same for a name that is looked for in the text and for one of many", async () => {
    const decoded = await fresh();
    for (const name of NAMES) decoded(name);
    const asked = NAMES.filter((_, index) => index % 29 === 0);
    expect(asked.length).toBeGreaterThan(50);
    for (let at = 0; at < asked.length; at += 90) {
      const seeking = await fresh();
      for (const name of asked.slice(at, at + 90)) expect(seeking(name)).toEqual(decoded(name));
    }
  });

  it("hold no part of a name, no pattern and no version", async () => {
    const seeking = await fresh();
    for (const name of ["Py", "PyLong_FromLon", "", "6", "6:", ".", "PyLong_FromLong PyList"]) {
      expect(seeking(name)).toEqual([]);
    }
    expect(seeking("PyLong_FromLong")).toContain(12);
  });
});
