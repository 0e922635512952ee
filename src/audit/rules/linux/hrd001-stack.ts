import type { Problem } from "../../../finding.ts";
import type { LinuxModel } from "../../linux/model.ts";
import type { NativeCode } from "../texts.ts";

/** Without PT_GNU_STACK, Linux gives these an executable stack. */
const EXECUTABLE_BY_DEFAULT: readonly string[] = ["x86_64", "i686", "armv7l", "armv6l"];

/** An executable stack, asked for or implied. */
export function executableStack({ identity, others }: LinuxModel): readonly Problem<NativeCode>[] {
  const problems: Problem<NativeCode>[] = [];
  for (const { path, slice } of [...identity.considered, ...others]) {
    const { kind, execstack, arch, interpreter, dynamic } = slice;
    if (execstack === "no" || (kind !== "shared" && kind !== "executable")) continue;
    const implied = EXECUTABLE_BY_DEFAULT.includes(arch);
    // Only glibc refuses, and only for libraries; a program runs with the weaker protection.
    const refused = identity.family === "manylinux" && dynamic && interpreter === null;
    if (execstack === "yes") {
      problems.push({
        code: "HRD001",
        path,
        message: "asks for an executable stack",
        at: { record: "Elf_Phdr", field: "p_flags", value: "PF_X in PT_GNU_STACK" },
        ...(refused ? {} : { level: "warning" as const }),
      });
    } else {
      problems.push({
        code: "HRD001",
        path,
        message: implied
          ? `has no PT_GNU_STACK, which means an executable stack on ${arch}`
          : "has no PT_GNU_STACK",
        level: !implied ? "info" : refused ? "error" : "warning",
      });
    }
  }
  return problems;
}
