/**
 * The bill of materials of a repaired wheel: CycloneDX 1.4 in `{dist-info}/sboms/` (PEP 770).
 *
 * Every grafted library is a component, also those whose package nobody knows: an omission would
 * read as "nothing else is in here". Order and text depend on the content alone.
 */
import { compareText, encodeUtf8 } from "../bytes.ts";
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
}

export interface SbomSubject {
  /** Normalised project name. */
  readonly name: string;
  readonly version: string;
  /** File name of the repaired wheel. */
  readonly file: string;
}

export function formatSbom(
  subject: SbomSubject,
  grafted: readonly GraftedComponent[],
  toolVersion: string,
): Uint8Array {
  const root = `pkg:pypi/${encodeURIComponent(subject.name.replaceAll("_", "-"))}@${encodeURIComponent(subject.version)}`;
  const rootRef = `${root}?file_name=${encodeURIComponent(subject.file)}`;
  const components = [...grafted]
    .sort((a, b) => compareText(a.path, b.path))
    .map((library) => ({
      type: "library",
      "bom-ref": `${library.owner === undefined ? "file" : packageUrl(library.owner)}#${library.sha256}`,
      name: library.owner?.name ?? library.originalName,
      ...(library.owner === undefined ? {} : { version: library.owner.version }),
      hashes: [{ alg: "SHA-256", content: library.sha256 }],
      ...(library.owner === undefined ? {} : { purl: packageUrl(library.owner) }),
      properties: [
        { name: "wheelkit:member", value: library.path },
        { name: "wheelkit:original-name", value: library.originalName },
      ],
    }));
  const subjectComponent = {
    type: "library",
    "bom-ref": rootRef,
    name: subject.name,
    version: subject.version,
    purl: rootRef,
  };
  const document = {
    bomFormat: "CycloneDX",
    specVersion: "1.4",
    version: 1,
    metadata: {
      tools: [{ name: "wheelkit", version: toolVersion }],
      component: subjectComponent,
    },
    components,
    dependencies: [
      { ref: rootRef, dependsOn: components.map((component) => component["bom-ref"]) },
      ...components.map((component) => ({ ref: component["bom-ref"] })),
    ],
  };
  return encodeUtf8(`${JSON.stringify(document, null, 2)}\n`);
}
