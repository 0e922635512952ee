/** One PE file: the headers, and every table that they lead to, each read when it is first asked for. */
import { collectProblems, lazy, type Problems } from "../../problems.ts";
import type { Source } from "../../source.ts";
import { DIRECTORY } from "../constants.ts";
import { type CorHeader, PeCor, PeTls, PLAIN, type TlsDirectory } from "../layout.ts";
import { type BoundImport, parseBoundImports } from "./bound-imports.ts";
import { type CertificateTable, certificateTable } from "./certificates.ts";
import { type CoffTables, coffTables } from "./coff-symbols.ts";
import { type DebugEntry, parseDebug } from "./debug.ts";
import { type DelayTable, parseDelayImports } from "./delay-imports.ts";
import { type Exports, parseExports } from "./exports.ts";
import { directoryOf, type PeHeader, parseHeader } from "./header.ts";
import { type ImportTable, parseImports, type Reading } from "./imports.ts";
import { type LoadConfig, parseLoadConfig } from "./load-config.ts";
import { imageMemory, type Memory } from "./memory.ts";
import { type Overlay, overlayOf } from "./overlay.ts";
import { parseResources, type Resource } from "./resources.ts";
import { parseSections, type Section } from "./section.ts";

export interface PeImage extends Reading {
  readonly source: Source;
  readonly header: PeHeader;
  readonly sections: readonly Section[];
  readonly memory: Memory;
  readonly certificates: CertificateTable | null;
  readonly coff: CoffTables | null;
  readonly overlay: Overlay;
  readonly imports: () => readonly ImportTable[];
  readonly delayImports: () => readonly DelayTable[];
  readonly boundImports: () => readonly BoundImport[];
  readonly exports: () => Exports | null;
  readonly debug: () => readonly DebugEntry[];
  readonly loadConfig: () => LoadConfig | null;
  readonly resources: () => readonly Resource[];
  readonly tls: () => TlsDirectory | null;
  readonly cor: () => CorHeader | null;
  /** Defects met so far; tables that are read later may add to it. */
  readonly problems: Problems;
}

/** @throws FormatError when the headers or the section table are unusable. */
export function parsePe(source: Source): PeImage {
  const problems = collectProblems();
  const header = parseHeader(source);
  const sections = parseSections(source, header, problems);
  const memory = imageMemory(source, header, sections);
  const reading = { source, header, memory, problems };
  const certificates = certificateTable(header, source.size);
  const coff = coffTables(source, header);
  return {
    source,
    header,
    memory,
    problems,
    sections,
    certificates,
    coff,
    overlay: overlayOf(header, sections, { coff, certificates, fileSize: source.size }),
    imports: lazy(() => parseImports(reading)),
    delayImports: lazy(() => parseDelayImports(reading)),
    boundImports: lazy(() => parseBoundImports(reading)),
    exports: lazy(() => parseExports(reading)),
    debug: lazy(() => parseDebug(reading)),
    loadConfig: lazy(() => parseLoadConfig(reading)),
    resources: lazy(() => parseResources(reading)),
    tls: lazy(() => tlsOf(reading)),
    cor: lazy(() => corOf(reading)),
  };
}

function tlsOf({ header, memory, problems }: Reading): TlsDirectory | null {
  const directory = directoryOf(header, DIRECTORY.IMAGE_DIRECTORY_ENTRY_TLS);
  if (directory === undefined) return null;
  const { context } = header;
  const size = PeTls.sizeOf(context.variant);
  return (
    problems.attempt(() => PeTls.read(memory.read(directory.address, size), 0, context)) ?? null
  );
}

function corOf({ header, memory, problems }: Reading): CorHeader | null {
  const directory = directoryOf(header, DIRECTORY.IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR);
  if (directory === undefined) return null;
  const size = PeCor.sizeOf("pe");
  return problems.attempt(() => PeCor.read(memory.read(directory.address, size), 0, PLAIN)) ?? null;
}
