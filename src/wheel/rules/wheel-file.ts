/** WHL: the WHEEL file. */
import type { RuleInfo } from "../../finding.ts";

export type WheelFileCode =
  | "WHL001"
  | "WHL002"
  | "WHL003"
  | "WHL004"
  | "WHL005"
  | "WHL006"
  | "WHL007";

export const WHEEL_FILE_RULES: Readonly<Record<WheelFileCode, RuleInfo>> = {
  WHL001: {
    title: "WHEEL is missing or unreadable",
    level: "error",
    why: "`.dist-info/WHEEL` says how to install the archive. Indexes and installers refuse a wheel without it.",
    mend: "Build the wheel again with a build back end, which writes this file.",
    source: 'Binary distribution format (PEP 427), "File contents"',
  },
  WHL002: {
    title: "`Wheel-Version` is missing or not supported",
    level: "error",
    profiles: { pypi: "warning" },
    why: "Installers refuse a version whose first number is above 1, and warn when the second is above the one that they know. Without the field, or with garbage in it, they fail.",
    mend: "Write `Wheel-Version: 1.0`, once.",
    source: 'Binary distribution format (PEP 427), "Installing a wheel"',
  },
  WHL003: {
    title: "`Root-Is-Purelib` must be `true` or `false`, once",
    level: "warning",
    why: "It decides where the files go. Any other value is read as `false`; with two different lines, tools disagree about which one counts.",
    mend: "Write it once: `true` for pure Python, `false` where there is native code. Some versions of auditwheel wrote it twice; `wheelkit repair` writes it once.",
    source: "Binary distribution format (PEP 427); auditwheel#642",
  },
  WHL004: {
    title: "`Tag` lines differ from the file name",
    level: "error",
    profiles: { pypi: "warning", install: "warning" },
    why: "Each tag that the file name stands for must have its own `Tag` line, and no other. A renamed file without a changed WHEEL is installed for platforms that the metadata denies, and `pip check` and repair tools trust WHEEL.",
    mend: "Change tags with a tool that changes both: `wheelkit tags`. Write one line for each combination, not the compressed form with dots.",
    source:
      'Binary distribution format (PEP 427), "The .dist-info directory"; PEP 425; warehouse#19411; uv#20400',
  },
  WHL005: {
    title: "`Build` differs from the file name",
    level: "warning",
    why: "The build tag orders wheels of one version. It is listed in the file name and in WHEEL, and must be the same in both or absent from both.",
    mend: "Change it with a tool that changes both: `wheelkit tags --build`.",
    source: 'Binary distribution format (PEP 427), "The .dist-info directory"',
  },
  WHL006: {
    title: "`Root-Is-Purelib` contradicts the content",
    level: "warning",
    why: "Where purelib and platlib are different directories (Fedora, some multiarch systems), extension modules in purelib are shared between machines that can't run them.",
    mend: "Let the build back end know that there are extension modules (or that there are none), so that it writes the right value.",
    source: 'Binary distribution format (PEP 427), "The .dist-info directory"',
  },
  WHL007: {
    title: "feature of a newer wheel version",
    level: "warning",
    why: "A `Wheel-Version` field in METADATA belongs to a draft, which gives it to wheels of version 2. Installers of today and PyPI don't know it.",
    mend: "Leave the field out: the WHEEL file says which version the wheel has.",
    source: "PEP 777 (draft)",
  },
};
