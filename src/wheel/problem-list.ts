/** Collects problems, and a bounded number of each rule: a hostile wheel can break one 200,000 times. */
import type { Problem } from "../finding.ts";
import type { WheelCode } from "./rules.ts";

export interface ProblemList {
  add(problem: Problem<WheelCode>): void;
  addAll(problems: readonly Problem<WheelCode>[]): void;
  /** Everything added, with one closing remark for each rule that ran over. */
  finish(): readonly Problem<WheelCode>[];
}

const MAX_PER_RULE = 1000;

export function problemList(): ProblemList {
  const problems: Problem<WheelCode>[] = [];
  const counts = new Map<WheelCode, number>();
  const add = (problem: Problem<WheelCode>): void => {
    const count = (counts.get(problem.code) ?? 0) + 1;
    counts.set(problem.code, count);
    if (count <= MAX_PER_RULE) problems.push(problem);
  };
  return {
    add,
    addAll(more) {
      for (const problem of more) add(problem);
    },
    finish() {
      for (const [code, count] of counts) {
        if (count <= MAX_PER_RULE) continue;
        problems.push({
          code,
          message: `${count - MAX_PER_RULE} more cases of this are not shown`,
        });
      }
      return problems;
    },
  };
}
