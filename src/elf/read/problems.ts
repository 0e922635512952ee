/** Defects that the parser can step over. */
export type { LayoutProblem as ElfProblem } from "../../binary.ts";
export { collectProblems, hex, lazy, type Problems } from "../../problems.ts";
