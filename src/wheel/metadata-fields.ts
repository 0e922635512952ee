/**
 * The fields of the core metadata: since which version, and how often.
 *
 * Source: the core metadata specifications (PEP 241, 314, 345, 566, 643, 685, 639, 794, 808).
 */

export type MetadataVersion = "1.0" | "1.1" | "1.2" | "2.1" | "2.2" | "2.3" | "2.4" | "2.5" | "2.6";

/** Oldest first. 2.0 was never accepted. */
export const METADATA_VERSIONS: readonly MetadataVersion[] = [
  "1.0",
  "1.1",
  "1.2",
  "2.1",
  "2.2",
  "2.3",
  "2.4",
  "2.5",
  "2.6",
];

/** The newest that PyPI took in August 2026; PEP 808's is accepted and not on its list yet. */
export const NEWEST_ON_PYPI: MetadataVersion = "2.5";

/** Fields that drafts describe, and the draft. */
export const DRAFT_FIELDS: Readonly<Record<string, string>> = {
  "requires-external-dep": "PEP 725",
  "provides-external-extra": "PEP 725",
};

export interface MetadataFieldInfo {
  readonly name: string;
  readonly since: MetadataVersion;
  /** May stand more than once. */
  readonly many: boolean;
}

const one = (name: string, since: MetadataVersion): MetadataFieldInfo => ({
  name,
  since,
  many: false,
});
const many = (name: string, since: MetadataVersion): MetadataFieldInfo => ({
  name,
  since,
  many: true,
});

/** In the order in which build back ends write them. */
export const METADATA_FIELDS: readonly MetadataFieldInfo[] = [
  one("Metadata-Version", "1.0"),
  one("Name", "1.0"),
  one("Version", "1.0"),
  many("Dynamic", "2.2"),
  many("Platform", "1.0"),
  many("Supported-Platform", "1.1"),
  one("Summary", "1.0"),
  one("Description", "1.0"),
  one("Description-Content-Type", "2.1"),
  one("Keywords", "1.0"),
  one("Home-page", "1.0"),
  one("Download-URL", "1.1"),
  one("Author", "1.0"),
  one("Author-email", "1.0"),
  one("Maintainer", "1.2"),
  one("Maintainer-email", "1.2"),
  one("License", "1.0"),
  one("License-Expression", "2.4"),
  many("License-File", "2.4"),
  many("Classifier", "1.1"),
  many("Requires-Dist", "1.2"),
  one("Requires-Python", "1.2"),
  many("Requires-External", "1.2"),
  many("Project-URL", "1.2"),
  many("Provides-Extra", "2.1"),
  many("Provides-Dist", "1.2"),
  many("Obsoletes-Dist", "1.2"),
  many("Requires", "1.1"),
  many("Provides", "1.1"),
  many("Obsoletes", "1.1"),
  many("Import-Name", "2.5"),
  many("Import-Namespace", "2.5"),
];

const BY_NAME: ReadonlyMap<string, MetadataFieldInfo> = new Map(
  METADATA_FIELDS.map((field) => [field.name.toLowerCase(), field]),
);

/** The field of this name in any case; `undefined` when the specification has none. */
export function metadataField(name: string): MetadataFieldInfo | undefined {
  return BY_NAME.get(name.toLowerCase());
}

export function isMetadataVersion(text: string): text is MetadataVersion {
  return METADATA_VERSIONS.some((version) => version === text);
}

/** Negative, zero or positive as `a` is older than, the same as or newer than `b`. */
export function compareMetadataVersions(a: MetadataVersion, b: MetadataVersion): number {
  return METADATA_VERSIONS.indexOf(a) - METADATA_VERSIONS.indexOf(b);
}
