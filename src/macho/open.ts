/** A Mach-O file that is open for questions. */
import type { OpenNative } from "../format.ts";
import type { Source } from "../source.ts";
import { dumpMacho } from "./facts/dump.ts";
import { regionsOf } from "./facts/regions.ts";
import type { MachoFile } from "./facts/slice.ts";
import { summarizeMacho } from "./facts/summary.ts";
import { exportsOf, importsOf, mergeSymbols } from "./facts/symbols.ts";
import { platformName } from "./names.ts";
import { type MachoBinary, type MachoImage, parseMacho } from "./read/image.ts";
import { unpackVersion, versionText } from "./version.ts";

/** @throws FormatError when the headers are damaged. */
export function openMacho(source: Source): OpenNative<MachoFile> {
  const binary = parseMacho(source);
  return {
    facts: (interest) => summarizeMacho(binary, interest),
    symbols: (which) =>
      mergeSymbols(imagesOf(binary).map(which === "imports" ? importsOf : exportsOf)),
    regions: () => regionsOf(binary),
    requirements: () => requirementsOf(binary),
    dump: () => dumpMacho(binary),
  };
}

function imagesOf({ slices }: MachoBinary): readonly MachoImage[] {
  return slices.flatMap((slice) => (slice.kind === "image" ? [slice] : []));
}

/** `macos 11.0`; of a fat file with the architecture. */
function requirementsOf(binary: MachoBinary): readonly string[] {
  return imagesOf(binary).flatMap(({ targets, arch }) =>
    targets.map(({ platform, minos }) => {
      const system = `${platformName(platform)} ${versionText(unpackVersion(minos))}`;
      return binary.fat === null ? system : `${system} (${arch})`;
    }),
  );
}
