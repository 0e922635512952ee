import type { Problem } from "../../../finding.ts";
import type { ElfSlice } from "../../../formats.ts";
import type { LinuxModel } from "../../linux/model.ts";
import type { NativeCode } from "../texts.ts";

/** HRD002, HRD003, HRD004: what stays writable that should not be. */
export function writableCode({ identity, others }: LinuxModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  for (const { path, slice } of [...identity.considered, ...others]) {
    if (slice.kind !== "shared" && slice.kind !== "executable") continue;
    const program = isProgram(slice);
    if (slice.textRelocations) {
      problems.push({
        code: "HRD002",
        path,
        message: "relocations change the code (DT_TEXTREL)",
        // A program without a position is common on some machines, and only costs memory.
        ...(program ? { level: "warning" as const } : {}),
      });
    }
    const load = slice.loads.find(({ writable, executable }) => writable && executable);
    if (load !== undefined) {
      problems.push({
        code: "HRD003",
        path,
        message: `the load segment at offset ${load.offset} is writable and executable`,
        at: load.at,
      });
    }
    if (slice.relro === "none" && slice.dynamic) {
      const level = program ? "info" : "warning";
      problems.push({ code: "HRD004", path, message: "no RELRO", level });
    } else if (slice.relro === "partial") {
      problems.push({ code: "HRD004", path, message: "partial RELRO: functions are bound lazily" });
    }
  }
  return problems;
}

function isProgram({ kind, interpreter }: ElfSlice): boolean {
  return kind === "executable" || interpreter !== null;
}
