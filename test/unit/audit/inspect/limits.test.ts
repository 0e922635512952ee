import { describe, expect, it } from "vitest";
import { MAX_DEPENDENCIES, Reports } from "../../../../src/audit/inspect/limits.ts";
import type { MemberReport } from "../../../../src/audit/inspect/task.ts";
import { machoSlice } from "../../../support/macos-slices.ts";

const OF_ONE = 1000;
const FILES = 400;

/** It loads {@link OF_ONE} libraries, of which libSystem is one. */
const SLICE = machoSlice({ loads: Array.from({ length: OF_ONE - 1 }, (_, at) => `l${at}`) });

function report(index: number): MemberReport {
  const file: MemberReport["file"] = { format: "macho", fat: null, problems: [], slices: [SLICE] };
  return { index, format: "macho", problems: [], unverified: [], file };
}

describe("reports of files with very many dependencies", () => {
  const orders: Readonly<Record<string, (index: number) => number>> = {
    "in the archive's order": (index) => index,
    "from the end": (index) => FILES - 1 - index,
    "in any order": (index) => (index * 149) % FILES,
  };
  it.each(Object.entries(orders))("keep the same facts when they come %s", (_, order) => {
    const reports = new Reports();
    let most = 0;
    for (let at = 0; at < FILES; at++) {
      reports.add(report(order(at)));
      most = Math.max(most, reports.list().filter(({ file }) => file !== undefined).length);
    }
    const kept = reports.list().flatMap(({ index, file }) => (file === undefined ? [] : index));
    const first = MAX_DEPENDENCIES / OF_ONE + 1;
    // What goes beyond the limit is among them: the audit says so.
    expect(kept.filter((index) => index < first)).toHaveLength(first);
    expect(reports.list()).toHaveLength(FILES);
    // These need not even be read.
    expect(reports.areOver()).toBe(true);
    expect(reports.wants({ index: first - 1 })).toBe(true);
    expect(reports.wants({ index: 2 * first })).toBe(false);
    // At no time more than twice what may be judged.
    expect(most).toBeLessThanOrEqual(2 * first);
  });
});
