/** DST: the directories `.dist-info` and `.data`. */
import type { RuleInfo } from "../../finding.ts";

export type LayoutCode =
  | "DST001"
  | "DST002"
  | "DST003"
  | "DST004"
  | "DST005"
  | "DST006"
  | "DST007"
  | "DST008"
  | "DST009"
  | "DST010"
  | "DST011";

export const LAYOUT_RULES: Readonly<Record<LayoutCode, RuleInfo>> = {
  DST001: {
    title: "not exactly one `.dist-info` directory",
    level: "error",
    profiles: { pypi: "warning" },
    why: "The `.dist-info` directory holds the metadata. pip and uv refuse a wheel with none or with several at its root.",
    mend: "Keep one `{name}-{version}.dist-info` at the root of the archive. A second one is often left over from an unpacked and repacked wheel.",
    source: 'Binary distribution format (PEP 427), "File contents"; pip; uv',
  },
  DST002: {
    title: "`.dist-info` directory is not named after the file",
    level: "error",
    why: "PyPI looks for `{name}-{version}.dist-info/WHEEL` exactly as the file name spells them, and refuses the wheel when it is not there. Installers compare the normalized forms.",
    mend: "Run `wheelkit edit --version` with the version that is meant: it names the directory after the file. A plain rename of the file does not.",
    source: "Binary distribution format (PEP 427); PyPI's upload checks",
  },
  DST003: {
    title: "stray `.dist-info` or `.egg-info`",
    level: "warning",
    why: "Metadata of another project, or in the old form, makes installed-package queries report projects that are not there, and uninstalling it can remove files of this one.",
    mend: "Remove it from the package data. Metadata of vendored projects belongs into the folder of the vendored code, where it is tolerated.",
    source: "Recording installed projects (PEP 376)",
  },
  DST004: {
    title: "`.data` directory is not named after the wheel, or not the only one",
    level: "error",
    profiles: { pypi: "warning" },
    why: "pip takes every top-level `*.data` directory for the wheel's data, uv only the one that is named like `.dist-info`. The same wheel installs differently.",
    mend: "Name it `{name}-{version}.data`, exactly as the `.dist-info` directory. Rename package data that ends in `.data`.",
    source: 'Binary distribution format (PEP 427), "The .data directory"',
  },
  DST005: {
    title: "unknown place under `.data`",
    level: "error",
    profiles: { pypi: "warning" },
    why: "Only `purelib`, `platlib`, `headers`, `scripts` and `data` are install locations. pip and uv refuse others, and files that lie directly under `.data`.",
    mend: "Move the files under one of the five keys.",
    source: 'Binary distribution format (PEP 427), "The .data directory"',
  },
  DST006: {
    title: "`.data` repeats the root of the archive",
    level: "warning",
    why: "With `Root-Is-Purelib: true` the root is purelib already (with `false`, platlib). A file that is in both is an error: one overwrites the other, in an order that nobody defines.",
    mend: "Put these files at the root of the archive.",
    source: 'Binary distribution format (PEP 427), "The .data directory"; check-wheel-contents',
  },
  DST007: {
    title: "directory or symbolic link under `.data/scripts`",
    level: "error",
    profiles: { pypi: "warning" },
    why: "Scripts are installed into one flat directory. uv refuses anything but regular files there; pip would write outside the flat directory.",
    mend: "Put scripts directly under `.data/scripts`, and what they need into the package.",
    source: "uv, `InvalidWheel`",
  },
  DST008: {
    title: "script that overwrites the interpreter",
    level: "error",
    profiles: { pypi: "warning" },
    why: "Installed into an environment's `bin` directory, it takes the place of the Python interpreter. uv refuses it; pip overwrites the interpreter.",
    mend: "Rename the script.",
    source: "uv 0.12, reserved script names",
  },
  DST009: {
    title: "data files outside the project's own places",
    level: "warning",
    why: "Files under `.data/data` go below the environment's root, whatever is there. Writing into `site-packages` in this way goes round RECORD's rules, and `etc` belongs to the administrator.",
    mend: "Install modules from the root of the archive and read-only data from inside the package.",
    source: 'Binary distribution format (PEP 427), "The .data directory"',
  },
  DST010: {
    title: "file that belongs to the installer",
    level: "error",
    profiles: { pypi: "warning", install: "warning" },
    why: "These files tell who installed a project, why and from where. A `direct_url.json` that a wheel brings along is believed, and is false; the others are overwritten, or say that a user asked for the project.",
    mend: "Build the wheel from a clean tree, not from an installed copy. Signature files of RECORD (`.jws`, `.p7s`) are no longer written by any tool.",
    source: "PEP 376; PEP 610; PEP 627; PEP 815",
  },
  DST011: {
    title: "name in `.dist-info` that is reserved for a directory",
    level: "warning",
    why: "`licenses`, `license_files`, `LICENSES` and `sboms` are directories by specification. A file of that name breaks tools that list them.",
    mend: "Put the file inside a directory of that name, for example `.dist-info/licenses/LICENSE`.",
    source: "PEP 639; PEP 770, registry of `.dist-info` directories",
  },
};
