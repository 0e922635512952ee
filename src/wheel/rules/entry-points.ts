/** EPT: entry_points.txt. */
import type { RuleInfo } from "../../finding.ts";

export type EntryPointCode = "EPT001" | "EPT002" | "EPT003" | "EPT004" | "EPT005" | "EPT006";

export const ENTRY_POINT_RULES: Readonly<Record<EntryPointCode, RuleInfo>> = {
  EPT001: {
    title: "entry_points.txt can't be read",
    level: "error",
    why: "It is an INI file with `=` between name and value. PyPI refuses one that does not parse, and installers fail on it.",
    mend: "Declare entry points in `pyproject.toml` and let the build back end write the file; each name once for each group.",
    source: "Entry points specification; PyPI's upload checks",
  },
  EPT002: {
    title: "script name with characters that are not allowed",
    level: "error",
    profiles: { install: "warning" },
    why: "Script names become file names. PyPI takes letters, digits, `_`, `.` and `-` only.",
    mend: "Rename the script.",
    source: "Entry points specification; PyPI's upload checks",
  },
  EPT003: {
    title: "entry point that is not an object reference",
    level: "error",
    profiles: { pypi: "warning" },
    why: "The value must be `package.module` or `package.module:object`. pip stops the installation at a script without an object to call.",
    mend: "Write `name = package.module:function`.",
    source: 'Entry points specification, "Data model"; pip (MissingCallableSuffix)',
  },
  EPT004: {
    title: "entry point into a module that is not in the wheel",
    level: "warning",
    why: "The script or plug-in fails with ModuleNotFoundError unless another project happens to bring the module.",
    mend: "Correct the module's name, or add the module to the packages of the build.",
    source: "Entry points specification",
  },
  EPT005: {
    title: "script that takes the place of another program",
    level: "error",
    profiles: { pypi: "warning" },
    why: "The script is written into the environment's `bin` directory under its name, over the interpreter or, with a path in the name, anywhere else. uv refuses such names.",
    mend: "Rename the script.",
    source: "uv GHSA-4gg8-gxpx-9rph; uv 0.12, reserved script names; CVE-2026-8643 (pip)",
  },
  EPT006: {
    title: "scripts whose names collide",
    level: "warning",
    why: "On Windows and macOS, names that differ only in case, `.exe` or `.py` are one file: the script that is installed last wins.",
    mend: "Rename one of the scripts.",
    source: "Entry points specification; file systems that ignore case",
  },
};
