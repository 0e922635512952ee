import { describe, expect, it } from "vitest";
import { createProgress } from "../../../src/node/progress.ts";
import { palette, useColor } from "../../../src/node/terminal.ts";
import { PLAIN } from "../../../src/report/palette.ts";
import { fakeIo } from "../../support/io.ts";

describe("useColor", () => {
  it.each([
    ["auto", {}, true, true],
    ["auto", {}, false, false],
    ["auto", { TERM: "dumb" }, true, false],
    ["auto", { NO_COLOR: "1" }, true, false],
    ["auto", { NO_COLOR: "" }, true, true],
    ["auto", { FORCE_COLOR: "1" }, false, true],
    ["auto", { FORCE_COLOR: "0" }, true, false],
    ["auto", { NO_COLOR: "1", FORCE_COLOR: "1" }, true, false],
    ["always", { NO_COLOR: "1" }, false, true],
    ["never", { FORCE_COLOR: "1" }, true, false],
  ] as const)("%s %o on a terminal: %s", (when, env, terminal, expected) => {
    expect(useColor(when, env, terminal)).toBe(expected);
  });
});

describe("palette", () => {
  it("is plain without colour and loads no library", async () => {
    expect(await palette(false)).toBe(PLAIN);
  });

  it("paints with colour, whatever the stream of this process is", async () => {
    expect((await palette(true)).error("x")).toContain("\u001b[");
  });
});

describe("progress", () => {
  function play(when: "auto" | "always" | "never", errTerminal: boolean, times: readonly number[]) {
    const io = fakeIo({ errTerminal, columns: 40 });
    const clock = [0, ...times];
    const progress = createProgress(when, io, () => clock.shift() ?? 0);
    for (let part = 1; part <= times.length; part++) {
      progress.update("demo.whl", part, times.length);
    }
    progress.clear();
    return io.written.err;
  }

  it("is silent without a terminal, when it is forbidden, and for short work", () => {
    expect(play("auto", false, [2000, 4000])).toBe("");
    expect(play("never", true, [2000, 4000])).toBe("");
    expect(play("auto", true, [100, 200, 300])).toBe("");
  });

  it("draws on a terminal once the work is long, not too often, and wipes itself away", () => {
    const written = play("auto", true, [100, 800, 810, 1000]);
    expect(written).toBe(
      "\r\u001b[K[##########----------] 50% demo.whl" +
        "\r\u001b[K[####################]100% demo.whl" +
        "\r\u001b[K",
    );
  });

  it("draws into a file when it must", () => {
    expect(play("always", false, [1])).toContain("100% demo.whl");
  });
});
