import { expect, it } from "vitest";
import {
  compareVersions,
  isPrerelease,
  normalizeVersion,
  parseVersion,
  publicVersion,
  scanVersion,
} from "../../../src/wheel/version.ts";

/** PEP 440, "Summary of permitted suffixes and relative ordering", with epochs and local labels. */
const ASCENDING = [
  "1.0.dev456",
  "1.0a1",
  "1.0a2.dev456",
  "1.0a12.dev456",
  "1.0a12",
  "1.0b1.dev456",
  "1.0b2",
  "1.0b2.post345.dev456",
  "1.0b2.post345",
  "1.0rc1.dev456",
  "1.0rc1",
  "1.0",
  "1.0+abc.5",
  "1.0+abc.7",
  "1.0+5",
  "1.0.post456.dev34",
  "1.0.post456",
  "1.0.15",
  "1.1.dev1",
  "1!0.1",
];

function parse(text: string): NonNullable<ReturnType<typeof parseVersion>> {
  const version = parseVersion(text);
  if (version === undefined) throw new Error(text);
  return version;
}

it("orders versions as PEP 440 does", () => {
  const shuffled = [...ASCENDING].sort();
  expect(shuffled.sort((a, b) => compareVersions(parse(a), parse(b)))).toEqual(ASCENDING);
});

it("takes trailing zeros for nothing", () => {
  expect(compareVersions(parse("1.0"), parse("1.0.0.0"))).toBe(0);
});

it("keeps numbers that a double can't hold", () => {
  expect(normalizeVersion("1.dev20240101123456789012")).toBe("1.dev20240101123456789012");
  expect(compareVersions(parse("9007199254740993"), parse("9007199254740992"))).toBeGreaterThan(0);
});

it("finds the version inside a longer text", () => {
  expect(scanVersion(">=1.0rc1,<2", 2)?.end).toBe(8);
  expect(scanVersion("x1.0", 0)).toBeUndefined();
});

it("knows pre-releases and public parts", () => {
  expect(
    ["1.0a1", "1.0.dev1", "1.0.post1", "1.0"].map((text) => isPrerelease(parse(text))),
  ).toEqual([true, true, false, false]);
  expect(publicVersion(parse("1.0.post1+x"))).toEqual(parse("1.0.post1"));
});
