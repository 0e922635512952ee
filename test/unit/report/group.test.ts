/** Findings that differ only in the file are one line for people. */
import { describe, expect, it } from "vitest";
import type { Finding } from "../../../src/finding.ts";
import { filesText, groupFindings } from "../../../src/report/group.ts";

function lacking(path: string, ...libraries: readonly string[]): Finding {
  const names = libraries.map((name) => `\`${name}\``).join(", ");
  const message = `needs ${names}, which are neither in the wheel nor allowed by any policy`;
  return { code: "LNK001", level: "error", path, message, facts: { libraries } };
}

describe("groupFindings", () => {
  it("takes libraries that many files lack for one line each", () => {
    const findings = [1, 2, 3, 4, 5, 6].map((number) =>
      lacking(`demo/_${number}.so`, "libxkbcommon.so.0", ...(number > 4 ? ["libEGL.so.1"] : [])),
    );
    const groups = groupFindings(findings);
    expect(groups.map(({ message, paths }) => [message, paths.length])).toEqual([
      ["`libxkbcommon.so.0` is not in the wheel and no policy allows it", 6],
      ["`libEGL.so.1` is not in the wheel and no policy allows it", 2],
    ]);
  });

  it("joins files of any other rule that say the same, and leaves levels apart", () => {
    const debug = (path: string, level: Finding["level"]): Finding => ({
      code: "HRD004",
      level,
      path,
      message: "no RELRO",
      hint: "link again",
    });
    const notes = ["a", "b", "c", "d", "e", "f"].map((path) => debug(path, "info"));
    const groups = groupFindings([...notes, debug("g", "warning")]);
    expect(groups.map(({ level, paths }) => [level, paths.join("")])).toEqual([
      ["info", "abcdef"],
      ["warning", "g"],
    ]);
    expect(groups[0]?.hint).toBe("link again");
  });

  it("leaves a few findings as they are, with their places", () => {
    const at = { record: "Elf_Dyn", offset: 8 };
    const few = [lacking("a", "x.so"), { ...lacking("b", "x.so"), at }];
    expect(groupFindings(few).map(({ paths, at: place }) => [paths, place])).toEqual([
      [["a"], undefined],
      [["b"], at],
    ]);
  });
});

describe("filesText", () => {
  it("names the first files and counts all", () => {
    expect(filesText(["a"], 3)).toBe("a");
    expect(filesText(["a", "b"], 3)).toBe("2 files (a, b)");
    expect(filesText(["a", "b", "c", "d", "e"], 3)).toBe("5 files (a, b, c and 2 more)");
  });
});
