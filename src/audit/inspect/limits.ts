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
 * behind the one that goes beyond a limit are given up as soon as that is known: no audit will judge
 * them, and together they may take any amount of memory.
 */
export class Reports {
  #list: MemberReport[] = [];
  /** Added since the last look. */
  #files = 0;
  #dependencies = 0;

  add(report: MemberReport): void {
    this.#list.push(report);
    if (report.file === undefined) return;
    this.#files++;
    this.#dependencies += dependencyCount(report.file);
    if (this.#files > MAX_BINARIES || this.#dependencies > MAX_DEPENDENCIES) this.#giveUp();
  }

  list(): MemberReport[] {
    return this.#list;
  }

  #giveUp(): void {
    let [files, dependencies] = [0, 0];
    this.#files = 0;
    this.#dependencies = 0;
    this.#list.sort((a, b) => a.index - b.index);
    this.#list = this.#list.map((report) => {
      if (report.file === undefined) return report;
      if (files > MAX_BINARIES || dependencies > MAX_DEPENDENCIES) {
        const { file: _, ...rest } = report;
        return rest;
      }
      files++;
      dependencies += dependencyCount(report.file);
      return report;
    });
  }
}
