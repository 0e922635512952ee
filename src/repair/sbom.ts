/**
 * The bill of materials of a repaired wheel: CycloneDX 1.4 in `{dist-info}/sboms/` (PEP 770).
 *
 * Every grafted library is a component, also those whose package nobody knows: an omission would
 * read as "nothing else is in here". Order and text depend on the content alone.
 */
import { compareText, decodeUtf8, encodeUtf8 } from "../bytes.ts";
import type { OwningPackage } from "./owners/owner.ts";
import { packageUrl } from "./owners/owner.ts";

export const SBOM_NAME = "wheelkit.cdx.json";

export interface GraftedComponent {
  /** Member path in the wheel. */
  readonly path: string;
  /** Base name of the file that was grafted. */
  readonly originalName: string;
  /** Hex SHA-256 of that file before any change. */
  readonly sha256: string;
  readonly owner: OwningPackage | undefined;
  /** What the file says of itself. */
  readonly about?: FileAbout;
}

/** Who made a library and which version it is, where its format has a place for that. */
export interface FileAbout {
  readonly version?: string;
  readonly publisher?: string;
  readonly description?: string;
  readonly copyright?: string;
}

export interface SbomSubject {
  /** Normalised project name. */
  readonly name: string;
  readonly version: string;
  /** File name of the repaired wheel. */
  readonly file: string;
}

/** Property that ties a component to its member. */
const MEMBER = "wheelkit:member";

interface Component {
  readonly "bom-ref": string;
  readonly properties: readonly { readonly name: string; readonly value: string }[];
}

/**
 * @param earlier components of an earlier repair that are still in the wheel, as
 *   {@link readComponents} found them.
 */
export function formatSbom(
  subject: SbomSubject,
  grafted: readonly GraftedComponent[],
  toolVersion: string,
  earlier: readonly Component[] = [],
): Uint8Array {
  const root = `pkg:pypi/${encodeURIComponent(subject.name)}@${encodeURIComponent(subject.version)}`;
  const rootRef = `${root}?file_name=${encodeURIComponent(subject.file)}`;
  const now = new Set(grafted.map(({ path }) => path));
  const components = [
    ...earlier.filter((component) => !now.has(memberOf(component) ?? "")),
    ...grafted.map(toComponent),
  ].sort((a, b) => compareText(memberOf(a) ?? "", memberOf(b) ?? ""));
  const document = {
    bomFormat: "CycloneDX",
    specVersion: "1.4",
    version: 1,
    metadata: {
      tools: [{ name: "wheelkit", version: toolVersion }],
      component: {
        type: "library",
        "bom-ref": rootRef,
        name: subject.name,
        version: subject.version,
        purl: rootRef,
      },
    },
    components,
    dependencies: [
      { ref: rootRef, dependsOn: components.map((component) => component["bom-ref"]) },
      ...components.map((component) => ({ ref: component["bom-ref"] })),
    ],
  };
  return encodeUtf8(`${JSON.stringify(document, null, 2)}\n`);
}

function toComponent({ path, originalName, sha256, owner, about }: GraftedComponent): Component {
  const { version, publisher, description, copyright } = about ?? {};
  const stated = owner?.version ?? version;
  const purl = owner === undefined ? undefined : packageUrl(owner);
  return {
    ...{ type: "library", ...(publisher === undefined ? {} : { publisher }) },
    // One package may bring several libraries, so the member is part of the reference.
    "bom-ref": `${purl ?? "file"}#${path}`,
    ...{
      name: owner?.name ?? originalName,
      ...(stated === undefined ? {} : { version: stated }),
      ...(description === undefined ? {} : { description }),
      hashes: [{ alg: "SHA-256", content: sha256 }],
      ...(copyright === undefined ? {} : { copyright }),
      ...(purl === undefined ? {} : { purl }),
    },
    properties: [
      { name: MEMBER, value: path },
      { name: "wheelkit:original-name", value: originalName },
    ],
  };
}

/** The components of a bill that an earlier repair wrote, for members that `isMember` still knows. */
export function readComponents(
  bytes: Uint8Array,
  isMember: (path: string) => boolean,
): readonly Component[] {
  const document = parseJson(decodeUtf8(bytes) ?? "");
  const components = isRecord(document) ? document.components : undefined;
  if (!Array.isArray(components)) return [];
  return components.filter(isComponent).filter((each) => isMember(memberOf(each) ?? ""));
}

function memberOf({ properties }: Component): string | undefined {
  return properties.find(({ name }) => name === MEMBER)?.value;
}

function isComponent(value: unknown): value is Component {
  return (
    isRecord(value) &&
    typeof value["bom-ref"] === "string" &&
    Array.isArray(value.properties) &&
    value.properties.every(
      (each: unknown) =>
        isRecord(each) && typeof each.name === "string" && typeof each.value === "string",
    )
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
