import { statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { describeFailure } from "../../../src/commands/failure.ts";
import { FormatError, RefusalError, UsageError } from "../../../src/errors.ts";
import { VERSION } from "../../../src/version.ts";

function systemError(): unknown {
  try {
    statSync("/no/such/file");
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("describeFailure", () => {
  it.each([
    [
      new UsageError("no such thing", "try another"),
      2,
      "error: no such thing\n\nhint: try another\n",
    ],
    [new RefusalError("RPR001", "can't be done"), 3, "error: can't be done [RPR001]\n"],
    [
      new FormatError("too short", { format: "elf", record: "Elf64_Ehdr", offset: 0 }),
      4,
      "error: too short (Elf64_Ehdr, offset 0)\n",
    ],
    [systemError(), 2, "error: there is no file or folder `/no/such/file`\n"],
  ])("%s", (error, status, text) => {
    expect(describeFailure(error)).toMatchObject({ status, text });
  });

  it("names the file available", () => {
    expect(describeFailure(new UsageError("no"), "a.whl").text).toBe("error: `a.whl`: no\n");
  });

  it("asks for a report of anything else, with the version", () => {
    const { status, text } = describeFailure(new TypeError("x is undefined"));
    expect(status).toBe(70);
    expect(text).toContain("this is a bug in wheelkit");
    expect(text).toContain("TypeError: x is undefined");
    expect(text).toContain(`wheelkit ${VERSION}`);
  });

  it("escapes what could drive a terminal", () => {
    expect(describeFailure(new UsageError("a \u001b[2J b", "\u0007")).text).toBe(
      "error: a \\x1b[2J b\n\nhint: \\x07\n",
    );
  });
});
