/** Files whose headers contradict each other: edited and stripped soundly, or refused. */

import { describe, expect, it } from "vitest";
import type { ElfEdit } from "../../../src/elf/edit/types.ts";
import { parseElf } from "../../../src/elf/read/image.ts";
import { FormatError, RefusalError } from "../../../src/errors.ts";
import { isUnchanged, rewrittenSource } from "../../../src/rewrite.ts";
import { memorySource } from "../../../src/source.ts";
import { edit, stripElf, verify, verifyElfStrip } from "../../support/elf.ts";
import { damager } from "../../support/elf-damage.ts";
import { elfFixture, elfFixtures } from "../../support/elf-fixtures.ts";

const EDITS: readonly ElfEdit[] = [
  { kind: "set-soname", name: "libdamaged-0123abcd-with-a-rather-long-name.so.1" },
  { kind: "set-search-path", tag: "rpath", path: "$ORIGIN/../damaged.libs:$ORIGIN/another/place" },
  { kind: "replace-needed", from: "libc.so.6", to: "libc-0123abcd.so.6" },
  { kind: "add-needed", name: "libmore-0123abcd.so" },
];

/** The refusal's code, or how the plan came about; anything else that is thrown is a bug. */
function outcome(act: () => string): string {
  try {
    return act();
  } catch (error) {
    if (error instanceof RefusalError) {
      expect(error.code).toMatch(/^elf-[a-z-]+$/);
      expect(error.message).not.toBe("");
      return error.code;
    }
    if (error instanceof FormatError) return "format";
    throw error;
  }
}

function tryEdit(bytes: Uint8Array, edits: readonly ElfEdit[]): string {
  const source = memorySource(bytes);
  const rewrite = edit(parseElf(source), edits);
  const after = rewrittenSource(source, rewrite);
  expect(verify(source, after, rewrite)).toEqual([]);
  // Room for names and one segment, never for a number that the file contains.
  expect(rewrite.size - source.size).toBeLessThan(1 << 16);
  expect(isUnchanged(edit(parseElf(after), edits))).toBe(true);
  return "edited";
}

function tryStrip(bytes: Uint8Array, level: "debug" | "all"): string {
  const source = memorySource(bytes);
  const rewrite = stripElf(parseElf(source), level);
  expect(verifyElfStrip(source, rewrittenSource(source, rewrite), rewrite)).toEqual([]);
  expect(rewrite.size).toBeLessThanOrEqual(source.size);
  return "stripped";
}

describe("a file with changed headers, sections, segments or dynamic entries", () => {
  const fixtures = elfFixtures();
  it.each([1, 2, 3])("is edited and stripped soundly or refused (seed %i)", (seed) => {
    const damage = damager(seed);
    const seen = new Map<string, number>();
    for (let round = 0; round < 250; round++) {
      const name = fixtures[damage.random(fixtures.length)] ?? "bare";
      const bytes = damage.damage(name, elfFixture(name));
      const edits = EDITS.filter(() => damage.random(3) > 0);
      for (const result of [
        outcome(() => tryEdit(bytes, edits)),
        outcome(() => tryStrip(bytes, damage.random(2) === 0 ? "debug" : "all")),
      ]) {
        seen.set(result, (seen.get(result) ?? 0) + 1);
      }
    }
    // Most damage is to fields that no loader reads: these files still work, and are not refused.
    expect(seen.get("edited") ?? 0).toBeGreaterThan(80);
    expect(seen.get("elf-layout") ?? 0).toBeGreaterThan(25);
  });
});
