/** Side-by-side assemblies that the manifest in a DLL asks for: the loader looks for their DLLs elsewhere. */
import { decodeLatin1, decodeUtf8 } from "../../bytes.ts";
import type { Reading } from "../read/imports.ts";
import { decodeUtf16, type Resource, resourceBytes } from "../read/resources.ts";

/** Bytes of a manifest that are read. */
const MAX_MANIFEST = 1 << 18;
const MAX_ASSEMBLIES = 100;

/** `name version` of each `<dependentAssembly>`; a manifest is XML, and only these elements are looked for. */
export function dependentAssemblies(
  reading: Reading,
  resources: readonly Resource[],
): readonly string[] {
  const found: string[] = [];
  for (const resource of resources) {
    if (resource.type !== "RT_MANIFEST") continue;
    const bytes = reading.problems.attempt(() => resourceBytes(reading, resource, MAX_MANIFEST));
    if (bytes === undefined) continue;
    const text =
      bytes[0] === 0xff && bytes[1] === 0xfe
        ? decodeUtf16(bytes)
        : (decodeUtf8(bytes) ?? decodeLatin1(bytes));
    for (const [, content = ""] of text.matchAll(
      /<dependentAssembly[^>]*>([\s\S]*?)<\/dependentAssembly>/g,
    )) {
      const identity = /<assemblyIdentity\b([^>]*)>/.exec(content)?.[1];
      if (identity === undefined || found.length >= MAX_ASSEMBLIES) continue;
      const name = attribute(identity, "name");
      const version = attribute(identity, "version");
      if (name !== undefined) found.push(version === undefined ? name : `${name} ${version}`);
    }
  }
  return found;
}

function attribute(tag: string, name: string): string | undefined {
  return new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(tag)?.slice(1).join("");
}
