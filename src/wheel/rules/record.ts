/** REC: the RECORD file. */
import type { RuleInfo } from "../../finding.ts";

export type RecordCode =
  | "REC001"
  | "REC002"
  | "REC003"
  | "REC004"
  | "REC005"
  | "REC006"
  | "REC007"
  | "REC008"
  | "REC009"
  | "REC010"
  | "REC011"
  | "REC012"
  | "REC013";

const REPACK =
  "Write RECORD again from the files, as `wheelkit repair`, `wheelkit edit` and `wheel pack` do.";

export const RECORD_RULES: Readonly<Record<RecordCode, RuleInfo>> = {
  REC001: {
    title: "RECORD is missing or unreadable",
    level: "error",
    why: "RECORD lists every file with its hash. Installers need it to install and to uninstall, and PyPI refuses a wheel without it.",
    mend: REPACK,
    source: "Recording installed projects (PEP 376); binary distribution format (PEP 427)",
  },
  REC002: {
    title: "RECORD is not a CSV file of three columns",
    level: "error",
    profiles: { pypi: "warning" },
    why: "Each row is path, hash and size. Readers differ in what they make of other rows, so that files are lost to verification or to removal.",
    mend: `${REPACK} Paths with commas or quotes must be quoted.`,
    source: "Recording installed projects (PEP 376); Python's `csv`",
  },
  REC003: {
    title: "file that is not in RECORD",
    level: "error",
    profiles: { pypi: "warning", install: "warning" },
    why: "A file that RECORD does not list can't be verified, and nobody knows whether its author put it there. PyPI sends a warning and has announced that it will refuse such wheels; pypa/installer refuses them.",
    mend: `${REPACK} If you did not add the file, find out who did.`,
    repair: "fixes",
    source: 'Binary distribution format (PEP 427), "Signed wheel files"; PyPI\'s upload checks',
  },
  REC004: {
    title: "row of RECORD without a file",
    level: "error",
    profiles: { pypi: "warning", install: "warning" },
    why: "RECORD promises a file that the archive does not hold: either the file was lost or the path is spelled differently. PyPI sends a warning.",
    mend: REPACK,
    repair: "fixes",
    source: "Binary distribution format (PEP 427); PyPI's upload checks",
  },
  REC005: {
    title: "row of RECORD without a hash",
    level: "error",
    profiles: { pypi: "warning", install: "warning" },
    why: "Every file but RECORD itself and its signatures needs a hash; without it, a changed file is not noticed.",
    mend: REPACK,
    repair: "fixes",
    source: 'Binary distribution format (PEP 427), "The .dist-info directory"',
  },
  REC006: {
    title: "weak or unknown hash in RECORD",
    level: "error",
    profiles: { pypi: "warning", install: "warning" },
    why: "The format asks for SHA-256 or better. MD5 and SHA-1 can be forged, and a hash that nobody can compute proves nothing.",
    mend: `${REPACK} They use SHA-256.`,
    repair: "fixes",
    source: 'Binary distribution format (PEP 427), "The .dist-info directory"',
  },
  REC007: {
    title: "hash in RECORD is badly encoded",
    level: "error",
    profiles: { pypi: "warning", install: "warning" },
    why: "Digests are URL-safe base64 (`-` and `_`) without `=`. Verifiers that compare texts see a mismatch where the file is sound, and a digest of the wrong length can't be compared at all.",
    mend: REPACK,
    repair: "fixes",
    source: "Binary distribution format (PEP 427); pip#11762",
  },
  REC008: {
    title: "file differs from its hash in RECORD",
    level: "error",
    profiles: { pypi: "warning" },
    why: "The file was changed, or damaged, after RECORD was written. pip and PyPI don't look, so that a user who verifies the installation finds it first.",
    mend: "Find out what changed the file after the build (a signing or patching step?), and build again. No command of wheelkit puts a wrong hash right; the file that is meant can be given: `wheelkit edit --remove-file PATH --add-file FILE=PATH`.",
    repair: "refuse",
    repairHint:
      "the file was changed after RECORD was written: build the wheel again, or give the file that is meant with `wheelkit edit --remove-file PATH --add-file FILE=PATH`",
    source: 'Binary distribution format (PEP 427), "Signed wheel files"; pip#4705',
  },
  REC009: {
    title: "size in RECORD is missing or wrong",
    level: "error",
    profiles: { pypi: "warning", install: "warning" },
    why: "The third column is the file's size in bytes. A wrong one means that the file changed after RECORD was written.",
    mend: REPACK,
    repair: "fixes",
    source: "Recording installed projects (PEP 376)",
  },
  REC010: {
    title: "path that stands twice in RECORD",
    level: "error",
    profiles: { pypi: "warning", install: "warning" },
    why: "With two different rows for one file, one of them is wrong, and tools differ in which one they believe.",
    mend: REPACK,
    source: "Recording installed projects (PEP 376); pip#5913",
  },
  REC011: {
    title: "unsafe path in RECORD",
    level: "error",
    profiles: { pypi: "warning" },
    why: "Uninstalling removes what RECORD lists. An absolute path, or one with `..`, a drive or backslashes, lets a wheel delete files outside the environment.",
    mend: "List paths inside the archive only, with `/` between the parts.",
    source: "uv GHSA-pjjw-68hj-v9mw; recording installed projects (PEP 376)",
  },
  REC012: {
    title: "row that does not belong into RECORD",
    level: "warning",
    why: "Directories have no content to hash, RECORD can't hold its own hash, and signatures of RECORD are made after it.",
    mend: REPACK,
    source: 'Binary distribution format (PEP 427), "The .dist-info directory"',
  },
  REC013: {
    title: "RECORD is not in canonical order",
    level: "info",
    why: "Sorted rows with LF line ends and RECORD last make two builds of the same files the same bytes.",
    mend: "Let the build back end sort it, or use `wheelkit edit --canonical`.",
    source: "Reproducible builds",
  },
};
