import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createGate } from "../../../src/node/gate.ts";

describe("a gate", () => {
  it("runs large work by itself, and everything in the order in which it came", async () => {
    const gate = createGate();
    const log: string[] = [];
    let running = 0;
    const work = (name: string) => async (): Promise<string> => {
      running++;
      log.push(`${name} with ${running}`);
      await sleep(5);
      running--;
      return name;
    };
    const results = await Promise.all([
      gate.together(work("a")),
      gate.together(work("b")),
      gate.alone(work("C")),
      gate.alone(work("D")),
      gate.together(work("e")),
      gate.together(work("f")),
    ]);
    expect(results).toEqual(["a", "b", "C", "D", "e", "f"]);
    expect(log).toEqual(["a with 1", "b with 2", "C with 1", "D with 1", "e with 1", "f with 2"]);
  });

  it("goes on when work fails, small or large", async () => {
    const gate = createGate();
    const fail = (): Promise<never> => Promise.reject(new Error("no"));
    const small = gate.together(fail);
    const large = gate.alone(fail);
    await expect(small).rejects.toThrow("no");
    await expect(large).rejects.toThrow("no");
    expect(await gate.together(async () => 1)).toBe(1);
  });
});
