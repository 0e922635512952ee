import { describe, expect, test } from "vitest";
import { createPool } from "../../../workers/pool.ts";

describe("a pool whose threads fail", () => {
  const jobs = Array.from({ length: 12 }, (_, index) => index);
  const double = async (job: number): Promise<number> => job * 2;
  const doubled = jobs.map((job) => job * 2);

  test.each([1, 3])(
    "leaves the work of %s to the caller's thread, run after run",
    async (count) => {
      const pool = createPool(count, "missing.cjs", "inspect");
      const done: number[] = [];
      for (let round = 0; round < 2; round++) {
        const results = await pool.run(jobs, double, round === 0, (index) => done.push(index));
        expect(results).toEqual(doubled);
      }
      expect(done.sort((a, b) => a - b)).toEqual(jobs.flatMap((job) => [job, job]));
      await pool.close();
    },
  );

  test("says so where nobody can take a thread's place, and never waits for one", async () => {
    const pool = createPool(1, "missing.cjs", "inspect");
    for (let round = 0; round < 2; round++) {
      await expect(pool.runTask("index", 1)).rejects.toThrow("missing.cjs");
    }
    await pool.close();
    await pool.close();
  });

  test("tells what is wrong with a job", async () => {
    const pool = createPool(1, "missing.cjs", "inspect");
    const fail = async (job: number): Promise<number> => {
      throw new RangeError(`no ${job}`);
    };
    await expect(pool.run([1, 2, 3], fail, false)).rejects.toThrow(/^no [123]$/);
    await pool.close();
  });
});
