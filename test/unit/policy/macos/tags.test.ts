import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  keepsPromise,
  promisedBy,
  refusedByInstallers,
  tagsForMinimums,
} from "../../../../src/policy/macos/tags.ts";
import type { SystemVersion } from "../../../../src/policy/macos/version.ts";
import {
  isSkippedMacos,
  macosRelease,
  needsUpdate,
  parseSystemVersion,
} from "../../../../src/policy/macos/version.ts";
import { parsePlatformTag } from "../../../../src/wheel/platform-tag.ts";
import { refusedByPypi } from "../../../../src/wheel/pypi-tags.ts";

function version(text: string): SystemVersion {
  const parsed = parseSystemVersion(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

function tags(minimums: Readonly<Record<string, string>>, target?: string): string {
  const versions = Object.entries(minimums).map(([arch, text]) => [arch, version(text)] as const);
  const wanted = target === undefined ? undefined : version(target);
  return tagsForMinimums(new Map(versions), wanted)
    .map((tag) => tag.replace(/^macosx_/, ""))
    .join(".");
}

function macosx(text: string) {
  const tag = parsePlatformTag(`macosx_${text}`);
  if (tag.kind !== "macosx") throw new Error(text);
  return tag;
}

describe("the tag for the systems that a wheel's files need", () => {
  const cases: readonly (readonly [
    Readonly<Record<string, string>>,
    string | undefined,
    string,
  ])[] = [
    // One architecture.
    [{ x86_64: "10.9" }, undefined, "10_9_x86_64"],
    [{ x86_64: "10.16" }, undefined, "10_16_x86_64"],
    [{ x86_64: "11.3" }, undefined, "11_0_x86_64"],
    [{ x86_64: "26.0" }, undefined, "26_0_x86_64"],
    [{ arm64: "11.0" }, undefined, "11_0_arm64"],
    [{ arm64: "12.3" }, undefined, "12_0_arm64"],
    // An installer looks for arm64 from 11.0 on; delocate says 10_15 here.
    [{ arm64: "10.15" }, undefined, "11_0_arm64"],
    [{ arm64: "10.9" }, undefined, "11_0_arm64"],
    // macOS 26 under the number that programs built with an older SDK see.
    [{ arm64: "16.0" }, undefined, "26_0_arm64"],
    [{ x86_64: "16.0" }, undefined, "26_0_x86_64"],
    // Both.
    [{ x86_64: "10.9", arm64: "11.0" }, undefined, "10_9_universal2"],
    [{ x86_64: "12.0", arm64: "12.0" }, undefined, "12_0_universal2"],
    [{ x86_64: "12.0", arm64: "11.0" }, undefined, "12_0_universal2"],
    [{ x86_64: "10.9", arm64: "12.3" }, undefined, "10_9_x86_64.12_0_arm64"],
    [{ x86_64: "10.13", arm64: "12.0" }, undefined, "10_13_x86_64.12_0_arm64"],
    [{ arm64: "12.3", x86_64: "10.9" }, undefined, "10_9_x86_64.12_0_arm64"],
    [{ x86_64: "10.9", arm64: "10.9" }, undefined, "10_9_universal2"],
    // With i386.
    [{ i386: "10.6", x86_64: "10.6" }, undefined, "10_6_intel"],
    [{ i386: "10.6", x86_64: "10.9" }, undefined, "10_6_i386.10_9_x86_64"],
    [{ i386: "11.0", x86_64: "11.0", arm64: "11.0" }, undefined, "11_0_universal2.11_0_i386"],
    // A target raises the tag, both halves alike, and keeps nothing below it.
    [{ x86_64: "10.9" }, "10.13", "10_13_x86_64"],
    [{ x86_64: "10.15" }, "10.13", "10_15_x86_64"],
    [{ x86_64: "12.3" }, "12.3", "12_0_x86_64"],
    [{ arm64: "11.0" }, "10.9", "11_0_arm64"],
    [{ x86_64: "10.9", arm64: "11.0" }, "13.0", "13_0_universal2"],
    [{ x86_64: "10.9", arm64: "12.0" }, "13.0", "13_0_x86_64.13_0_arm64"],
  ];
  for (const [minimums, target, expected] of cases) {
    const needs = Object.entries(minimums).map(([arch, minimum]) => `${arch} ${minimum}`);
    it(`is ${expected} for ${needs.join(", ")}${target === undefined ? "" : `, built for ${target}`}`, () => {
      expect(tags(minimums, target)).toBe(expected);
    });
  }

  it("is always one that PyPI accepts, that some Mac installs, and that keeps its promise", () => {
    const known = fc.constantFrom(
      ...["10.6", "10.9", "10.15", "10.16", "11.0", "11.7", "12.3", "13.4", "15.0", "16.0", "26.1"],
    );
    const minimums = fc.dictionary(fc.constantFrom("x86_64", "arm64", "i386"), known, {
      minKeys: 1,
    });
    fc.assert(
      fc.property(minimums, fc.option(known, { nil: undefined }), (needs, target) => {
        for (const text of tags(needs, target).split(".")) {
          const tag = macosx(text);
          expect(refusedByPypi(`macosx_${text}`)).toBeUndefined();
          expect(refusedByInstallers(tag)).toBeUndefined();
          for (const [arch, promised] of promisedBy(tag)) {
            const need = needs[arch];
            if (need !== undefined) expect(keepsPromise(version(need), promised)).toBe(true);
          }
        }
      }),
      { seed: 11, numRuns: 500 },
    );
  });
});

describe("what a tag promises", () => {
  it("is its version for each architecture, and never macOS before 11 on arm64", () => {
    expect(promisedBy(macosx("10_9_universal2"))).toEqual(
      new Map([
        ["x86_64", version("10.9")],
        ["arm64", version("11.0")],
      ]),
    );
    expect(promisedBy(macosx("13_0_universal2")).get("arm64")).toEqual(version("13.0"));
    expect([...promisedBy(macosx("10_6_intel")).keys()]).toEqual(["i386", "x86_64"]);
    expect(promisedBy(macosx("10_6_fat3")).has("ppc")).toBe(true);
  });

  it("names a release as a whole from macOS 11 on", () => {
    expect(keepsPromise(version("12.3"), version("12.0"))).toBe(true);
    expect(needsUpdate(version("12.3"))).toBe(true);
    expect(keepsPromise(version("13.0"), version("12.0"))).toBe(false);
    expect(keepsPromise(version("10.15"), version("10.14"))).toBe(false);
    expect(keepsPromise(version("11.0"), version("10.16"))).toBe(true);
    expect(keepsPromise(version("26.0"), version("16.0"))).toBe(true);
    expect(keepsPromise(version("26.0"), version("15.0"))).toBe(false);
  });

  it("is nothing when no Mac looks for the tag", () => {
    for (const text of ["14_5_arm64", "15_2_x86_64", "10_9_arm64", "16_0_arm64", "25_0_x86_64"]) {
      expect(refusedByInstallers(macosx(text)), text).toBeDefined();
    }
    for (const text of ["11_0_arm64e", "9_0_x86_64", "11_0_x86_64h"]) {
      expect(refusedByInstallers(macosx(text)), text).toBeDefined();
    }
    for (const text of ["10_9_universal2", "10_16_x86_64", "26_0_arm64", "10_6_intel"]) {
      expect(refusedByInstallers(macosx(text)), text).toBeUndefined();
    }
  });
});

describe("a version", () => {
  it("is read in all spellings", () => {
    expect(parseSystemVersion("12")).toEqual({ major: 12, minor: 0 });
    expect(parseSystemVersion("10.9")).toEqual({ major: 10, minor: 9 });
    expect(parseSystemVersion("10_9")).toEqual({ major: 10, minor: 9 });
    expect(parseSystemVersion(" 12.3.1 ")).toEqual({ major: 12, minor: 3 });
    for (const text of ["", "x", "10.", "1.2.3.4", "999999", "-1"]) {
      expect(parseSystemVersion(text), text).toBeUndefined();
    }
  });

  it("is that of the release that Apple called by another number", () => {
    expect(macosRelease(version("10.16"))).toEqual(version("11.0"));
    expect(macosRelease(version("16.2"))).toEqual(version("26.0"));
    expect(macosRelease(version("10.15"))).toEqual(version("10.15"));
    expect([15, 16, 25, 26].map((major) => isSkippedMacos({ major, minor: 0 }))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});
