/** NAM: the file name. */
import type { RuleInfo } from "../../finding.ts";

export type FilenameCode =
  | "NAM001"
  | "NAM002"
  | "NAM003"
  | "NAM004"
  | "NAM005"
  | "NAM006"
  | "NAM007"
  | "NAM008";

export const FILENAME_RULES: Readonly<Record<FilenameCode, RuleInfo>> = {
  NAM001: {
    title: "file name is not that of a wheel",
    level: "error",
    why: "Installers and indexes read the name, version and tags from the file name before they open the file. A name with the wrong number of parts is skipped or refused.",
    mend: "Name the file `{name}-{version}-{python}-{abi}-{platform}.whl`, with an optional build tag behind the version. A label of your own belongs into the version (`1.0+label`). Build back ends write this name; a copy may have been renamed by hand or by a browser (`… (1).whl`).",
    source:
      'Binary distribution format (PEP 427), "File name convention"; PEP 825 and PEP 777 are drafts',
  },
  NAM002: {
    title: "project name in the file name is not normalized",
    level: "error",
    profiles: { install: "info" },
    why: "PyPI refuses a wheel whose file name does not carry the project's name in lower case with each run of `-`, `_` and `.` written as one `_`. Tools that find files by name miss it.",
    mend: "Rename the wheel, with its `.dist-info` and `.data` directories. Current build back ends write the normalized name by themselves.",
    source: 'Binary distribution format, "Escaping and Unicode"; PyPI\'s upload checks',
  },
  NAM003: {
    title: "version in the file name",
    level: "error",
    why: "A version that is not valid can't be compared, so installers ignore the file. A version that is not in normal form can be missed by tools that compare names as text. PyPI takes no local versions (`1.0+local`).",
    mend: "Use a valid version in its normal form. `wheelkit edit --version` moves the version everywhere it is listed in the wheel.",
    source: "Version specifiers (PEP 440); binary distribution format",
  },
  NAM004: {
    title: "build tag does not begin with a digit",
    level: "error",
    why: "The build tag breaks ties between wheels of one version and must begin with an ASCII digit. Anything else makes the file name ambiguous, and it is refused.",
    mend: "Begin the build tag with a digit, or leave it out: `wheelkit tags --build 1`.",
    source: 'Binary distribution format (PEP 427), "File name convention"',
  },
  NAM005: {
    title: "compressed tag set is not sorted",
    level: "info",
    why: "The parts of a compressed tag set are to be sorted and to appear once. Two spellings of one set make two file names for the same wheel, and strict parsers refuse the unsorted one.",
    mend: "Sort the parts between the dots and remove repetitions. `wheelkit tags` writes them in order.",
    source: 'PEP 425, "Compressed Tag Sets"; `packaging` 26.1 `validate_order`',
  },
  NAM006: {
    title: "platform tag that PyPI does not accept",
    level: "error",
    profiles: { install: "info" },
    why: "PyPI takes a closed list of platform tags, since installers of others would get files that can't run. A tag that no system has, such as `linux_amd64`, is installed by nobody. A bare `linux_x86_64` promises nothing about the C library and is refused, as are macOS tags from 11 on with a minor version other than 0.",
    mend: "Repair the wheel so that it earns a `manylinux`, `musllinux` or `macosx_N_0` tag: `wheelkit repair`.",
    repair: "passes",
    source:
      "PyPI's upload checks (warehouse, `forklift/legacy.py`); PEP 600, PEP 656, PEP 730, PEP 738, PEP 783",
  },
  NAM007: {
    title: "tags that contradict each other",
    level: "warning",
    why: "The combination either matches no interpreter, so that nobody can install the wheel, or matches interpreters that can't load it.",
    mend: "Name the oldest interpreter of a stable ABI (`cp39-abi3`), the free-threaded ABI as `cp314-cp314t`, and the interpreter's own ABI for other extension modules.",
    source: "PEP 425; PEP 384; PEP 703; PEP 803",
  },
  NAM008: {
    title: "control character or slash in the file name",
    level: "error",
    why: "PyPI refuses such names. They can write outside a folder, or change what a terminal shows.",
    mend: "Rename the file; a wheel's name needs letters, digits, `-`, `_`, `.` and `+` only.",
    repair: "refuse",
    repairHint: "rename the file: letters, digits, `-`, `_`, `.`, `+` and `!` are enough",
    source: "PyPI's upload checks (warehouse, `forklift/legacy.py`)",
  },
};
