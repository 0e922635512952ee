/** How much of native code is kept of one wheel. */
import type { Problem } from "../../finding.ts";
import type { MemberReport } from "./task.ts";

/** Native files of one wheel that are judged; real wheels have up to some thousand. */
export const MAX_BINARIES = 10_000;
/** Dependencies of all of them together. */
export const MAX_DEPENDENCIES = 100_000;
/** Run paths of all of them together; real files have up to some dozen. */
export const MAX_RUN_PATHS = 100_000;

/** What reading a native file may say, besides its facts: `failureOf` and `unread` in facts.ts. */
const OF_FACTS: ReadonlySet<string> = new Set(["LNK011", "INT001", "INT002"]);

/**
 * The reports with nothing of what native files hold beyond a limit: how many of those were read
 * before it was known depends on the threads.
 *
 * @param reports in archive order.
 */
export function withinLimits(reports: readonly MemberReport[]): {
  readonly reports: readonly MemberReport[];
  readonly problem?: Problem;
} {
  const count = new NativeCount();
  const first = reports.findIndex((report) => count.add(report));
  if (first === -1) return { reports };
  const message = `the wheel has more than the limit of ${count.exceeded()}: the rest was not judged`;
  const rest = reports.slice(first).map((report): MemberReport => {
    const { index, format, problems, unverified } = report;
    if (format === undefined) return report;
    const isOfMember = ({ code }: { readonly code: string }): boolean => !OF_FACTS.has(code);
    return {
      index,
      format,
      problems: problems.filter(isOfMember),
      unverified: unverified.filter(isOfMember),
    };
  });
  return {
    reports: [...reports.slice(0, first), ...rest],
    problem: { code: "ZIP030", message },
  };
}

/** Native files, damaged ones too, what they need and where they look for it. */
class NativeCount {
  files = 0;
  dependencies = 0;
  runPaths = 0;

  /** True when this one is beyond a limit. */
  add({ format, file }: MemberReport): boolean {
    if (format === undefined) return false;
    this.files++;
    for (const { dependencies, searchPaths } of file?.slices ?? []) {
      this.dependencies += dependencies.length;
      this.runPaths += searchPaths.length;
    }
    return this.exceeded() !== undefined;
  }

  /** The limit that these go beyond, in words. */
  exceeded(): string | undefined {
    if (this.files > MAX_BINARIES) return `${MAX_BINARIES} native files`;
    if (this.dependencies > MAX_DEPENDENCIES) {
      return `${MAX_DEPENDENCIES} dependencies of native files`;
    }
    return this.runPaths > MAX_RUN_PATHS ? `${MAX_RUN_PATHS} run paths of native files` : undefined;
  }
}

/**
 * Reports of members, in whatever order they come. Facts of files that lie, in the archive's order,
 * behind the one that goes beyond a limit are given up as soon as that is known: no audit will judge
 * them, and together they may take any amount of memory.
 */
export class Reports {
  #list: MemberReport[] = [];
  /** Added since the last look. */
  #recent = new NativeCount();
  /** Position in the archive of the file that goes beyond a limit, as far as is known. */
  #last = Number.POSITIVE_INFINITY;

  add(report: MemberReport): void {
    this.#list.push(report);
    if (this.#recent.add(report)) this.#giveUp();
  }

  list(): MemberReport[] {
    return this.#list;
  }

  /** False for a file that nobody will judge, so that it need not be read. */
  wants({ index }: { readonly index: number }): boolean {
    return index <= this.#last;
  }

  /** True when some files will not be judged. */
  areOver(): boolean {
    return this.#last !== Number.POSITIVE_INFINITY;
  }

  #giveUp(): void {
    this.#recent = new NativeCount();
    const count = new NativeCount();
    this.#list.sort((a, b) => a.index - b.index);
    this.#list = this.#list.map((report) => {
      if (count.exceeded() !== undefined) {
        const { file: _, symbols: __, ...rest } = report;
        return rest;
      }
      if (count.add(report)) this.#last = report.index;
      return report;
    });
  }
}
