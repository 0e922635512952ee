/** What the checks of METADATA share. */
import type { Level, Problem, Profile } from "../../finding.ts";
import type { HeaderField } from "../headers.ts";
import type { RawMetadata } from "../metadata.ts";
import { singleField } from "../metadata.ts";
import type { MetadataVersion } from "../metadata-fields.ts";
import { compareMetadataVersions, isMetadataVersion } from "../metadata-fields.ts";
import type { MetadataCode } from "../rules/metadata.ts";
import type { CheckContext } from "../view.ts";

export interface MetadataContext {
  readonly wheel: CheckContext;
  readonly metadata: RawMetadata;
  /** `undefined` when METADATA names none that exists. */
  readonly version: MetadataVersion | undefined;
  readonly path: string;
}

export interface Case {
  readonly level?: Level;
  readonly hint?: string;
  readonly profiles?: Partial<Record<Exclude<Profile, "release">, Level>>;
}

export function metadataContext(
  wheel: CheckContext,
  metadata: RawMetadata,
  path: string,
): MetadataContext {
  const version = singleField(metadata, "Metadata-Version")?.value.trim();
  return {
    wheel,
    metadata,
    version: version !== undefined && isMetadataVersion(version) ? version : undefined,
    path,
  };
}

/** Reports a problem of one field, with its place in the file. */
export function report(
  { wheel, path }: MetadataContext,
  code: MetadataCode,
  message: string,
  field?: HeaderField,
  more: Case = {},
): void {
  const problem: Problem<MetadataCode> = {
    code,
    path,
    message,
    ...(field === undefined
      ? {}
      : { at: { record: "METADATA", field: field.name.slice(0, 120), offset: field.start } }),
    ...more,
  };
  wheel.problems.add(problem);
}

/** True when METADATA declares `wanted` or a later version. */
export function isAtLeast({ version }: MetadataContext, wanted: MetadataVersion): boolean {
  return version !== undefined && compareMetadataVersions(version, wanted) >= 0;
}
