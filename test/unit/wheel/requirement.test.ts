import { describe, expect, it } from "vitest";
import { evaluateMarker, extrasOf, printMarker } from "../../../src/wheel/marker.ts";
import { parseRequirement, printRequirement } from "../../../src/wheel/requirement.ts";
import { containsVersion, parseSpecifierSet } from "../../../src/wheel/specifier.ts";

describe("requirements", () => {
  it.each([
    ["numpy >= 1.2 , < 2 ; os_name == 'nt'", 'numpy>=1.2,<2; os_name == "nt"'],
    ["a[b, c] (>=1)", "a[b,c]>=1"],
    ["a @ https://example.org/a.whl ; extra=='x'", 'a @ https://example.org/a.whl ; extra == "x"'],
    [
      "a; os_name == 'a' and (os_name == 'b' or os_name == 'c')",
      'a; os_name == "a" and (os_name == "b" or os_name == "c")',
    ],
    [
      "a; (os_name == 'a' or os_name == 'b') or os_name == 'c'",
      'a; (os_name == "a" or os_name == "b") or os_name == "c"',
    ],
    ["a; os_name == '\"'", "a; os_name == '\"'"],
  ])("prints %s", (text, printed) => {
    const parsed = parseRequirement(text);
    expect(parsed.ok ? printRequirement(parsed.requirement) : parsed.message).toBe(printed);
  });

  it.each([
    ["", "it does not begin with a name", 0],
    ["a b", "a version specifier, `;` or the end is missing behind the name", 2],
    ["a>=1 <2", "a comma, `;` or the end is missing behind the version", 5],
    ["a>=1.*", "`.*` only goes with `==` and `!=` and a plain release number", 4],
    ["a>1+x", "`>1+x` is not a version specifier", 1],
    ["a>=2,~=1; os_name == 'x'", "`~=1` is not a version specifier", 5],
    ["a=1", "`=1` is not a version specifier", 1],
    ["a[b,]", "an extra is missing behind the comma", 4],
    ["a[b", "`]` is missing", 3],
    ["a (>=1", "`)` is missing", 6],
    ["a @ ", "a URL is missing behind `@`", 4],
    ["a; x == 'y'", "a marker variable or a quoted text is missing", 3],
    ["a; os_name 'y'", "an operator (`==`, `<`, `in`, …) is missing", 11],
    ["a; os_name == 'y' xor extra == 'z'", "`and`, `or` or the end is missing in the marker", 18],
    [`a; ${"(".repeat(200)}`, "the marker is nested too deeply", 68],
  ])("says what is wrong with %j", (text, message, at) => {
    expect(parseRequirement(text)).toEqual({ ok: false, message, at });
  });

  it("says where the versions stand or would stand", () => {
    const spans = (text: string): string => {
      const parsed = parseRequirement(text);
      if (!parsed.ok) return parsed.message;
      const { start, end } = parsed.spans.specifiers;
      return `${text.slice(0, start)}|${text.slice(start, end)}|${text.slice(end)}`;
    };
    expect(spans("a[b] >= 1, <2 ; os_name == 'x'")).toBe("a[b] |>= 1, <2| ; os_name == 'x'");
    expect(spans("a[b] ; os_name == 'x'")).toBe("a[b]|| ; os_name == 'x'");
    expect(spans("a (>=1) ;os_name == 'x'")).toBe("a |(>=1)| ;os_name == 'x'");
    expect(spans("a")).toBe("a||");
  });
});

describe("markers", () => {
  const marker = (text: string): Parameters<typeof evaluateMarker>[0] => {
    const parsed = parseRequirement(`x;${text}`);
    if (!parsed.ok || parsed.requirement.marker === undefined) throw new Error(text);
    return parsed.requirement.marker;
  };

  it("let `and` bind closer than `or`", () => {
    const parsed = marker("os_name == 'a' or os_name == 'b' and extra == 'c'");
    expect(evaluateMarker(parsed, { os_name: "a", extra: "" })).toBe(true);
    expect(evaluateMarker(parsed, { os_name: "b", extra: "" })).toBe(false);
    expect(printMarker(parsed)).toBe('os_name == "a" or os_name == "b" and extra == "c"');
  });

  it("compare versions as versions and other things as texts", () => {
    expect(evaluateMarker(marker("python_version >= '3.9'"), { python_version: "3.10" })).toBe(
      true,
    );
    expect(evaluateMarker(marker("platform_machine >= '3.9'"), { platform_machine: "3.10" })).toBe(
      false,
    );
  });

  it("name their extras", () => {
    expect(extrasOf(marker("extra == 'a' and (os_name == 'x' or 'b' == extra)"))).toEqual([
      "a",
      "b",
    ]);
  });
});

describe("specifiers", () => {
  it("read the examples of PEP 440", () => {
    const holds = (set: string, version: string): boolean | undefined => {
      const parsed = parseSpecifierSet(set);
      return parsed && containsVersion(parsed, version);
    };
    expect(holds("~=2.2.post3", "2.3")).toBe(true);
    expect(holds("~=2.2.0", "2.3")).toBe(false);
    expect(holds("==1.1.*", "1.1a1")).toBe(true);
    expect(holds("==1.1", "1.1+local")).toBe(true);
    expect(holds(">1.7", "1.7.0.post1")).toBe(false);
    expect(holds(">1.7.post2", "1.7.post3")).toBe(true);
    expect(holds("<3.1", "3.1.dev0")).toBe(false);
    expect(holds(">=1,<2,!=1.5.*", "1.5.3")).toBe(false);
    expect(holds("===foo", "FOO")).toBe(true);
    expect(holds("~=1", "1")).toBeUndefined();
  });
});
