/** How much of native code is kept of one wheel. */
import type { MemberReport } from "./task.ts";

/** Native files of one wheel that are judged; real wheels have up to some thousand. */
export const MAX_BINARIES = 20_000;
/** Dependencies of all of them together. */
export const MAX_DEPENDENCIES = 100_000;

/** @param file of a report or of a member. */
export function dependencyCount(file: MemberReport["file"]): number {
  let count = 0;
  for (const { dependencies } of file?.slices ?? []) count += dependencies.length;
  return count;
}

/**
 * Reports of members, in whatever order they come. Facts of files that lie, in the archive's order,
 * behind the one that goes beyond {@link MAX_DEPENDENCIES} are given up as soon as that is known: no
 * audit will judge them, and together they may take any amount of memory.
 */
export class Reports {
  #list: MemberReport[] = [];
  #since = 0;

  add(report: MemberReport): void {
    this.#list.push(report);
    this.#since += dependencyCount(report.file);
    if (this.#since > MAX_DEPENDENCIES) this.#giveUp();
  }

  list(): MemberReport[] {
    return this.#list;
  }

  #giveUp(): void {
    let dependencies = 0;
    this.#since = 0;
    this.#list.sort((a, b) => a.index - b.index);
    this.#list = this.#list.map((report) => {
      if (dependencies > MAX_DEPENDENCIES && report.file !== undefined) {
        const { file: _, ...rest } = report;
        return rest;
      }
      dependencies += dependencyCount(report.file);
      return report;
    });
  }
}
