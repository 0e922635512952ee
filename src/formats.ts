/** The formats of native files: the one place that names them all. */
import type { BinaryFormat } from "./binary.ts";
import { elf } from "./elf/index.ts";
import type { Format, RecognisedFormat } from "./format.ts";
import { macho } from "./macho/index.ts";
import { pe } from "./pe/index.ts";

export type { ElfFile, ElfSlice, LoadSegment } from "./elf/index.ts";
export type {
  MachoDependency,
  MachoFile,
  MachoImport,
  MachoPart,
  MachoPlatformName,
  MachoSignature,
  MachoSlice,
  MachoTarget,
  MachoVersion,
} from "./macho/index.ts";
export { joinMacho, machoParts, versionText as machoVersionText } from "./macho/index.ts";
export type { PeFile, PeSlice } from "./pe/index.ts";
export { dllKey, hidesDlls, mayHold, readVersionInfo } from "./pe/index.ts";

export const FORMATS = { elf, macho, pe } satisfies Record<BinaryFormat, Format | RecognisedFormat>;

/** Facts of any format, told apart by `format`. */
export type AnyNative = FileOf<(typeof FORMATS)[BinaryFormat]>;

type FileOf<F> = F extends Format<infer File> ? File : never;

const ALL: readonly (Format | RecognisedFormat)[] = Object.values(FORMATS);

/** The format by the first bytes; 64 are enough. */
export function formatOf(head: Uint8Array): BinaryFormat | undefined {
  return ALL.find((format) => format.matches(head))?.name;
}

/** The reader of a format; `undefined` while there is none. */
export function readerOf(name: BinaryFormat): Format<AnyNative> | undefined {
  const format: Format<AnyNative> | RecognisedFormat = FORMATS[name];
  return "open" in format ? format : undefined;
}
