import type { Problem } from "../../../finding.ts";
import type { AuditModel } from "../../model.ts";
import type { NativeCode } from "../texts.ts";
import { formatBytes } from "../wording.ts";

/** Less than this share of a file is what some tools leave behind in every build. */
const REMAINDER = 0.1;

/** HRD010 and HRD011: bytes that only a debugger reads. */
export function debugBytes({ considered, others }: AuditModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  for (const { path, size, slice } of [...considered, ...others]) {
    if (slice.kind !== "shared" && slice.kind !== "executable") continue;
    const { dwarf, symtab } = slice.debug;
    if (dwarf > 0) {
      problems.push({
        code: "HRD010",
        path,
        facts: { bytes: dwarf },
        message: `${formatBytes(dwarf)} of debug information`,
        ...(dwarf < size * REMAINDER ? { level: "info" as const } : {}),
      });
    }
    if (symtab > 0) {
      problems.push({
        code: "HRD011",
        path,
        facts: { bytes: symtab },
        message: `${formatBytes(symtab)} of symbol table`,
      });
    }
  }
  return problems;
}
