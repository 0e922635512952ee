import type { Problem } from "../../../finding.ts";
import { isSanitizer } from "../../../policy/interest.ts";
import type { AuditModel } from "../../model.ts";
import type { NativeCode } from "../texts.ts";
import { quoteSome } from "../wording.ts";

/** Imports and needed libraries of sanitizers and of gcov. */
export function sanitizers({ considered }: AuditModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  for (const { path, slice } of considered) {
    const names = slice.imports
      .filter(
        ({ name, weak, defined }) =>
          !weak && !defined && name.startsWith("__") && isSanitizer(name),
      )
      .map(({ name }) => name);
    const libraries = slice.dependencies
      .map(({ name }) => name)
      .filter((name) => /^lib(asan|ubsan|tsan|lsan|msan)\.so\.\d+$/.test(name));
    const found = [...libraries, ...names];
    if (found.length === 0) continue;
    problems.push({
      code: "HRD013",
      path,
      facts: { symbols: found },
      message: `needs ${quoteSome(found)}`,
    });
  }
  return problems;
}
