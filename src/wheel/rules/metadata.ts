/** MET: the METADATA file. */
import type { RuleInfo } from "../../finding.ts";

export type MetadataCode =
  | "MET001"
  | "MET002"
  | "MET003"
  | "MET004"
  | "MET005"
  | "MET006"
  | "MET007"
  | "MET008"
  | "MET009"
  | "MET010"
  | "MET011"
  | "MET012"
  | "MET013"
  | "MET014"
  | "MET015"
  | "MET016"
  | "MET017"
  | "MET018"
  | "MET019";

export const METADATA_RULES: Readonly<Record<MetadataCode, RuleInfo>> = {
  MET001: {
    title: "METADATA is missing or unreadable",
    level: "error",
    why: "`.dist-info/METADATA` carries the name, version and requirements, and PyPI serves it beside the wheel. Bytes that are not UTF-8, or a byte order mark, make parsers lose fields, the first one above all.",
    mend: "Build the wheel again with a build back end, and save the project's texts as UTF-8 without a byte order mark.",
    source: "Core metadata specifications; PEP 658; PyPI's upload checks",
  },
  MET002: {
    title: "`Metadata-Version` is missing or unknown",
    level: "error",
    profiles: { install: "warning" },
    why: "The version says which fields there may be and what they mean. PyPI takes 1.0, 1.1, 1.2 and 2.1 to 2.5; 2.6 is accepted as a standard and not on its list yet; 2.0 was never accepted.",
    mend: "Use a current build back end, which writes a version that fits its fields.",
    source: 'Core metadata specifications, "Metadata-Version"; PEP 808',
  },
  MET003: {
    title: "`Name` or `Version` is missing or differs from the file name",
    level: "error",
    why: "Both stand in METADATA and in the file name. Installers and PyPI compare them and refuse a wheel that says two things.",
    mend: "Build again, or change a version everywhere at once with `wheelkit edit --version`.",
    source:
      'Core metadata specifications, "Name", "Version"; uv (MismatchedName, MismatchedVersion)',
  },
  MET004: {
    title: "field that is newer than `Metadata-Version`",
    level: "error",
    profiles: { install: "warning" },
    why: "A field of a later version has no meaning in an earlier one. PyPI refuses it.",
    mend: "Raise `Metadata-Version` to the version that defines the field, or remove the field.",
    source: "Core metadata specifications; `packaging.metadata`",
  },
  MET005: {
    title: "unknown field, or a field that stands twice",
    level: "warning",
    why: "Readers of a repeated field take the first, the last or none of its values: an error where installers choose by it. A field that the specification does not know is ignored, and is often a misspelling.",
    mend: "Write each single-use field once, and spell fields as the specification does.",
    source: "Core metadata specifications; `packaging.metadata`",
  },
  MET006: {
    title: "`Summary` is not one line of at most 512 characters",
    level: "error",
    profiles: { install: "info" },
    why: "PyPI refuses it. A line break in the summary can also turn the rest of it into fields.",
    mend: "Shorten the project's `description` to one line; longer texts belong into the readme.",
    source: 'Core metadata specifications, "Summary"; PyPI\'s upload checks',
  },
  MET007: {
    title: "`Description-Content-Type` is not one that PyPI renders",
    level: "error",
    profiles: { install: "info" },
    why: "PyPI takes `text/plain`, `text/x-rst` and `text/markdown`, in UTF-8, Markdown in the variants `GFM` and `CommonMark`.",
    mend: "Set the content type of the readme to one of the three.",
    source: 'Core metadata specifications, "Description-Content-Type" (PEP 566)',
  },
  MET008: {
    title: "long description that PyPI may not render",
    level: "off",
    why: "PyPI refuses descriptions in reStructuredText that its renderer can't read; roles and directives of Sphinx are the usual cause. wheelkit only looks for those and does not render.",
    mend: "Use plain reStructuredText or Markdown, and try it with `twine check`.",
    source: "PyPI's upload checks (readme_renderer)",
  },
  MET009: {
    title: "requirement that is not valid, or that names a URL",
    level: "error",
    why: "Installers stop at a requirement that they can't read. PyPI takes no requirements with a URL, since what they install can change. Markers on variants mean something in wheels with a variant label only.",
    mend: "Write requirements as `name[extra]>=1.0; marker`, and publish what you need under a name.",
    source: "Dependency specifiers (PEP 508, PEP 440); PEP 825 (draft); PyPI's upload checks",
  },
  MET010: {
    title: "`Requires-Python` is not valid or excludes the wheel's own tags",
    level: "error",
    why: "Installers skip versions whose `Requires-Python` does not admit them. One that can't be read hides the release; one that excludes the interpreter of the wheel's tag makes a file that nobody gets.",
    mend: "Write it as version specifiers, such as `>=3.9`; `.*` only goes with `==` and `!=`.",
    source: 'Core metadata specifications, "Requires-Python" (PEP 345, PEP 440)',
  },
  MET011: {
    title: "`Provides-Extra` is not normalized, repeated or missing",
    level: "warning",
    why: "Extras are compared in normal form (lower case, `-` between words). Two spellings of one extra, or a requirement for an extra that is not declared, install less than the user asked for.",
    mend: "Declare each extra once, in normal form, and declare each one that a marker names.",
    source: 'PEP 685; core metadata specifications, "Provides-Extra"',
  },
  MET012: {
    title: "classifier that PyPI refuses",
    level: "error",
    profiles: { install: "info" },
    why: "PyPI refuses every classifier that begins with `Private ::`; that is what they are for.",
    mend: "Remove the classifier, if the project is meant for PyPI.",
    source: "PyPI's list of classifiers",
  },
  MET013: {
    title: "project URL that is not valid",
    level: "error",
    profiles: { install: "info" },
    why: "PyPI takes `http` and `https` addresses only, and labels of 1 to 32 characters.",
    mend: "Write `Label, https://…` with a short label.",
    source: 'Core metadata specifications, "Project-URL"; PyPI\'s upload checks',
  },
  MET014: {
    title: "e-mail address that is not valid",
    level: "error",
    profiles: { install: "info" },
    why: "PyPI refuses `Author-email` and `Maintainer-email` that hold no address it can read.",
    mend: "Write `Name <name@example.org>`, several ones separated by commas, and names alone as `Author`.",
    source: 'Core metadata specifications, "Author-email"; RFC 5322; PyPI\'s upload checks',
  },
  MET015: {
    title: "`Dynamic` names a field that it can't",
    level: "error",
    profiles: { install: "info" },
    why: "`Dynamic` lists the fields that differ between a source distribution and its wheels. `Name`, `Version` and `Metadata-Version` never may, and others must exist.",
    mend: "Name only fields of the core metadata, and never these three.",
    source: "PEP 643; `packaging.metadata`",
  },
  MET016: {
    title: "`License` and `License-Expression` together",
    level: "error",
    profiles: { install: "info" },
    why: "`License-Expression` takes the place of `License` and of the licence classifiers. With both, nobody knows which one holds; PyPI refuses it.",
    mend: "Keep `License-Expression` and remove `License` and the `License ::` classifiers.",
    source: "PEP 639",
  },
  MET017: {
    title: "`License-Expression` is not valid",
    level: "error",
    profiles: { install: "info" },
    why: "It must be an SPDX expression, so that tools can read the licence. wheelkit checks the grammar, not whether SPDX lists the identifier.",
    mend: "Write SPDX identifiers joined by `AND`, `OR` and `WITH`, for example `MIT OR Apache-2.0`.",
    source: 'PEP 639; SPDX specification, annex "SPDX license expressions"',
  },
  MET018: {
    title: "licence file that is named but not there",
    level: "error",
    profiles: { install: "info" },
    why: "From metadata version 2.4 on, each `License-File` is a path below `.dist-info/licenses`, and PyPI looks whether the file is there. In older metadata, the field is an unofficial addition of build back ends.",
    mend: "List files that the wheel contains, as paths with `/` and without `..` or patterns.",
    source: "PEP 639; PyPI's upload checks",
  },
  MET019: {
    title: "import name that is not in the wheel",
    level: "warning",
    why: "`Import-Name` and `Import-Namespace` tell indexes and tools which modules a project brings. One that it does not bring sends users to the wrong project.",
    mend: "Name the modules that are in the wheel, each below its own namespaces.",
    source: "PEP 794",
  },
};
